import { appendFileSync, renameSync, statSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test, vi } from "vitest";
import {
  CodeActionKind,
  type ClientCapabilities,
  type Diagnostic,
  FileChangeType,
  LSPErrorCodes,
  type WorkspaceDiagnosticReport,
} from "vscode-languageserver-protocol/node";
import type { WorkspaceResult } from "../src/protocol.js";
import {
  type Client,
  type ClientOptions,
  codes,
  pulling,
  pushed,
  refusal,
  startClient,
  uriOf,
  withoutWatching,
} from "./support/client.js";
import { createBareProject, type ProjectFiles, type TestProject } from "./support/project.js";
import { overlapping, releasedEarly, unrelated } from "./support/texts.js";

/** What nobody can see in its text: whether two calls of `send` are pending at once. */
const sender = `import { Push } from "zeromq";

export function send(push: Push, text: string) {
  return push.send(text);
}
`;

/** Who calls it. */
const callers = `import { send } from "./sender.js";

export const all = [(push) => send(push, "cpu"), (push) => send(push, "memory")];
`;

/** An option that comes too late: the linter tells of the option, the stack of where it is set. */
const lateOption = `import { Dealer } from "zeromq";

export async function checkIn(router: string, name: string) {
  const dealer = new Dealer();
  dealer.connect(router);
  dealer.routingId = name;
  await dealer.send("here");
  dealer.close();
}
`;

/** Statements that are built by chains of calls, and run by the last of them. */
const chained = `import { Kysely } from "kysely";

export async function save(db: Kysely<any>, rows: object[]) {
  await db.transaction().execute(async (trx) => {
    await Promise.all(rows.map((row) =>
      trx
        .insertInto("orders")
        .values({ ...row, at: [Date.now()] })
        .execute()));
  });
}
`;

const report = "run.jsonl";
const configured = { "holdfast.config.json": { runtime: { report } } };

type Place = [file: string, line: number, column: number];

interface Told {
  rule?: string;
  severity?: "error" | "warning";
  first: Place | undefined;
  second: Place | undefined;
  count?: number;
  time?: string;
  started?: string;
}

const url = "https://github.com/holdfast-dev/holdfast/blob/main/docs";

/** What the runtime writes of two sends on one socket, if nothing else is said. */
function violation(project: TestProject, { first, second, rule = "no-concurrent-use", ...more }: Told): object {
  const placeOf = (at: Place | undefined) => at && { file: project.path(at[0]), line: at[1], column: at[2] };
  const side = (at: Place | undefined) => ({ operation: "send", ...(at && { place: placeOf(at) }) });
  const named = (at: Place | undefined) => (at ? ` (${project.path(at[0])}:${at[1]}:${at[2]})` : "");
  return {
    rule,
    severity: "error",
    contract: "zeromq#Push",
    message: `${rule}: zeromq push socket: \`send\`${named(second)} was called while \`send\`${named(first)} was pending; the second call throws: Socket is busy writing (${url}/rules/${rule}.md)`,
    first: side(first),
    second: side(second),
    page: `${url}/rules/${rule}.md`,
    time: new Date().toISOString(),
    ...more,
  };
}

const linesOf = (...violations: object[]) => violations.map((each) => `${JSON.stringify(each)}\n`).join("");

/** The line of `sender` in which two sends meet. */
const inSender = (project: TestProject, more: Partial<Told> = {}) =>
  violation(project, { first: ["src/sender.ts", 4, 15], second: ["src/sender.ts", 4, 15], ...more });

interface Opened {
  client: Client;
  project: TestProject;
  uri: string;
}

interface Setup extends ClientOptions {
  files?: ProjectFiles;
  text?: string;
}

let common: Promise<Client> | undefined;

/** One that most tests use, each for a project of its own: it starts only once. */
function commonClient(): Promise<Client> {
  return (common ??= startClient({ shared: true }));
}

/** A client that has `src/sender.ts` open, in a project whose programs report into `run.jsonl`. */
async function openSender({ files, text = sender, ...options }: Setup = {}): Promise<Opened> {
  const project = createBareProject({ ...configured, "src/sender.ts": text, ...files });
  const isCommon = Object.keys(options).length === 0;
  // Whoever says how the client should be has one of its own.
  const client = await (isCommon ? commonClient() : startClient({ folders: [project.directory], ...options }));
  return { client, project, uri: await client.open(project.path("src/sender.ts"), text) };
}

