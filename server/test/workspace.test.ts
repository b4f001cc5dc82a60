import { execFileSync } from "node:child_process";
import { mkdirSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  FileChangeType,
  LSPErrorCodes,
  ProgressType,
  type WorkspaceDiagnosticReport,
  type WorkspaceDiagnosticReportPartialResult,
} from "vscode-languageserver-protocol/node";
import { type Client, codes, pushed, startClient, uriOf } from "./support/client.js";
import { createBareProject, type TestProject } from "./support/project.js";
import { overlapping, releasedEarly, releasedInTime, sequential, unrelated } from "./support/texts.js";

const { Created, Changed, Deleted } = FileChangeType;
const wholeWorkspace = { workspaceDiagnostics: "workspace" };
const isEmpty = (found: readonly unknown[]) => found.length === 0;
const isFound = (found: readonly unknown[]) => found.length > 0;

/** What a client knows of the workspace: for each address its result, and the findings there. */
class Known {
  readonly results = new Map<string, string>();
  readonly found = new Map<string, string[]>();
  private asked = 0;

  constructor(private readonly client: Client) {}

  /** Asks for what is new. */
  ask(): { answer: Promise<Known>; cancel: () => void } {
    const previousResultIds = [...this.results].map(([uri, value]) => ({ uri, value }));
    const token = `workspace ${++this.asked}`;
    const type = new ProgressType<WorkspaceDiagnosticReportPartialResult>();
    const listening = this.client.connection.onProgress(type, token, (partial) => void this.take(partial));
    const { answer, cancel } = this.client.cancellable<WorkspaceDiagnosticReport>("workspace/diagnostic", {
      previousResultIds,
      partialResultToken: token,
    });
    return { cancel, answer: answer.then((last) => this.take(last)).finally(() => listening.dispose()) };
  }

  private take({ items }: WorkspaceDiagnosticReportPartialResult): this {
    for (const item of items) {
      expect(item.version).toBeNull();
      if (item.kind !== "full") continue;
      if (item.resultId !== undefined) this.results.set(item.uri, item.resultId);
      else this.results.delete(item.uri);
      if (item.items.length > 0) this.found.set(item.uri, codes(item.items));
      else this.found.delete(item.uri);
    }
    return this;
  }

  /** The findings by path below a project. */
  below(project: TestProject): Record<string, string[]> {
    const prefix = `${uriOf(project.directory)}/`;
    return Object.fromEntries([...this.found].map(([uri, found]) => [uri.replace(prefix, ""), found] as const).sort());
  }
}

/** A request for what is new that waits, as there is nothing. */
async function waiting(client: Client, known: Known): Promise<ReturnType<Known["ask"]>> {
  const asked = known.ask();
  let isAnswered = false;
  const settled = () => (isAnswered = true);
  asked.answer.then(settled, settled);
  // Once this is answered, the other one could have been.
  await client.pull("file:///nowhere/other.ts");
  await client.request("workspace/executeCommand", { command: "holdfast.server.checkWorkspace" });
  expect(isAnswered).toBe(false);
  return asked;
}

const files = {
  "src/orders.ts": releasedEarly,
  "src/deep/er/report.ts": overlapping,
  "src/good.ts": sequential,
  "src/nothing.ts": unrelated,
};

