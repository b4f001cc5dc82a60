/** The journey of a file: candidates, lowering, solving, rules. */

import type { Catalog } from "@holdfast/contracts";
import ts from "typescript";
import { isCandidate } from "./candidates.js";
import type { Configuration } from "./configuration.js";
import type { Finding } from "./finding.js";
import { Engine } from "./flow/engine.js";
import { lowerFile } from "./lowering/lower.js";
import { bindScopes } from "./lowering/scopes.js";
import { Question } from "./rules/question.js";
import { rules } from "./rules/index.js";
import { byPlace } from "./suppressions.js";
import { compilerOracle } from "./types/compiler.js";
import { createTypes } from "./types/oracle.js";

export interface AnalysisInput {
  /** Absolute. */
  fileName: string;
  text: string;
  /** With it types come from the compiler where tracing ends. */
  program?: ts.Program;
  /** The file as the front end has parsed it; with a program, the program's own. */
  sourceFile?: ts.SourceFile;
  catalog: Catalog;
  configuration: Configuration;
  /** The project's root, which contracts of the user's own name files from; default the program's current directory. */
  root?: string;
  /** The name of the package that the project is: its own classes may be what a contract speaks of. */
  packageName?: string;
}

export interface Statistics {
  /** Whether the file had to be looked at at all. */
  candidate: boolean;
  bodies: number;
  blocks: number;
  /** How often a block was carried out. */
  rounds: number;
  oracle: "tracing" | "compiler";
}

export interface Analysis {
  /** Sorted by place; those that comments suppress are still among them. */
  findings: Finding[];
  statistics: Statistics;
  /** One line that says what went wrong inside; findings are incomplete then. */
  failure?: string;
}

const ranks = { possible: 0, likely: 1, certain: 2 };

/** Analyses one file. It never throws: what cannot be understood makes it silent. */
export function analyse(input: AnalysisInput): Analysis {
  const statistics: Statistics = {
    candidate: false,
    bodies: 0,
    blocks: 0,
    rounds: 0,
    oracle: input.program ? "compiler" : "tracing",
  };
  try {
    if (!isCandidate(input.text, input.catalog, input.program !== undefined)) return { findings: [], statistics };
    statistics.candidate = true;
    return { findings: findingsOf(input, statistics), statistics };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { findings: [], statistics, failure: `${input.fileName}: the analysis gave up on this file: ${reason}` };
  }
}

function findingsOf(input: AnalysisInput, statistics: Statistics): Finding[] {
  const sourceFile = parsed(input);
  const scopes = bindScopes(sourceFile);
  const oracle = input.program && compilerOracle(input.program, sourceFile, input);
  const { catalog, root } = input;
  const types = createTypes({
    sourceFile,
    scopes,
    catalog,
    ...(oracle && { oracle }),
    ...(root !== undefined && { root }),
  });
  if (!types.concerned()) return [];
  const graph = lowerFile(sourceFile, scopes, types, input.catalog.names);
  const engine = new Engine(graph, input.catalog);
  engine.run();
  statistics.bodies = graph.bodies.length;
  statistics.blocks = graph.bodies.reduce((sum, { blocks }) => sum + blocks.length, 0);
  statistics.rounds = engine.rounds;

  const question = new Question(engine, { sourceFile, fileName: input.fileName });
  return rules
    .filter(({ id }) => input.configuration.rules[id] !== "off")
    .flatMap((rule) => rule.check(question))
    .filter(({ confidence }) => ranks[confidence] >= ranks[input.configuration.confidence])
    .sort(byPlace);
}

/** The file with parents set: the program's own, as only that has types, or else parsed here. */
function parsed({ fileName, text, program, sourceFile }: AnalysisInput): ts.SourceFile {
  const known = sourceFile ?? program?.getSourceFile(fileName);
  // Making the checker binds the program's files, which sets the parents.
  if (program && known) program.getTypeChecker();
  if (known?.text === text && hasParents(known)) return known;
  const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  return ts.createSourceFile(fileName, text, options, true, scriptKind(fileName));
}

function hasParents(sourceFile: ts.SourceFile): boolean {
  const [first] = sourceFile.statements;
  return first === undefined || (first.parent as ts.Node | undefined) !== undefined;
}

function scriptKind(fileName: string): ts.ScriptKind {
  if (fileName.endsWith(".tsx")) return ts.ScriptKind.TSX;
  if (/\.[cm]?ts$/.test(fileName)) return ts.ScriptKind.TS;
  return ts.ScriptKind.JSX;
}