/** What a run leaves behind, appended as the runtime does it. */
function run(project: TestProject, ...violations: object[]): void {
  appendFileSync(project.path(report), linesOf(...violations));
}

const isEmpty = (found: readonly unknown[]) => found.length === 0;
const isFound = (found: readonly unknown[]) => found.length > 0;
const has = (count: number) => (found: readonly unknown[]) => found.length === count;

const says = (diagnostic: Diagnostic | undefined, text: string) =>
  diagnostic !== undefined && (diagnostic.message as string).includes(text);

const clients: [name: string, capabilities: ClientCapabilities][] = [
  ["a client that asks", pulling],
  ["a client that is told", pushed],
  ["a client that does not watch files", withoutWatching(pulling)],
];

/** Waits until what is written from now on is later than what was seen up to now: clocks of disks may be behind. */
function afterwards(project: TestProject): Promise<void> {
  const now = Date.now();
  return vi.waitFor(() => expect(statSync(project.write("clock", `${Date.now()}`)).ctimeMs).toBeGreaterThan(now + 1), {
    interval: 1,
  });
}

describe("a violation is one diagnostic", () => {
  test("that says where it was seen, and leads to the page of its rule", async () => {
    const { client, project, uri } = await openSender({ files: { "src/callers.ts": callers } });
    run(project, inSender(project, { first: ["src/callers.ts", 3, 31] }));
    const [diagnostic, ...others] = await client.pulledUntil(uri, isFound);
    expect(others).toEqual([]);
    const inLine4 = { start: { line: 3, character: 14 }, end: { line: 3, character: 18 } };
    expect(diagnostic).toEqual({
      range: inLine4,
      severity: 1,
      code: "no-concurrent-use",
      codeDescription: { href: `${url}/rules/no-concurrent-use.md` },
      source: "holdfast (runtime)",
      message: "zeromq push socket: `send` was called while `send` was pending; seen at run time",
      relatedInformation: [
        {
          location: {
            uri: uriOf(project.path("src/callers.ts")),
            range: { start: { line: 2, character: 30 }, end: { line: 2, character: 34 } },
          },
          message: "`send` is called here",
        },
        {
          location: { uri, range: inLine4 },
          message: "then `send`; the second call throws: Socket is busy writing",
        },
      ],
    });
  });

  test.each(["/dev/zero", "/etc/passwd", "/nowhere/../etc/passwd", "//elsewhere/share/a.ts"])(
    "whose other side may lie outside of the workspace, where nothing is read: %s",
    async (file) => {
      const { client, project, uri } = await openSender();
      const told = inSender(project) as { first: { place: object } };
      run(project, { ...told, first: { ...told.first, place: { file, line: 1, column: 1 } } });
      const [diagnostic] = await client.pulledUntil(uri, isFound);
      const [first] = diagnostic?.relatedInformation ?? [];
      expect(first?.location.range).toEqual({ start: { line: 0, character: 0 }, end: { line: 0, character: 1 } });
    },
  );

  test("that tells how often, if it is always the same", async () => {
    const { client, project, uri } = await openSender();
    const time = new Date().toISOString();
    run(project, inSender(project, { time }), inSender(project, { time, count: 40 }));
    const [first] = await client.pulledUntil(uri, isFound);
    expect(first!.message).toMatch(/; seen at run time, 40 times$/);
    await afterwards(project);
    run(project, inSender(project));
    const found = await client.pulledUntil(uri, ([one]) => says(one, "41 times"));
    expect(found).toHaveLength(1);
  });

  test("for each pair of places", async () => {
    const { client, project, uri } = await openSender({ files: { "src/callers.ts": callers } });
    const at = (text: string) =>
      inSender(project, { first: ["src/callers.ts", 3, callers.split("\n")[2]!.indexOf(text) + 1] });
    run(project, at('send(push, "cpu'), at('send(push, "memory'));
    expect(codes(await client.pulledUntil(uri, isFound))).toEqual(["4 no-concurrent-use", "4 no-concurrent-use"]);
  });

  test("where the handle was acquired, if nothing came after", async () => {
    const { client, project, uri } = await openSender();
    run(project, violation(project, { rule: "require-release", first: ["src/sender.ts", 3, 17], second: undefined }));
    expect(await client.pulledUntil(uri, isFound)).toMatchObject([
      {
        range: { start: { line: 2, character: 16 }, end: { line: 2, character: 20 } },
        code: "require-release",
        codeDescription: { href: `${url}/runtime.md#require-release` },
        relatedInformation: [{ message: "not released before send" }],
      },
    ]);
  });

  test("that nothing is offered for but what helps", async () => {
    const { client, project, uri } = await openSender();
    run(
      project,
      inSender(project),
      violation(project, { rule: "require-release", first: ["src/sender.ts", 3, 17], second: undefined }),
    );
    const [unreleased, concurrent] = await client.pulledUntil(uri, has(2));
    const titlesFor = async ({ range }: Diagnostic) =>
      (await client.codeActions(uri, range, { only: [CodeActionKind.QuickFix] })).map(({ title }) => title);
    expect(await titlesFor(unreleased!)).toEqual([]);
    expect(await titlesFor(concurrent!)).toEqual(["Explain no-concurrent-use"]);
    const at = concurrent!.range.start;
    const timeline = await client.request("holdfast/timeline", { textDocument: { uri }, position: at });
    expect(timeline).toMatchObject({ steps: [{ role: "begins" }, { role: "meets" }] });
  });

  test("and the same one if the analysis has found it as well", async () => {
    const { client, project, uri } = await openSender({ text: overlapping });
    const [alone] = await client.pulledUntil(uri, isFound);
    run(project, inSender(project, { first: ["src/sender.ts", 4, 27], second: ["src/sender.ts", 4, 45], count: 3 }));
    expect(await client.pulledUntil(uri, ([one]) => says(one, "seen"))).toEqual([
      { ...alone, message: `${alone!.message as string}; also seen at run time, 3 times` },
    ]);
    const [fix] = await client.codeActions(uri, alone!.range, { only: [CodeActionKind.QuickFix] });
    expect(fix!.edit).toBeDefined();
  });

  test.each<[string, string, Place, Place]>([
    ["the two met the other way round", overlapping, ["src/sender.ts", 4, 45], ["src/sender.ts", 4, 27]],
    ["it is the place where a setting is given", lateOption, ["src/sender.ts", 5, 10], ["src/sender.ts", 6, 20]],
    ["the chain of calls goes on", chained, ["src/sender.ts", 9, 10], ["src/sender.ts", 9, 10]],
  ])("and the same one if %s", async (_, text, first, second) => {
    const { client, project, uri } = await openSender({ text });
    const [found, ...others] = await client.pulledUntil(uri, isFound);
    expect(others).toEqual([]);
    run(project, inSender(project, { rule: found!.code as string, first, second }));
    const merged = await client.pulledUntil(uri, ([one]) => says(one, "also seen at run time"));
    expect(merged).toMatchObject([{ range: found!.range, source: "holdfast" }]);
  });

  test("and another one if something else is in the same line", async () => {
    const text = overlapping.replace('push.send("memory")', 'push.send("memory"), other(push)');
    const { client, project, uri } = await openSender({ text });
    await client.pulledUntil(uri, isFound);
    const at: Place = ["src/sender.ts", 4, text.split("\n")[3]!.indexOf("other") + 1];
    run(project, inSender(project, { first: at, second: at }));
    expect(codes(await client.pulledUntil(uri, has(2)))).toEqual(["4 no-concurrent-use", "4 no-concurrent-use"]);
  });

  test("beside others in the order of lines", async () => {
    const text = overlapping + releasedEarly;
    const { client, project, uri } = await openSender({ text });
    const connecting: Place = ["src/sender.ts", 11, 29];
    run(project, inSender(project, { first: connecting, second: connecting }));
    expect(codes(await client.pulledUntil(uri, has(3)))).toEqual([
      "4 no-concurrent-use",
      "11 no-concurrent-use",
      "15 no-early-release",
    ]);
  });
});

