import { existsSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import {
  analyse,
  type Analysis,
  byPlace,
  type Finding,
  fixAllUntilStable,
  type FoundConfiguration,
  isCandidate,
  reportable,
  type Statistics,
} from "@holdfast/rules";
import type ts from "typescript";
import { groupBy } from "../collections.js";
import { Problem } from "../problem.js";
import type { Progress } from "../progress.js";
import { slashed } from "../terminal.js";
import { discoverFiles, type Discovery, isOutput, isSource } from "./files.js";
import type { CheckOptions } from "./options.js";
import { createProgramFactory, type ProgramFactory } from "./programs.js";
import { nearestProjects, type Project, type Projects, singleProject } from "./projects.js";
import { createReader, readSource, type SourceText, writeSource } from "./read.js";
import { createSettings, type Settings } from "./settings.js";

/** What became of a run. */
export interface CheckResult {
  /** In order of file, line, column and rule; all of them, whatever their severity. */
  findings: Finding[];
  /** The text of a file as it is now: what places in findings refer to. */
  textOf(file: string): string | undefined;
  /** What kept the run from doing all that it was asked to; one sentence each. */
  problems: string[];
  /** What the analysis could not do, through no fault of the user's. */
  notes: string[];
  /** How many fixes were applied. */
  fixed: number;
  files: number;
  /** How many of the files were looked at closely: the others cannot hold what the rules are about. */
  analysed: number;
  oracle: Statistics["oracle"];
  work: Work;
}

/** How much there was to do, for those who watch the performance. */
export interface Work {
  milliseconds: { total: number; reading: number; programs: number; analysing: number };
  programs: number;
  bodies: number;
  blocks: number;
  rounds: number;
}

/** A file that is worth a closer look. */
interface Candidate extends SourceText {
  file: string;
  settings: FoundConfiguration;
}

/** What a look at a file gave: findings that are to be reported, and how they were come by. */
interface Look {
  findings: Finding[];
  statistics?: Statistics;
  failure?: string;
}

/** Checks what the options ask for: from paths to findings, and to mended files where that is wanted. */
export function check(options: CheckOptions, cwd: string, progress: Progress): CheckResult {
  return new Run(options, cwd, progress).result();
}

/** One run of `holdfast check`; read `result` from top to bottom. */
class Run {
  private readonly problems = new Set<string>();
  private readonly notes: string[] = [];
  private readonly texts = new Map<string, string>();
  private readonly findings: Finding[] = [];
  private readonly began = performance.now();
  private readonly work: Work = {
    milliseconds: { total: 0, reading: 0, programs: 0, analysing: 0 },
    programs: 0,
    bodies: 0,
    blocks: 0,
    rounds: 0,
  };
  private readonly settings: Settings;
  private readonly projects: Projects;
  private readonly readFile = createReader();
  private readonly programs: ProgramFactory = createProgramFactory();
  private fixed = 0;
  private oracle: Statistics["oracle"] = "tracing";

  constructor(
    private readonly options: CheckOptions,
    private readonly cwd: string,
    private readonly progress: Progress,
  ) {
    this.settings = createSettings(options, cwd, this.readFile, this.complain);
    this.projects = chooseProjects(options, cwd, this.complain);
  }

  result(): CheckResult {
    const { files, problems } = this.discover();
    problems.forEach(this.complain);
    const candidates = this.timed("reading", () => files.flatMap((file) => this.candidate(file)));
    for (const [project, members] of groupBy(candidates, ({ file }) => this.projects.projectOf(file))) {
      this.checkProject(project, members);
    }
    this.work.milliseconds.total = performance.now() - this.began;
    return {
      findings: this.findings.sort(byPlace),
      textOf: (file) => this.texts.get(file) ?? this.readFile(file),
      problems: [...this.problems],
      notes: this.notes,
      fixed: this.fixed,
      files: files.length,
      analysed: candidates.length,
      oracle: this.oracle,
      work: this.work,
    };
  }

  /** The files that are asked for and that the configuration does not exclude. */
  private discover(): Discovery {
    const { paths } = this.options;
    const named = paths.length > 0 ? paths : ["."];
    const { files, problems } =
      paths.length === 0 && this.projects.fileNames !== undefined
        ? {
            files: this.projects.fileNames().filter((file) => isSource(file) && !isOutput(file, this.cwd)),
            problems: [],
          }
        : discoverFiles(named, this.cwd);
    return { files: files.filter((file) => this.settings.forFile(file) !== undefined), problems };
  }

  /** Reads a file and asks whether it is worth a closer look. Most are not, and cost no more than this. */
  private candidate(file: string): Candidate[] {
    this.progress.show(() => `Reading ${this.shown(file)}`);
    const settings = this.settings.forFile(file);
    if (settings === undefined) return [];
    const source = readSource(file, this.shown(file));
    if (typeof source === "string") {
      this.complain(source);
      return [];
    }
    this.texts.set(file, source.text);
    if (isCandidate(source.text, this.settings.allContracts(settings), this.projects.hasProject(file))) {
      return [{ ...source, file, settings }];
    }
    // Nothing is found here, so any comment that suppresses something is out of place.
    this.findings.push(...reportable([], { fileName: file, text: source.text }, settings.configuration));
    return [];
  }

  /** Checks the files of one project together, or those that have none. */
  private checkProject(project: Project | undefined, members: readonly Candidate[]): void {
    const byFile = new Map(members.map((member) => [member.file, member]));
    let program: ts.Program | undefined;
    const look = (texts: ReadonlyMap<string, string>): Map<string, Look> => {
      for (const [file, text] of texts) this.texts.set(file, text);
      program = project && this.program(project, [...byFile.keys()], program);
      return this.lookAt(
        [...texts.keys()].map((file) => byFile.get(file)!),
        program,
      );
    };

    const texts = new Map(members.map(({ file, text }) => [file, text]));
    const looks = this.options.fix === "none" ? look(texts) : this.fix(texts, look, byFile);
    for (const { findings, statistics, failure } of looks.values()) {
      this.findings.push(...findings);
      if (statistics !== undefined) this.count(statistics);
      if (failure !== undefined) this.notes.push(failure.replaceAll(`${slashed(this.cwd)}/`, ""));
    }
  }

  private program(project: Project, files: readonly string[], previous?: ts.Program): ts.Program | undefined {
    this.progress.show(() => `Reading ${this.shown(project.configFile)}`);
    this.work.programs++;
    const root = this.settings.rootFor(project.configFile);
    try {
      return this.timed("programs", () => this.programs.create(project, { files, texts: this.texts, root }, previous));
    } catch (error) {
      this.notes.push(
        `${this.shown(project.configFile)} was not used, as the compiler failed on it: ${firstLine(error)}`,
      );
      return undefined;
    }
  }

  private lookAt(members: readonly Candidate[], program: ts.Program | undefined): Map<string, Look> {
    const looks = new Map<string, Look>();
    for (const [index, member] of members.entries()) {
      this.progress.show(() => `Checking ${index + 1} of ${members.length}: ${this.shown(member.file)}`);
      looks.set(
        member.file,
        this.timed("analysing", () => this.look(member, program)),
      );
    }
    return looks;
  }

  private look({ file, settings: { configuration } }: Candidate, program: ts.Program | undefined): Look {
    const text = this.texts.get(file)!;
    const sourceFile = program?.getSourceFile(file);
    const analysis = analyseSafely({
      fileName: file,
      text,
      ...(sourceFile && { program, sourceFile }),
      catalog: this.settings.contractsFor(file),
      configuration,
    });
    return { ...analysis, findings: reportable(analysis.findings, { fileName: file, text }, configuration) };
  }

  /** Mends files, looks again, and writes those that changed. */
  private fix(
    texts: ReadonlyMap<string, string>,
    look: (texts: ReadonlyMap<string, string>) => Map<string, Look>,
    members: ReadonlyMap<string, Candidate>,
  ): Map<string, Look> {
    const stable = fixAllUntilStable(texts, look, { safeOnly: this.options.fix === "safe" });
    for (const [file, { text, applied }] of stable) {
      this.fixed += applied;
      if (text !== texts.get(file)) this.write(members.get(file)!, text);
    }
    return new Map([...stable].map(([file, { outcome }]) => [file, outcome]));
  }

  private write(member: Candidate, text: string): void {
    try {
      writeSource(member.file, { text, marked: member.marked });
    } catch (error) {
      this.complain(
        `${this.shown(member.file)} cannot be written (${(error as NodeJS.ErrnoException).code}); check its permissions.`,
      );
    }
  }

  private count({ bodies, blocks, rounds, oracle }: Statistics): void {
    this.work.bodies += bodies;
    this.work.blocks += blocks;
    this.work.rounds += rounds;
    if (oracle === "compiler") this.oracle = oracle;
  }

  private timed<T>(what: "reading" | "programs" | "analysing", work: () => T): T {
    const began = performance.now();
    try {
      return work();
    } finally {
      this.work.milliseconds[what] += performance.now() - began;
    }
  }

  /** Takes a sentence in which paths are absolute; people see them relative to where they are. */
  private readonly complain = (sentence: string): void => {
    this.problems.add(sentence.replaceAll(`${slashed(this.cwd)}/`, ""));
  };

  private shown(file: string): string {
    return slashed(relative(this.cwd, file));
  }
}

function chooseProjects({ types, project }: CheckOptions, cwd: string, complain: (sentence: string) => void): Projects {
  const projects =
    project === undefined ? nearestProjects(complain) : singleProject(configFileAt(project, cwd), complain);
  return types ? projects : { ...projects, hasProject: () => false, projectOf: () => undefined };
}

/** As with the compiler, a folder stands for the `tsconfig.json` in it. */
function configFileAt(project: string, cwd: string): string {
  const named = resolve(cwd, project);
  const configFile = statSync(named, { throwIfNoEntry: false })?.isDirectory() ? join(named, "tsconfig.json") : named;
  if (!existsSync(configFile))
    throw new Problem(`there is no file ${slashed(relative(cwd, configFile))}; check the path after --project.`);
  return configFile;
}

/** The analysis never throws on source code; should it do so all the same, the other files are still checked. */
function analyseSafely(
  input: Parameters<typeof analyse>[0],
): Pick<Analysis, "findings" | "failure"> & { statistics?: Statistics } {
  try {
    return analyse(input);
  } catch (error) {
    return { findings: [], failure: `${input.fileName}: the analysis gave up on this file: ${firstLine(error)}` };
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";
}
