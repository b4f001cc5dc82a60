import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { reasonOf } from "./crashes.js";

/** So much of what it said last is kept, in characters. */
const kept = 10_000;

/** The language server's process, held so that it can be ended even if it no longer listens. */
export class ServerProcess {
  readonly child: ChildProcessWithoutNullStreams;
  private said = "";
  private failure: Error | undefined;

  /** Starts the server that comes with the extension, on the Node.js that VS Code itself runs on. */
  constructor(script: string) {
    this.child = spawn(process.execPath, [script, "--stdio"], { cwd: dirname(script), env: environment() });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.said = (this.said + text).slice(-kept)));
    this.child.on("error", (error) => (this.failure ??= error));
  }

  /** Why it ended, as far as anybody can tell. */
  get reason(): string {
    const { exitCode, signalCode } = this.child;
    return this.failure?.message ?? reasonOf(exitCode, signalCode, this.said);
  }

  /** Ends it at once: a process that hangs, or that is halted, does not listen to anything else. */
  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** Waits for it to end by itself, at most so long, and then ends it. */
  async end(patience: number): Promise<void> {
    if (hasEnded(this.child)) return;
    const timer = setTimeout(() => this.kill(), patience);
    await once(this.child, "exit").catch(() => undefined);
    clearTimeout(timer);
  }
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

/** Without options for Node.js: those that a terminal or a package manager left there may load code of the workspace. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...others } = process.env;
  return { ...others, ELECTRON_RUN_AS_NODE: "1" };
}