describe.each(clients)("%s", (_, capabilities) => {
  test("sees what becomes of the report", async () => {
    const { client, project, uri } = await openSender({ capabilities });
    const found = (isRight: (found: Diagnostic[]) => boolean) => client.foundUntil(uri, isRight);
    expect(await found(isEmpty)).toEqual([]);
    run(project, inSender(project));
    expect(codes(await found(isFound))).toEqual(["4 no-concurrent-use"]);
    run(project, inSender(project, { rule: "no-use-after-release" }));
    expect(codes(await found(has(2)))).toEqual(["4 no-concurrent-use", "4 no-use-after-release"]);
    truncateSync(project.path(report));
    await found(isEmpty);
    project.write("next.jsonl", linesOf(inSender(project)));
    renameSync(project.path("next.jsonl"), project.path(report));
    await found(isFound);
    project.remove(report);
    await found(isEmpty);
    project.write(report, linesOf(inSender(project)));
    await found(isFound);
  });

  test("sees nothing any more of what is edited, and again what is as it was", async () => {
    const { client, project, uri } = await openSender({ capabilities });
    run(project, inSender(project));
    await client.foundUntil(uri, isFound);
    await client.replace(uri, "import", "\nimport");
    await client.foundUntil(uri, isEmpty);
    await client.replace(uri, "\nimport", "import");
    expect(codes(await client.foundUntil(uri, isFound))).toEqual(["4 no-concurrent-use"]);
    await afterwards(project);
    await client.replace(uri, "import", "\nimport");
    await client.save(uri);
    await client.foundUntil(uri, isEmpty);
    run(project, inSender(project, { second: ["src/sender.ts", 5, 15], first: ["src/sender.ts", 5, 15] }));
    expect(codes(await client.foundUntil(uri, isFound))).toEqual(["5 no-concurrent-use"]);
  });
});

