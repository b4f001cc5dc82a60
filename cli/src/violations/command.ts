import { byPlace } from "@holdfast/rules";
import { createFindings, createReader } from "@holdfast/workspace";
import { resolve } from "node:path";
import { formatNamed } from "../report/formats.js";
import { print } from "../report/print.js";
import type { Reportable } from "../report/report.js";
import { ExitCode } from "../problem.js";
import { coloursFor, type Terminal } from "../terminal.js";
import { plural } from "../wording.js";
import { readViolations } from "./read.js";

/** `holdfast report`: shows the violations that the runtime has written to a file, each at its lines. */
export function runReport(file: string, typed: Record<string, unknown>, terminal: Terminal): ExitCode {
  const format = formatNamed(typed["format"]);
  const violations = readViolations(file, terminal.cwd);
  const textOf = createReader();
  const findingOf = createFindings(textOf);
  const findings = violations.map((violation) => findingOf(violation, resolve(terminal.cwd, file))).sort(byPlace);
  const files = new Set(findings.map(({ place }) => place.file)).size;
  const run: Reportable = {
    cwd: terminal.cwd,
    findings,
    shown: findings,
    textOf,
    problems: [],
    notes: [],
    fixed: 0,
    files,
    analysed: files,
    oracle: "tracing",
    work: {
      milliseconds: { total: 0, reading: 0, programs: 0, analysing: 0 },
      programs: 0,
      bodies: 0,
      blocks: 0,
      rounds: 0,
    },
    effort: `recorded while the program ran, in ${plural(files, "file")}`,
  };
  terminal.stdout.write(print(run, format, coloursFor(terminal, typed["color"] !== false), terminal));
  return findings.length > 0 ? ExitCode.findings : ExitCode.clean;
}
