/** Two editors without a window: one that talks to Holdfast's language server, one that talks to TypeScript's. */

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

const require = createRequire(import.meta.url);

/** A client of `holdfast-lsp` that asks for diagnostics as an editor does. */
export async function startHoldfast(folder) {
  const server = join(dirname(require.resolve("@holdfast/language-server/package.json")), "bin", "holdfast-lsp.mjs");
  const child = spawn(process.execPath, [server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  for (const request of ["client/registerCapability", "window/workDoneProgress/create", "workspace/diagnostic/refresh"])
    connection.onRequest(request, () => null);
  connection.onRequest("workspace/configuration", ({ items }) => items.map(() => null));
  connection.listen();
  const uri = pathToFileURL(folder).href;
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: "project" }],
    capabilities: {
      textDocument: { diagnostic: {} },
      workspace: {
        configuration: true,
        diagnostics: { refreshSupport: true },
        didChangeWatchedFiles: { dynamicRegistration: true },
      },
    },
  });
  await connection.sendNotification("initialized", {});
  return {
    pid: child.pid,
    open: (file, text) =>
      connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri: pathToFileURL(file).href, languageId: "typescript", version: 1, text },
      }),
    change: (file, version, range, text) =>
      connection.sendNotification("textDocument/didChange", {
        textDocument: { uri: pathToFileURL(file).href, version },
        contentChanges: [{ range, text }],
      }),
    diagnostics: async (file) => {
      const textDocument = { uri: pathToFileURL(file).href };
      const { items } = await connection.sendRequest("textDocument/diagnostic", { textDocument });
      return items;
    },
    stop: async () => {
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      connection.end();
    },
  };
}

/** A client of the project's own `tsserver`, of the version that Holdfast bundles. */
export function startTsserver() {
  const server = join(dirname(require.resolve("typescript/package.json")), "lib", "tsserver.js");
  const args = [server, "--disableAutomaticTypingAcquisition", "--suppressDiagnosticEvents"];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map();
  let sequence = 0;
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end).trim();
      text = text.slice(end + 1);
      if (!line.startsWith("{")) continue;
      const message = JSON.parse(line);
      waiting.get(message.request_seq)?.(message.body);
    }
  });
  const send = (command, args) =>
    child.stdin.write(`${JSON.stringify({ seq: ++sequence, type: "request", command, arguments: args })}\n`);
  return {
    pid: child.pid,
    open: (file, content) => send("open", { file, fileContent: content }),
    change: (file, _version, { start, end }, insertString) =>
      send("change", {
        file,
        line: start.line + 1,
        offset: start.character + 1,
        endLine: end.line + 1,
        endOffset: end.character + 1,
        insertString,
      }),
    diagnostics: (file) =>
      new Promise((resolve) => {
        send("semanticDiagnosticsSync", { file });
        waiting.set(sequence, resolve);
      }),
    stop: () => {
      child.kill();
    },
  };
}

/** The memory that a process holds now, and the most that it has held, in MB; where the system tells. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const read = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
  return { now: read("VmRSS"), peak: read("VmHWM") };
}
