import { describe, expect, test } from "vitest";
import type { ClientCapabilities, Diagnostic } from "vscode-languageserver-protocol/node";
import { type Client, type ClientOptions, codes, pulling, pushed, startClient } from "./support/client.js";
import { createBareProject, type TestProject } from "./support/project.js";
import {
  idleComment,
  outlasting,
  overlapping,
  overlappingScript,
  releasedEarly,
  releasedInTime,
  sequential,
  unrelated,
} from "./support/texts.js";

interface Opened {
  client: Client;
  project: TestProject;
  uri: string;
}

/** A client with one document that is on disk as it is open. */
async function openOne(text: string, options: ClientOptions = {}, name = "report.ts"): Promise<Opened> {
  const project = createBareProject({ [name]: text });
  const client = await startClient({ folders: [project.directory], ...options });
  return { client, project, uri: await client.open(project.path(name), text) };
}

/** The text that each diagnostic underlines. */
function underlined(client: Client, uri: string, diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ range }) => client.textAt(uri, range));
}

const isEmpty = (diagnostics: readonly Diagnostic[]) => diagnostics.length === 0;
const isFound = (diagnostics: readonly Diagnostic[]) => diagnostics.length > 0;

describe("a finding is one diagnostic", () => {
  test("with a small range, a severity, a code that leads to its page, and a place for each step", async () => {
    const { client, uri } = await openOne(overlapping);
    const at = (start: number, end: number) => ({
      uri,
      range: { start: { line: 3, character: start }, end: { line: 3, character: end } },
    });
    expect(await client.diagnostics(uri)).toEqual([
      {
        range: at(44, 48).range,
        severity: 1,
        code: "no-concurrent-use",
        codeDescription: {
          href: "https://github.com/holdfast-dev/holdfast/blob/main/docs/rules/no-concurrent-use.md",
        },
        source: "holdfast",
        message: expect.stringMatching(/^`push` [^\n]*`send` \(line 4\)[^\n]*: the second call throws$/) as string,
        relatedInformation: [
          { location: at(26, 30), message: expect.stringContaining("`send` starts here") as string },
          { location: at(44, 48), message: expect.stringContaining("a second `send` starts here") as string },
          { location: at(44, 48), message: expect.stringMatching(/^the second call throws: ./) as string },
        ],
      },
    ]);
  });

  test.each([
    ["no-concurrent-use", overlapping],
    ["no-early-release", releasedEarly],
    ["suppression", idleComment],
  ])("%s: one line of message and of range", async (rule, text) => {
    const { client, uri } = await openOne(text);
    const [diagnostic, ...others] = await client.diagnostics(uri);
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({ code: rule, source: "holdfast" });
    expect(diagnostic!.message).toMatch(/^[^\n]{1,180}$/);
    expect(diagnostic!.range.end.line).toBe(diagnostic!.range.start.line);
    expect(diagnostic!.relatedInformation).not.toEqual([]);
  });

  test("in one line even if what is underlined goes over several", async () => {
    const comment = "/* holdfast-disable-next-line\n   no-concurrent-use -- it was busy once */";
    const { client, uri } = await openOne(`${comment}\nexport const answer = 42;\n`);
    const diagnostics = await client.diagnostics(uri);
    expect(underlined(client, uri, diagnostics).map((text) => text.trimEnd())).toEqual([
      "/* holdfast-disable-next-line",
    ]);
    expect(diagnostics[0]!.range.end.line).toBe(0);
  });

  test("tagged as unnecessary if what it is about does nothing, and only then", async () => {
    const idle = await openOne(idleComment);
    expect(await idle.client.diagnostics(idle.uri)).toMatchObject([{ code: "suppression", severity: 2, tags: [1] }]);
    const busy = await openOne(overlapping);
    expect((await busy.client.diagnostics(busy.uri))[0]).not.toHaveProperty("tags");
    const withoutReason = await openOne(overlapping.replace("  await", "  // holdfast-disable-next-line\n  await"));
    const [unexplained] = await withoutReason.client.diagnostics(withoutReason.uri);
    expect(unexplained).toMatchObject({ code: "suppression" });
    expect(unexplained).not.toHaveProperty("tags");
  });

  test("each has one of its own", async () => {
    const twice = overlapping + overlapping.replace(/^import.*\n/, "").replace("report", "reportAgain");
    const { client, uri } = await openOne(twice + releasedEarly);
    expect(codes(await client.diagnostics(uri))).toEqual([
      "4 no-concurrent-use",
      "8 no-concurrent-use",
      "19 no-early-release",
    ]);
  });
});

