import { mkdirSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FileChangeType } from "vscode-languageserver-protocol/node";
import { type Client, codes, startClient } from "./support/client.js";
import { createBareProject, type ProjectFiles, type TestProject } from "./support/project.js";
import {
  borrowing,
  connections,
  otherConnections,
  overlapping,
  releasedEarly,
  sequential,
  smallPg,
  smallTsconfig,
} from "./support/texts.js";

const found = ["4 no-concurrent-use"];

/** What the server has complained about, without how grave it is. */
function complaints(client: Client): string[] {
  return client.logLines.filter((line) => /^(error|warning)/.test(line)).map((line) => line.replace(/^\w+: /, ""));
}

interface Broken {
  what: string;
  files: ProjectFiles;
  prepare?: (project: TestProject) => void;
  /** What is complained about, once; it names the file. */
  complaint: RegExp;
}

const broken: Broken[] = [
  {
    what: "a configuration that is no JSON",
    files: { "holdfast.config.json": "{ rules: nothing" },
    complaint: /\/holdfast\.config\.json/,
  },
  {
    what: "a configuration that is a list",
    files: { "holdfast.config.json": [] },
    complaint: /\/holdfast\.config\.json/,
  },
  {
    what: "a configuration with a rule that does not exist",
    files: { "holdfast.config.json": { rules: { "no-concurent-use": "off" } } },
    complaint: /\/holdfast\.config\.json.*"no-concurent-use".*did you mean "no-concurrent-use"/,
  },
  {
    what: "a configuration with a contract that makes no sense",
    files: {
      "holdfast.config.json": {
        contracts: [{ package: 5, type: "Socket", options: { linger: { precedes: ["connect"] } } }],
      },
    },
    complaint: /\/holdfast\.config\.json/,
  },
  {
    what: "a tsconfig.json that is no JSON",
    files: { "tsconfig.json": '{ "compilerOptions": { "strict": true, ' },
    complaint: /\/tsconfig\.json:1:\d+: /,
  },
  {
    what: "a tsconfig.json that is empty",
    files: { "tsconfig.json": "" },
    complaint: /^$/,
  },
  {
    what: "a tsconfig.json with options of no sense",
    files: { "tsconfig.json": { compilerOptions: { strict: "very", paths: 5 } } },
    complaint: /\/tsconfig\.json/,
  },
  {
    what: "a tsconfig.json that extends what is not there",
    files: { "tsconfig.json": { extends: "./missing.json" } },
    complaint: /missing\.json/,
  },
  {
    what: "a tsconfig.json that extends itself",
    files: { "tsconfig.json": { extends: "./base.json" }, "base.json": { extends: "./tsconfig.json" } },
    complaint: /[Cc]ircular/,
  },
  {
    what: "a tsconfig.json that refers to what is not there",
    files: { "tsconfig.json": { files: [], references: [{ path: "./missing" }] } },
    complaint: /missing/,
  },
  {
    what: "a tsconfig.json that is a folder",
    files: { "tsconfig.json/file.txt": "" },
    complaint: /^$/,
  },
  {
    what: "a configuration that is a folder",
    files: { "holdfast.config.json/file.txt": "" },
    complaint: /^$/,
  },
  {
    what: "a tsconfig.json that is a link to nowhere",
    files: {},
    prepare: (project) => symlinkSync(project.path("nowhere"), project.path("tsconfig.json")),
    complaint: /^$/,
  },
  {
    what: "a package.json that is no JSON",
    files: { "package.json": "nothing", "node_modules/zeromq/package.json": "{" },
    complaint: /^$/,
  },
  {
    what: "types and libraries that do not exist",
    files: { "tsconfig.json": { compilerOptions: { types: ["nothing"], lib: ["es2099"] }, include: ["src"] } },
    complaint: /^$|es2099/,
  },
];

describe("what is broken costs no more than one line of the log:", () => {
  test.each(broken)("$what", async ({ files, prepare, complaint }) => {
    const project = createBareProject(files);
    prepare?.(project);
    const client = await startClient({ folders: [project.directory] });
    for (const name of ["one", "two", "deep/three"]) {
      const uri = await client.open(project.path(`src/${name}.ts`), overlapping);
      expect(codes(await client.diagnostics(uri))).toEqual(found);
    }
    const told = complaints(client);
    if (complaint.test("")) expect(told.filter((line) => !complaint.test(line))).toEqual([]);
    else expect(told).toEqual([expect.stringMatching(complaint)]);
    for (const line of told) expect(line).not.toMatch(/\n/);
    expect(client.status).toMatchObject({ state: "ready" });
  });
});

