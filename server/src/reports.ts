import {
  type CancellationToken,
  CodeLensRefreshRequest,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type WorkspaceDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver/node";
import { Cancelled } from "./analysis-thread.js";
import type { ClosedFiles } from "./closed-files.js";
import { Debounced } from "./debounce.js";
import { priorities, type Report } from "./findings.js";
import type { Session } from "./session.js";

/** So long after an edit, in milliseconds, a client that does not ask is told. */
const pushDelay = 25;
/** So long after the last change on disk everything is told anew. */
const changeDelay = 50;
/** So long after the last edit other files are looked at, which may rest on the edited one. */
const quietTime = 200;
/** Where nobody tells what changes on disk, it is looked at no more often than this. */
const sweepInterval = 1_000;

/** How findings get to the client: it asks for them, or it is told; and either way again when they may be others. */
export class Reports {
  /** By address, which result the client has. */
  private readonly told = new Map<string, string>();
  private readonly pushes = new Map<string, Debounced>();
  private readonly others = new Debounced(() => void this.lookAtOthers(), quietTime);
  private readonly everything = new Debounced(() => this.tellAnew(), changeDelay);
  private lastEdited: string | undefined;
  private lastSweep = -sweepInterval;
  private nextSweep: NodeJS.Timeout | undefined;
  private hasAnsweredWorkspace = false;
  /** Called when findings in files that are not open may be others. */
  private workspaceChanged: () => void = () => {};

  constructor(
    private readonly session: Session,
    private readonly closed: ClosedFiles,
  ) {
    session.changed.event(() => this.everything.ask());
  }

  /** The text of a document is another, or it was opened. */
  edited(uri: string): void {
    this.lastEdited = uri;
    this.sweepIfNobodyTells();
    this.others.ask();
    if (!this.isPulled) this.pushSoon(uri);
  }

  saved(uri: string): void {
    this.sweepIfNobodyTells();
    if (this.isPulled) this.others.ask();
    else this.pushSoon(uri);
  }

  closedDocument(uri: string): void {
    this.told.delete(uri);
    this.pushes.get(uri)?.cancel();
    this.pushes.delete(uri);
    this.workspaceChanged();
    // Others may rest on what was not saved.
    this.lastEdited = undefined;
    this.others.ask();
    if (this.isPulled) return;
    void this.session.connection.sendDiagnostics({ uri, diagnostics: [] });
    void this.closed.publishWanted();
  }

  /** What a client is answered that asks about one document. */
  async pull(uri: string, previous: string | undefined, token: CancellationToken): Promise<DocumentDiagnosticReport> {
    this.sweepIfNobodyTells();
    const { resultId, diagnostics } = await this.session.findings.lookSafely(uri, priorities.edited, token);
    this.told.set(uri, resultId);
    this.closed.withdraw(uri);
    return resultId === previous
      ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
      : { kind: DocumentDiagnosticReportKind.Full, resultId, items: diagnostics };
  }

  /**
   * What a client is answered that asks about the whole workspace: what is new, told as it is found. With nothing new
   * the answer waits until there is, as clients ask again at once; only the first never waits.
   */
  async pullWorkspace(
    known: Map<string, string>,
    token: CancellationToken,
    tell: (items: WorkspaceDocumentDiagnosticReport[]) => void,
  ): Promise<WorkspaceDiagnosticReport> {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.workspaceChanged = resolve;
        token.onCancellationRequested(() => resolve());
      });
      const uris = await this.closed.discover(this.closed.isWanted, token);
      const isNew = await this.tellWorkspace(uris, known, token, tell);
      const isFirst = !this.hasAnsweredWorkspace;
      this.hasAnsweredWorkspace = true;
      if (isNew || isFirst) return { items: [] };
      await changed;
      if (token.isCancellationRequested) throw new Cancelled();
    }
  }

  /** Whether there was anything to tell. */
  private async tellWorkspace(
    uris: readonly string[],
    known: Map<string, string>,
    token: CancellationToken,
    tell: (items: WorkspaceDocumentDiagnosticReport[]) => void,
  ): Promise<boolean> {
    const full = { kind: DocumentDiagnosticReportKind.Full, version: null } as const;
    const gone = [...known.keys()].filter((uri) => !uris.includes(uri) && !this.closed.isOpen(uri));
    let isNew = gone.length > 0;
    if (isNew) tell(gone.map((uri) => ({ ...full, uri, items: [] })));
    const notOpen = uris.filter((uri) => !this.closed.isOpen(uri));
    await this.closed.lookAt(notOpen, token, (uri, { resultId, diagnostics }) => {
      if (known.get(uri) === resultId || (!known.has(uri) && diagnostics.length === 0)) return;
      isNew = true;
      tell([{ ...full, uri, resultId, items: diagnostics }]);
    });
    return isNew;
  }

  private get isPulled(): boolean {
    return this.session.abilities.pullsDiagnostics;
  }

  private sweepIfNobodyTells(): void {
    if (this.session.abilities.tellsFileChanges || this.nextSweep !== undefined) return;
    const wait = this.lastSweep + sweepInterval - performance.now();
    if (wait <= 0) return this.sweep();
    this.nextSweep = setTimeout(() => this.sweep(), wait).unref();
  }

  private sweep(): void {
    this.nextSweep = undefined;
    this.lastSweep = performance.now();
    this.session.thread.sweep();
  }

  /** Anything may be different now: the client asks again, or is told. */
  private tellAnew(): void {
    const { connection, abilities, documents } = this.session;
    this.workspaceChanged();
    if (abilities.refreshesHints) this.ask(connection.languages.inlayHint.refresh());
    if (abilities.refreshesLenses) this.ask(connection.sendRequest(CodeLensRefreshRequest.type));
    if (this.isPulled) {
      this.ask(connection.languages.diagnostics.refresh());
      void this.closed.publishAgain();
    } else {
      for (const uri of documents.keys()) this.pushSoon(uri);
      void this.closed.publishWanted();
    }
  }

  /** An edit can change what is found in other open files: where it does, the client is to know. */
  private async lookAtOthers(): Promise<void> {
    const { findings, documents, connection } = this.session;
    let isChanged = false;
    for (const uri of documents.keys().filter((open) => open !== this.lastEdited)) {
      const report = await findings.lookSafely(uri, priorities.open).catch(() => undefined);
      if (report === undefined || report.resultId === this.told.get(uri)) continue;
      isChanged = true;
      if (!this.isPulled) this.push(uri, report);
    }
    this.workspaceChanged();
    if (isChanged && this.isPulled) this.ask(connection.languages.diagnostics.refresh());
    await this.closed.publishAgain();
  }

  /** Has the client ask again; whether it does is its own business. */
  private ask(refresh: Promise<void>): void {
    refresh.catch((error: unknown) =>
      this.session.complain(`the editor refused to refresh its diagnostics: ${String(error)}`),
    );
  }

  private pushSoon(uri: string): void {
    let push = this.pushes.get(uri);
    if (push === undefined) this.pushes.set(uri, (push = new Debounced(() => void this.lookAndPush(uri), pushDelay)));
    push.ask();
  }

  private async lookAndPush(uri: string): Promise<void> {
    try {
      const report = await this.session.findings.lookSafely(uri, priorities.edited);
      if (this.closed.isOpen(uri)) this.push(uri, report);
    } catch (error) {
      if (!(error instanceof Cancelled)) this.session.complain((error as Error).message);
    }
  }

  private push(uri: string, { version, diagnostics, resultId }: Report): void {
    this.told.set(uri, resultId);
    void this.session.connection.sendDiagnostics({ uri, ...(version !== undefined && { version }), diagnostics });
  }
}
