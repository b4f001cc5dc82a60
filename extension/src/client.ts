import {
  clientCommands,
  defaultSettings,
  type InitializationOptions,
  section,
  type Settings,
  type Status,
  statusNotification,
} from "@holdfast/language-server";
import type { ChildProcess } from "node:child_process";
import * as vscode from "vscode";
import {
  CloseAction,
  DiagnosticPullMode,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";
import { Crashes } from "./crashes.js";
import { documentSelector } from "./languages.js";
import { PulledDiagnostics } from "./pulled-diagnostics.js";
import { ServerProcess } from "./server-process.js";
import type { StatusItem } from "./status-item.js";

/** So long a server may take to stop when it is asked to, in milliseconds. */
const patience = 2_000;

export interface ClientParts {
  /** The script of the server. */
  script: string;
  log: vscode.LogOutputChannel;
  /** Where messages to and from the server are written, if somebody wants to see them. */
  trace: vscode.LogOutputChannel;
  status: StatusItem;
}

/** Writes what goes wrong into the log, and leaves it to us to bother people with it. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** A server from its start to its end. */
interface Run {
  connection: LanguageClient;
  server?: ServerProcess;
  hasStarted: boolean;
  /** Whether an end would be a surprise. */
  isWanted: boolean;
}

/** The connection to the language server: started, stopped, and started again when it breaks. */
export class Client {
  private run: Run | undefined;
  private readonly crashes = new Crashes();
  private retry: NodeJS.Timeout | undefined;
  private isWanted = false;
  /** Starts and stops come one after the other. */
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ClientParts) {}

  /** Runs if the settings of any folder want it to. */
  applyEnabled(): Promise<void> {
    const folders = vscode.workspace.workspaceFolders ?? [undefined];
    if (folders.some((folder) => setting("enable", folder))) return this.start();
    this.parts.status.show({ state: "off", compiler: "" });
    return this.stop();
  }

  start(): Promise<void> {
    this.isWanted = true;
    return this.inTurn(() => this.startNow());
  }

  stop(): Promise<void> {
    this.isWanted = false;
    return this.leave();
  }

  /** Ends the server, whatever state it is in, and starts a new one. */
  restart(): Promise<void> {
    this.crashes.forget();
    void this.leave();
    return this.start();
  }

  /** Asks the server; undefined if there is none, or if it does not answer. */
  async ask<Answer>(
    method: string,
    parameters?: unknown,
    // Without one, `undefined` would be sent as a second parameter.
    token: vscode.CancellationToken = new vscode.CancellationTokenSource().token,
  ): Promise<Answer | undefined> {
    try {
      await this.last;
      if (token.isCancellationRequested) return undefined;
      return await this.run?.connection.sendRequest<Answer>(method, parameters, token);
    } catch (error) {
      if (!token.isCancellationRequested) this.parts.log.warn(`${method}: ${(error as Error).message}`);
      return undefined;
    }
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    return (this.last = this.last.then(work).catch((error: unknown) => {
      this.parts.log.error(error instanceof Error ? error : String(error));
    }));
  }

  private async startNow(): Promise<void> {
    if (this.run || !this.isWanted) return;
    this.parts.status.show({ state: "starting", compiler: "" });
    const run: Run = {
      connection: new QuietClient(
        section,
        "Holdfast",
        () => this.launch(run),
        this.options(() => void this.ended(run)),
      ),
      hasStarted: false,
      isWanted: true,
    };
    this.run = run;
    run.connection.onNotification(statusNotification, (status: Status) => this.parts.status.show(status));
    await run.connection.start().catch((error: unknown) => {
      if (run.isWanted) throw error;
    });
    run.hasStarted = true;
  }

  // Async, as the client library wants it.
  private async launch(run: Run): Promise<ChildProcess> {
    if (!run.isWanted) throw new Error("the server is no longer needed");
    run.server = new ServerProcess(this.parts.script);
    return Promise.resolve(run.server.child);
  }

  /** Ends the server that runs now, if one does. */
  private leave(): Promise<void> {
    clearTimeout(this.retry);
    const { run } = this;
    if (run) {
      run.isWanted = false;
      // Whoever waits for a server that does not come to life would wait for ever.
      if (!run.hasStarted) run.server?.kill();
    }
    return this.inTurn(() => this.stopNow());
  }

  private async stopNow(): Promise<void> {
    const { run } = this;
    if (run === undefined) return;
    run.isWanted = false;
    this.run = undefined;
    // A server that hangs cannot say goodbye, and one that has ended need not: both are over all the same.
    const stopped = run.connection.stop(patience).catch(() => undefined);
    await Promise.all([stopped, run.server?.end(patience)]);
    await run.connection.dispose().catch(() => undefined);
  }

  private options(closed: () => void): LanguageClientOptions {
    const diagnostics = new PulledDiagnostics();
    const initializationOptions: InitializationOptions = { commands: Object.values(clientCommands), status: true };
    return {
      documentSelector,
      outputChannel: this.parts.log,
      traceOutputChannel: this.parts.trace,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions,
      diagnosticPullOptions: {
        onChange: true,
        onSave: true,
        filter: ({ uri }, mode) => mode === DiagnosticPullMode.onType && setting("run", uri) === "onSave",
      },
      diagnosticCollectionProvider: diagnostics,
      middleware: {
        // The server must not say that nothing has changed where nothing is shown any more.
        provideDiagnostics: (document, previous, token, next) =>
          next(document, diagnostics.has(uriOf(document)) ? previous : undefined, token),
      },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          closed();
          return {
            action: CloseAction.DoNotRestart,
            message: "The connection to the server is closed.",
            handled: true,
          };
        },
      },
    };
  }

  /** A server ended; if nobody had asked for it, another one is started, a while later. */
  private async ended(run: Run): Promise<void> {
    if (!run.isWanted) return;
    const delay = this.crashes.note(Date.now());
    await this.leave();
    const reason = run.server?.reason ?? "it could not be started";
    this.parts.log.warn(`The server ended: ${reason}.`);
    if (this.run || !this.isWanted) return;
    if (delay === undefined) return this.giveUp(reason);
    this.parts.status.show({ state: "starting", compiler: "" });
    this.retry = setTimeout(() => void this.inTurn(() => this.startNow()), delay);
  }

  private async giveUp(reason: string): Promise<void> {
    const message = `The server ended five times within three minutes and was not restarted: ${reason}.`;
    this.parts.status.show({ state: "stopped", message: `${reason}.` });
    const [restart, showLog] = ["Restart", "Show Log"];
    const chosen = await vscode.window.showErrorMessage(`Holdfast: ${message}`, restart, showLog);
    if (chosen === restart) await this.restart();
    if (chosen === showLog) this.parts.log.show();
  }
}

const uriOf = (document: vscode.TextDocument | vscode.Uri) =>
  document instanceof vscode.Uri ? document : document.uri;

function setting<Name extends keyof Settings>(
  name: Name,
  scope: vscode.ConfigurationScope | undefined,
): Settings[Name] {
  return vscode.workspace.getConfiguration(section, scope).get(name, defaultSettings[name]);
}