describe("a configuration that breaks while somebody writes it", () => {
  test("is told each time, and all is well as soon as it is mended", async () => {
    const project = createBareProject({ "holdfast.config.json": { rules: { "no-concurrent-use": "off" } } });
    const client = await startClient({ folders: [project.directory] });
    const uri = await client.open(project.path("src/report.ts"), overlapping);
    expect(await client.diagnostics(uri)).toEqual([]);
    const write = async (content: string, isFound: boolean) => {
      await client.filesChanged(FileChangeType.Changed, project.write("holdfast.config.json", content));
      await client.pulledUntil(uri, (diagnostics) => diagnostics.length > 0 === isFound);
    };
    await write("{", true);
    expect(complaints(client)).toHaveLength(1);
    await write('{ "rules": { "no-concurrent-use": "off" } }', false);
    expect(complaints(client)).toHaveLength(1);
    await write("{", true);
    expect(complaints(client)).toHaveLength(2);
  });
});

describe("source files", () => {
  test("that are no text, that vanish, that are folders: the rest goes on", async () => {
    const project = createBareProject({
      "src/bytes.ts": Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x80, 0x00]),
      "src/zeros.ts": Buffer.alloc(4_096),
      "src/utf16.ts": Buffer.from(`\uFEFF${overlapping}`, "utf16le"),
      "src/report.ts": overlapping,
      "src/orders.ts": releasedEarly,
      "src/unfinished.ts": `${overlapping}export function (`,
      "src/brackets.ts": "[".repeat(5_000),
      "src/deep.ts": `${overlapping}export const deep = ${"(".repeat(3_000)}1${")".repeat(3_000)};\n`,
    });
    mkdirSync(project.path("src/folder.ts"));
    const client = await startClient({ folders: [project.directory] });
    const answer = await client.request<{ files: number; findings: number }>("workspace/executeCommand", {
      command: "holdfast.server.checkWorkspace",
    });
    expect(answer.files).toBe(8);
    const published = (name: string) => client.published(`file://${project.path(name)}`).at(-1)?.diagnostics ?? [];
    expect(codes(published("src/report.ts"))).toEqual(found);
    expect(codes(published("src/orders.ts"))).toEqual(["10 no-early-release"]);
    expect(codes(published("src/unfinished.ts"))).toEqual(found);
    for (const line of complaints(client)) expect(line).toMatch(/\/src\/\w+\.ts: [^\n]+$/);
    project.remove("src/report.ts");
    await client.filesChanged(FileChangeType.Deleted, project.path("src/report.ts"));
    expect(await client.diagnostics(`file://${project.path("src/report.ts")}`)).toEqual([]);
    expect(await client.diagnostics(`file://${project.path("src/folder.ts")}`)).toEqual([]);
  });

  test("that import each other, themselves, and what is no module", async () => {
    const project = createBareProject({
      ...smallPg,
      "tsconfig.json": smallTsconfig,
      "src/connections.ts": `import "./orders.js";\nimport "./connections.js";\nimport "./data.json";\n${connections}`,
      "src/data.json": "[",
      "src/orders.ts": borrowing,
    });
    const client = await startClient({ folders: [project.directory] });
    const orders = await client.open(project.path("src/orders.ts"), borrowing);
    expect(codes(await client.diagnostics(orders))).toEqual(["8 no-early-release"]);
    const other = await client.open(project.path("src/connections.ts"), otherConnections);
    await client.pulledUntil(orders, (diagnostics) => diagnostics.length === 0);
    await client.close(other);
    await client.pulledUntil(orders, (diagnostics) => diagnostics.length > 0);
    expect(complaints(client)).toEqual([]);
  });
});

describe("a file that the analysis cannot do", () => {
  test("is named in one line of the log, and all others are looked at", async () => {
    const deep = `import { Push } from "zeromq";\nexport const deep = (push: Push) => ${"[".repeat(20_000)}push.send("")${"]".repeat(20_000)};\n`;
    const client = await startClient();
    const uri = await client.open("/nowhere/deep.ts", deep);
    await client.pull(uri);
    await client.setText(uri, `${deep}\n`);
    expect(await client.pull(uri)).toMatchObject({ kind: "full", items: [] });
    const told = complaints(client);
    expect(told).toEqual([expect.stringMatching(/^\/nowhere\/deep\.ts: [^\n]+$/)]);
    expect(codes(await client.diagnostics(await client.open("/nowhere/report.ts", overlapping)))).toEqual(found);
    await client.setText(uri, overlapping);
    expect(codes(await client.diagnostics(uri))).toEqual(found);
    await client.setText(uri, sequential);
    expect(await client.diagnostics(uri)).toEqual([]);
  });
});
