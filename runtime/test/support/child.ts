import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Bare imports of a program are resolved from here: what is built, and all libraries that there are contracts for. */
const cwd = fileURLToPath(new URL("../../../fixtures", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs an ES module, given as text, to its end in a process of its own. */
export function runProgram(
  source: string,
  { flags = [], env = {} }: { flags?: string[]; env?: Record<string, string> } = {},
) {
  const child = spawn(process.execPath, [...flags, "--input-type=module", "--eval", source], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: "", ...env },
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
  }
  return new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...output }));
  });
}
