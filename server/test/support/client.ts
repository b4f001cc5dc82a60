import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, expect } from "vitest";
import {
  type ApplyWorkspaceEditParams,
  CancellationTokenSource,
  type ClientCapabilities,
  type CodeAction,
  type CodeActionContext,
  type ConfigurationParams,
  createProtocolConnection,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type FileChangeType,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  type Message,
  type MessageConnection,
  NullLogger,
  type PublishDiagnosticsParams,
  type ProtocolConnection,
  type Range,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocumentEdit,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import type { InitializationOptions, Status } from "../../src/protocol.js";

export const binary = fileURLToPath(new URL("../../bin/holdfast-lsp.mjs", import.meta.url));

/** What a client like VS Code says of itself: it asks for diagnostics and can be told to ask again. */
export const pulling: ClientCapabilities = {
  workspace: {
    applyEdit: true,
    workspaceEdit: { documentChanges: true },
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    configuration: true,
    workspaceFolders: true,
    diagnostics: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
  },
  textDocument: {
    synchronization: { didSave: true },
    diagnostic: { dynamicRegistration: false, relatedDocumentSupport: false },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } }, isPreferredSupport: true },
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
};

/** The same without diagnostics that are asked for. */
export const pushed: ClientCapabilities = {
  ...pulling,
  workspace: { ...pulling.workspace, diagnostics: undefined },
  textDocument: { ...pulling.textDocument, diagnostic: undefined },
};

/** The same for a client that does not tell what changes on disk. */
export function withoutWatching(capabilities: ClientCapabilities): ClientCapabilities {
  return { ...capabilities, workspace: { ...capabilities.workspace, didChangeWatchedFiles: undefined } };
}

export interface ClientOptions {
  /** Folders of the workspace, as paths. */
  folders?: readonly string[];
  capabilities?: ClientCapabilities;
  /** Settings, for all folders or by the address of one. */
  settings?: object | ((uri: string | undefined) => object);
  initializationOptions?: InitializationOptions;
  /** Bytes that come before everything else. */
  before?: string;
  /** Whatever the server asks for, it gets an error. */
  refuses?: boolean;
  /** It lives as long as the tests of its file, not as long as one test. */
  shared?: boolean;
  /** Whatever else `initialize` is to say. */
  params?: Partial<InitializeParams>;
}

/** A message as it came over the wire. */
export interface Received extends Message {
  id?: number | string | null;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string };
}

const patience = 30_000;
const clients = new Set<Client>();

afterEach(() => end([...clients].filter((client) => !client.isShared)));
afterAll(() => end([...clients]));

async function end(used: readonly Client[]): Promise<void> {
  for (const client of used) clients.delete(client);
  await Promise.all(used.map((client) => client.kill()));
  // Whatever a test is about: nobody is ever shown where in the server something went wrong.
  for (const { stderr, log } of used) {
    expect(stderr).toBe("");
    expect(log.filter((message) => /\\n\s+at /.test(JSON.stringify(message)))).toEqual([]);
  }
}

/** A server process without a word said to it yet. */
export function spawnServer(): ChildProcess {
  return spawn(process.execPath, [binary, "--stdio"], { stdio: ["pipe", "pipe", "pipe"] });
}

/** Starts the server and says hello to it. */
export async function startClient(options: ClientOptions = {}): Promise<Client> {
  const client = new Client(options);
  await client.initialize();
  return client;
}

/** An editor as the server sees it, with a log of every message that came from the server. */
export class Client {
  readonly log: Received[] = [];
  readonly process = spawnServer();
  readonly connection: ProtocolConnection;
  readonly exited: Promise<number | NodeJS.Signals>;
  stderr = "";
  settings: Exclude<ClientOptions["settings"], undefined>;
  initialized!: InitializeResult;
  /** How the client answers requests to apply an edit. */
  appliesEdits = true;
  /** The folders of the workspace. */
  private paths: readonly string[] | undefined;
  private readonly documents = new Map<string, TextDocument>();
  private readonly watchers = new Set<() => void>();