describe("positions count UTF-16 units of the document", () => {
  test("whatever there is before and between", async () => {
    const texts: Record<string, string> = {
      "Windows line ends": releasedEarly.replaceAll("\n", "\r\n"),
      "line ends of old": releasedEarly.replaceAll("\n", "\r"),
      tabs: releasedEarly.replaceAll("  ", "\t"),
      emoji: releasedEarly.replace("    client.release", "    /* 👩‍👩‍👧 é 𝒙 */ client.release"),
      "what only JavaScript calls line ends": releasedEarly.replace("finally {", "finally { // a\u2028// b\u2029"),
      "a byte order mark that the client sends": `\uFEFF${releasedEarly.replaceAll("\n", " ")}`,
      "no last line end": releasedEarly.trimEnd(),
    };
    const client = await startClient();
    const found: Record<string, string[]> = {};
    for (const [name, text] of Object.entries(texts)) {
      const uri = await client.open(`/nowhere/${name}.ts`, text);
      const diagnostics = await client.diagnostics(uri);
      const steps = diagnostics[0]?.relatedInformation!.map(({ location }) => client.textAt(uri, location.range)) ?? [];
      found[name] = [...underlined(client, uri, diagnostics), ...steps];
    }
    const expected = ["release", "query", "release", "release"];
    expect(found).toEqual(Object.fromEntries(Object.keys(texts).map((name) => [name, expected])));
  });

  test("after a byte order mark that is on disk only", async () => {
    const project = createBareProject({ "report.ts": `\uFEFF${releasedEarly}` });
    const client = await startClient({ folders: [project.directory] });
    const uri = await client.open(project.path("report.ts"), releasedEarly);
    expect(underlined(client, uri, await client.diagnostics(uri))).toEqual(["release"]);
    await client.close(uri);
    const [unopened] = await client.diagnostics(uri);
    expect(unopened!.range).toEqual({ start: { line: 9, character: 11 }, end: { line: 9, character: 18 } });
  });
});

describe("a client that asks", () => {
  test("is told once what has not changed since", async () => {
    const { client, uri } = await openOne(overlapping);
    const first = await client.pull(uri);
    expect(first).toMatchObject({ kind: "full", items: [{ code: "no-concurrent-use" }] });
    expect(await client.pull(uri, first.resultId)).toEqual({ kind: "unchanged", resultId: first.resultId });
    expect(await client.pull(uri, "of another life")).toEqual(first);
    expect(await client.pull(uri)).toEqual(first);
  });

  test("is not told again of findings that an edit left where they were", async () => {
    const { client, uri } = await openOne(overlapping);
    const first = await client.pull(uri);
    await client.replace(uri, "cpu", "gpu");
    expect(await client.pull(uri, first.resultId)).toEqual({ kind: "unchanged", resultId: first.resultId });
    await client.replace(uri, "import", "\nimport");
    const moved = await client.pull(uri, first.resultId);
    expect(moved).toMatchObject({ kind: "full", items: [{ range: { start: { line: 4 } } }] });
    expect(moved.resultId).not.toBe(first.resultId);
  });

  test("is told that there is nothing any more, and nothing still", async () => {
    const { client, uri } = await openOne(releasedEarly);
    const { resultId } = await client.pull(uri);
    await client.setText(uri, releasedInTime);
    const empty = await client.pull(uri, resultId);
    expect(empty).toMatchObject({ kind: "full", items: [] });
    expect(await client.pull(uri, empty.resultId)).toMatchObject({ kind: "unchanged" });
  });

  test("is never told unasked", async () => {
    const { client, uri } = await openOne(overlapping);
    await client.diagnostics(uri);
    await client.replace(uri, "cpu", "gpu");
    await client.save(uri);
    await client.diagnostics(uri);
    await client.close(uri);
    await client.stop();
    expect(client.published(uri)).toEqual([]);
  });

  test("may ask about a file that is not open: what is on disk counts then", async () => {
    const { client, project, uri } = await openOne(sequential);
    project.write("other.ts", overlapping);
    const other = project.path("other.ts");
    expect(codes(await client.diagnostics(`file://${other}`))).toEqual(["4 no-concurrent-use"]);
    await client.setText(uri, overlapping);
    expect(codes(await client.diagnostics(uri))).toEqual(["4 no-concurrent-use"]);
    await client.close(uri);
    expect(await client.diagnostics(uri)).toEqual([]);
  });
});

