import { execFileSync } from "node:child_process";
import { utimesSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { type ClientCapabilities, type Diagnostic, FileChangeType } from "vscode-languageserver-protocol/node";
import { type Client, codes, pulling, pushed, startClient, uriOf, withoutWatching } from "./support/client.js";
import { createBareProject, type TestProject } from "./support/project.js";
import {
  borrowing,
  connections,
  otherConnections,
  overlapping,
  queueing,
  smallPg,
  smallTsconfig,
  unrelated,
} from "./support/texts.js";

const { Created, Changed, Deleted } = FileChangeType;

const typed = {
  ...smallPg,
  "tsconfig.json": smallTsconfig,
  "src/connections.ts": connections,
  "src/orders.ts": borrowing,
};

/** What pg merely announces is likely, and not certain. */
const likely = { "holdfast.config.json": { confidence: "likely" } };

const isEmpty = (diagnostics: readonly Diagnostic[]) => diagnostics.length === 0;
const isFound = (diagnostics: readonly Diagnostic[]) => diagnostics.length > 0;

/** How a client learns of findings, and how the server learns of what happens on disk. */
interface Kind {
  name: string;
  capabilities: ClientCapabilities;
  /** The client tells what changes on disk. */
  tells: boolean;
}

const telling: Kind[] = [
  { name: "that asks", capabilities: pulling, tells: true },
  { name: "that is told", capabilities: pushed, tells: true },
];
const silent: Kind[] = [
  { name: "that asks, and tells nothing of the disk", capabilities: withoutWatching(pulling), tells: false },
  { name: "that is told, and tells nothing of the disk", capabilities: withoutWatching(pushed), tells: false },
];

/** Opens a file of a project as it is on disk. */
async function openFile(client: Client, project: TestProject, name: string): Promise<string> {
  return client.open(project.path(name), project.read(name));
}

/** The user goes on working until the findings are as they should be. */
async function workUntil(
  client: Client,
  uri: string,
  isRight: (diagnostics: readonly Diagnostic[]) => boolean,
): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    if (client.initialized.capabilities.diagnosticProvider) {
      if (isRight(await client.diagnostics(uri))) return;
      continue;
    }
    const version = await client.setText(uri, `${client.text(uri)}\n`);
    if (isRight(await client.publishedUntil(uri, (_, of) => of === version))) return;
  }
  throw new Error(`nothing new was ever found of ${uri}`);
}

describe.each(telling)("an edit, to a client $name:", ({ capabilities }) => {
  test("changes what is found in another document that rests on it", async () => {
    const project = createBareProject(typed);
    const client = await startClient({ folders: [project.directory], capabilities });
    const orders = await openFile(client, project, "src/orders.ts");
    expect(codes(await client.foundUntil(orders, isFound))).toEqual(["8 no-early-release"]);
    const other = await openFile(client, project, "src/connections.ts");
    await client.setText(other, otherConnections);
    await client.foundUntil(orders, isEmpty);
    await client.setText(other, connections);
    await client.foundUntil(orders, isFound);
  });

  test("does so by way of files that are not open", async () => {
    const project = createBareProject({
      ...typed,
      "src/index.ts": `export * from "./connections.js";\n`,
      "src/orders.ts": borrowing.replace("./connections", "./index"),
    });
    const client = await startClient({ folders: [project.directory], capabilities });
    const orders = await openFile(client, project, "src/orders.ts");
    const other = await openFile(client, project, "src/connections.ts");
    await client.foundUntil(orders, isFound);
    await client.setText(other, otherConnections);
    await client.foundUntil(orders, isEmpty);
  });

  test("does so by way of global types", async () => {
    const global = (type: string) => `declare function connection(): Promise<${type}>;\n`;
    const project = createBareProject({
      ...typed,
      "src/globals.d.ts": global('import("pg").PoolClient'),
      "src/orders.ts": borrowing.replace(/^import.*/, 'import "pg";'),
    });
    const client = await startClient({ folders: [project.directory], capabilities });
    const orders = await openFile(client, project, "src/orders.ts");
    const globals = await openFile(client, project, "src/globals.d.ts");
    await client.foundUntil(orders, isFound);
    await client.setText(globals, global("{ query(sql: string): Promise<number>; release(): void }"));
    await client.foundUntil(orders, isEmpty);
  });

  test("is taken back when its document is closed unsaved", async () => {
    const project = createBareProject(typed);
    const client = await startClient({ folders: [project.directory], capabilities });
    const orders = await openFile(client, project, "src/orders.ts");
    const other = await openFile(client, project, "src/connections.ts");
    await client.foundUntil(orders, isFound);
    await client.setText(other, otherConnections);
    await client.foundUntil(orders, isEmpty);
    await client.close(other);
    await client.foundUntil(orders, isFound);
  });

  test("of a file that does not exist yet counts as soon as it is open", async () => {
    const { "src/connections.ts": _, ...others } = typed;
    const project = createBareProject(others);
    const client = await startClient({ folders: [project.directory], capabilities });
    const orders = await openFile(client, project, "src/orders.ts");
    await client.foundUntil(orders, isEmpty);
    const other = await client.open(project.path("src/connections.ts"), connections);
    await client.foundUntil(orders, isFound);
    await client.close(other);
    await client.foundUntil(orders, isEmpty);
  });

  test("leaves alone what does not rest on it", async () => {
    const project = createBareProject({ ...typed, "src/other.ts": overlapping, "src/unrelated.ts": unrelated });
    const client = await startClient({ folders: [project.directory], capabilities });
    const orders = await openFile(client, project, "src/orders.ts");
    const other = await openFile(client, project, "src/other.ts");
    const alone = await openFile(client, project, "src/unrelated.ts");
    await client.foundUntil(orders, isFound);
    await client.foundUntil(other, isFound);
    await client.foundUntil(alone, isEmpty);
    const said = () => client.published(orders).length + client.count("workspace/diagnostic/refresh");
    const before = said();
    await client.setText(alone, `${unrelated}\n`);
    await client.setText(other, `\n${overlapping}`);
    // What comes of the next edit comes after whatever comes of those.
    const last = await openFile(client, project, "src/connections.ts");
    await client.setText(last, otherConnections);
    await client.until("word of the last edit", () => said() > before);
    await client.foundUntil(orders, isEmpty);
    expect(said() - before).toBe(1);
  });
});