describe("a client that asks about the whole workspace", () => {
  test("is answered at once with nothing unless somebody wants it", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory] });
    const answer = await client.request<WorkspaceDiagnosticReport>("workspace/diagnostic", { previousResultIds: [] });
    expect(answer).toEqual({ items: [] });
  });

  test("is told of files that are not open, as they are found, with progress", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    const known = await new Known(client).ask().answer;
    expect(known.below(project)).toEqual({
      "src/deep/er/report.ts": ["4 no-concurrent-use"],
      "src/orders.ts": ["10 no-early-release"],
    });
    const titles = client.notifications<{ value: { title?: string } }>("$/progress").map(({ value }) => value.title);
    expect(titles).toContain("Holdfast");
  });

  test("is told all in the answer if it cannot take it bit by bit", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    const { items } = await client.request<WorkspaceDiagnosticReport>("workspace/diagnostic", {
      previousResultIds: [],
    });
    const found = items.map(({ uri, kind }) => `${kind} ${uri.slice(uriOf(project.directory).length)}`);
    expect(found.sort()).toEqual(["full /src/deep/er/report.ts", "full /src/orders.ts"]);
  });

  test("is answered the next time when there is something new", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    const known = new Known(client);
    await known.ask().answer;

    const changed = await waiting(client, known);
    await client.filesChanged(Changed, project.write("src/orders.ts", `\n${releasedEarly}`));
    expect((await changed.answer).below(project)["src/orders.ts"]).toEqual(["11 no-early-release"]);

    const created = await waiting(client, known);
    await client.filesChanged(Created, project.write("src/new.ts", overlapping));
    expect((await created.answer).below(project)["src/new.ts"]).toEqual(["4 no-concurrent-use"]);

    const deleted = await waiting(client, known);
    await client.filesChanged(Deleted, project.remove("src/orders.ts"));
    expect((await deleted.answer).below(project)["src/orders.ts"]).toBeUndefined();

    const configured = await waiting(client, known);
    await client.filesChanged(Created, project.write("holdfast.config.json", { files: { exclude: ["src/deep/**"] } }));
    expect(Object.keys((await configured.answer).below(project))).toEqual(["src/new.ts"]);

    const ignored = await waiting(client, known);
    await client.filesChanged(Created, project.write(".gitignore", "new.ts\n"));
    expect((await ignored.answer).below(project)).toEqual({});
  });

  test("is told of documents once they are closed, and not while they are open", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    const uri = await client.open(project.path("src/orders.ts"), releasedEarly);
    const known = new Known(client);
    expect(Object.keys((await known.ask().answer).below(project))).toEqual(["src/deep/er/report.ts"]);
    const asked = await waiting(client, known);
    await client.close(uri);
    expect((await asked.answer).below(project)["src/orders.ts"]).toEqual(["10 no-early-release"]);
  });

  test("is told of findings in closed files that rest on an open document", async () => {
    const project = createBareProject({
      "tsconfig.json": { compilerOptions: { lib: ["es2022"], types: [], module: "nodenext" } },
      "src/socket.ts": sequential,
      "src/report.ts": overlapping
        .replace('import { Push } from "zeromq"', 'import type { Push } from "./socket.js"')
        .replace("push.send", "push.send"),
      "node_modules/zeromq/package.json": { name: "zeromq", version: "6.0.0", types: "index.d.ts" },
      "node_modules/zeromq/index.d.ts": "export declare class Push { send(text: string): Promise<void> }\n",
    });
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    const socket = await client.open(project.path("src/socket.ts"), 'export { Push } from "zeromq";\n');
    const known = new Known(client);
    expect((await known.ask().answer).below(project)).toEqual({ "src/report.ts": ["4 no-concurrent-use"] });
    const asked = await waiting(client, known);
    await client.setText(socket, "export interface Push { send(text: string): Promise<void> }\n");
    expect((await asked.answer).below(project)).toEqual({});
  });

  test("is asked to ask again when the setting changes", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    const known = new Known(client);
    await known.ask().answer;
    const asked = await waiting(client, known);
    client.settings = {};
    await client.tell("workspace/didChangeConfiguration", { settings: null });
    expect((await asked.answer).below(project)).toEqual({});
  });

  test("may lose interest, while it waits and while files are looked at", async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`src/part${index}.ts`, releasedEarly]));
    const project = createBareProject(many);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    const known = new Known(client);
    const first = known.ask();
    await client.until("the first results", () => known.found.size > 0);
    first.cancel();
    await expect(first.answer).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(known.found.size).toBeLessThan(300);
    await known.ask().answer;
    expect(known.found.size).toBe(300);
    const second = await waiting(client, known);
    second.cancel();
    await expect(second.answer).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(await client.pull("file:///nowhere/other.ts")).toMatchObject({ items: [] });
  });
});