describe.each<[string, ClientCapabilities]>([
  ["that cannot ask", pushed],
  ["that cannot be told to ask again", { ...pulling, workspace: { ...pulling.workspace, diagnostics: {} } }],
  ["of no abilities at all", {}],
])("a client %s", (_, capabilities) => {
  test("is told what is found, and which version it holds for", async () => {
    const { client, uri } = await openOne(overlapping, { capabilities });
    expect(codes(await client.publishedUntil(uri))).toEqual(["4 no-concurrent-use"]);
    expect(client.published(uri)).toMatchObject([{ version: 1 }]);
    const version = await client.replace(uri, "import", "\nimport");
    expect(codes(await client.publishedUntil(uri, (_diagnostics, of) => of === version))).toEqual([
      "5 no-concurrent-use",
    ]);
    const last = await client.setText(uri, sequential);
    expect(await client.publishedUntil(uri, (_diagnostics, of) => of === last)).toEqual([]);
  });

  test("is told that a closed document has nothing any more", async () => {
    const { client, uri } = await openOne(overlapping, { capabilities });
    await client.publishedUntil(uri, isFound);
    await client.close(uri);
    await client.publishedUntil(uri, isEmpty);
  });

  test("has the last word with its last version", async () => {
    const { client, uri } = await openOne(overlapping, { capabilities });
    const texts = new Map([[1, overlapping]]);
    for (let line = 0; line < 40; line++) {
      await client.replace(uri, "import", "\nimport");
      texts.set(client.version(uri), client.text(uri));
      if (line % 10 === 9) await client.publishedUntil(uri, (_diagnostics, version) => version === client.version(uri));
    }
    const versions = client.published(uri).map(({ version }) => version!);
    expect(versions).toEqual([...versions].sort((one, other) => one - other));
    expect(versions.at(-1)).toBe(41);
    for (const { version, diagnostics } of client.published(uri)) {
      const line = texts
        .get(version!)!
        .split("\n")
        .findIndex((text) => text.includes("Promise.all"));
      expect(codes(diagnostics)).toEqual([`${line + 1} no-concurrent-use`]);
    }
  });
});

describe("edits", () => {
  test("may be many in one change, each in the text that the one before it left", async () => {
    const { client, uri } = await openOne(sequential);
    expect(await client.diagnostics(uri)).toEqual([]);
    await client.tell("textDocument/didChange", {
      textDocument: { uri, version: 2 },
      contentChanges: [
        { range: { start: { line: 3, character: 2 }, end: { line: 3, character: 8 } }, text: "" },
        { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "// é 👍\n" },
        { range: { start: { line: 4, character: 2 }, end: { line: 4, character: 2 } }, text: "void " },
      ],
    });
    expect(codes(await client.diagnostics(uri))).toEqual(["6 no-concurrent-use"]);
  });

  test("while a look goes on: the answer is about the last version", async () => {
    const many = Array.from({ length: 400 }, (_, index) => overlapping.slice(39).replace("report", `report${index}`));
    const { client, uri } = await openOne(overlapping.slice(0, 39) + many.join(""));
    const answers = [client.diagnostics(uri)];
    for (let line = 0; line < 5; line++) {
      await client.replace(uri, "import", "\nimport");
      answers.push(client.diagnostics(uri));
      // Each look has begun by the time of the next edit.
      await client.debugInformation();
    }
    const last = client.text(uri).split("\n");
    const expected = last.flatMap((line, index) => (line.includes("all(") ? [`${index + 1} no-concurrent-use`] : []));
    expect(codes((await Promise.all(answers)).at(-1)!)).toEqual(expected);
    // The first question was put before the edits; a client that gets its answer now must not show old places.
    expect(codes(await answers[0]!)).toEqual(expected);
  });
});