describe("where the report is", () => {
  test("says the configuration that is nearest to a file", async () => {
    const files = { "src/holdfast.config.json": { runtime: { report: "../out/seen.sarif" } } };
    const { client, project, uri } = await openSender({ files });
    const location = (line: number, column: number, id: number) => ({
      id,
      physicalLocation: {
        artifactLocation: { uri: "src/sender.ts", uriBaseId: "SRCROOT" },
        region: { startLine: line, startColumn: column },
      },
    });
    const result = {
      ruleId: "no-concurrent-use",
      level: "error",
      message: { text: "no-concurrent-use: zeromq push socket: sent at once" },
      relatedLocations: [location(4, 15, 0), location(4, 15, 1)],
      occurrenceCount: 7,
      properties: {
        contract: "zeromq#Push",
        first: "send",
        second: "send",
        time: new Date().toISOString(),
      },
    };
    const originalUriBaseIds = { SRCROOT: { uri: pathToFileURL(`${project.directory}/`).href } };
    project.write("out/seen.sarif", { version: "2.1.0", runs: [{ originalUriBaseIds, results: [result] }] });
    const [diagnostic] = await client.pulledUntil(uri, isFound);
    expect(diagnostic).toMatchObject({
      range: { start: { line: 3, character: 14 } },
      message: "zeromq push socket: sent at once; seen at run time, 7 times",
    });
  });

  test("says before that a setting, relative to the folder of the workspace", async () => {
    const { client, project, uri } = await openSender({ settings: { runtime: { report: "out/other.jsonl" } } });
    run(project, inSender(project));
    project.write("out/other.jsonl", linesOf(inSender(project, { rule: "no-early-release" })));
    expect(codes(await client.pulledUntil(uri, isFound))).toEqual(["4 no-early-release"]);
    client.settings = { runtime: { report: "" } };
    await client.tell("workspace/didChangeConfiguration", { settings: null });
    await client.pulledUntil(uri, isEmpty);
    client.settings = {};
    await client.tell("workspace/didChangeConfiguration", { settings: null });
    expect(codes(await client.pulledUntil(uri, isFound))).toEqual(["4 no-concurrent-use"]);
  });

  test("may be said later", async () => {
    const { client, project, uri } = await openSender({ files: { "holdfast.config.json": {} } });
    run(project, inSender(project));
    expect(await client.diagnostics(uri)).toEqual([]);
    await client.filesChanged(
      FileChangeType.Changed,
      project.write("holdfast.config.json", configured["holdfast.config.json"]),
    );
    await client.pulledUntil(uri, isFound);
  });

  test("is told of settings that cannot be", async () => {
    const { client, uri } = await openSender({ settings: { runtime: { report: 5 } } });
    await client.diagnostics(uri);
    expect(client.logLines).toContain(
      "warning: the setting holdfast.runtime.report is 5; expected the name of a file.",
    );
  });

  test("does not matter to a folder that is a link to where the program runs", async () => {
    const project = createBareProject({ ...configured, "src/sender.ts": sender });
    const link = join(createBareProject({}).directory, "link");
    symlinkSync(project.directory, link);
    const client = await startClient({ folders: [link] });
    const uri = await client.open(join(link, "src/sender.ts"), sender);
    run(project, inSender(project));
    const [diagnostic] = await client.pulledUntil(uri, isFound);
    expect(diagnostic!.relatedInformation!.map(({ location }) => location.uri)).toEqual([uri, uri]);
  });
});

