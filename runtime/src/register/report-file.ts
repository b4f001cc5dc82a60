/** The file that violations are written to. */

import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { HandleViolation } from "../violation.js";
import { sarifLog, sarifRun } from "./sarif.js";

export interface ReportFile {
  /** Never throws. */
  write: (violation: HandleViolation) => void;
  /** What is told at the end. */
  close: () => void;
}

/** A violation as the report has it. */
export interface Reported {
  violation: HandleViolation;
  /** When it was seen first. */
  time: string;
  /** When the thread began that has seen it: what has changed since is not what it runs. */
  started: string;
  /** How often it was seen. */
  count: number;
}

/** So many different violations are told apart; a program that runs for months does not collect them. */
const most = 10_000;

/** SARIF if the name ends in `.sarif`, with paths relative to `cwd`, or else JSON lines. */
export function openReport(file: string, cwd: string): ReportFile {
  const isSarif = file.endsWith(".sarif");
  const seen = new Map<string, Reported>();
  // Threads and processes that this one starts know from it which runs of the log are theirs.
  const programStarted = isSarif ? Number((process.env["HOLDFAST_STARTED"] ??= String(Date.now()))) : 0;
  let isWritable = true;

  const attempt = (write: () => void): void => {
    if (!isWritable) return;
    try {
      mkdirSync(dirname(file), { recursive: true });
      write();
    } catch (error) {
      isWritable = false;
      process.stderr.write(
        `holdfast: the report ${file} cannot be written (${(error as Error).message}); check the path.\n`,
      );
    }
  };

  // It is there whether there is something to tell or not, and a wrong path is told at once.
  if (!isSarif) attempt(() => appendFileSync(file, ""));

  return {
    write(violation) {
      const key = keyOf(violation);
      const known = seen.get(key);
      if (known !== undefined) known.count++;
      if (known !== undefined || seen.size >= most) return;
      const reported = { violation, time: new Date().toISOString(), started, count: 1 };
      seen.set(key, reported);
      if (!isSarif) attempt(() => appendFileSync(file, lineOf(reported)));
    },
    close() {
      const all = [...seen.values()];
      const repeated = all.filter(({ count }) => count > 1).map(lineOf);
      attempt(() => {
        if (isSarif) writeRuns(file, [...runsSoFar(file, programStarted), sarifRun(all, cwd)]);
        else if (repeated.length > 0) appendFileSync(file, repeated.join(""));
      });
    },
  };
}

const started = new Date(performance.timeOrigin).toISOString();

/** What the program's other threads and processes have written; what is left of earlier runs does not count. */
function runsSoFar(file: string, since: number): object[] {
  try {
    if (statSync(file).mtimeMs < since) return [];
    return (JSON.parse(readFileSync(file, "utf8")) as { runs: object[] }).runs;
  } catch {
    return [];
  }
}

function writeRuns(file: string, runs: readonly object[]): void {
  writeFileSync(file, `${JSON.stringify(sarifLog(runs), undefined, 2)}\n`);
}

/** Two violations are the same if they break the same contract at the same places. */
function keyOf({ rule, contract, first, second }: HandleViolation): string {
  return JSON.stringify([rule, contract, first, second]);
}

function lineOf({ violation, time, started, count }: Reported): string {
  return `${JSON.stringify({ ...violation.toJSON(), time, started, ...(count > 1 && { count }) })}\n`;
}
