import { basename, dirname } from "node:path";
import {
  analyse,
  type AnalysisInput,
  describeInspection,
  type Finding,
  fixUntilStable,
  inspect,
  type PendingOperation,
} from "@holdfast/rules";
import {
  CachedFileSystem,
  type Change,
  changesGlobals,
  createProgramFactory,
  createSettings,
  discoverFiles,
  glance,
  inputFor,
  isOutput,
  isSource,
  isWorthALook,
  look,
  nearestProjects,
  type Projects,
  type Settings,
  type Source,
} from "@holdfast/workspace";
import ts = require("typescript");
import { heapUsed } from "./memory.js";
import type {
  Checked,
  EngineOptions,
  FileChange,
  FromEngine,
  Inspected,
  OpenFile,
  Question,
  Questions,
  Target,
} from "./messages.js";
import { ProjectProgram } from "./programs.js";
import { SeenViolations } from "./seen-violations.js";
import { combine } from "./told.js";
import { type ReadReport, WatchedReports } from "./watched-reports.js";

/** What was found in a file, and what that rests on. */
interface Known {
  text: string;
  overrides: string;
  /** Which state of the configuration and of the disk it was found in. */
  epoch: number;
  program?: ProjectProgram;
  generation: number;
  checked: Analysed;
}

/** What the analysis gave, whatever was seen at run time. */
type Analysed = Omit<Checked, "findings"> & { findings: Finding[] };

const sourceExtensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];
/** So much of the heap may be used before projects are let go. */
const fullness = 0.7;

/** The analysis as the server uses it: it knows files, keeps what it found, and finds anew what may have changed. */
export class Engine {
  private readonly fileSystem = new CachedFileSystem(true);
  private readonly factory = createProgramFactory(this.fileSystem);
  private readonly known = new Map<string, Known>();
  private readonly programs = new Map<string, ProjectProgram>();
  /** By project, the files that types were asked for in a program that is no more. */
  private readonly demands = new Map<string, readonly string[]>();
  private readonly settings = new Map<string, Settings>();
  private readonly problems = new Set<string>();
  /** The folders of the workspace that something was asked about. */
  private readonly folders = new Set<string>();
  private readonly reports = new WatchedReports((...read) => this.reportRead(...read));
  private readonly seen = new SeenViolations(this.fileSystem, this.reports);
  private projects: Projects;
  private epoch = 0;

  constructor(
    private readonly options: EngineOptions,
    private readonly tell: (message: FromEngine) => void,
  ) {
    this.projects = this.readProjects();
  }

  /** What can be asked; each answer is plain data. */
  readonly answers: { [Asked in Question]: (given: Questions[Asked]["given"]) => Questions[Asked]["answer"] } = {
    check: (target) => this.check(target),
    fixAll: (target) => this.fixAll(target),
    inspect: (given) => this.inspect(given),
    pending: (target) => this.pending(target),
    expect: (given) => this.expect(given),
    discover: (target) => this.discover(target),
  };

  /** The texts of open files stand in for what is on disk. */
  open(files: readonly OpenFile[]): void {
    for (const { file, text } of files) {
      const before = this.fileSystem.readFile(file);
      const isThere = this.fileSystem.fileExists(file);
      if (text === undefined) this.fileSystem.withdraw(file);
      else this.fileSystem.overlay(file, text);
      if (this.fileSystem.fileExists(file) !== isThere) this.appeared([file]);
      else if (this.fileSystem.readFile(file) !== before) this.changed(file);
    }
  }

  /** Takes note of what has changed on disk, and tells whether any of it matters here. */
  take(changes: readonly FileChange[]): boolean {
    const relevant = changes.filter(({ path, change }) => this.isRelevant(path, change));
    const pathsOf = (kind: Change) => relevant.filter(({ change }) => change === kind).map(({ path }) => path);
    for (const path of pathsOf("changed")) this.changedOnDisk(path);
    this.appeared(pathsOf("created"));
    this.restructured(pathsOf("deleted"));
    return relevant.length > 0;
  }

  /** Looks at the disk itself. */
  sweep(): boolean {
    return this.take(this.fileSystem.sweep().flatMap((change) => this.withContents(change)));
  }

  /** Tells what a report says, as soon as it is read. */
  watch(report: string, folders: readonly string[]): void {
    for (const folder of folders) this.folders.add(folder);
    const content = this.reports.get(report);
    if (content.isRead) this.tellReport(report, content);
  }

  private reportRead(report: string, content: ReadReport, before: ReadReport): void {
    this.tellReport(report, content);
    if (content.violations.length + before.violations.length > 0) this.tell({ kind: "relevant", isRelevant: true });
  }

