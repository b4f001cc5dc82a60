export { documentationUrl, homepage } from "@holdfast/contracts";
import type { Finding, Severity } from "../finding.js";
import type { Question } from "./question.js";

/** What people read about a rule: its page, its line in a list, its entry in a report. */
export interface RuleDescription {
  /** Its name in configurations, comments and reports. */
  id: string;
  /** What it disallows or requires, in one sentence. */
  summary: string;
  /** What goes wrong while the program runs, and what to do instead: a few sentences. */
  why: string;
  /** The severity of its findings, unless the library does less harm. */
  severity: Severity;
  /** The kinds of fixes that it may offer: names of files in `fixes/`. */
  fixKinds: string[];
}

/** A question to the analysis, and the words of the answer. */
export interface Rule extends RuleDescription {
  /** Takes what the analysis knows about a file and returns what breaks the rule, in no particular order. */
  check(question: Question): Finding[];
}
