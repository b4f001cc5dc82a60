import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import type { CodeAction, Range, TextEdit } from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { everyMend } from "../../fixtures/test/support/mending.js";
import { programs } from "../../fixtures/test/support/programs.js";
import { type Client, type ClientOptions, codes, pulling, startClient } from "./support/client.js";
import { createBareProject } from "./support/project.js";
import { idleComment, outlasting, overlapping, releasedEarly, releasedInTime, sequential } from "./support/texts.js";

const everywhere: Range = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };

/** A client with one document that was looked at. */
async function openOne(text: string, options: ClientOptions = {}, name = "report.ts") {
  const client = await startClient({ settings: { confidence: "likely" }, ...options });
  const uri = await client.open(`/nowhere/${name}`, text);
  await client.diagnostics(uri);
  return { client, uri };
}

/** What the action makes of the document. */
function applied(client: Client, uri: string, { edit }: CodeAction): string {
  const [change] = edit?.documentChanges ?? [];
  const edits = (change && "edits" in change ? change.edits : edit?.changes?.[uri]) as TextEdit[] | undefined;
  return TextDocument.applyEdits(TextDocument.create(uri, "typescript", 1, client.text(uri)), edits ?? []);
}

function titled(actions: readonly CodeAction[], title: RegExp): CodeAction {
  const found = actions.filter((action) => title.test(action.title));
  if (found.length !== 1) throw new Error(`${found.length} of ${actions.map((action) => action.title).join(", ")}`);
  return found[0]!;
}

