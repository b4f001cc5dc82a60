import { documentationUrl } from "@holdfast/rules";
import {
  type CancellationToken,
  ErrorCodes,
  LSPErrorCodes,
  ResponseError,
  MessageType,
  ShowMessageNotification,
} from "vscode-languageserver/node";
import type { ClosedFiles } from "./closed-files.js";
import { explanationOf } from "./code-actions.js";
import { priorities } from "./findings.js";
import { debugInformationRequest, serverCommands, type WorkspaceResult } from "./protocol.js";
import type { Session } from "./session.js";
import { compiler, version } from "./version.js";

/** Carries out the commands of the server. */
export function answerCommands(session: Session, closed: ClosedFiles): void {
  session.connection.onExecuteCommand(({ command, arguments: [argument] = [] }, token) =>
    session.answer<unknown>(async () => {
      switch (command) {
        case serverCommands.fixAll:
          return fixAll(session, given(command, argument), token);
        case serverCommands.checkWorkspace:
          return checkWorkspace(closed, token);
        case serverCommands.explain:
          return explain(session, given(command, argument));
        case serverCommands.showReport:
          return showReport(session, closed, given(command, argument), token);
        case serverCommands.forgetReport:
          return forgetReport(session);
        default:
          throw new ResponseError(ErrorCodes.InvalidParams, `there is no command "${command}"`);
      }
    }),
  );
  session.connection.onRequest(debugInformationRequest, () => debugInformation(session));
}

function given(command: string, argument: unknown): string {
  if (typeof argument === "string") return argument;
  throw new ResponseError(ErrorCodes.InvalidParams, `${command} needs one argument, a string`);
}

/** How many fixes were applied. */
async function fixAll(session: Session, uri: string, token: CancellationToken): Promise<number> {
  const { documents, findings, thread, abilities, connection } = session;
  const document = documents.get(uri);
  const wanted = document && (await findings.targetOf(uri));
  if (document === undefined || wanted === undefined) return 0;
  let version: number | undefined;
  const asked = () => (version = document.version);
  const { text, applied } = await thread.ask("fixAll", wanted.target, { priority: priorities.asked, token, asked });
  if (applied === 0 || documents.get(uri)?.version !== version) return 0;
  const range = { start: { line: 0, character: 0 }, end: document.positionAt(document.getText().length) };
  const edits = [{ range, newText: text }];
  const textDocument = { uri, version: document.version };
  const edit = abilities.documentChanges
    ? { documentChanges: [{ textDocument, edits }] }
    : { changes: { [uri]: edits } };
  return (await connection.workspace.applyEdit(edit)).applied ? applied : 0;
}

/** Looks at every file, and tells what is found in those that are not open. */
async function checkWorkspace(closed: ClosedFiles, token: CancellationToken): Promise<WorkspaceResult> {
  const uris = await closed.discover(() => Promise.resolve(true), token);
  return closed.lookAt(uris, token, (uri, report) => closed.publish(uri, report));
}

/** Looks at every file that the report names, and tells what was seen in it. */
async function showReport(
  { files, reports, changed }: Session,
  closed: ClosedFiles,
  uri: string,
  token: CancellationToken,
): Promise<WorkspaceResult> {
  const report = files.pathOf(uri);
  if (report === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `${uri} is not a file`);
  const { files: named, problem } = await reports.choose(report);
  if (problem !== undefined && named.length === 0) throw new ResponseError(LSPErrorCodes.RequestFailed, problem);
  changed.fire();
  const uris = named.map((path) => files.uriOf(path));
  let findings = 0;
  await closed.lookAt(uris, token, (_, { findings: told }) => {
    findings += told.filter(({ seen }) => seen !== undefined).length;
  });
  return { files: uris.length, findings };
}

function forgetReport({ reports, changed }: Session): null {
  reports.forget();
  changed.fire();
  return null;
}

async function explain({ connection, abilities }: Session, rule: string): Promise<void> {
  const explanation = explanationOf(rule);
  if (explanation === undefined)
    throw new ResponseError(LSPErrorCodes.RequestFailed, `there is no rule "${rule}" to explain`);
  if (abilities.showsDocuments) {
    await connection.window.showDocument({ uri: documentationUrl(rule), external: true });
  } else {
    // Not a request: nobody is asked anything.
    await connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message: explanation });
  }
}

/** What helps with a report about the server. */
function debugInformation({ thread, documents, files, abilities, status, lastComplaints }: Session): string {
  const megabytes = Math.round(process.memoryUsage().rss / (1024 * 1024));
  return [
    `server: ${version} on Node.js ${process.version}, ${process.platform} ${process.arch}`,
    `compiler: ${compiler}`,
    `memory: ${megabytes} MB in total, ${thread.memory} MB of it for the analysis`,
    `open documents: ${documents.keys().length}`,
    `folders: ${files.roots.length}`,
    `diagnostics: ${abilities.pullsDiagnostics ? "pulled" : "pushed"}`,
    `status: ${JSON.stringify(status.current)}`,
    ...lastComplaints.map((sentence) => `problem: ${sentence}`),
  ].join("\n");
}
