import { existsSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import {
  byPlace,
  type Finding,
  fixAllUntilStable,
  loadConfiguration,
  type ReadFile,
  type Statistics,
} from "@holdfast/rules";
import {
  CachedFileSystem,
  type Complain,
  createProgramFactory,
  createReader,
  createSettings,
  discoverFiles,
  type Discovery,
  firstLine,
  glance,
  isOutput,
  isSource,
  isWorthALook,
  look,
  type Look,
  nearestProjects,
  type Overrides,
  type Project,
  type ProgramFactory,
  type Projects,
  readSource,
  replaceSource,
  type Settings,
  singleProject,
  slashed,
  type Source,
  type SourceText,
} from "@holdfast/workspace";
import type ts from "typescript";
import { groupBy } from "../collections.js";
import { Problem } from "../problem.js";
import type { Progress } from "../progress.js";
import { Memory } from "./memory.js";
import type { CheckOptions } from "./options.js";

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
type Candidate = Source & SourceText;

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
  private readonly memory = new Memory();
  private readonly readFile = createReader();
  private readonly fileSystem = new CachedFileSystem();
  private readonly programs: ProgramFactory = createProgramFactory(this.fileSystem);
  private fixed = 0;
  private oracle: Statistics["oracle"] = "tracing";

  constructor(
    private readonly options: CheckOptions,
    private readonly cwd: string,
    private readonly progress: Progress,
  ) {
    this.settings = createSettings(overridesOf(options, cwd, this.readFile), cwd, this.readFile, this.complain);
    this.projects = chooseProjects(options, cwd, (sentence, isNote) => {
      if (isNote) this.note(sentence);
      else this.complain(sentence.replace(/\.$/, ", or pass --no-types to skip type information."));
    });
  }

  result(): CheckResult {
    const { files, problems } = this.discover();
    problems.forEach(this.complain);
    const candidates = this.timed("reading", () => files.flatMap((file) => this.candidate(file)));
    for (const [project, members] of groupBy(candidates, ({ file }) => this.projects.projectOf(file))) {
      this.checkProject(project, members);
      // What one project has read saves the next one some work, as long as there is room for it.
      this.memory.keepWithin(() => this.programs.retain([]));
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
    const read = readSource(file, this.shown(file));
    if (typeof read === "string") {
      this.complain(read);
      return [];
    }
    this.hold(file, read.text);
    const source = { ...read, file };
    if (isWorthALook(source, this.settings, this.projects)) return [source];
    this.findings.push(...glance(source, this.settings).findings);
    return [];
  }

  /** Checks the files of one project together, or those that have none. */
  private checkProject(project: Project | undefined, members: readonly Candidate[]): void {
    const byFile = new Map(members.map((member) => [member.file, member]));
    let program: ts.Program | undefined;
    const lookAt = (texts: ReadonlyMap<string, string>): Map<string, Look> => {
      for (const [file, text] of texts) this.hold(file, text);
      const current = (): ts.Program | undefined =>
        (program = project && this.program(project, [...byFile.keys()], program));
      return this.lookAt(
        [...texts.keys()].map((file) => byFile.get(file)!),
        current,
      );
    };

    const texts = new Map(members.map(({ file, text }) => [file, text]));
    const looks = this.options.fix === "none" ? lookAt(texts) : this.fix(texts, lookAt, byFile);
    for (const { findings, statistics, failure } of looks.values()) {
      this.findings.push(...findings);
      if (statistics !== undefined) this.count(statistics);
      if (failure !== undefined) this.note(failure);
    }
  }

  private program(project: Project, files: readonly string[], previous?: ts.Program): ts.Program | undefined {
    this.progress.show(() => `Reading ${this.shown(project.configFile)}`);
    this.work.programs++;
    const root = this.settings.rootFor(project.configFile);
    try {
      return this.timed("programs", () => this.programs.create(project, { files, root }, previous));
    } catch (error) {
      this.notes.push(
        `${this.shown(project.configFile)} was ignored, because the TypeScript compiler failed on it: ${firstLine(error)}`,
      );
      return undefined;
    }
  }

  /** `current` makes a program of the same texts that has not looked at any of them. */
  private lookAt(members: readonly Candidate[], current: () => ts.Program | undefined): Map<string, Look> {
    const looks = new Map<string, Look>();
    let program = current();
    for (const [index, member] of members.entries()) {
      this.progress.show(() => `Checking ${index + 1} of ${members.length}: ${this.shown(member.file)}`);
      looks.set(
        member.file,
        this.timed("analysing", () => look({ ...member, text: this.texts.get(member.file)! }, this.settings, program)),
      );
      // A compiler keeps the types of all that it was asked about.
      this.memory.keepWithin(() => (program = current()));
    }
    return looks;
  }

  /** Mends files, looks again, and writes those that changed. */
  private fix(
    texts: ReadonlyMap<string, string>,
    lookAt: (texts: ReadonlyMap<string, string>) => Map<string, Look>,
    members: ReadonlyMap<string, Candidate>,
  ): Map<string, Look> {
    const stable = fixAllUntilStable(texts, lookAt, { safeOnly: this.options.fix === "safe" });
    const unwritten = new Map<string, string>();
    for (const [file, { text, applied }] of stable) {
      const before = texts.get(file)!;
      if (text === before || this.write(members.get(file)!, text)) this.fixed += applied;
      else unwritten.set(file, before);
    }
    const looks = new Map([...stable].map(([file, { outcome }]) => [file, outcome]));
    // What was found in a file that is as it was still holds.
    return unwritten.size === 0 ? looks : new Map([...looks, ...lookAt(unwritten)]);
  }

  /** The text is what the file says, for all that comes. */
  private hold(file: string, text: string): void {
    this.texts.set(file, text);
    this.fileSystem.overlay(file, text);
  }

  /** Tells whether the file has the text now. */
  private write(member: Candidate, text: string): boolean {
    const { paths } = this.options;
    const problem = replaceSource({
      file: member.file,
      shownAs: this.shown(member.file),
      from: member,
      to: text,
      within: [this.cwd, ...paths.map((path) => resolve(this.cwd, path)).filter((path) => existsSync(path))],
    });
    if (problem !== undefined) this.complain(problem);
    return problem === undefined;
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

  /** The same for what the run can go on with. */
  private note(sentence: string): void {
    this.notes.push(sentence.replaceAll(`${slashed(this.cwd)}/`, ""));
  }

  private shown(file: string): string {
    return slashed(relative(this.cwd, file));
  }
}

/** `--rule` and `--confidence` override the configuration; `--config` takes the place of the nearest one. */
function overridesOf({ rules, confidence, config }: CheckOptions, cwd: string, readFile: ReadFile): Overrides {
  if (config === undefined) return { rules, confidence };
  const given = loadConfiguration(resolve(cwd, config), readFile);
  if (given === undefined)
    throw new Problem(`there is no configuration file ${config}; check the path after --config.`);
  // The globs of a configuration that is named are relative to the working directory, wherever it lies.
  return { rules, confidence, given: { ...given, directory: cwd } };
}

function chooseProjects({ types, project }: CheckOptions, cwd: string, complain: Complain): Projects {
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
