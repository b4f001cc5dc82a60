/** Time and memory of whole processes, with nothing but Node. */

import { spawn } from "node:child_process";
import { once } from "node:events";

const reporter = new URL("report-usage.mjs", import.meta.url).href;

/**
 * Runs a Node script to its end. The process itself reports, as its last act, the time and memory that the operating
 * system has counted for all its threads; the time on the clock is taken from outside.
 */
export async function measure({ script, args = [], cwd }) {
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", reporter, script, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [output, errors, usage] = [1, 2, 3].map((descriptor) => collect(child.stdio[descriptor]));
  const [exitCode, signal] = await once(child, "close");
  const wall = (performance.now() - started) / 1000;
  const said = await usage;
  if (said === "")
    throw new Error(`${script} ended without a report (${signal ?? `exit code ${exitCode}`}): ${await errors}`);
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