describe("a result of a client that asks", () => {
  test("is about the other document as it is at the time of the answer", async () => {
    const project = createBareProject(typed);
    const client = await startClient({ folders: [project.directory] });
    const orders = await openFile(client, project, "src/orders.ts");
    const other = await openFile(client, project, "src/connections.ts");
    expect(await client.diagnostics(orders)).toHaveLength(1);
    for (let round = 0; round < 5; round++) {
      await client.setText(other, otherConnections);
      expect(await client.diagnostics(orders)).toEqual([]);
      await client.setText(other, connections);
      expect(await client.diagnostics(orders)).toHaveLength(1);
    }
  });
});

/** Something happens on disk, and what is found in `src/orders.ts`, which is open, changes with it. */
interface Happening {
  what: string;
  files: Record<string, string | object | undefined>;
  /** Whether something is found before it happens; afterwards it is the other way round. */
  isFoundBefore: boolean;
  prepare?: (project: TestProject) => void;
  happen: (project: TestProject) => [FileChangeType, string][];
}

const elsewhere = {
  ...typed,
  "src/real.ts": connections,
  "src/other.ts": otherConnections,
  "src/orders.ts": borrowing.replace("./connections.js", "#connections"),
};
const toPaths = (target: string) => ({
  ...smallTsconfig,
  compilerOptions: { ...smallTsconfig.compilerOptions, paths: { "#connections": [target] } },
});

const noPgAnywhere =
  "export declare function connection(): Promise<{ query(sql: string): Promise<number>; release(): void }>;\n";