describe("a quick fix", () => {
  test("that is safe is preferred, belongs to its diagnostic, and mends it", async () => {
    const { client, uri } = await openOne(releasedEarly);
    const diagnostics = await client.diagnostics(uri);
    const [fix, ...others] = await client.codeActions(uri, diagnostics[0]!.range, { diagnostics });
    expect(fix).toMatchObject({ title: "Await `query` before it is returned", kind: "quickfix", isPreferred: true });
    expect(fix!.diagnostics).toEqual(diagnostics);
    expect(others.filter(({ isPreferred }) => isPreferred)).toEqual([]);
    await client.apply(fix!.edit!);
    expect(client.text(uri)).toBe(releasedInTime);
    expect(await client.diagnostics(uri)).toEqual([]);
  });

  test("says of which version of the document it is", async () => {
    const { client, uri } = await openOne(`\n${releasedEarly}`);
    const version = await client.setText(uri, releasedEarly);
    await client.diagnostics(uri);
    const [fix] = await client.codeActions(uri, everywhere);
    expect(fix!.edit).toEqual({
      documentChanges: [{ textDocument: { uri, version }, edits: [expect.objectContaining({ newText: "await " })] }],
    });
  });

  test("names only texts to a client that knows nothing of versions", async () => {
    const { workspace, ...others } = pulling;
    const capabilities = { ...others, workspace: { ...workspace, workspaceEdit: {} } };
    const { client, uri } = await openOne(releasedEarly, { capabilities });
    const [fix] = await client.codeActions(uri, everywhere);
    expect(fix!.edit).toEqual({ changes: { [uri]: [expect.objectContaining({ newText: "await " })] } });
    await client.apply(fix!.edit!);
    expect(client.text(uri)).toBe(releasedInTime);
  });

  test("keeps to the line ends and positions of the document", async () => {
    const text = releasedEarly.replace("const pool", "/* 👍 */ const pool").replaceAll("\n", "\r\n");
    const { client, uri } = await openOne(text);
    const actions = await client.codeActions(uri, everywhere);
    expect(applied(client, uri, titled(actions, /^Await/))).toBe(text.replace("return client", "return await client"));
    const disabled = applied(client, uri, titled(actions, /for this line$/));
    expect(disabled.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(applied(client, uri, titled(actions, /for this file$/)).replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  test("is offered where the finding is, and nowhere else", async () => {
    const { client, uri } = await openOne(releasedEarly + overlapping.replace(/^import.*\n/, ""));
    const at = async (piece: string, offset: number) => {
      const position = client.positionOf(uri, piece, offset);
      const actions = await client.codeActions(uri, { start: position, end: position });
      return [...new Set(actions.flatMap(({ diagnostics }) => codes(diagnostics ?? [])))];
    };
    expect(await at("release()", 0)).toEqual(["10 no-early-release"]);
    expect(await at("release()", "release".length)).toEqual(["10 no-early-release"]);
    expect(await at("release()", -1)).toEqual([]);
    expect(await at("import", 0)).toEqual([]);
    const whole = await client.codeActions(uri, everywhere);
    expect(new Set(whole.flatMap(({ diagnostics }) => codes(diagnostics ?? []))).size).toBe(1);
  });
});

describe("every fix of every program that breaks a contract", () => {
  test("is offered: the best as a quick fix, preferred if it is safe, and all others as ways to write it anew", async () => {
    const client = await startClient({ settings: { confidence: "likely" } });
    let others = 0;
    for (const program of programs().filter(({ kind }) => kind === "bad")) {
      const mends = everyMend(program);
      const uri = await client.open(`/nowhere/${program.name}/${basename(program.file)}`, program.text);
      await client.diagnostics(uri);
      const actions = (await client.codeActions(uri, everywhere)).filter(
        ({ edit, title }) => edit !== undefined && !title.startsWith("Disable "),
      );
      const expected = [...new Set(mends.map(({ finding }) => finding))].flatMap((finding) => {
        const fixes = mends.filter((mend) => mend.finding === finding);
        const best = fixes.find(({ fix }) => fix.safe) ?? fixes[0];
        return fixes.map(({ fix, text }) => {
          const isBest = fix === best?.fix;
          const kind = isBest ? "quickfix" : `refactor.rewrite.holdfast.${fix.kind}`;
          return { title: fix.title, kind, isPreferred: isBest && fix.safe, text };
        });
      });
      const offered = actions.map((action) => ({
        title: action.title,
        kind: action.kind,
        isPreferred: action.isPreferred === true,
        text: applied(client, uri, action),
      }));
      const order = (list: { kind?: string; title: string; text: string }[]) =>
        [...list].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
      expect(order(offered), program.name).toEqual(order(expected));
      others += expected.filter(({ kind }) => kind !== "quickfix").length;
      await client.close(uri);
    }
    expect(others).toBeGreaterThan(10);
  });
});

describe("only what is wanted is offered", () => {
  const text = programs().find(({ name }) => name.endsWith("kysely-map-in-transaction"))!.text + releasedEarly;
  const quickFix = "quickfix";
  const rewrite = "refactor.rewrite.holdfast";
  const fixAll = "source.fixAll.holdfast";
  const cases: [string[] | undefined, string[]][] = [
    [undefined, [quickFix, rewrite]],
    [["quickfix"], [quickFix]],
    [["refactor"], [rewrite]],
    [["refactor.rewrite"], [rewrite]],
    [["refactor.rewrite.holdfast"], [rewrite]],
    [["source"], [fixAll]],
    [["source.fixAll"], [fixAll]],
    [["source.fixAll.holdfast"], [fixAll]],
    [
      ["quickfix", "source.fixAll.holdfast", "source.fixAll"],
      [quickFix, fixAll],
    ],
    [["quickfix.holdfast"], []],
    [["refactor.extract"], []],
    [["refactor.rewrite.other"], []],
    [["refactor.rewrite.hold"], []],
    [["source.fixAll.eslint"], []],
    [["source.organizeImports"], []],
    [["source.fix"], []],
    [["notebook.source"], []],
    [["something else"], []],
  ];

  test("to the letter", async () => {
    const { client, uri } = await openOne(text);
    const found = new Map<string, string[]>();
    for (const [only] of cases) {
      const actions = await client.codeActions(uri, everywhere, only && { only });
      const kinds = actions.map(({ kind }) => (kind!.startsWith(rewrite) ? rewrite : kind!));
      found.set(JSON.stringify(only), [...new Set(kinds)].sort());
      expect(kinds.filter((kind) => kind === fixAll).length, JSON.stringify(only)).toBeLessThanOrEqual(1);
    }
    expect(found).toEqual(new Map(cases.map(([only, kinds]) => [JSON.stringify(only), kinds.sort()])));
  });

  test("down to one kind of rewriting", async () => {
    const { client, uri } = await openOne(text);
    const rewrites = await client.codeActions(uri, everywhere, { only: [rewrite] });
    const kinds = [...new Set(rewrites.map(({ kind }) => kind!))];
    expect(kinds.length).toBeGreaterThan(0);
    for (const kind of kinds) {
      const some = await client.codeActions(uri, everywhere, { only: [kind] });
      expect(some).toEqual(rewrites.filter((action) => action.kind === kind));
    }
  });
});

describe("fix all", () => {
  const both = `${releasedEarly}\nimport { Push } from "zeromq";\n\n${overlapping.replace(/^import.*\n\n/, "")}`;
  const only = ["source.fixAll.holdfast"];

  test("applies what is safe, all of it", async () => {
    const { client, uri } = await openOne(both);
    expect(await client.diagnostics(uri)).toHaveLength(2);
    const [action, ...others] = await client.codeActions(uri, everywhere, { only });
    expect(others).toEqual([]);
    await client.apply(action!.edit!);
    expect(await client.diagnostics(uri)).toEqual([]);
    expect(client.text(uri)).toContain("return await client.query");
    expect(client.text(uri)).toContain('await push.send("cpu");\n  await push.send("memory");');
  });

  test("leaves alone what is not safe", async () => {
    const { client, uri } = await openOne(outlasting);
    expect(await client.diagnostics(uri)).toHaveLength(1);
    expect(await client.codeActions(uri, everywhere, { only })).toEqual([]);
    const alongside = await openOne(outlasting + releasedEarly);
    const [action] = await alongside.client.codeActions(alongside.uri, everywhere, { only });
    expect(applied(alongside.client, alongside.uri, action!)).toBe(outlasting + releasedInTime);
  });

  test("is about the text as it is now, whoever has asked about it", async () => {
    const { client, uri } = await openOne(sequential);
    await client.setText(uri, releasedEarly);
    const [action] = await client.codeActions(uri, everywhere, { only });
    expect(applied(client, uri, action!)).toBe(releasedInTime);
    const opened = await client.open("/nowhere/other.ts", releasedEarly);
    expect(await client.codeActions(opened, everywhere, { only })).toHaveLength(1);
  });

  test("is about the text as it is now even where files are looked at when they are saved", async () => {
    const { client, uri } = await openOne(sequential, { settings: { run: "onSave" } });
    await client.setText(uri, releasedEarly);
    const [action] = await client.codeActions(uri, everywhere, { only });
    expect(applied(client, uri, action!)).toBe(releasedInTime);
  });
});

describe("to turn a rule off", () => {
  test("for a line takes a comment that still lacks its reason", async () => {
    const { client, uri } = await openOne(overlapping);
    const actions = await client.codeActions(uri, everywhere);
    await client.apply(titled(actions, /^Disable no-concurrent-use for this line$/).edit!);
    expect(client.text(uri)).toBe(
      overlapping.replace("  await", "  // holdfast-disable-next-line no-concurrent-use -- \n  await"),
    );
    const [unexplained, ...others] = await client.diagnostics(uri);
    expect(others).toEqual([]);
    expect(unexplained).toMatchObject({ code: "suppression", range: { start: { line: 3 } } });
    expect(unexplained!.message).toContain("reason");
    await client.replace(uri, "-- \n", "-- nobody listens\n");
    expect(await client.diagnostics(uri)).toEqual([]);
  });

  test("for a file takes a comment at its top", async () => {
    const text = `#!/usr/bin/env node\n${overlapping}`;
    const { client, uri } = await openOne(text);
    const actions = await client.codeActions(uri, everywhere);
    await client.apply(titled(actions, /^Disable no-concurrent-use for this file$/).edit!);
    expect(client.text(uri).split("\n").slice(0, 3)).toEqual([
      "#!/usr/bin/env node",
      "/* holdfast-disable no-concurrent-use -- */",
      'import { Push } from "zeromq";',
    ]);
    expect(codes(await client.diagnostics(uri))).toEqual(["2 suppression"]);
    await client.replace(uri, "-- */", "-- nobody listens */");
    expect(await client.diagnostics(uri)).toEqual([]);
  });

  test("asks a client that can for the reason", async () => {
    const initializationOptions = { commands: ["holdfast.disable", "holdfast.explainRule"] };
    const { client, uri } = await openOne(overlapping, { initializationOptions });
    const actions = await client.codeActions(uri, everywhere);
    for (const scope of ["line", "file"]) {
      const title = `Disable no-concurrent-use for this ${scope}`;
      expect(titled(actions, new RegExp(`^${title}$`))).toMatchObject({
        kind: "quickfix",
        command: {
          title,
          command: "holdfast.disable",
          arguments: [{ uri, rule: "no-concurrent-use", scope, line: 3 }],
        },
      });
      expect(titled(actions, new RegExp(`^${title}$`)).edit).toBeUndefined();
    }
  });

  test("never puts a comment into a text", async () => {
    const text = overlapping.replace('"cpu"', "`cpu\n    `");
    const { client, uri } = await openOne(text);
    expect(codes(await client.diagnostics(uri))).toEqual(["5 no-concurrent-use"]);
    const strings = (source: string) => source.match(/`[^`]*`/g);
    for (const action of (await client.codeActions(uri, everywhere)).filter(({ title }) => /^Disable/.test(title)))
      expect(strings(applied(client, uri, action)), action.title).toEqual(strings(text));
  });

  test("is not offered for comments that turn rules off", async () => {
    const { client, uri } = await openOne(idleComment);
    const titles = (await client.codeActions(uri, everywhere)).map(({ title }) => title);
    expect(titles.filter((title) => title.startsWith("Disable"))).toEqual([]);
  });
});

describe("to explain a rule", () => {
  test.each([
    ["is up to the client if it can", ["holdfast.explainRule"], "holdfast.explainRule"],
    ["is up to the server otherwise", [], "holdfast.server.explain"],
  ])("%s", async (_, commands, command) => {
    const { client, uri } = await openOne(overlapping + idleComment, { initializationOptions: { commands } });
    const explaining = (await client.codeActions(uri, everywhere)).filter(({ title }) => title.startsWith("Explain"));
    expect(explaining).toMatchObject(
      ["no-concurrent-use", "suppression"].map((rule) => ({
        title: `Explain ${rule}`,
        kind: "quickfix",
        command: { command, arguments: [rule] },
      })),
    );
  });
});

describe("actions come from the findings at hand", () => {
  test("and from no new look", async () => {
    const { client, uri } = await openOne(releasedEarly);
    const looks = client.count("holdfast/status");
    for (const only of [undefined, ["quickfix"], ["refactor"], ["source.fixAll"]])
      await client.codeActions(uri, everywhere, only && { only });
    await client.debugInformation();
    expect(client.count("holdfast/status")).toBe(looks);
  });

  test("and never from those of another version", async () => {
    const { client, uri } = await openOne(releasedEarly);
    await client.replace(uri, "import", "\n\nimport");
    expect(await client.codeActions(uri, everywhere)).toEqual([]);
    await client.diagnostics(uri);
    const [fix] = await client.codeActions(uri, everywhere);
    expect(applied(client, uri, fix!)).toBe(`\n\n${releasedInTime}`);
  });

  test("and are none for a document that is not open, or that nobody has looked at", async () => {
    const project = createBareProject({ "report.ts": overlapping });
    const client = await startClient({ folders: [project.directory] });
    const uri = await client.open(project.path("report.ts"), overlapping);
    expect(await client.codeActions(uri, everywhere)).toEqual([]);
    await client.diagnostics(uri);
    expect(await client.codeActions(uri, everywhere)).not.toEqual([]);
    await client.close(uri);
    expect(await client.codeActions(uri, everywhere)).toEqual([]);
    expect(await client.codeActions(uri, everywhere, { only: ["source.fixAll"] })).toEqual([]);
  });
});
