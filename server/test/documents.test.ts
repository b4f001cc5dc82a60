import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "vscode-languageserver-protocol/node";
import { codes, pushed, startClient, uriOf } from "./support/client.js";
import { createBareProject } from "./support/project.js";
import {
  borrowing,
  connections,
  otherConnections,
  overlapping,
  overlappingScript,
  releasedEarly,
  releasedInTime,
  smallPg,
  smallTsconfig,
} from "./support/texts.js";

const isEmpty = (found: readonly Diagnostic[]) => found.length === 0;
const isFound = (found: readonly Diagnostic[]) => found.length > 0;

/** A component whose effect overlaps: JSX and types side by side. */
const component = `import { Push } from "zeromq";

export async function Report() {
  const push = new Push();
  await Promise.all([push.send("cpu"), push.send("memory")]);
  return <div title="done">{push.events && <br />}</div>;
}
`;

describe("projects", () => {
  test("that only refer to others: each file belongs to the one that has it, and sees source, not what was built", async () => {
    const composite = { ...smallTsconfig.compilerOptions, composite: true, outDir: "dist", rootDir: "src" };
    const project = createBareProject({
      ...smallPg,
      "tsconfig.json": { files: [], references: [{ path: "packages/data" }, { path: "packages/app" }] },
      "packages/data/package.json": { name: "data", type: "module", exports: "./dist/connections.js" },
      "packages/data/tsconfig.json": { compilerOptions: composite, include: ["src"] },
      "packages/data/src/connections.ts": connections,
      "packages/app/tsconfig.json": {
        compilerOptions: { ...composite, paths: { data: ["../data/src/connections.ts"] } },
        include: ["src"],
        references: [{ path: "../data" }],
      },
      "packages/app/src/orders.ts": borrowing.replace("./connections.js", "data"),
    });
    const client = await startClient({ folders: [project.directory] });
    const orders = await client.open(
      project.path("packages/app/src/orders.ts"),
      project.read("packages/app/src/orders.ts"),
    );
    expect(codes(await client.diagnostics(orders))).toEqual(["8 no-early-release"]);
    expect(client.status).toMatchObject({ project: "packages/app/tsconfig.json" });
    const data = await client.open(project.path("packages/data/src/connections.ts"), connections);
    await client.setText(data, otherConnections);
    await client.pulledUntil(orders, isEmpty);
  });

  test("named otherwise that a solution refers to", async () => {
    const project = createBareProject({
      ...smallPg,
      "tsconfig.json": { files: [], references: [{ path: "./tsconfig.app.json" }, { path: "./tsconfig.test.json" }] },
      "tsconfig.app.json": { ...smallTsconfig, compilerOptions: { ...smallTsconfig.compilerOptions, composite: true } },
      "tsconfig.test.json": { ...smallTsconfig, include: ["test"] },
      "src/connections.ts": connections,
      "src/orders.ts": borrowing,
      "test/orders.ts": borrowing.replace("./", "../src/"),
    });
    const client = await startClient({ folders: [project.directory] });
    const inSource = await client.open(project.path("src/orders.ts"), borrowing);
    expect(codes(await client.diagnostics(inSource))).toEqual(["8 no-early-release"]);
    expect(client.status).toMatchObject({ project: "tsconfig.app.json" });
    const inTest = await client.open(project.path("test/orders.ts"), project.read("test/orders.ts"));
    expect(codes(await client.diagnostics(inTest))).toEqual(["8 no-early-release"]);
    expect(client.status).toMatchObject({ project: "tsconfig.test.json" });
  });

  test("of JavaScript with a jsconfig.json have types, and those without any have traces", async () => {
    const script = borrowing.replace("./connections.js", "./connections.js");
    const files = { ...smallPg, "src/connections.js": connections, "src/orders.js": script };
    const configured = createBareProject({
      ...files,
      "jsconfig.json": { ...smallTsconfig, compilerOptions: { ...smallTsconfig.compilerOptions, checkJs: true } },
    });
    const plain = createBareProject(files);
    const client = await startClient({ folders: [configured.directory, plain.directory] });
    const typed = await client.open(configured.path("src/orders.js"), script);
    expect(codes(await client.diagnostics(typed))).toEqual(["8 no-early-release"]);
    expect(client.status).toMatchObject({ project: "jsconfig.json" });
    expect(await client.diagnostics(await client.open(plain.path("src/orders.js"), script))).toEqual([]);
    const traced = await client.open(plain.path("src/report.js"), overlappingScript);
    expect(codes(await client.diagnostics(traced))).toEqual(["4 no-concurrent-use"]);
    expect(client.status).not.toHaveProperty("project");
  });

  test("of TypeScript give types to JavaScript beside it, and to files that they do not include", async () => {
    const project = createBareProject({
      ...smallPg,
      "tsconfig.json": smallTsconfig,
      "src/connections.ts": connections,
      "scripts/orders.js": borrowing.replace("./", "../src/"),
    });
    const client = await startClient({ folders: [project.directory] });
    const uri = await client.open(project.path("scripts/orders.js"), project.read("scripts/orders.js"));
    expect(codes(await client.diagnostics(uri))).toEqual(["8 no-early-release"]);
  });
});

