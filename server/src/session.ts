import {
  type Connection,
  Emitter,
  ErrorCodes,
  type InitializeParams,
  LSPErrorCodes,
  ResponseError,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { type Abilities, abilitiesOf } from "./abilities.js";
import { AnalysisThread, Cancelled } from "./analysis-thread.js";
import { EditorSettings } from "./editor-settings.js";
import type { Checked } from "./engine/messages.js";
import { Findings } from "./findings.js";
import { createProgress } from "./progress.js";
import { defaultSettings, type InitializationOptions } from "./protocol.js";
import { RuntimeReports } from "./runtime-reports.js";
import { StatusReporter } from "./status.js";
import { compiler } from "./version.js";
import { WorkspaceFiles } from "./workspace-files.js";

/** A look at a file that takes longer is told in the status. */
const slowLook = 2_000;

/** One client's time with the server: what every part of the server needs. */
export class Session {
  readonly documents = new TextDocuments(TextDocument);
  readonly files = new WorkspaceFiles();
  readonly abilities: Abilities;
  readonly settings: EditorSettings;
  readonly status: StatusReporter;
  readonly thread: AnalysisThread;
  readonly reports: RuntimeReports;
  readonly findings: Findings;
  /** Fires when findings may be others than before, whatever file they are in. */
  readonly changed = new Emitter<void>();
  private readonly complaints = new Set<string>();
  private isOver = false;

  constructor(
    readonly connection: Connection,
    params: InitializeParams,
  ) {
    const options = (params.initializationOptions ?? {}) as InitializationOptions;
    this.abilities = abilitiesOf(params, options);
    this.settings = new EditorSettings(connection, this.abilities.answersSettings, options.settings, this.complain);
    this.status = new StatusReporter(connection, options.status === true, compiler);
    this.thread = this.createThread();
    this.reports = new RuntimeReports((report) => this.thread.watch(report, this.files.roots));
    const { documents, files, settings, thread, reports, complain } = this;
    const looked = (file: string, checked: Checked) => this.looked(file, checked);
    this.findings = new Findings({ documents, files, settings, thread, reports, complain, looked });
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- clients that know no folders still say it
    const { workspaceFolders, rootUri } = params;
    this.files.setFolders(workspaceFolders ?? (rootUri === null ? [] : [{ uri: rootUri, name: "" }]));
  }

  /** Tells a sentence in the log, the same one once. */
  readonly complain = (sentence: string): void => {
    if (this.complaints.has(sentence)) return;
    this.complaints.add(sentence);
    this.connection.console.warn(sentence);
  };

  /** The last sentences that were told. */
  get lastComplaints(): readonly string[] {
    return [...this.complaints].slice(-10);
  }

  /** After a change of settings or files, what was told may be told again. */
  forgetComplaints(): void {
    this.complaints.clear();
  }

  /** Answers a request, or refuses it as the protocol says. */
  readonly answer = async <T>(work: () => Promise<T>): Promise<T> => {
    if (this.isOver) throw new ResponseError<void>(ErrorCodes.InvalidRequest, "the server was shut down");
    try {
      return await work();
    } catch (error) {
      if (error instanceof Cancelled)
        throw new ResponseError<void>(LSPErrorCodes.RequestCancelled, "the request was cancelled");
      if (error instanceof ResponseError) throw error;
      const reason = (error as Error).message;
      this.complain(reason);
      throw new ResponseError<void>(LSPErrorCodes.RequestFailed, reason);
    }
  };

  /** From here on nothing is answered. */
  end(): Promise<void> {
    this.isOver = true;
    return this.thread.close();
  }

  private createThread(): AnalysisThread {
    const { files, connection } = this;
    const progress = createProgress(connection, this.abilities);
    const shown = (path: string) => files.shown(path);
    return new AnalysisThread(
      {
        relevant: () => {
          this.changed.fire();
        },
        loading: (project) => {
          progress.begin(`reading ${shown(project)}`);
          this.status.set({ state: "busy", message: `Reading ${shown(project)}` });
        },
        loaded: (project, milliseconds, count) => {
          progress.done();
          this.status.idle();
          connection.console.info(`Read ${shown(project)}: ${count} files in ${milliseconds.toFixed(0)} ms.`);
        },
        shed: (projects) => {
          const names = projects.map(shown).join(", ");
          connection.console.info(`Released ${names} to save memory; it is read again when it is needed.`);
        },
        reportRead: (read) => {
          if (read.problem !== undefined) this.complain(read.problem);
          this.reports.note(read);
        },
        slow: (file, milliseconds) => {
          this.status.set({ state: "busy", slow: { file: shown(file), milliseconds: Math.round(milliseconds) } });
        },
        ended: (reason) => {
          progress.done();
          connection.console.error(`${reason}.`);
          this.reports.ended(reason);
          this.status.limit(`${reason}.`);
          this.changed.fire();
        },
      },
      defaultSettings.server.maxMemory,
    );
  }

  private looked(file: string, { milliseconds, project, problems }: Checked): void {
    for (const problem of problems) this.complain(problem);
    if (milliseconds === 0) return;
    const took = Math.round(milliseconds);
    this.status.idle();
    this.status.set({
      milliseconds: took,
      memory: this.thread.memory,
      project: project === undefined ? undefined : this.files.shown(project),
      slow: milliseconds > slowLook ? { file: this.files.shown(file), milliseconds: took } : undefined,
    });
  }
}