describe.each([
  ["asks", pulling],
  ["is told", pushed],
])("settings of a client that %s", (_, capabilities) => {
  test("run onSave: what is found stays until the document is saved", async () => {
    const { client, uri } = await openOne(releasedEarly, { capabilities, settings: { run: "onSave" } });
    const found = codes(await client.foundUntil(uri, isFound));
    await client.setText(uri, releasedInTime);
    const other = await client.open("/nowhere/other.ts", overlapping);
    await client.foundUntil(other, isFound);
    if (capabilities === pulling) expect(codes(await client.diagnostics(uri))).toEqual(found);
    else expect(codes(client.published(uri).at(-1)!.diagnostics)).toEqual(found);
    await client.save(uri);
    await client.foundUntil(uri, isEmpty);
    await client.setText(uri, releasedEarly);
    await client.save(uri);
    expect(codes(await client.foundUntil(uri, isFound))).toEqual(found);
  });

  test("run onSave: a document that is opened with changes is looked at all the same", async () => {
    const { client, project } = await openOne(sequential, { capabilities, settings: { run: "onSave" } });
    const uri = await client.open(project.path("new.ts"), overlapping);
    expect(codes(await client.foundUntil(uri, isFound))).toEqual(["4 no-concurrent-use"]);
  });

  test("enable: turned off nothing is found, and turned on again everything", async () => {
    const { client, uri } = await openOne(overlapping, { capabilities });
    await client.foundUntil(uri, isFound);
    await changeSettings(client, { enable: false });
    await client.foundUntil(uri, isEmpty);
    await changeSettings(client, {});
    await client.foundUntil(uri, isFound);
  });

  test("rules: as loud as they say, or silent", async () => {
    const settings = { rules: { "no-concurrent-use": "warn", suppression: "error" } };
    const { client, uri } = await openOne(overlapping + idleComment, { capabilities, settings });
    const severities = (found: readonly Diagnostic[]) => found.map(({ code, severity }) => `${code} ${severity}`);
    const louder = ["no-concurrent-use 2", "suppression 1"];
    expect(severities(await client.foundUntil(uri, isFound))).toEqual(louder);
    await changeSettings(client, { rules: { "no-concurrent-use": "off" } });
    await client.foundUntil(uri, (found) => severities(found).join() === "suppression 2");
  });

  test("confidence: how sure a finding has to be", async () => {
    const { client, uri } = await openOne(outlasting + overlappingScript, { capabilities });
    expect(codes(await client.foundUntil(uri, isFound))).toEqual(["15 no-concurrent-use"]);
    await changeSettings(client, { confidence: "likely" });
    await client.foundUntil(uri, (found) => codes(found).join() === "8 no-concurrent-use,15 no-concurrent-use");
    await changeSettings(client, { confidence: null });
    await client.foundUntil(uri, (found) => found.length === 1);
  });
});

/** What the editor does when somebody changes its settings. */
async function changeSettings(client: Client, settings: object): Promise<void> {
  client.settings = settings;
  await client.tell("workspace/didChangeConfiguration", { settings: null });
}

