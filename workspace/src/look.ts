import { analyse, type AnalysisInput, type Finding, isCandidate, reportable, type Statistics } from "@holdfast/rules";
import type ts from "typescript";
import type { Projects } from "./projects.js";
import type { Settings } from "./settings.js";

/** A source file as it is to be looked at. */
export interface Source {
  /** Absolute, with forward slashes. */
  file: string;
  text: string;
}

/** What a look at a file gave. */
export interface Look {
  /** What is to be reported, in order of place. */
  findings: Finding[];
  statistics?: Statistics;
  /** What went wrong inside; findings are incomplete then. */
  failure?: string;
}

/** Whether a file is worth a closer look: without one, nothing can be found in it. */
export function isWorthALook({ file, text }: Source, settings: Settings, projects: Projects): boolean {
  const found = settings.forFile(file);
  return found !== undefined && isCandidate(text, settings.allContracts(found), projects.hasProject(file));
}

/** What is reported of a file that is not worth a closer look: comments that suppress something are out of place. */
export function glance({ file, text }: Source, settings: Settings): Look {
  const found = settings.forFile(file);
  return { findings: found ? reportable([], { fileName: file, text }, found.configuration) : [] };
}

/** Looks at a file as every front end does, with the types of a program if there is one. It never throws. */
export function look(source: Source, settings: Settings, program: ts.Program | undefined): Look {
  const found = settings.forFile(source.file);
  if (found === undefined) return { findings: [] };
  try {
    const { findings, ...rest } = analyse(inputFor(source, settings, program));
    return {
      ...rest,
      findings: reportable(findings, { fileName: source.file, text: source.text }, found.configuration),
    };
  } catch (error) {
    return { findings: [], failure: `${source.file}: the analysis gave up on this file: ${firstLine(error)}` };
  }
}

/** What the analysis is given for a file that the settings cover. */
export function inputFor({ file, text }: Source, settings: Settings, program: ts.Program | undefined): AnalysisInput {
  const { configuration } = settings.forFile(file)!;
  const sourceFile = program?.getSourceFile(file);
  const packageName = settings.packageOf(file);
  return {
    fileName: file,
    text,
    ...(sourceFile && { program, sourceFile }),
    ...(packageName !== undefined && { packageName }),
    catalog: settings.contractsFor(file),
    configuration,
  };
}

/** What an error says, in one line. */
export function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";
}