  constructor(private readonly options: ClientOptions) {
    clients.add(this);
    this.settings = options.settings ?? {};
    this.paths = options.folders;
    const { stdin, stderr } = this.process;
    stderr!.on("data", (data: Buffer) => (this.stderr += data.toString()));
    // A server that is killed no longer reads.
    stdin!.on("error", () => {});
    this.exited = once(this.process, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    void this.exited.then(() => this.notify());
    this.connection = createProtocolConnection(this.loggingReader(), new StreamMessageWriter(stdin!), NullLogger);
    if (options.refuses) this.refuseRequests();
    else this.answerRequests();
    this.connection.listen();
    if (options.before !== undefined) stdin!.write(options.before);
  }

  async initialize(): Promise<InitializeResult> {
    this.initialized = await this.request<InitializeResult>("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities: this.options.capabilities ?? pulling,
      initializationOptions: { status: true, ...this.options.initializationOptions },
      workspaceFolders: this.folders,
      ...this.options.params,
    });
    await this.connection.sendNotification("initialized", {});
    return this.initialized;
  }

  /** Ends the session as the protocol says, and tells the exit code. */
  async stop(): Promise<number | NodeJS.Signals> {
    await this.request("shutdown");
    await this.connection.sendNotification("exit");
    return this.exited;
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.exited;
    this.connection.dispose();
  }

  request<T = unknown>(method: string, params?: object): Promise<T> {
    return params === undefined ? this.connection.sendRequest(method) : this.connection.sendRequest(method, params);
  }

  tell(method: string, params: object): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  /** Puts a request that can be cancelled. */
  cancellable<T = unknown>(method: string, params: object): { answer: Promise<T>; cancel: () => void } {
    const source = new CancellationTokenSource();
    return { answer: this.connection.sendRequest<T>(method, params, source.token), cancel: () => source.cancel() };
  }

  // Documents