describe("settings", () => {
  test("of a client that cannot be asked come with the beginning, and with each change", async () => {
    const { client, uri } = await openOne(outlasting, {
      capabilities: {},
      initializationOptions: { settings: { confidence: "likely" } },
    });
    expect(codes(await client.publishedUntil(uri, isFound))).toEqual(["8 no-concurrent-use"]);
    await client.tell("workspace/didChangeConfiguration", { settings: { holdfast: { confidence: "certain" } } });
    await client.publishedUntil(uri, isEmpty);
    await client.tell("workspace/didChangeConfiguration", { settings: { other: {} } });
    await client.tell("workspace/didChangeConfiguration", { settings: { holdfast: { confidence: "possible" } } });
    await client.publishedUntil(uri, isFound);
  });

  test("that make no sense are told once each, and the usual ones hold", async () => {
    const settings = {
      enable: "yes",
      run: "sometimes",
      confidence: "sure",
      rules: { "no-concurent-use": "off", "no-early-release": "loud", "no-late-linger": "warn" },
      workspaceDiagnostics: 5,
      server: { maxMemory: 4 },
    };
    const { client, uri } = await openOne(overlapping, { settings });
    expect(codes(await client.diagnostics(uri))).toEqual(["4 no-concurrent-use"]);
    expect(codes(await client.diagnostics(await client.open("/nowhere/other.ts", overlapping)))).toHaveLength(1);
    const warnings = client.logLines.filter((line) => line.startsWith("warning"));
    expect(warnings).toEqual([...new Set(warnings)]);
    for (const what of [
      "run",
      "confidence",
      "no-concurent-use",
      "no-early-release",
      "workspaceDiagnostics",
      "maxMemory",
    ])
      expect(warnings.filter((line) => line.includes(what))).toHaveLength(1);
    expect(warnings.join("\n")).toContain('did you mean "no-concurrent-use"');
  });

  test("that are no settings at all are as good as none", async () => {
    const { client, uri } = await openOne(overlapping);
    const nonsense: unknown[] = [null, "text", 5, [], [[]], { rules: [] }, { server: null }, { rules: null }];
    for (const settings of nonsense) {
      await changeSettings(client, settings as object);
      expect(codes(await client.diagnostics(uri)), JSON.stringify(settings)).toEqual(["4 no-concurrent-use"]);
    }
  });

  test("go before the configuration file, which goes before what is usual", async () => {
    const { client, uri, project } = await openOne(overlapping + idleComment);
    project.write("holdfast.config.json", { rules: { "no-concurrent-use": "warn", suppression: "off" } });
    await client.filesChanged(1, project.path("holdfast.config.json"));
    const configured = await client.pulledUntil(uri, (found) => found.length === 1);
    expect(configured).toMatchObject([{ code: "no-concurrent-use", severity: 2 }]);
    await changeSettings(client, { rules: { "no-concurrent-use": "error" } });
    await client.pulledUntil(uri, (found) => found[0]?.severity === 1 && found.length === 1);
  });
});

describe("nothing is found", () => {
  test("where there is nothing to find, and nothing is said about it", async () => {
    const files: Record<string, string> = {
      "keeps-its-contracts.ts": sequential,
      "has-no-handle.ts": unrelated,
      "empty.ts": "",
      "declaration.d.ts": overlapping,
      "declaration.d.mts": overlapping,
      "of-others.vue": overlapping,
      "no-source.json": overlapping,
      "node_modules/report/index.ts": overlapping,
      "packages/one/node_modules/report/index.js": overlappingScript,
      "dist/built.js": overlappingScript,
      ".git/hook.js": overlappingScript,
    };
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory] });
    for (const [name, text] of Object.entries(files)) {
      const uri = await client.open(project.path(name), text);
      expect(await client.pull(uri), name).toMatchObject({ kind: "full", items: [] });
    }
    expect(client.logLines.filter((line) => !line.startsWith("info"))).toEqual([]);
  });

  test("in a build folder beside a package.json, but in any other", async () => {
    const { client, project, uri } = await openOne(overlapping, {}, "build/report.ts");
    expect(await client.diagnostics(uri)).toHaveLength(1);
    project.write("package.json", {});
    await client.filesChanged(1, project.path("package.json"));
    await client.pulledUntil(uri, isEmpty);
  });

  test("in files that the configuration excludes", async () => {
    const { client, project, uri } = await openOne(overlapping, {}, "generated/report.ts");
    expect(await client.diagnostics(uri)).toHaveLength(1);
    project.write("holdfast.config.json", { files: { exclude: ["generated/**"] } });
    await client.filesChanged(1, project.path("holdfast.config.json"));
    await client.pulledUntil(uri, isEmpty);
  });
});
