import {
  type Connection,
  DidChangeConfigurationNotification,
  ErrorCodes,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import { ClosedFiles } from "./closed-files.js";
import { codeActionKinds } from "./code-actions.js";
import { answerCommands } from "./commands.js";
import { answerFeatures } from "./features.js";
import { section, serverCommands } from "./protocol.js";
import { Reports } from "./reports.js";
import { Session } from "./session.js";
import { compiler, version } from "./version.js";
import { changeOf, isUpheaval, watchFiles } from "./watching.js";

/** Serves the client at the other end of a connection. Until it says what it can do there is nothing to answer. */
export function serve(connection: Connection): void {
  let isInitialized = false;
  connection.onRequest((method) => {
    throw isInitialized
      ? new ResponseError<void>(ErrorCodes.MethodNotFound, `there is no ${method} here`)
      : new ResponseError<void>(ErrorCodes.ServerNotInitialized, `${method} has to wait for initialize`);
  });
  connection.onInitialize((params) => {
    if (isInitialized) throw new ResponseError<void>(ErrorCodes.InvalidRequest, "the server is initialized already");
    isInitialized = true;
    const session = new Session(connection, params);
    const closed = new ClosedFiles(session);
    const reports = new Reports(session, closed);
    listenToDocuments(session, reports);
    listenToChanges(session);
    answerDiagnostics(session, reports);
    answerFeatures(session);
    answerCommands(session, closed);
    connection.onInitialized(() => initialized(session, closed));
    connection.onShutdown(() => session.end());
    return initializeResult(session);
  });
}

function initializeResult({ abilities }: Session): InitializeResult {
  return {
    serverInfo: { name: section, version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
      ...(abilities.pullsDiagnostics && {
        diagnosticProvider: { identifier: section, interFileDependencies: true, workspaceDiagnostics: true },
      }),
      codeActionProvider: { codeActionKinds },
      hoverProvider: true,
      codeLensProvider: {},
      inlayHintProvider: true,
      executeCommandProvider: { commands: Object.values(serverCommands) },
      workspace: { workspaceFolders: { supported: true, changeNotifications: abilities.tellsFolders } },
    },
  };
}

async function initialized(session: Session, closed: ClosedFiles): Promise<void> {
  const { connection, abilities, files, status } = session;
  connection.console.info(`Holdfast ${version}; types come from ${compiler}.`);
  if (abilities.tellsFolders) {
    connection.workspace.onDidChangeWorkspaceFolders(async () => {
      files.setFolders((await connection.workspace.getWorkspaceFolders()) ?? []);
      settingsChanged(session, undefined);
    });
  }
  if (abilities.tellsSettings) await connection.client.register(DidChangeConfigurationNotification.type, { section });
  if (abilities.tellsFileChanges) await watchFiles(connection);
  await applyMemoryLimit(session);
  status.idle();
  if (!abilities.pullsDiagnostics) await closed.publishWanted();
}

function listenToDocuments({ documents, files, findings, thread, connection }: Session, reports: Reports): void {
  documents.onDidOpen(({ document }) => {
    files.opened(document);
    if (URI.parse(document.uri).scheme === "file") findings.markSaved(document.uri);
  });
  documents.onDidChangeContent(({ document }) => {
    const file = files.pathOf(document.uri);
    if (file === undefined) return;
    thread.setText(file, document.getText());
    reports.edited(document.uri);
  });
  documents.onDidSave(({ document: { uri } }) => {
    findings.markSaved(uri);
    reports.saved(uri);
  });
  documents.onDidClose(({ document: { uri } }) => {
    const file = files.pathOf(uri);
    if (file !== undefined) thread.setText(file, undefined);
    files.closed(uri);
    findings.forget(uri);
    reports.closedDocument(uri);
  });
  documents.listen(connection);
}

function listenToChanges(session: Session): void {
  const { connection, files, thread } = session;
  connection.onDidChangeConfiguration(({ settings }) => settingsChanged(session, settings));
  connection.onDidChangeWatchedFiles((params) => {
    const changes = params.changes.flatMap((event) => {
      const path = files.pathOf(event.uri);
      return path === undefined ? [] : [changeOf(event, path)];
    });
    session.forgetComplaints();
    thread.changed(changes);
    if (changes.some(({ path }) => isUpheaval(path))) thread.sweep();
  });
}

function answerDiagnostics({ connection, answer }: Session, reports: Reports): void {
  const { diagnostics } = connection.languages;
  diagnostics.on(({ textDocument: { uri }, previousResultId }, token) =>
    answer(() => reports.pull(uri, previousResultId, token)),
  );
  diagnostics.onWorkspace(({ previousResultIds }, token, _, partial) =>
    answer(async () => {
      const known = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
      if (partial) return reports.pullWorkspace(known, token, (items) => partial.report({ items }));
      const items: Parameters<Parameters<typeof reports.pullWorkspace>[2]>[0] = [];
      await reports.pullWorkspace(known, token, (some) => items.push(...some));
      return { items };
    }),
  );
}

function settingsChanged(session: Session, said: unknown): void {
  session.settings.forget(said);
  session.forgetComplaints();
  session.status.limit(undefined);
  void applyMemoryLimit(session);
  session.changed.fire();
}

/** There is one analysis for all folders: the first one's setting counts. */
async function applyMemoryLimit({ files, settings, thread }: Session): Promise<void> {
  const [root] = files.roots;
  const { server } = await settings.of(root === undefined ? "" : URI.file(root).toString());
  thread.limit(server.maxMemory);
}