  /** Opens a document, as it is on disk or with a text of its own. */
  async open(pathOrUri: string, text: string, languageId = languageOf(pathOrUri)): Promise<string> {
    const uri = uriOf(pathOrUri);
    this.documents.set(uri, TextDocument.create(uri, languageId, 1, text));
    await this.tell("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
    return uri;
  }

  /** Replaces the first occurrence of a piece of text, told as one incremental change. */
  async replace(uri: string, piece: string, replacement: string): Promise<number> {
    const document = this.document(uri);
    const start = document.getText().indexOf(piece);
    if (start < 0) throw new Error(`${uri} has no ${JSON.stringify(piece)}`);
    const range = { start: document.positionAt(start), end: document.positionAt(start + piece.length) };
    return this.change(uri, [{ range, newText: replacement }]);
  }

  /** Makes the whole text another, told as such. */
  async setText(uri: string, text: string): Promise<number> {
    const version = this.document(uri).version + 1;
    TextDocument.update(this.document(uri), [{ text }], version);
    await this.tell("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text }] });
    return version;
  }

  /** Applies edits, the last one first, so that earlier ones keep their places. */
  async change(uri: string, edits: readonly TextEdit[]): Promise<number> {
    const document = this.document(uri);
    const version = document.version + 1;
    const ordered = [...edits].sort(
      (one, other) => document.offsetAt(other.range.start) - document.offsetAt(one.range.start),
    );
    const contentChanges = ordered.map(({ range, newText }) => ({ range, text: newText }));
    TextDocument.update(document, contentChanges, version);
    await this.tell("textDocument/didChange", { textDocument: { uri, version }, contentChanges });
    return version;
  }

  async save(uri: string): Promise<void> {
    writeFileSync(URI.parse(uri).fsPath, this.text(uri));
    await this.tell("textDocument/didSave", { textDocument: { uri } });
  }

  async close(uri: string): Promise<void> {
    this.documents.delete(uri);
    await this.tell("textDocument/didClose", { textDocument: { uri } });
  }

  text(uri: string): string {
    return this.document(uri).getText();
  }

  version(uri: string): number {
    return this.document(uri).version;
  }

  /** Where a piece of text begins. */
  positionOf(uri: string, piece: string, offset = 0): { line: number; character: number } {
    const start = this.text(uri).indexOf(piece);
    if (start < 0) throw new Error(`${uri} has no ${JSON.stringify(piece)}`);
    return this.document(uri).positionAt(start + offset);
  }

  textAt(uri: string, range: Range): string {
    return this.document(uri).getText(range);
  }

  // What the server is asked

  async pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.request("textDocument/diagnostic", { textDocument: { uri }, previousResultId });
  }

  /** The diagnostics of a document, asked for. */
  async diagnostics(uri: string): Promise<Diagnostic[]> {
    const report = await this.pull(uri);
    if (report.kind !== "full") throw new Error("a full report was asked for");
    return report.items;
  }

  /** Asks now, and whenever the server says that answers may be others, until the answer is as it should be. */
  async pulledUntil(uri: string, isRight: (diagnostics: Diagnostic[]) => boolean): Promise<Diagnostic[]> {
    for (;;) {
      const asked = this.log.length;
      const diagnostics = await this.diagnostics(uri);
      if (isRight(diagnostics)) return diagnostics;
      await this.until(`a refresh; found ${JSON.stringify(codes(diagnostics))} of ${uri}`, () =>
        this.log.slice(asked).some(({ method }) => method === "workspace/diagnostic/refresh"),
      );
    }
  }

  /** The last diagnostics that were published, once they are as they should be. */
  async publishedUntil(
    uri: string,
    isRight: (diagnostics: Diagnostic[], version: number | undefined) => boolean = () => true,
  ): Promise<Diagnostic[]> {
    return this.until(`diagnostics of ${uri}`, () => {
      const last = this.published(uri).at(-1);
      return last && isRight(last.diagnostics, last.version) ? last.diagnostics : undefined;
    });
  }

  /** Everything that was published for a document, in order. */
  published(uri: string): PublishDiagnosticsParams[] {
    return this.notifications<PublishDiagnosticsParams>("textDocument/publishDiagnostics").filter(
      (params) => params.uri === uri,
    );
  }

  /** The diagnostics by whichever way this client gets them, once they are as they should be. */
  async foundUntil(uri: string, isRight: (diagnostics: Diagnostic[]) => boolean): Promise<Diagnostic[]> {
    return this.initialized.capabilities.diagnosticProvider
      ? this.pulledUntil(uri, isRight)
      : this.publishedUntil(uri, (diagnostics) => isRight(diagnostics));
  }

  async codeActions(uri: string, range: Range, context: Partial<CodeActionContext> = {}): Promise<CodeAction[]> {
    return this.request("textDocument/codeAction", {
      textDocument: { uri },
      range,
      context: { diagnostics: [], ...context },
    });
  }

  /** Tells that files have changed on disk. */
  async filesChanged(type: FileChangeType, ...paths: string[]): Promise<void> {
    await this.tell("workspace/didChangeWatchedFiles", { changes: paths.map((path) => ({ uri: uriOf(path), type })) });
  }

  /** The workspace has other folders now. */
  async changeFolders(paths: readonly string[]): Promise<void> {
    const before = this.paths ?? [];
    this.paths = paths;
    const added = paths.filter((path) => !before.includes(path)).map(folderAt);
    const removed = before.filter((path) => !paths.includes(path)).map(folderAt);
    await this.tell("workspace/didChangeWorkspaceFolders", { event: { added, removed } });
  }

  /** Applies what a code action or a request says to the open documents. */
  async apply({ changes = {}, documentChanges = [] }: WorkspaceEdit): Promise<void> {
    for (const [uri, edits] of Object.entries(changes)) await this.change(uri, edits);
    for (const change of documentChanges) {
      if (!TextDocumentEdit.is(change)) throw new Error("only texts are edited");
      const { uri, version } = change.textDocument;
      if (version !== null && version !== this.version(uri)) throw new Error(`${uri} is at another version`);
      await this.change(uri, change.edits as TextEdit[]);
    }
  }

  // What the server said

  notifications<T>(method: string): T[] {
    return this.log.filter((message) => message.method === method).map(({ params }) => params as T);
  }

  /** How often the server has asked this. */
  count(method: string): number {
    return this.log.filter((message) => message.method === method).length;
  }

  /** The lines of the log, with how grave they are. */
  get logLines(): string[] {
    return this.notifications<{ type: number; message: string }>("window/logMessage").map(
      ({ type, message }) => `${["", "error", "warning", "info", "log", "debug"][type]}: ${message}`,
    );
  }

  get isShared(): boolean {
    return this.options.shared === true;
  }

  get status(): Status | undefined {
    return this.notifications<Status>("holdfast/status").at(-1);
  }

  debugInformation(): Promise<string> {
    return this.request<string>("holdfast/debugInformation");
  }

  /** Waits until something is so; looks again with every message that comes in. */
  until<T>(what: string, find: () => T | undefined | false, milliseconds = patience): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined || found === false) return;
        finish();
        resolve(found);
      };
      const tail = () => this.log.slice(-6).map((message) => JSON.stringify(message).slice(0, 400));
      const timer = setTimeout(() => {
        finish();
        reject(new Error([`never saw ${what}; last came`, ...tail(), this.stderr].join("\n")));
      }, milliseconds);
      const finish = () => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      this.watchers.add(look);
      look();
    });
  }

  private document(uri: string): TextDocument {
    const document = this.documents.get(uri);
    if (document === undefined) throw new Error(`${uri} is not open`);
    return document;
  }

  private get folders(): { uri: string; name: string }[] | null {
    return this.paths?.map(folderAt) ?? null;
  }

  private notify(): void {
    for (const watcher of [...this.watchers]) watcher();
  }

  private loggingReader(): StreamMessageReader {
    const reader = new StreamMessageReader(this.process.stdout!);
    const listen = reader.listen.bind(reader);
    reader.listen = (callback) =>
      listen((message) => {
        this.log.push(message);
        callback(message);
        this.notify();
      });
    return reader;
  }

  private refuseRequests(): void {
    const connection = this.connection as ProtocolConnection & Pick<MessageConnection, "onRequest">;
    connection.onRequest((method) => {
      throw new ResponseError(LSPErrorCodes.RequestFailed, `${method} is refused`);
    });
  }

  private answerRequests(): void {
    const { connection } = this;
    connection.onRequest("workspace/configuration", ({ items }: ConfigurationParams): object[] =>
      items.map(({ scopeUri }) => (isByAddress(this.settings) ? this.settings(scopeUri) : this.settings)),
    );
    connection.onRequest("workspace/workspaceFolders", () => this.folders);
    connection.onRequest("workspace/applyEdit", async ({ edit }: ApplyWorkspaceEditParams) => {
      if (this.appliesEdits) await this.apply(edit);
      return { applied: this.appliesEdits };
    });
    connection.onRequest("window/showDocument", () => ({ success: true }));
    for (const method of [
      "client/registerCapability",
      "window/workDoneProgress/create",
      "workspace/diagnostic/refresh",
      "workspace/codeLens/refresh",
      "workspace/inlayHint/refresh",
    ])
      connection.onRequest(method, () => null);
  }
}

/** The address of a path; an address stays as it is. */
export function uriOf(pathOrUri: string): string {
  return /^[a-z][a-z+-]+:/.test(pathOrUri) ? pathOrUri : URI.file(pathOrUri).toString();
}

function isByAddress(settings: object): settings is (uri: string | undefined) => object {
  return typeof settings === "function";
}

function folderAt(path: string): { uri: string; name: string } {
  return { uri: uriOf(path), name: path };
}

export function languageOf(name: string): string {
  const [, kind, react] = /\.[cm]?([jt])s(x?)$/.exec(name) ?? [];
  return `${kind === "j" ? "java" : "type"}script${react === "x" ? "react" : ""}`;
}

/** The code with which a request was refused. */
export function refusal(error: unknown): number {
  if (error instanceof ResponseError) return error.code;
  throw error;
}

/** Diagnostics as tests compare them: which line, counted from 1, breaks which rule. */
export function codes(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ range, code }) => `${range.start.line + 1} ${code}`);
}