describe("nothing is shown", () => {
  /** What is shown once a violation in another file tells that the report was read. */
  async function shown({ client, project, uri }: Opened, ...violations: object[]): Promise<string[]> {
    const beside = await client.open(project.write("src/beside.ts", unrelated), unrelated);
    const at: Place = ["src/beside.ts", 1, 14];
    run(project, ...violations, violation(project, { first: at, second: at }));
    await client.pulledUntil(beside, isFound);
    return codes(await client.diagnostics(uri));
  }

  test("of a file that has changed since the program ran", async () => {
    const opened = await openSender();
    const before = inSender(opened.project);
    await afterwards(opened.project);
    opened.project.write("src/sender.ts", sender);
    expect(await shown(opened, before)).toEqual([]);
  });

  test("of a file that has changed while the program ran", async () => {
    const opened = await openSender();
    const started = new Date().toISOString();
    await afterwards(opened.project);
    opened.project.write("src/sender.ts", sender);
    await afterwards(opened.project);
    expect(await shown(opened, inSender(opened.project, { started }))).toEqual([]);
  });

  test("if it was the other side's file that has changed", async () => {
    const opened = await openSender({ files: { "src/callers.ts": callers } });
    const { client, project, uri } = opened;
    run(project, inSender(project, { first: ["src/callers.ts", 3, 31] }));
    await client.pulledUntil(uri, isFound);
    const other = await client.open(project.path("src/callers.ts"), callers);
    await client.pull(other);
    await client.replace(other, "cpu", "disk");
    await client.pulledUntil(uri, isEmpty);
    await client.replace(other, "disk", "cpu");
    await client.pulledUntil(uri, isFound);
    project.remove("src/callers.ts");
    await client.close(other);
    await client.pulledUntil(uri, isEmpty);
  });

  test.each<[string, Place]>([
    ["is no longer there", ["src/sender.ts", 40, 1]],
    ["is shorter", ["src/sender.ts", 4, 90]],
    ["has white space there", ["src/sender.ts", 4, 9]],
    ["has the middle of a name there", ["src/sender.ts", 4, 16]],
  ])("of a line that %s", async (_, place) => {
    const opened = await openSender();
    expect(await shown(opened, inSender(opened.project, { second: place }))).toEqual([]);
  });

  test("of what a comment disables, or the configuration, or the editor", async () => {
    const text = sender.replace(
      "  return",
      "  // holdfast-disable-next-line no-concurrent-use -- it is retried\n  return",
    );
    const disabled = await openSender({ text });
    const at: Place = ["src/sender.ts", 5, 15];
    expect(await shown(disabled, inSender(disabled.project, { first: at, second: at }))).toEqual(["4 suppression"]);
    const rules = { "no-early-release": "off" };
    const early = (project: TestProject) => inSender(project, { rule: "no-early-release" });
    const configuredOff = await openSender({ files: { "holdfast.config.json": { runtime: { report }, rules } } });
    expect(await shown(configuredOff, early(configuredOff.project))).toEqual([]);
    const turnedOff = await openSender({ settings: { rules } });
    expect(await shown(turnedOff, early(turnedOff.project))).toEqual([]);
    const files = { exclude: ["src/sender.ts"] };
    const excluded = await openSender({ files: { "holdfast.config.json": { runtime: { report }, files } } });
    expect(await shown(excluded, early(excluded.project))).toEqual([]);
  });

  test("where Holdfast is turned off", async () => {
    const { client, project, uri } = await openSender({ settings: {} });
    run(project, inSender(project));
    await client.pulledUntil(uri, isFound);
    client.settings = { enable: false };
    await client.tell("workspace/didChangeConfiguration", { settings: null });
    await client.pulledUntil(uri, isEmpty);
  });

  test("louder than the configuration wants it", async () => {
    const { client, project, uri } = await openSender({ settings: { rules: { "no-concurrent-use": "warn" } } });
    run(project, inSender(project));
    expect(await client.pulledUntil(uri, isFound)).toMatchObject([{ severity: 2 }]);
  });
});

