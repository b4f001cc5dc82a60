/** Programs that run for as long as they are needed and no longer. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const leash = fileURLToPath(new URL("leash.mjs", import.meta.url));

export interface Program {
  /** The first line of its output that matches; an error with all that it said, if it ends before. */
  line: (pattern: RegExp) => Promise<RegExpMatchArray>;
  /** Itself and all that it started. */
  processes: () => RunningProcess[];
  /** Ends it and everything that it started. */
  stop: () => Promise<void>;
}

/** Starts a program with a process group of its own. */
export function start(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const child = spawn(process.execPath, [leash, program, ...args], { detached: true, env, stdio: "pipe" });
  const ended = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return {
    processes: () => processesOf(child.pid!),
    line: (pattern) => lineOf(child, pattern, () => output),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

function lineOf(child: ChildProcess, pattern: RegExp, output: () => string): Promise<RegExpMatchArray> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(output());
      if (match) resolve(match);
    };
    child.stdout?.on("data", look);
    child.once("exit", () => reject(new Error(`It ended before it said ${String(pattern)}:\n${output()}`)));
    look();
  });
}

export interface RunningProcess {
  pid: number;
  command: string;
}

function processesOf(group: number): RunningProcess[] {
  const listing = execFileSync("ps", ["-A", "-ww", "-o", "pid=,pgid=,args="], { encoding: "utf8" });
  return listing
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .filter(([, , pgid]) => Number(pgid) === group)
    .map(([, pid, , command]) => ({ pid: Number(pid), command: command ?? "" }));
}