const happenings: Happening[] = [
  {
    what: "a file that is imported changes",
    files: typed,
    isFoundBefore: true,
    happen: (project) => [[Changed, project.write("src/connections.ts", otherConnections)]],
  },
  {
    what: "a file that was missing is created",
    files: { ...typed, "src/connections.ts": "", "src/orders.ts": borrowing.replace("connections.js", "more/late.js") },
    isFoundBefore: false,
    happen: (project) => [[Created, project.write("src/more/late.ts", connections)]],
  },
  {
    what: "a file that is imported is deleted",
    files: typed,
    isFoundBefore: true,
    happen: (project) => [[Deleted, project.remove("src/connections.ts")]],
  },
  {
    what: "the folder of a file that is imported is deleted",
    files: {
      ...typed,
      "src/database/connections.ts": connections,
      "src/orders.ts": borrowing.replace("./connections", "./database/connections"),
    },
    isFoundBefore: true,
    happen: (project) => [[Deleted, project.remove("src/database")]],
  },
  {
    what: "a file that is found first takes the place of another",
    files: { ...typed, "src/connections.ts": undefined, "src/connections.d.ts": noPgAnywhere },
    isFoundBefore: false,
    happen: (project) => [[Created, project.write("src/connections.ts", connections)]],
  },
  {
    what: "a file that adds to global types is created",
    files: { ...typed, "src/orders.ts": borrowing.replace(/^import.*/, 'import "pg";') },
    isFoundBefore: false,
    happen: (project) => [
      [
        Created,
        project.write("src/globals.d.ts", 'declare function connection(): Promise<import("pg").PoolClient>;\n'),
      ],
    ],
  },
  {
    what: "`paths` in the tsconfig.json change",
    files: { ...elsewhere, "tsconfig.json": toPaths("./src/other.ts") },
    isFoundBefore: false,
    happen: (project) => [[Changed, project.write("tsconfig.json", toPaths("./src/real.ts"))]],
  },
  {
    what: "a file changes that the tsconfig.json extends",
    files: {
      ...elsewhere,
      "config/base.json": toPaths("../src/other.ts"),
      "tsconfig.json": { extends: "./config/base.json", include: ["src"] },
    },
    isFoundBefore: false,
    happen: (project) => [[Changed, project.write("config/base.json", toPaths("../src/real.ts"))]],
  },
  {
    what: "a tsconfig.json is created",
    files: { ...typed, "tsconfig.json": undefined },
    isFoundBefore: false,
    happen: (project) => [[Created, project.write("tsconfig.json", smallTsconfig)]],
  },
  {
    what: "a nearer tsconfig.json is created",
    files: { ...elsewhere, "tsconfig.json": toPaths("./src/other.ts") },
    isFoundBefore: false,
    happen: (project) => [[Created, project.write("src/tsconfig.json", { ...toPaths("./real.ts"), include: ["."] })]],
  },
  {
    what: "the tsconfig.json is deleted",
    files: typed,
    isFoundBefore: true,
    happen: (project) => [[Deleted, project.remove("tsconfig.json")]],
  },
  {
    what: "a broken tsconfig.json is mended",
    files: { ...elsewhere, "tsconfig.json": "{ nothing works" },
    isFoundBefore: false,
    happen: (project) => [[Changed, project.write("tsconfig.json", toPaths("./src/real.ts"))]],
  },
  {
    what: "a holdfast.config.json is created",
    files: typed,
    isFoundBefore: true,
    happen: (project) => [[Created, project.write("holdfast.config.json", { rules: { "no-early-release": "off" } })]],
  },
  {
    what: "the holdfast.config.json changes",
    files: { ...typed, "holdfast.config.json": { rules: { "no-early-release": "off" } } },
    isFoundBefore: false,
    happen: (project) => [[Changed, project.write("holdfast.config.json", {})]],
  },
  {
    what: "the holdfast.config.json is deleted",
    files: { ...typed, "holdfast.config.json": { files: { exclude: ["src"] } } },
    isFoundBefore: false,
    happen: (project) => [[Deleted, project.remove("holdfast.config.json")]],
  },
  {
    what: "a nearer holdfast.config.json is created",
    files: { ...typed, "holdfast.config.json": { rules: { "no-early-release": "off" } } },
    isFoundBefore: false,
    happen: (project) => [[Created, project.write("src/holdfast.config.json", {})]],
  },
  {
    what: "a library is updated to a version of which another contract holds",
    files: { ...typed, ...smallPg, "src/orders.ts": queueing, ...likely },
    isFoundBefore: true,
    happen: (project) => [
      [Changed, project.write("node_modules/pg/package.json", { name: "pg", version: "8.16.0", types: "index.d.ts" })],
    ],
  },
  {
    what: "a library is installed",
    files: {
      "package.json": {},
      "tsconfig.json": smallTsconfig,
      "src/connections.ts": connections,
      "src/orders.ts": borrowing,
    },
    isFoundBefore: false,
    happen: (project) => {
      return Object.entries(smallPg).map(([file, content]) => [Created, project.write(file, content)]);
    },
  },
  {
    what: "the types of a library change",
    files: typed,
    isFoundBefore: true,
    happen: (project) => [
      [
        Changed,
        project.write(
          "node_modules/pg/index.d.ts",
          "export declare class Pool { connect(): Promise<{ query(sql: string): Promise<{}>; release(): void }>; }\n",
        ),
      ],
    ],
  },
  {
    what: "a library is removed",
    files: typed,
    isFoundBefore: true,
    happen: (project) => [[Deleted, project.remove("node_modules/pg")]],
  },
  {
    what: "another branch is checked out",
    files: typed,
    isFoundBefore: true,
    prepare: createBranches,
    happen: (project) => {
      git(project, "checkout", "-q", "other");
      return [
        [Changed, project.path("src/connections.ts")],
        [Created, project.path("src/new.ts")],
        [Changed, project.path(".git/HEAD")],
      ];
    },
  },
  {
    what: "another branch is checked out and only git's HEAD is watched",
    files: typed,
    isFoundBefore: true,
    prepare: createBranches,
    happen: (project) => {
      git(project, "checkout", "-q", "other");
      return [[Changed, project.path(".git/HEAD")]];
    },
  },
  {
    what: "a branch with another tsconfig.json is checked out and only git's HEAD is watched",
    files: { ...elsewhere, "tsconfig.json": toPaths("./src/other.ts") },
    isFoundBefore: false,
    prepare: (project) => {
      createBranches(project);
      git(project, "checkout", "-q", "other");
      project.write("tsconfig.json", toPaths("./src/real.ts"));
      git(project, "commit", "-q", "-a", "-m", "paths");
      git(project, "checkout", "-q", "main");
    },
    happen: (project) => {
      git(project, "checkout", "-q", "other");
      return [[Changed, project.path(".git/HEAD")]];
    },
  },
  {
    what: "a library is installed and only the lock file is watched",
    files: { "tsconfig.json": smallTsconfig, "src/connections.ts": connections, "src/orders.ts": borrowing },
    isFoundBefore: false,
    happen: (project) => {
      for (const [file, content] of Object.entries(smallPg)) project.write(file, content);
      return [[Changed, project.write("package-lock.json", {})]];
    },
  },
  {
    what: "a library is updated by an installer that hides it and only the lock file is watched",
    files: { ...typed, "src/orders.ts": queueing, ...likely },
    isFoundBefore: true,
    prepare: (project) => utimesSync(project.path("node_modules/pg/package.json"), installed, installed),
    happen: (project) => {
      // The size is the same as before, and so is the time: installers set it.
      const file = project.write("node_modules/pg/package.json", {
        ...smallPg["node_modules/pg/package.json"],
        version: "8.16.0",
      });
      utimesSync(file, installed, installed);
      return [[Changed, project.write("pnpm-lock.yaml", "")]];
    },
  },
];

