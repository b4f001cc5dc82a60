/** The journey of a file: candidates, lowering, solving, rules. */

import { isCandidate } from "./candidates.js";
import type { Configuration } from "./configuration.js";
import type { Finding } from "./finding.js";
import { Engine, TooMuchWork } from "./flow/engine.js";
import { OutlastingOperations } from "./flow/outlasting.js";
import { lowerFile } from "./lowering/lower.js";
import { type PendingOperation, pendingOperations } from "./pending.js";
import { Question } from "./rules/question.js";
import { rules } from "./rules/index.js";
import { byPlace } from "./suppressions.js";
import { type FileInput, openFile } from "./types/file.js";

export interface AnalysisInput extends FileInput {
  configuration: Configuration;
  /** Whether operations are to be listed that are pending when their statement is over. */
  pending?: boolean;
  /** How many steps the file may take before it is given up; by default as many as the largest bundles need. */
  mostSteps?: number;
}

export interface Statistics {
  /** Whether the file had to be looked at at all. */
  candidate: boolean;
  bodies: number;
  blocks: number;
  /** How often a block was carried out. */
  rounds: number;
  /** How many events and effects were carried out. */
  steps: number;
  oracle: "tracing" | "compiler";
}

export interface Analysis {
  /** Sorted by place; those that comments suppress are still among them. */
  findings: Finding[];
  statistics: Statistics;
  /** One line that says what went wrong inside, with the file and the rules that gave up; their findings are missing. */
  failure?: string;
  /** What is pending when its statement is over, in order of place; only if asked for. */
  pending?: PendingOperation[];
}

type Answers = Pick<Analysis, "findings" | "failure">;

const ranks = { possible: 0, likely: 1, certain: 2 };

/** Analyses one file. It never throws: what cannot be understood makes it silent. */
export function analyse(input: AnalysisInput): Analysis {
  const nothing = { findings: [], ...(input.pending && { pending: [] }) };
  const statistics: Statistics = {
    candidate: false,
    bodies: 0,
    blocks: 0,
    rounds: 0,
    steps: 0,
    oracle: input.program ? "compiler" : "tracing",
  };
  try {
    if (!isCandidate(input.text, input.catalog, input.program !== undefined)) return { ...nothing, statistics };
    statistics.candidate = true;
    const question = questionOn(input, statistics);
    if (!question) return { ...nothing, statistics };
    return {
      ...answersTo(question, input),
      statistics,
      ...(input.pending && { pending: pendingOperations(question) }),
    };
  } catch (error) {
    if (error instanceof TooMuchWork) {
      return { ...nothing, statistics, failure: `${input.fileName}: ${error.message}` };
    }
    const failure = `${input.fileName}: internal error while analysing this file (please report it): ${reasonOf(error)}`;
    return { ...nothing, statistics, failure };
  }
}

/** Solves a file, for rules to ask about it; nothing, where nothing in it has a contract. */
function questionOn(input: AnalysisInput, statistics: Statistics): Question | undefined {
  const { sourceFile, scopes, typesOf } = openFile(input);
  const types = typesOf();
  if (!types.concerned()) return undefined;
  const graph = lowerFile(sourceFile, scopes, types, input.catalog.names, input.pending);
  const engine = new Engine(
    graph,
    input.catalog,
    input.pending ? new OutlastingOperations() : undefined,
    input.mostSteps,
  );
  engine.run();
  statistics.bodies = graph.bodies.length;
  statistics.blocks = graph.bodies.reduce((sum, { blocks }) => sum + blocks.length, 0);
  statistics.rounds = engine.rounds;
  statistics.steps = engine.steps;
  return new Question(engine, { sourceFile, fileName: input.fileName });
}

/** What the rules report. One that gives up costs its own findings and no others. */
function answersTo(question: Question, { fileName, configuration }: AnalysisInput): Answers {
  const findings: Finding[] = [];
  const failures = [...question.engine.givenUp].map(({ name, span }) => {
    const what = name === undefined ? "a function" : `\`${name}\``;
    return `${what} (line ${question.line(span)}) was not analysed, because it is too complex; split it up`;
  });
  for (const rule of rules.filter(({ id }) => configuration.rules[id] !== "off")) {
    try {
      findings.push(...rule.check(question));
    } catch (error) {
      failures.push(`internal error in rule ${rule.id} (please report it): ${reasonOf(error)}`);
    }
  }
  return {
    findings: findings.filter(({ confidence }) => ranks[confidence] >= ranks[configuration.confidence]).sort(byPlace),
    ...(failures.length > 0 && { failure: `${fileName}: ${failures.join("; ")}` }),
  };
}

/** The first line of what went wrong. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