  private tellReport(report: string, content: ReadReport): void {
    const { problem } = content;
    const files = this.seen.files(content, [...this.folders]);
    this.tell({ kind: "report", read: { report, files, ...(problem !== undefined && { problem }) } });
  }

  /** Lets go of all projects but the one that was used last, if there is too little memory. */
  shed(): void {
    if (heapUsed() <= this.options.memory * fullness) return;
    const held = [...this.programs.values()].filter(({ current }) => current !== undefined);
    const [last, ...others] = held.sort((one, other) => other.lastUsed - one.lastUsed);
    if (last?.current === undefined || others.length === 0) return;
    for (const program of others) program.drop();
    this.factory.retain([last.current]);
    // Texts come from the disk again; parsed files that are still in use hold theirs anyway.
    this.fileSystem.clear();
    this.tell({ kind: "shed", projects: others.map(({ project }) => project.configFile) });
  }

  private check(target: Target): Checked {
    const text = this.textOf(target);
    if (text === undefined) return { findings: [], problems: [], milliseconds: 0 };
    const analysed = this.analysed(target, text);
    const seen = this.seen.in(target, this.settingsFor(target));
    return { ...analysed, findings: combine(analysed.findings, seen, text) };
  }

  private analysed(target: Target, text: string): Analysed {
    const overrides = JSON.stringify([target.folder, target.overrides]);
    const known = this.known.get(target.file);
    if (known?.text === text && known.overrides === overrides && this.holds(known, target.file)) {
      return { ...known.checked, milliseconds: 0 };
    }
    const began = performance.now();
    const { program, ...found } = this.find({ file: target.file, text }, this.settingsFor(target));
    const milliseconds = performance.now() - began;
    const project = program && { project: program.project.configFile };
    const checked = { ...found, ...project, problems: [...found.problems, ...this.takeProblems()], milliseconds };
    const generation = program?.generation ?? 0;
    // A problem is told once.
    const kept = { ...checked, problems: [] };
    this.known.set(target.file, { text, overrides, epoch: this.epoch, program, generation, checked: kept });
    return checked;
  }

  private holds({ epoch, program, generation }: Known, file: string): boolean {
    return epoch === this.epoch && (program === undefined || !program.isAffected(file, generation));
  }

  private find(
    source: Source,
    settings: Settings,
  ): { findings: Finding[]; problems: string[]; program?: ProjectProgram } {
    if (!isWorthALook(source, settings, this.projects)) return { ...glance(source, settings), problems: [] };
    const program = this.programOf(source.file, settings);
    const { findings, failure } = look(source, settings, program?.programFor(source.file));
    return { findings, problems: failure === undefined ? [] : [failure], ...(program && { program }) };
  }

  private fixAll(target: Target): { text: string; applied: number } {
    const text = this.textOf(target) ?? "";
    try {
      const lookAt = (changed: string) => {
        this.open([{ file: target.file, text: changed }]);
        return this.analysed(target, changed);
      };
      return fixUntilStable(text, lookAt);
    } finally {
      this.open([{ file: target.file, text }]);
    }
  }

  private inspect({ offset, ...target }: Target & { offset: number }): Inspected | undefined {
    const input = this.inputFor(target);
    const inspection = input && inspect(input, offset);
    return inspection && { place: inspection.place, markdown: describeInspection(inspection) };
  }

  private pending(target: Target): PendingOperation[] {
    const input = this.inputFor(target);
    return (input && analyse({ ...input, pending: true }).pending) ?? [];
  }

  private inputFor(target: Target): AnalysisInput | undefined {
    const text = this.textOf(target);
    const settings = this.settingsFor(target);
    if (text === undefined || !isWorthALook({ file: target.file, text }, settings, this.projects)) return undefined;
    const program = this.programOf(target.file, settings)?.programFor(target.file);
    return inputFor({ file: target.file, text }, settings, program);
  }

  private expect({ files, ...target }: Target & { files: string[] }): undefined {
    const settings = this.settingsFor(target);
    const byProgram = new Map<ProjectProgram, string[]>();
    for (const file of files) {
      const text = this.textOf({ ...target, file });
      if (text === undefined || !isWorthALook({ file, text }, settings, this.projects)) continue;
      const program = this.programOf(file, settings);
      if (program) byProgram.set(program, [...(byProgram.get(program) ?? []), file]);
    }
    for (const [program, members] of byProgram) program.expect(members);
    return undefined;
  }

  private discover(target: Target): string[] {
    const settings = this.settingsFor(target);
    const { files } = discoverFiles([target.folder], target.folder);
    return files.filter((file) => settings.forFile(file) !== undefined);
  }