describe("a client that is told about the whole workspace", () => {
  test("is told of every file, and again whenever something changes", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace, capabilities: pushed });
    const orders = uriOf(project.path("src/orders.ts"));
    const report = uriOf(project.path("src/deep/er/report.ts"));
    await client.publishedUntil(orders, isFound);
    await client.publishedUntil(report, isFound);
    await client.filesChanged(Changed, project.write("src/orders.ts", releasedInTime));
    await client.publishedUntil(orders, isEmpty);
    await client.filesChanged(Created, project.write("src/new.ts", overlapping));
    await client.publishedUntil(uriOf(project.path("src/new.ts")), isFound);
    await client.filesChanged(Deleted, project.remove("src/deep"));
    await client.publishedUntil(report, isEmpty);
  });

  test("still sees what is found in a document after it was closed", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace, capabilities: pushed });
    const orders = uriOf(project.path("src/orders.ts"));
    await client.publishedUntil(orders, isFound);
    await client.open(orders, releasedInTime);
    await client.publishedUntil(orders, isEmpty);
    await client.close(orders);
    await client.publishedUntil(orders, isFound);
  });

  test("sees nothing any more once nobody wants it", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace, capabilities: pushed });
    const orders = uriOf(project.path("src/orders.ts"));
    await client.publishedUntil(orders, isFound);
    client.settings = {};
    await client.tell("workspace/didChangeConfiguration", { settings: null });
    await client.publishedUntil(orders, isEmpty);
  });
});

describe("files of others", () => {
  const longAgo = new Date("2001-01-01");
  const lessLongAgo = new Date("2002-01-01");

  test("are never walked", async () => {
    const others = [
      "node_modules",
      "packages/one/node_modules",
      "dist",
      "packages/one/dist",
      "build",
      "packages/one/coverage",
      ".next",
      "src/.cache",
      "generated",
      "src/nested/ignored",
    ];
    const project = createBareProject({
      "package.json": {},
      "packages/one/package.json": {},
      ".git/HEAD": "ref: refs/heads/main\n",
      ".gitignore": "/generated/\n*.gen.ts\n",
      "src/nested/.gitignore": "ignored\n!kept.gen.ts\n",
      "src/nested/kept.gen.ts": overlapping,
      "src/nested/lost.gen.ts": overlapping,
      "src/build/ours.ts": overlapping,
      ...Object.fromEntries(others.map((folder) => [`${folder}/theirs.ts`, overlapping])),
    });
    // Whoever opens such a file waits for ever.
    for (const folder of others) execFileSync("mkfifo", [join(project.path(folder), "pipe.ts")]);
    // A file system notes that a folder was read if it was not since it was written to.
    const notice = (folder: string) => utimesSync(project.path(folder), longAgo, lessLongAgo);
    const isRead = (folder: string) => statSync(project.path(folder)).atime > longAgo;
    for (const folder of ["src", ...others]) notice(folder);
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    const known = await new Known(client).ask().answer;
    expect(Object.keys(known.below(project))).toEqual(["src/build/ours.ts", "src/nested/kept.gen.ts"]);
    if (isRead("src")) expect(others.filter(isRead)).toEqual([]);
    const answer = await client.request("workspace/executeCommand", { command: "holdfast.server.checkWorkspace" });
    expect(answer).toEqual({ files: 2, findings: 2 });
  });

  test("do not keep a folder of the workspace that lies among them from being looked at", async () => {
    const outer = createBareProject({ ".config/dist/app/src/report.ts": overlapping });
    const folder = outer.path(".config/dist/app");
    const client = await startClient({ folders: [folder], settings: wholeWorkspace });
    const known = new Known(client);
    await known.ask().answer;
    expect([...known.found.values()]).toEqual([["4 no-concurrent-use"]]);
    const asked = await waiting(client, known);
    await client.filesChanged(
      Created,
      outer.write(".config/dist/app/holdfast.config.json", { rules: { "no-concurrent-use": "off" } }),
    );
    expect([...(await asked.answer).found.values()]).toEqual([]);
  });

  test("of git make no difference where there are pipes and broken links among the source", async () => {
    const project = createBareProject({ "src/report.ts": overlapping });
    execFileSync("mkfifo", [project.path("src/pipe.ts")]);
    symlinkSync(project.path("nowhere.ts"), project.path("src/broken.ts"));
    symlinkSync(project.directory, project.path("src/circle"));
    const client = await startClient({ folders: [project.directory], settings: wholeWorkspace });
    expect((await new Known(client).ask().answer).below(project)).toEqual({ "src/report.ts": ["4 no-concurrent-use"] });
  });
});