const installed = new Date("1985-10-26T08:15:00Z");

function git({ directory }: TestProject, ...args: string[]): void {
  execFileSync("git", ["-C", directory, "-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", ...args]);
}

/** A repository whose branch `other` has connections that break nothing; `main` is checked out. */
function createBranches(project: TestProject): void {
  project.write(".gitignore", "node_modules\n");
  git(project, "init", "-q", "-b", "main");
  git(project, "add", "-A");
  git(project, "commit", "-q", "-m", "main");
  git(project, "checkout", "-q", "-b", "other");
  project.write("src/connections.ts", otherConnections);
  project.write("src/new.ts", unrelated);
  git(project, "add", "-A");
  git(project, "commit", "-q", "-m", "other");
  git(project, "checkout", "-q", "main");
}

describe.each([...telling, ...silent])("a client $name", ({ capabilities, tells }) => {
  const workspace = createBareProject({});
  let client: Client;
  beforeAll(async () => {
    client = await startClient({ folders: [workspace.directory], capabilities, shared: true });
  });

  test.each(happenings)("sees it when $what", async ({ files, isFoundBefore, prepare, happen }) => {
    const project = createBareProject(files, workspace);
    prepare?.(project);
    const uri = await openFile(client, project, "src/orders.ts");
    const [before, after] = isFoundBefore ? [isFound, isEmpty] : [isEmpty, isFound];
    expect(await client.foundUntil(uri, () => true)).toSatisfy(before);
    const changes = happen(project);
    if (tells) {
      const events = changes.map(([type, path]) => ({ uri: uriOf(path), type }));
      await client.tell("workspace/didChangeWatchedFiles", { changes: events });
      await client.foundUntil(uri, after);
    } else {
      await workUntil(client, uri, after);
    }
    await client.close(uri);
  });
});