  /** The text of a file that is to be looked at. */
  private textOf({ file, folder }: Target): string | undefined {
    if (!isSource(file) || isOutput(file, folder)) return undefined;
    return this.fileSystem.readFile(file);
  }

  private settingsFor({ folder, overrides }: Target): Settings {
    this.folders.add(folder);
    const key = JSON.stringify([folder, overrides]);
    let settings = this.settings.get(key);
    if (settings === undefined) {
      settings = createSettings(overrides, folder, this.fileSystem.readFile, this.complain);
      this.settings.set(key, settings);
    }
    return settings;
  }

  private programOf(file: string, settings: Settings): ProjectProgram | undefined {
    const project = this.projects.projectOf(file);
    if (project === undefined || this.options.tooLarge.includes(project.configFile)) return undefined;
    let program = this.programs.get(project.configFile);
    if (program === undefined) {
      const demand = this.demands.get(project.configFile) ?? [];
      const files = demand.filter((name) => this.fileSystem.fileExists(name));
      const root = settings.rootFor(project.configFile);
      program = new ProjectProgram(project, { files, root }, this.factory, {
        loading: (name) => this.tell({ kind: "loading", project: name }),
        loaded: (name, milliseconds, count) => this.tell({ kind: "loaded", project: name, milliseconds, files: count }),
      });
      this.programs.set(project.configFile, program);
    }
    return program;
  }

  private readProjects(): Projects {
    return nearestProjects(this.complain, this.fileSystem);
  }

  /** What git, builds and installations write matters only if somebody has asked for it. */
  private isRelevant(path: string, change: Change): boolean {
    if (this.fileSystem.wasAskedAbout(path, change)) return true;
    if (isIgnoreFile(path)) return !isOutput(path, this.folderOf(path));
    if (this.isOthers(path)) return false;
    return this.isConfiguration(path) || (change === "created" && isSourceName(path));
  }

  /** A folder that is new brings its files along. */
  private withContents({ path, change }: FileChange): FileChange[] {
    const isFolder = change === "created" && !this.isOthers(`${path}/any`) && ts.sys.directoryExists(path);
    const files = isFolder ? ts.sys.readDirectory(path, sourceExtensions, ["**/node_modules", "**/.*/"]) : [];
    return [{ path, change }, ...files.map((file) => ({ path: file, change }))];
  }

  /** Whether it was not written by people, and is none of what is looked at. */
  private isOthers(path: string): boolean {
    const folder = this.folderOf(path);
    return isOutput(path, folder) || /\/\./.test(path.slice(folder.length));
  }

  private folderOf(path: string): string {
    return [...this.folders].find((folder) => path.startsWith(`${folder}/`)) ?? dirname(path);
  }

  private isConfiguration(path: string): boolean {
    if (/^([tj]sconfig.*|holdfast\.config|package)\.json$/.test(basename(path))) return true;
    return [...this.programs.values()].some(({ project }) => project.configFiles.includes(path));
  }

  private changedOnDisk(path: string): void {
    this.fileSystem.changed(path);
    if (path.endsWith("package.json") || this.isConfiguration(path)) this.restructured([path]);
    else this.changed(path);
  }

  private changed(path: string): void {
    for (const program of this.programs.values()) program.changed(path);
  }

  /** There are files that were not there before. One that nobody imports changes no more than which files a project has. */
  private appeared(paths: readonly string[]): void {
    const isLookedFor = (path: string) =>
      (!isSourceName(path) && !isIgnoreFile(path)) || this.fileSystem.wasAskedAbout(path, "created");
    this.restructured(paths.filter((path) => isLookedFor(path) || changesGlobals(path, ts.sys.readFile(path) ?? "")));
    if (paths.length > 0) this.projects = this.readProjects();
  }

  /** Files have come or gone, or a configuration is another: imports may lead elsewhere, and nothing that was found holds. */
  private restructured(paths: readonly string[]): void {
    if (paths.length === 0) return;
    this.epoch++;
    this.fileSystem.restructured(paths);
    this.settings.clear();
    this.projects = this.readProjects();
    for (const [configFile, program] of this.programs) this.demands.set(configFile, program.files);
    this.programs.clear();
  }

  private readonly complain = (sentence: string): void => {
    this.problems.add(sentence);
  };

  private takeProblems(): string[] {
    const taken = [...this.problems];
    this.problems.clear();
    return taken;
  }
}

function isSourceName(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

/** It says which files belong to the workspace, and nothing of what is in them. */
function isIgnoreFile(path: string): boolean {
  return basename(path) === ".gitignore";
}
