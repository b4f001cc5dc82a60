/** Time and memory of whole processes, with nothing but Node. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const reporter = new URL("report-usage.mjs", import.meta.url).href;

/** The script that the command `holdfast` runs. */
export const holdfast = join(
  dirname(createRequire(import.meta.url).resolve("holdfast/package.json")),
  "bin",
  "holdfast.mjs",
);

/**
 * Runs a Node script to its end, or until the signal is aborted, which throws an error. The process itself reports, as
 * its last act, the time and memory that the operating system has counted for all its threads; the time on the clock is
 * taken from outside.
 * @param {{ script: string, args?: string[], cwd?: string, signal?: AbortSignal }} what
 */
export async function measure({ script, args = [], cwd, signal }) {
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", reporter, script, ...args], {
    cwd,
    signal,
    killSignal: "SIGKILL",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [output, errors, usage] = [1, 2, 3].map((descriptor) => collect(child.stdio[descriptor]));
  const [exitCode, killedBy] = await once(child, "close");
  const wall = (performance.now() - started) / 1000;
  const said = await usage;
  if (said === "")
    throw new Error(`${script} ended without a report (${killedBy ?? `exit code ${exitCode}`}): ${await errors}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(said);
  return {
    exitCode,
    output: await output,
    errors: await errors,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    wall,
    memory: maxRSS / 1024,
  };
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