describe("kinds of files", () => {
  test("of JavaScript and TypeScript are all looked at, by their names", async () => {
    const project = createBareProject({
      ...smallPg,
      "tsconfig.json": {
        ...smallTsconfig,
        compilerOptions: { ...smallTsconfig.compilerOptions, jsx: "preserve", allowJs: true },
      },
    });
    const client = await startClient({ folders: [project.directory] });
    const found: Record<string, string[]> = {};
    for (const extension of ["ts", "mts", "cts", "js", "mjs", "cjs", "tsx", "jsx"]) {
      const isScript = extension.includes("j");
      const text = extension.endsWith("sx") ? component : isScript ? overlappingScript : overlapping;
      const required = text.replace('import { Push } from "zeromq"', 'const { Push } = require("zeromq")');
      const written = extension === "cjs" ? required.replace("await Promise", "void Promise") : text;
      const uri = await client.open(project.path(`src/report.${extension}`), written);
      found[extension] = codes(await client.diagnostics(uri));
    }
    const plain = ["4 no-concurrent-use"];
    const jsx = ["5 no-concurrent-use"];
    expect(found).toEqual({ ts: plain, mts: plain, cts: plain, js: plain, mjs: plain, cjs: plain, tsx: jsx, jsx });
  });

  test("that lie in no folder of the workspace are looked at, too", async () => {
    const project = createBareProject({ "inside.ts": overlapping });
    const other = createBareProject({ "holdfast.config.json": { rules: { "no-concurrent-use": "warn" } } });
    const asked: (string | undefined)[] = [];
    const client = await startClient({
      folders: [project.directory],
      settings: (uri) => {
        asked.push(uri);
        return {};
      },
    });
    const [diagnostic] = await client.diagnostics(await client.open(other.path("loose.ts"), overlapping));
    expect(diagnostic).toMatchObject({ code: "no-concurrent-use", severity: 2 });
    expect(asked).toContain(uriOf(other.directory));
  });
});