describe("what is no report", () => {
  test("cannot put links or lines of its own where it is shown", async () => {
    const { client, project, uri } = await openSender();
    const told = inSender(project);
    run(
      project,
      { ...told, rule: "[x](command:evil)" },
      { ...told, message: "a\n```\n![](https://evil.example/a.png)" },
    );
    run(project, told);
    await client.pulledUntil(uri, isFound);
    expect(JSON.stringify(client.log)).not.toContain("evil");
  });

  const problems = (client: Client, project: TestProject) =>
    client.logLines.filter((line) => line.includes(project.path(report)));

  test("is told in one line, and what is right counts", async () => {
    const { client, project, uri } = await openSender();
    project.write(report, `{\n{}\n${linesOf(inSender(project))}[1]\n`);
    expect(codes(await client.pulledUntil(uri, isFound))).toEqual(["4 no-concurrent-use"]);
    expect(problems(client, project)).toEqual([
      `warning: ${project.path(report)}:1 is not a violation; name a report that @holdfast/runtime wrote, as JSON lines or SARIF.`,
    ]);
  });

  test.each([
    ["# Notes\n\nNothing to see here.\n", /run\.jsonl:1 is not a violation/],
    [Buffer.from([0, 255, 1, 254, 10]), /run\.jsonl:1 is not a violation/],
  ])("does no harm: %j", async (content, sentence) => {
    const { client, project, uri } = await openSender({ files: { [report]: content } });
    await client.diagnostics(uri);
    await client.until("the log line", () => problems(client, project).length > 0);
    expect(problems(client, project)).toEqual([expect.stringMatching(sentence)]);
    project.write(report, linesOf(inSender(project)));
    await client.pulledUntil(uri, isFound);
  });

  test.each([
    "[]",
    '{ "runs": [{ "results": [{}] }] }',
    '{ "runs": [{ "results": [null] }] }',
    '{ "runs": [{ "results": [{ "relatedLocations": 1 }] }] }',
  ])("does no harm, as SARIF: %j", async (text) => {
    const settings = { runtime: { report: "run.sarif" } };
    const { client, project, uri } = await openSender({ files: { "run.sarif": text }, settings });
    expect(await client.diagnostics(uri)).toEqual([]);
    const told = await client.until("the log line", () => client.logLines.find((line) => line.includes("run.sarif")));
    expect(told).toBe(
      `warning: ${project.path("run.sarif")} is not a report; name one that @holdfast/runtime wrote, as JSON lines or SARIF.`,
    );
  });

  test("does no harm: a folder", async () => {
    const { client, project, uri } = await openSender({ files: { [`${report}/inside`]: "" } });
    await client.diagnostics(uri);
    const told = await client.until("the log line", () => problems(client, project)[0]);
    expect(told).toMatch(/is not a file; name a report/);
  });

  test("is not what is being written", async () => {
    const { client, project, uri } = await openSender();
    const whole = linesOf(inSender(project), inSender(project, { rule: "no-early-release" }));
    project.write(report, whole.slice(0, -80));
    await client.pulledUntil(uri, has(1));
    appendFileSync(project.path(report), whole.slice(-80));
    await client.pulledUntil(uri, has(2));
    expect(problems(client, project)).toEqual([]);
  });
});

