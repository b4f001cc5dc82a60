import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ClientCapabilities, ErrorCodes } from "vscode-languageserver-protocol/node";
import { binary, Client, codes, pulling, pushed, startClient } from "./support/client.js";
import { createBareProject } from "./support/project.js";
import { overlapping } from "./support/texts.js";

/** It was given a document, and what it found is known. */
async function atWork(): Promise<Client> {
  const client = await startClient();
  const uri = await client.open("/nowhere/report.ts", overlapping);
  expect(codes(await client.diagnostics(uri))).toEqual(["4 no-concurrent-use"]);
  return client;
}

describe("what the server says it can do", () => {
  test("to a client that asks for diagnostics and can be told to ask again", async () => {
    const { initialized } = await startClient({ capabilities: pulling });
    expect(initialized).toEqual({
      serverInfo: { name: "holdfast", version: "0.1.0" },
      capabilities: {
        textDocumentSync: { openClose: true, change: 2, save: { includeText: false } },
        diagnosticProvider: { identifier: "holdfast", interFileDependencies: true, workspaceDiagnostics: true },
        codeActionProvider: { codeActionKinds: ["quickfix", "refactor.rewrite.holdfast", "source.fixAll.holdfast"] },
        hoverProvider: true,
        codeLensProvider: {},
        inlayHintProvider: true,
        executeCommandProvider: {
          commands: [
            "holdfast.server.fixAll",
            "holdfast.server.checkWorkspace",
            "holdfast.server.explain",
            "holdfast.server.showReport",
            "holdfast.server.forgetReport",
          ],
        },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    });
  });

  test.each<[string, ClientCapabilities]>([
    ["that cannot ask", pushed],
    ["that cannot be told to ask again", { ...pulling, workspace: { ...pulling.workspace, diagnostics: {} } }],
    ["of no abilities at all", {}],
  ])("to a client %s: nothing about diagnostics, which it is told", async (_, capabilities) => {
    const { initialized } = await startClient({ capabilities });
    expect(initialized.capabilities.diagnosticProvider).toBeUndefined();
    expect(initialized.capabilities.codeActionProvider).toBeDefined();
  });

  test("which compiler answers: its own, whatever the workspace has installed", async () => {
    const project = createBareProject({
      "node_modules/typescript/package.json": { name: "typescript", version: "9.9.9", main: "lib/typescript.js" },
      "tsconfig.json": { compilerOptions: { types: [] } },
      "src/report.ts": overlapping,
    });
    const trap = project.path("loaded");
    project.write(
      "node_modules/typescript/lib/typescript.js",
      `require("fs").writeFileSync(${JSON.stringify(trap)}, "")`,
    );
    const client = await startClient({ folders: [project.directory] });
    const uri = await client.open(project.path("src/report.ts"), overlapping);
    expect(codes(await client.diagnostics(uri))).toEqual(["4 no-concurrent-use"]);
    expect(client.logLines[0]).toMatch(/^info: Holdfast 0\.1\.0; types come from TypeScript 6\.0\.3, bundled\.$/);
    expect(client.status).toMatchObject({ state: "ready", compiler: "TypeScript 6.0.3, bundled" });
    expect(await client.debugInformation()).toContain("compiler: TypeScript 6.0.3, bundled\n");
    expect(existsSync(trap)).toBe(false);
  });
});

describe("the end", () => {
  test("comes with code 0 after a shutdown and an exit", async () => {
    const client = await atWork();
    expect(await client.stop()).toBe(0);
  });

  test("comes with code 1 if nobody asked for a shutdown", async () => {
    const client = await atWork();
    await client.tell("exit", {});
    expect(await client.exited).toBe(1);
  });

  test("comes when the input does", async () => {
    const client = await atWork();
    client.process.stdin!.end();
    expect(await client.exited).toBe(1);
  });

  test("comes with code 0 when the input ends after a shutdown", async () => {
    const client = await atWork();
    await client.request("shutdown");
    client.process.stdin!.end();
    expect(await client.exited).toBe(0);
  });

  test("comes when nobody reads any more", async () => {
    const client = await atWork();
    client.process.stdout!.destroy();
    client.process.stdin!.end();
    expect(await client.exited).toBe(1);
  });

  test("comes when the editor has died, even if its pipes are still held", async () => {
    const editor = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const client = await startClient({ params: { processId: editor.pid! } });
    editor.kill("SIGKILL");
    await once(editor, "exit");
    expect(await client.exited).toBe(1);
  });

  test("of an idle server takes no longer than its client's patience", async () => {
    const client = await startClient();
    const began = performance.now();
    expect(await client.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test("does not wait for an analysis that goes on", async () => {
    const client = await startClient();
    const uri = await client.open("/nowhere/long.ts", overlapping + "export {};\n".repeat(200_000));
    let isAnswered = false;
    void client.pull(uri).then(
      () => (isAnswered = true),
      () => {},
    );
    await client.debugInformation();
    expect(isAnswered).toBe(false);
    const began = performance.now();
    expect(await client.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test("leaves nothing to ask: requests after a shutdown are refused", async () => {
    const client = await atWork();
    await client.request("shutdown");
    await expect(client.pull("file:///nowhere/report.ts")).rejects.toMatchObject({ code: ErrorCodes.InvalidRequest });
    await client.tell("exit", {});
    expect(await client.exited).toBe(0);
  });
});

describe("the beginning", () => {
  test.each([
    ["textDocument/diagnostic", { textDocument: { uri: "file:///nowhere/report.ts" } }],
    ["textDocument/hover", { textDocument: { uri: "file:///nowhere/report.ts" }, position: { line: 0, character: 0 } }],
    ["workspace/executeCommand", { command: "holdfast.server.checkWorkspace" }],
    ["holdfast/debugInformation", {}],
    ["no/such/method", {}],
  ])("comes first: %s is refused before it", async (method, params) => {
    const client = new Client({});
    await expect(client.request(method, params)).rejects.toMatchObject({ code: ErrorCodes.ServerNotInitialized });
    await client.initialize();
    expect(await client.stop()).toBe(0);
  });

  test("comes first: notifications before it are dropped", async () => {
    const client = new Client({});
    const uri = await client.open("/nowhere/report.ts", overlapping);
    await client.save(uri).catch(() => {});
    await client.initialize();
    expect(await client.debugInformation()).toContain("open documents: 0\n");
    expect(await client.diagnostics(await client.open(uri, overlapping))).toHaveLength(1);
  });

  test("does not have to come before the end", async () => {
    const client = new Client({});
    await client.tell("exit", {});
    expect(await client.exited).toBe(1);
  });

  test("comes once", async () => {
    const client = await atWork();
    await expect(client.initialize()).rejects.toMatchObject({ code: ErrorCodes.InvalidRequest });
    expect(codes(await client.diagnostics("file:///nowhere/report.ts"))).toEqual(["4 no-concurrent-use"]);
  });

  test("needs no word about folders", async () => {
    const client = await startClient({ params: { workspaceFolders: undefined, rootUri: null } });
    const uri = await client.open("/nowhere/report.ts", overlapping);
    expect(codes(await client.diagnostics(uri))).toEqual(["4 no-concurrent-use"]);
  });
});

describe("the command line", () => {
  function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      execFile(process.execPath, [binary, ...args], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }

  test("says what is missing if nobody says how to talk", async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*--stdio[^\n]*\n$/);
  });

  test("tells the version", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
  });
});
