/** What the protocol's thread and the analysis' thread say to each other. All of it is plain data. */

import type { Confidence, Finding, PendingOperation, Place, RuleSetting } from "@holdfast/rules";
import type { FileChange } from "@holdfast/workspace";

/** What the analysis' thread is started with. */
export interface EngineOptions {
  /** In bytes: what the heap may take before projects are let go. */
  memory: number;
  /** Projects that did not fit into memory: their files are looked at without types. */
  tooLarge: string[];
}

export type { FileChange };

/** A file that something is asked about. */
export interface Target {
  /** Absolute, with forward slashes. */
  file: string;
  /** The folder of the workspace that it lies in, or its own. */
  folder: string;
  /** What the editor's settings say; goes before what configuration files say. */
  overrides: { rules: Record<string, RuleSetting>; confidence?: Confidence };
  runtime: RuntimeTarget;
}

/** Which of what was seen at run time is wanted. */
export interface RuntimeTarget {
  /** The report, if another than the configuration says; null is none. */
  report?: string | null;
  /** Only what was seen after this time, in milliseconds since 1970. */
  since: number;
}

/** A file that is open in the editor, or, without a text, no longer. */
export interface OpenFile {
  file: string;
  text?: string;
}

/** What a client is told of: what the analysis has found, what was seen at run time, or both at once. */
export interface Told extends Finding {
  /** How often it was seen at run time. */
  seen?: number;
  /** Whether the analysis has found it; otherwise only the running program knows. */
  isFound: boolean;
}

/** What a report of a run told when it was read. */
export interface ReportRead {
  report: string;
  /** The files in which there are violations. */
  files: string[];
  /** What is wrong with it, in one sentence. */
  problem?: string;
}

/** What a look at a file gave. */
export interface Checked {
  findings: Told[];
  /** What the configuration or the project lacks, and what went wrong inside; one sentence each. */
  problems: string[];
  /** The project that types came from. */
  project?: string;
  /** How long it took; 0 if nothing had changed since the last time. */
  milliseconds: number;
}

/** What stands at a place. */
export interface Inspected {
  markdown: string;
  place: Place;
}

/** What the analysis can be asked, with what it is given and what it answers. */
export interface Questions {
  check: { given: Target; answer: Checked };
  /** The text of a file after all safe fixes, and how many were applied. */
  fixAll: { given: Target; answer: { text: string; applied: number } };
  inspect: { given: Target & { offset: number }; answer: Inspected | undefined };
  pending: { given: Target; answer: PendingOperation[] };
  /** Files that will be asked about next: their projects are read once for all of them. */
  expect: { given: Target & { files: string[] }; answer: undefined };
  /** All source files below a folder that the configuration wants to be looked at. */
  discover: { given: Target; answer: string[] };
}

export type Question = keyof Questions;

/** From the protocol's thread. */
export type ToEngine =
  | { kind: "open"; files: OpenFile[] }
  /** Answered by `relevant`. */
  | { kind: "changes"; changes: FileChange[] }
  /** Look at the disk: nobody tells what changes there. Answered by `relevant`. */
  | { kind: "sweep" }
  /** Read a report; answered by `report` now and whenever it has changed. */
  | { kind: "watch"; report: string; folders: readonly string[] }
  | { kind: "ask"; id: number; question: Question; given: unknown };

/** From the analysis' thread. */
export type FromEngine =
  | { kind: "answer"; id: number; answer: unknown; memory: number }
  | { kind: "failure"; id: number; reason: string }
  /** A program is being made, which may take a while. */
  | { kind: "loading"; project: string }
  | { kind: "loaded"; project: string; milliseconds: number; files: number }
  /** Projects were let go, to stay below the limit of memory. */
  | { kind: "shed"; projects: string[] }
  | { kind: "report"; read: ReportRead }
  /** Whether findings may be others than before the changes. */
  | { kind: "relevant"; isRelevant: boolean };
