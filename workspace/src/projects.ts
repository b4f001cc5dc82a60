import { dirname, join, resolve } from "node:path";
import ts = require("typescript");
import type { ProjectFileSystem } from "./file-system.js";
import { slashed } from "./paths.js";

/** A `tsconfig.json` or `jsconfig.json`, read. */
export interface Project {
  configFile: string;
  /** Every file that its options come from: that one, and those that it extends. */
  configFiles: readonly string[];
  options: ts.CompilerOptions;
  /** Absolute, with forward slashes. */
  fileNames: ReadonlySet<string>;
  references: readonly ts.ProjectReference[];
}

/** The projects of a run. */
export interface Projects {
  /** The project that a file is checked with; nothing if there is none for it. */
  projectOf(file: string): Project | undefined;
  /** The folder's nearest project, unread: enough to know that there will be types. */
  hasProject(file: string): boolean;
  /** All files of the project, if one was named. */
  fileNames?(): string[];
}

/** Of two in one folder the first counts, as for the compiler. */
const configNames = ["tsconfig.json", "jsconfig.json"];

/** Takes what is wrong with a project, as a sentence; `isNote`: the rest of it holds, so the run can go on. */
export type Complain = (sentence: string, isNote?: boolean) => void;

/** Each file belongs to the nearest project that includes it, or else to the nearest one. */
export function nearestProjects(complain: Complain, system: ProjectFileSystem = ts.sys): Projects {
  const read = createProjectReader(complain, system);
  const configFiles = new Map<string, string[]>();

  /** The `tsconfig.json` files of a folder and of those above it, nearest first. */
  const configFilesAbove = (directory: string): string[] => {
    let found = configFiles.get(directory);
    if (found === undefined) {
      const parent = dirname(directory);
      const above = parent === directory ? [] : configFilesAbove(parent);
      const here = configNames.map((name) => slashed(join(directory, name))).find((file) => system.fileExists(file));
      found = here === undefined ? above : [here, ...above];
      configFiles.set(directory, found);
    }
    return found;
  };

  return {
    hasProject: (file) => configFilesAbove(dirname(file)).length > 0,
    projectOf(file) {
      const candidates = configFilesAbove(dirname(file));
      for (const configFile of candidates) {
        const project = includingProject(read(configFile), file, read);
        if (project !== undefined) return project;
      }
      return candidates[0] === undefined ? undefined : read(candidates[0]);
    },
  };
}

/** All files belong to one project, or to one that it refers to. */
export function singleProject(configFile: string, complain: Complain): Projects {
  const read = createProjectReader(complain, ts.sys);
  const project = read(configFile);
  return {
    hasProject: () => project !== undefined,
    projectOf: (file) => includingProject(project, file, read) ?? project,
    fileNames: () => [...withReferences(project, read)].flatMap(({ fileNames }) => [...fileNames]),
  };
}

type ReadProject = (configFile: string) => Project | undefined;

/** The project itself or, as with a `tsconfig.json` that only lists others, one that it refers to. */
function includingProject(project: Project | undefined, file: string, read: ReadProject): Project | undefined {
  for (const candidate of withReferences(project, read)) if (candidate.fileNames.has(file)) return candidate;
  return undefined;
}

/** A project and all that it refers to, each once. */
function withReferences(project: Project | undefined, read: ReadProject, seen = new Set<Project>()): Set<Project> {
  if (project === undefined || seen.has(project)) return seen;
  seen.add(project);
  for (const reference of project.references) {
    withReferences(read(resolve(ts.resolveProjectReferencePath(reference))), read, seen);
  }
  return seen;
}

/** Reads each `tsconfig.json` once, and says once what is wrong with it. */
function createProjectReader(complain: Complain, system: ProjectFileSystem): ReadProject {
  const projects = new Map<string, Project | undefined>();
  return (configFile) => {
    if (!projects.has(configFile)) projects.set(configFile, readProject(configFile, complain, system));
    return projects.get(configFile);
  };
}

/** What can be read of a `tsconfig.json`, even if something in it is wrong: most of its options still hold. */
function readProject(configFile: string, complain: Complain, system: ProjectFileSystem): Project | undefined {
  const { readFile, fileExists, readDirectory } = system;
  const parsed = ts.getParsedCommandLineOfConfigFile(slashed(configFile), undefined, {
    ...ts.sys,
    readFile,
    fileExists,
    readDirectory,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => complain(sentenceOf(diagnostic, configFile)),
  });
  if (parsed === undefined) return undefined;
  const [missing, wrong] = partition(ts.getConfigFileParsingDiagnostics(parsed), ({ code }) => notThere.has(code));
  for (const diagnostic of missing) complain(missingSentence(diagnostic, configFile), true);
  const [first] = wrong.filter(({ code }) => !harmless.has(code));
  if (first !== undefined) complain(sentenceOf(first, configFile));
  return {
    configFile,
    configFiles: configFilesOf(parsed.options, configFile),
    options: parsed.options,
    fileNames: new Set(parsed.fileNames),
    references: parsed.projectReferences ?? [],
  };
}

/** The compiler notes in the options where they come from. */
function configFilesOf(options: ts.CompilerOptions, configFile: string): string[] {
  const { configFile: source } = options as { configFile?: ts.TsConfigSourceFile };
  return [slashed(configFile), ...(source?.extendedSourceFiles ?? []).map(slashed)];
}

/**
 * Not mistakes, or none that changes which types there are: an empty project, which only refers to others,
 * and options that another version of TypeScript knows.
 */
const harmless = new Set([
  18002 /* The 'files' list is empty */, 18003 /* No inputs were found */, 5023 /* Unknown compiler option */,
  5025 /* Unknown compiler option, did you mean */, 6046 /* Argument must be one of */,
]);

/** What a project extends may not be installed, or not be generated yet. */
const notThere = new Set([6053 /* File not found */, 5083 /* Cannot read file */]);

function sentenceOf(diagnostic: ts.Diagnostic, configFile: string): string {
  return `${whereAndWhy(diagnostic, configFile)}; fix it.`;
}

function missingSentence(diagnostic: ts.Diagnostic, configFile: string): string {
  return `${whereAndWhy(diagnostic, configFile)}; its options are missing, so some types may not be found.`;
}

function whereAndWhy({ messageText, file, start }: ts.Diagnostic, configFile: string): string {
  const reason = ts.flattenDiagnosticMessageText(messageText, " ").replace(/\.$/, "");
  const position =
    file !== undefined && start !== undefined ? ts.getLineAndCharacterOfPosition(file, start) : undefined;
  const where =
    position === undefined ? configFile : `${file?.fileName}:${position.line + 1}:${position.character + 1}`;
  return `${where}: ${reason}`;
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