describe("many folders", () => {
  test("have settings and configurations of their own", async () => {
    const loud = createBareProject({ "report.ts": overlapping });
    const quiet = createBareProject({ "report.ts": overlapping });
    const configured = createBareProject({
      "holdfast.config.json": { rules: { "no-concurrent-use": "warn" } },
      "report.ts": overlapping,
    });
    const off = createBareProject({ "report.ts": overlapping });
    const client = await startClient({
      folders: [loud, quiet, configured, off].map(({ directory }) => directory),
      settings: (uri) => {
        if (uri === uriOf(quiet.directory)) return { rules: { "no-concurrent-use": "off" } };
        return { enable: uri !== uriOf(off.directory) };
      },
    });
    const severities = [];
    for (const project of [loud, quiet, configured, off]) {
      const diagnostics = await client.diagnostics(await client.open(project.path("report.ts"), overlapping));
      severities.push(diagnostics.map(({ severity }) => severity));
    }
    expect(severities).toEqual([[1], [], [2], []]);
  });

  test("may lie in each other: the innermost counts", async () => {
    const outer = createBareProject({ "report.ts": overlapping, "inner/report.ts": overlapping });
    const client = await startClient({
      folders: [outer.directory, outer.path("inner")],
      settings: (uri) => ({ rules: uri === uriOf(outer.path("inner")) ? { "no-concurrent-use": "warn" } : {} }),
    });
    const inner = await client.diagnostics(await client.open(outer.path("inner/report.ts"), overlapping));
    const other = await client.diagnostics(await client.open(outer.path("report.ts"), overlapping));
    expect([inner[0]!.severity, other[0]!.severity]).toEqual([2, 1]);
    const answer = await client.request("workspace/executeCommand", { command: "holdfast.server.checkWorkspace" });
    expect(answer).toEqual({ files: 2, findings: 2 });
  });

  test("come and go", async () => {
    const first = createBareProject({ "report.ts": overlapping });
    const second = createBareProject({ "report.ts": overlapping });
    const client = await startClient({
      folders: [first.directory],
      settings: (uri) => ({ rules: uri === uriOf(second.directory) ? { "no-concurrent-use": "off" } : {} }),
    });
    const deep = await client.open(join(second.directory, "deep/report.ts"), overlapping);
    expect(await client.diagnostics(deep)).toHaveLength(1);
    await client.changeFolders([first.directory, second.directory]);
    await client.pulledUntil(deep, isEmpty);
    await client.changeFolders([first.directory]);
    await client.pulledUntil(deep, isFound);
  });

  test("come and go for a client that is told about the whole workspace", async () => {
    const first = createBareProject({ "report.ts": overlapping });
    const second = createBareProject({ "report.ts": overlapping });
    const client = await startClient({ folders: [first.directory], settings: wholeWorkspace, capabilities: pushed });
    await client.publishedUntil(uriOf(first.path("report.ts")), isFound);
    await client.changeFolders([second.directory]);
    await client.publishedUntil(uriOf(first.path("report.ts")), isEmpty);
    await client.publishedUntil(uriOf(second.path("report.ts")), isFound);
  });
});

describe("configurations", () => {
  test("hold for the files nearest to them", async () => {
    const project = createBareProject({
      "holdfast.config.json": { rules: { "no-concurrent-use": "warn" } },
      "packages/strict/holdfast.config.json": { rules: { "no-concurrent-use": "error" } },
      "packages/silent/holdfast.config.json": { rules: { "no-concurrent-use": "off" } },
      "packages/plain/package.json": {},
    });
    const client = await startClient({ folders: [project.directory] });
    const severities = [];
    for (const folder of ["", "packages/strict/src/", "packages/silent/", "packages/plain/"]) {
      const uri = await client.open(project.path(`${folder}report.ts`), overlapping);
      severities.push((await client.diagnostics(uri)).map(({ severity }) => severity));
    }
    expect(severities).toEqual([[2], [1], [], [2]]);
  });

  test("above the folder of the workspace hold, too", async () => {
    const project = createBareProject({ "holdfast.config.json": { rules: { "no-concurrent-use": "warn" } } });
    mkdirSync(project.path("app"));
    const client = await startClient({ folders: [project.path("app")] });
    const [diagnostic] = await client.diagnostics(await client.open(project.path("app/report.ts"), overlapping));
    expect(diagnostic!.severity).toBe(2);
  });
});
