/** The program: `holdfast-lsp --stdio`, or over whatever channel the client says. */

import { Console } from "node:console";
import { pipeline } from "node:stream";
import { type Connection, createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { MessageStream } from "./message-stream.js";
import { serve } from "./server.js";
import { version } from "./version.js";

const channels = ["--stdio", "--node-ipc", "--pipe", "--socket"];
const args = process.argv.slice(2);

if (args.includes("--version")) {
  process.stdout.write(`${version}\n`);
} else if (args.some((arg) => channels.includes(arg.split("=")[0]!))) {
  start();
} else {
  process.stderr.write("holdfast-lsp is started by editors; run it as holdfast-lsp --stdio.\n");
  process.exitCode = 2;
}

function start(): void {
  const connection = args.includes("--stdio") ? connectOverStdio() : createConnection(ProposedFeatures.all);
  // What nobody has caught ends one piece of work, not the server.
  process.on("uncaughtException", (error) =>
    connection.console.error(`Internal error (please report it): ${error.message}`),
  );
  serve(connection);
  connection.listen();
}

function connectOverStdio(): Connection {
  // Standard output is for messages; whatever else anybody prints goes where editors expect it.
  globalThis.console = new Console(process.stderr);
  const messages = new MessageStream(() => connection.console.error("Ignored input that is not a valid LSP message."));
  const connection = createConnection(
    ProposedFeatures.all,
    pipeline(process.stdin, messages, () => {}),
    process.stdout,
  );
  return connection;
}
