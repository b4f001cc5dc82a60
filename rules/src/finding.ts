/** What a rule reports, as plain data that any front end can show. */

/** A stretch of a file: offsets count UTF-16 units from 0, lines and columns from 1. */
export interface Place {
  file: string;
  start: number;
  end: number;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export type Confidence = "certain" | "likely" | "possible";
export type Severity = "error" | "warning";

/** One step of the proof that a finding is true. */
export interface WitnessStep {
  /** The path that begins the operation, or the one that comes upon it while it is pending. */
  path: "first" | "second";
  /**
   * `begins`: an operation begins and is pending from here. `leads`: a call or a task that leads to the next step of
   * the same path. `meets`: the other path comes upon it. `follows`: what comes of it.
   */
  role: "begins" | "leads" | "meets" | "follows";
  message: string;
  place: Place;
}

/** A replacement of the text between two offsets. */
export interface Edit {
  file: string;
  start: number;
  end: number;
  text: string;
}

export interface Fix {
  /** The kind of edit: the name of a file in `fixes/`. */
  kind: string;
  /** What it does, as an imperative sentence without a full stop. */
  title: string;
  /** Behaviour cannot get worse: it may be applied without asking. */
  safe: boolean;
  /** In ascending order, not overlapping. */
  edits: Edit[];
}

export interface Finding {
  rule: string;
  confidence: Confidence;
  severity: Severity;
  /** One line of at most 180 characters that names the handle and both sides, and what comes of it. */
  message: string;
  place: Place;
  /** What stands at `place` does nothing: the comment, or the statement that sets something, can be deleted. */
  unnecessary?: true;
  /** The contract that is broken, as `package#Handle`. */
  contract: string;
  /**
   * In the order in which they happen: one step begins, on the first path; one meets it, on the second; then what
   * follows. What leads to either comes before it.
   */
  witness: WitnessStep[];
  /** The best one first. */
  fixes: Fix[];
}
