import { relative } from "node:path";
import type { Confidence, Edit, Finding, Place, Severity } from "@holdfast/rules";
import type { CheckResult } from "../check/check.js";
import { slashed } from "@holdfast/workspace";

/** What `--format json` prints. `schema/report.schema.json` says the same to machines. */
export interface Report {
  version: 1;
  findings: ReportedFinding[];
  summary: Summary;
}

export interface ReportedFinding {
  rule: string;
  confidence: Confidence;
  severity: Severity;
  message: string;
  /** Relative to the working directory, with forward slashes, like every file in a report. */
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  contract: string;
  witness: ReportedStep[];
  fixes: ReportedFix[];
}

export interface ReportedStep {
  message: string;
  file: string;
  line: number;
  column: number;
}

export interface ReportedFix {
  title: string;
  safe: boolean;
  edits: Edit[];
}

export interface Summary {
  files: number;
  analysed: number;
  findings: number;
  durationMs: number;
  oracle: "tracing" | "compiler";
}

/** A run as every format needs it: what is to be shown, and the texts to show it in. */
export interface Reportable extends CheckResult {
  cwd: string;
  /** Of `findings` those that are to be shown. */
  shown: Finding[];
  /** What was done to find them, if it was no analysis. */
  effort?: string;
}

export function createReport({ shown, files, analysed, oracle, work, cwd }: Reportable): Report {
  return {
    version: 1,
    findings: shown.map((finding) => reported(finding, cwd)),
    summary: { files, analysed, findings: shown.length, durationMs: Math.round(work.milliseconds.total), oracle },
  };
}

/** A file's address in a report. */
export function addressOf(file: string, cwd: string): string {
  return slashed(relative(cwd, file));
}

function reported(finding: Finding, cwd: string): ReportedFinding {
  const { rule, confidence, severity, message, place, contract, witness, fixes } = finding;
  const { endLine, endColumn } = place;
  return {
    rule,
    confidence,
    severity,
    message,
    ...positionOf(place, cwd),
    endLine,
    endColumn,
    contract,
    witness: witness.map((step) => ({ message: step.message, ...positionOf(step.place, cwd) })),
    fixes: fixes.map(({ title, safe, edits }) => ({
      title,
      safe,
      edits: edits.map((edit) => ({ ...edit, file: addressOf(edit.file, cwd) })),
    })),
  };
}

function positionOf({ file, line, column }: Place, cwd: string) {
  return { file: addressOf(file, cwd), line, column };
}