describe("unsaved documents", () => {
  test.each([
    ["untitled:Untitled-1", "typescript", releasedEarly, "10 no-early-release"],
    ["untitled:Untitled-2", "javascript", overlappingScript, "4 no-concurrent-use"],
    ["untitled:Untitled-3", "typescriptreact", component, "5 no-concurrent-use"],
    ["untitled:/somewhere/report.mts", "typescript", overlapping, "4 no-concurrent-use"],
    ["untitled:a%20new%20report.ts", "typescript", overlapping, "4 no-concurrent-use"],
  ])("%s, %s", async (address, languageId, text, expected) => {
    const client = await startClient();
    const uri = await client.open(address, text, languageId);
    const diagnostics = await client.diagnostics(uri);
    expect(codes(diagnostics)).toEqual([expected]);
    expect(diagnostics[0]!.relatedInformation!.map(({ location }) => location.uri)).toEqual([uri, uri, uri]);
  });

  test("see the workspace that they would be saved in: its types, its configuration", async () => {
    const project = createBareProject({
      ...smallPg,
      "tsconfig.json": smallTsconfig,
      "holdfast.config.json": { rules: { "no-early-release": "warn" } },
      "src/connections.ts": connections,
    });
    const client = await startClient({ folders: [project.directory], capabilities: pushed });
    const uri = await client.open("untitled:Untitled-1", borrowing.replace("./", "./src/"), "typescript");
    const [diagnostic] = await client.publishedUntil(uri, isFound);
    expect(diagnostic).toMatchObject({ code: "no-early-release", severity: 2 });
  });

  test("can be mended like all others", async () => {
    const client = await startClient();
    const uri = await client.open("untitled:Untitled-1", releasedEarly, "typescript");
    const [diagnostic] = await client.diagnostics(uri);
    const [fix] = await client.codeActions(uri, diagnostic!.range);
    await client.apply(fix!.edit!);
    expect(client.text(uri)).toBe(releasedInTime);
    expect(await client.diagnostics(uri)).toEqual([]);
  });

  test("in which nothing is written but something else than code are left alone", async () => {
    const client = await startClient();
    expect(await client.diagnostics(await client.open("untitled:Untitled-1", overlapping, "markdown"))).toEqual([]);
    expect(await client.diagnostics(await client.open("git:/nowhere/report.ts?HEAD", overlapping))).toEqual([]);
    expect(await client.diagnostics(await client.open("vscode-notebook-cell:/n.ipynb#1", overlapping))).toEqual([]);
  });
});

describe("paths", () => {
  const names = [
    "with a space",
    "#1",
    "100%",
    "50%25",
    "größe",
    "日本語",
    "😀",
    "[id]",
    "(group)",
    "@scope",
    "a+b",
    "a&b=c",
    "~",
    "it's",
    "$x",
    "a;b,c",
  ];

  test("of all kinds mean the same to server and client, however the client writes addresses", async () => {
    const files = Object.fromEntries(
      names.flatMap((name) => [
        [`${name}/src/connections.ts`, connections],
        [`${name}/src/orders.ts`, borrowing],
      ]),
    );
    const project = createBareProject({
      ...smallPg,
      "tsconfig.json": { ...smallTsconfig, include: ["**/*"] },
      ...files,
    });
    for (const write of [uriOf, (path: string) => pathToFileURL(path).href]) {
      const client = await startClient({
        params: { workspaceFolders: [{ uri: write(project.directory), name: "paths" }] },
      });
      for (const name of names) {
        const uri = await client.open(write(project.path(`${name}/src/orders.ts`)), borrowing);
        const diagnostics = await client.diagnostics(uri);
        expect(codes(diagnostics), name).toEqual(["8 no-early-release"]);
        expect(diagnostics[0]!.relatedInformation!.map(({ location }) => location.uri)).toEqual([uri, uri, uri]);
        const [fix] = await client.codeActions(uri, diagnostics[0]!.range);
        await client.apply(fix!.edit!);
        expect(await client.diagnostics(uri)).toEqual([]);
      }
    }
  });

  test("of folders of the workspace may be anything, with or without a slash at the end", async () => {
    const project = createBareProject({ "a b#c%/holdfast.config.json": {}, "a b#c%/src/report.ts": overlapping });
    const folder = project.path("a b#c%");
    for (const uri of [uriOf(folder), `${uriOf(folder)}/`]) {
      const settings = (asked: string | undefined) => ({
        workspaceDiagnostics: asked === undefined ? "no" : "workspace",
      });
      const client = await startClient({
        settings,
        capabilities: pushed,
        params: { workspaceFolders: [{ uri, name: "" }] },
      });
      await client.publishedUntil(uriOf(join(folder, "src/report.ts")), isFound);
    }
  });

  test("that lead over links", async () => {
    const project = createBareProject({
      ...smallPg,
      "real/tsconfig.json": smallTsconfig,
      "real/src/connections.ts": connections,
    });
    symlinkSync(project.path("real"), project.path("link"));
    const client = await startClient({ folders: [project.path("link")] });
    const orders = await client.open(project.path("link/src/orders.ts"), borrowing);
    expect(codes(await client.diagnostics(orders))).toEqual(["8 no-early-release"]);
    const other = await client.open(project.path("link/src/connections.ts"), connections);
    await client.setText(other, otherConnections);
    await client.pulledUntil(orders, isEmpty);
  });
});
