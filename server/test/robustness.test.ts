/** What editors and projects put a server through. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  FileChangeType,
  ProgressType,
  type WorkspaceDiagnosticReportPartialResult,
} from "vscode-languageserver-protocol/node";
import { programs } from "../../fixtures/test/support/programs.js";
import { codes, startClient } from "./support/client.js";
import { createProject } from "./support/project.js";
import { overlapping, releasedEarly, releasedInTime, unrelated } from "./support/texts.js";

/** More declarations than fit into a small heap. */
const largeTypes = Array.from({ length: 25_000 }, (_, index) => {
  const members = Array.from({ length: 10 }, (__, member) => `  m${member}: { of: "${index}.${member}" };\n`);
  return `export interface Large${index} {\n${members.join("")}}\n`;
}).join("");

const workspaceReports = new ProgressType<WorkspaceDiagnosticReportPartialResult>();

const tsconfig = {
  compilerOptions: { target: "es2022", module: "nodenext", strict: true, types: ["node"], skipLibCheck: true },
  include: ["src"],
};

describe("a server that is killed", () => {
  test("five times is as good as new each time", async () => {
    const project = createProject({ "tsconfig.json": tsconfig, "src/orders.ts": releasedEarly });
    for (let time = 1; time <= 5; time++) {
      const client = await startClient({ folders: [project.directory] });
      const uri = await client.open(project.path("src/orders.ts"), releasedEarly);
      expect(codes(await client.diagnostics(uri))).toEqual(["10 no-early-release"]);
      void client.pull(uri).catch(() => "lost");
      client.process.kill("SIGKILL");
      expect(await client.exited).toBe("SIGKILL");
    }
  });
});

describe("a project that does not fit into memory", () => {
  test("is checked without types, as the status says, and the server lives on", async () => {
    const project = createProject({
      "tsconfig.json": { ...tsconfig, compilerOptions: { ...tsconfig.compilerOptions, lib: ["es2022", "dom"] } },
      "src/large.ts": largeTypes,
      "src/orders.ts": `import "./large.js";\n${releasedEarly}`,
    });
    const client = await startClient({ folders: [project.directory], settings: { server: { maxMemory: 128 } } });
    const uri = await client.open(project.path("src/orders.ts"), project.read("src/orders.ts"));
    expect(codes(await client.diagnostics(uri))).toEqual(["11 no-early-release"]);
    expect(client.status).toMatchObject({
      state: "limited",
      message: expect.stringMatching(
        /ran out of its 128 MB of memory over .*tsconfig\.json, which is now checked without types\.$/,
      ) as string,
    });
    expect(client.logLines.filter((line) => line.startsWith("error"))).toHaveLength(1);
    await client.setText(uri, releasedInTime);
    expect(await client.diagnostics(uri)).toEqual([]);
  });
});

describe("a file of 50,000 lines", () => {
  test("is looked at like any other, and others do not wait for it for ever", async () => {
    const line = "  await client.query('SELECT 1');\n";
    const body = Array.from(
      { length: 500 },
      (_, index) => `async function work${index}(client: PoolClient) {\n${line.repeat(98)}}\n`,
    );
    const text = `import type { PoolClient } from "pg";\n${body.join("")}${overlapping}`;
    expect(text.split("\n").length).toBeGreaterThan(50_000);
    const project = createProject({ "tsconfig.json": tsconfig, "src/long.ts": text, "src/orders.ts": releasedEarly });
    const client = await startClient({ folders: [project.directory] });
    const long = await client.open(project.path("src/long.ts"), text);
    const orders = await client.open(project.path("src/orders.ts"), releasedEarly);
    const [inLong, inOrders] = await Promise.all([client.diagnostics(long), client.diagnostics(orders)]);
    expect(codes(inLong)).toEqual([`${text.split("\n").length - 2} no-concurrent-use`]);
    expect(codes(inOrders)).toEqual(["10 no-early-release"]);
  });
});

describe("a file that is being typed", () => {
  const typed = programs()
    .filter(({ name }) => /^cases\/.*-a$/.test(name))
    .slice(0, 3);

  test.each(typed)("$name is looked at after every character", async ({ file, text, expected }) => {
    const project = createProject({ "tsconfig.json": tsconfig });
    const client = await startClient({ folders: [project.directory], settings: { confidence: "likely" } });
    const uri = await client.open(project.path(`src/typed.${file.split(".").at(-1)}`), "");
    const answers: Promise<unknown>[] = [];
    for (let length = 1; length <= text.length; length++) {
      await client.setText(uri, text.slice(0, length));
      // An editor asks again before it has the answer; what it no longer wants it cancels.
      const { answer, cancel } = client.cancellable("textDocument/diagnostic", { textDocument: { uri } });
      answers.push(answer.catch((error: unknown) => (error as { code: number }).code));
      if (length % 5 !== 0) cancel();
    }
    for (const answer of await Promise.all(answers)) if (typeof answer === "number") expect(answer).toBe(-32_800);
    const found = await client.diagnostics(uri);
    expect(codes(found)).toEqual(expected.map(({ line, rule }) => `${line} ${rule}`));
    expect(client.logLines.filter((line) => /^(error|warning)/.test(line))).toEqual([]);
  });
});

describe("a workspace of 5,000 files beside a build that writes all the time", () => {
  test("is found out about, within its memory", async () => {
    const project = createProject({ "tsconfig.json": tsconfig, "package.json": {}, ".gitignore": "generated\n" });
    for (let index = 0; index < 5_000; index++) {
      const folder = project.path(`src/part${index % 50}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `file${index}.ts`), index % 50 === 0 ? releasedEarly : unrelated);
    }
    const limit = 512;
    const client = await startClient({
      folders: [project.directory],
      settings: { workspaceDiagnostics: "workspace", server: { maxMemory: limit } },
    });
    let built = 0;
    const build = async () => {
      const paths = ["build/bundle.js", `build/chunk${built % 100}.js`, "generated/api.ts", ".next/page.js"];
      for (const path of paths) project.write(path, `${releasedEarly}// ${built}\n`);
      built++;
      await client.filesChanged(
        built < 100 ? FileChangeType.Created : FileChangeType.Changed,
        ...paths.map((path) => project.path(path)),
      );
    };
    const found = new Set<string>();
    const result = client.connection.onProgress(workspaceReports, "all", ({ items }) => {
      for (const report of items) if (report.kind === "full" && report.items.length > 0) found.add(report.uri);
    });
    const answered = client
      .request("workspace/diagnostic", { previousResultIds: [], partialResultToken: "all" })
      .then(() => true);
    const buildAndAsk = () =>
      build()
        .then(() => client.debugInformation())
        .then(() => false);
    while (!(await Promise.race([buildAndAsk(), answered])));
    result.dispose();
    expect(found.size).toBe(100);
    expect([...found].filter((uri) => /build|generated|\.next/.test(uri))).toEqual([]);
    expect(built).toBeGreaterThan(3);
    const [, heap] = /(\d+) MB of it/.exec(await client.debugInformation()) ?? [];
    expect(Number(heap)).toBeLessThan(limit);
    expect(client.logLines.filter((line) => /^(error|warning)/.test(line))).toEqual([]);
  }, 120_000);
});
