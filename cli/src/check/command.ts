import { ExitCode } from "../problem.js";
import { createProgress } from "../progress.js";
import { print } from "../report/print.js";
import type { Reportable } from "../report/report.js";
import { coloursFor, say, type Terminal } from "../terminal.js";
import { plural } from "../wording.js";
import { check, type CheckResult, type Work } from "./check.js";
import { type CheckOptions, readCheckOptions } from "./options.js";

/** `holdfast check`: findings go to standard output, everything about the run itself to standard error. */
export function runCheck(paths: readonly string[], typed: Record<string, unknown>, terminal: Terminal): ExitCode {
  const options = readCheckOptions(paths, typed);
  const progress = createProgress(terminal);
  const result = check(options, terminal.cwd, progress);
  progress.clear();

  for (const problem of result.problems) say(terminal, problem);
  for (const note of result.notes) say(terminal, note);
  if (result.files > 0 || options.format !== "pretty") {
    const { format, colour } = options;
    terminal.stdout.write(print(reportable(result, options, terminal), format, coloursFor(terminal, colour), terminal));
  }
  if (options.stats) terminal.stderr.write(printWork(result.work));
  return exitCode(result, options, terminal);
}

function reportable(result: CheckResult, { quiet }: CheckOptions, { cwd }: Terminal): Reportable {
  const shown = quiet ? result.findings.filter((finding) => finding.severity === "error") : result.findings;
  return { ...result, cwd, shown };
}

/** A warning is a finding like any other, unless it was said how many are all right or that none matters. */
function exitCode(
  { problems, findings }: CheckResult,
  { quiet, maxWarnings }: CheckOptions,
  terminal: Terminal,
): ExitCode {
  if (problems.length > 0) return ExitCode.problem;
  const warnings = findings.filter((finding) => finding.severity === "warning").length;
  const allowed = maxWarnings ?? (quiet ? Infinity : 0);
  if (maxWarnings !== undefined && warnings > maxWarnings) {
    say(terminal, `found ${plural(warnings, "warning")}; --max-warnings allows ${maxWarnings}.`);
  }
  return findings.length > warnings || warnings > allowed ? ExitCode.findings : ExitCode.clean;
}

function printWork({ milliseconds, programs, bodies, blocks, rounds }: Work): string {
  const rows: [string, string][] = [
    ["reading files", inMilliseconds(milliseconds.reading)],
    [`reading projects (${programs})`, inMilliseconds(milliseconds.programs)],
    ["analysing", inMilliseconds(milliseconds.analysing)],
    ["total", inMilliseconds(milliseconds.total)],
    ["functions", String(bodies)],
    ["blocks", String(blocks)],
    ["rounds", String(rounds)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(22)} ${value.padStart(10)}\n`).join("");
}

function inMilliseconds(value: number): string {
  return `${value.toFixed(0)} ms`;
}