describe("files that are not open", () => {
  const execute = <T>(client: Client, command: string, ...args: string[]) =>
    client.request<T>("workspace/executeCommand", { command: `holdfast.server.${command}`, arguments: args });

  /** A client with nothing open, in a project with a report that nothing names. */
  async function unopened(capabilities: ClientCapabilities): Promise<Opened> {
    const project = createBareProject({ "src/sender.ts": sender, "src/callers.ts": callers });
    const client = await startClient({ folders: [project.directory], capabilities });
    project.write("out/chosen.jsonl", linesOf(inSender(project)));
    return { client, project, uri: uriOf(project.path("src/sender.ts")) };
  }

  test("count where the whole workspace is wanted", async () => {
    const settings = { workspaceDiagnostics: "workspace" };
    const project = createBareProject({ ...configured, "src/sender.ts": sender });
    const uri = uriOf(project.path("src/sender.ts"));
    const asking = await startClient({ folders: [project.directory], settings });
    const told = await startClient({ folders: [project.directory], settings, capabilities: pushed });
    const ask = (previousResultIds: object[]) =>
      asking.request<WorkspaceDiagnosticReport>("workspace/diagnostic", { previousResultIds });
    expect(await ask([])).toEqual({ items: [] });
    const next = ask([]);
    run(project, inSender(project));
    expect((await next).items).toMatchObject([{ uri, items: [{ source: "holdfast (runtime)" }] }]);
    await told.publishedUntil(uri, isFound);
    project.remove(report);
    await told.publishedUntil(uri, isEmpty);
  });

  test.each(clients)("count where somebody has chosen the report: %s", async (_, capabilities) => {
    const { client, project, uri } = await unopened(capabilities);
    const chosen = uriOf(project.path("out/chosen.jsonl"));
    expect(await execute<WorkspaceResult>(client, "showReport", chosen)).toEqual({ files: 1, findings: 1 });
    expect(codes(await client.publishedUntil(uri, isFound))).toEqual(["4 no-concurrent-use"]);
    // What is written later counts as well, in other files too.
    const at: Place = ["src/callers.ts", 3, 31];
    appendFileSync(project.path("out/chosen.jsonl"), linesOf(violation(project, { first: at, second: at })));
    const other = uriOf(project.path("src/callers.ts"));
    await client.publishedUntil(other, isFound);
    await execute(client, "forgetReport");
    await client.publishedUntil(uri, isEmpty);
    await client.publishedUntil(other, isEmpty);
    await execute(client, "showReport", chosen);
    await client.publishedUntil(uri, isFound);
  });

  test("are told once if they are opened", async () => {
    const { client, project, uri } = await unopened(pulling);
    await execute(client, "showReport", uriOf(project.path("out/chosen.jsonl")));
    await client.publishedUntil(uri, isFound);
    await client.open(uri, sender, "typescript");
    await client.pulledUntil(uri, isFound);
    await client.publishedUntil(uri, isEmpty);
  });

  test("what is chosen may tell nothing, or be no report", async () => {
    const { client, project } = await unopened(pulling);
    const show = (name: string) => execute<WorkspaceResult>(client, "showReport", uriOf(project.path(name)));
    expect(await show("nowhere.jsonl")).toEqual({ files: 0, findings: 0 });
    project.write("out/old.jsonl", linesOf(inSender(project, { time: "2024-01-01T00:00:00.000Z" })));
    expect(await show("out/old.jsonl")).toEqual({ files: 1, findings: 0 });
    const refused = await show("src/sender.ts").catch(refusal);
    expect(refused).toBe(LSPErrorCodes.RequestFailed);
  });

  test("what is forgotten comes back with the next run", async () => {
    const { client, project, uri } = await openSender({ settings: {} });
    run(project, inSender(project));
    await client.pulledUntil(uri, isFound);
    await execute(client, "forgetReport");
    await client.pulledUntil(uri, isEmpty);
    await afterwards(project);
    run(project, inSender(project, { rule: "no-early-release" }));
    expect(codes(await client.pulledUntil(uri, isFound))).toEqual(["4 no-early-release"]);
  });
});

test("the folder of the report may come later", async () => {
  const { client, project, uri } = await openSender({ settings: { runtime: { report: "deep/er/run.jsonl" } } });
  await client.diagnostics(uri);
  project.write("deep/er/run.jsonl", linesOf(inSender(project)));
  await client.pulledUntil(uri, isFound);
});
