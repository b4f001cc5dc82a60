import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts = require("typescript");
import { slashed } from "../terminal.js";

/** A `tsconfig.json`, read. */
export interface Project {
  configFile: string;
  options: ts.CompilerOptions;
  /** Absolute, with forward slashes. */
  fileNames: ReadonlySet<string>;
  references: readonly ts.ProjectReference[];
}

/** The projects of a run. */
export interface Projects {
  /** The project that a file is checked with; nothing if there is no `tsconfig.json` for it. */
  projectOf(file: string): Project | undefined;
  /** The folder's nearest `tsconfig.json`, unread: enough to know that there will be types. */
  hasProject(file: string): boolean;
  /** All files of the project, if one was named. */
  fileNames?(): string[];
}

type Complain = (sentence: string) => void;

/** Each file belongs to the nearest project that includes it, or else to the nearest one. */
export function nearestProjects(complain: Complain): Projects {
  const read = createProjectReader(complain);
  const configFiles = new Map<string, string[]>();

  /** The `tsconfig.json` files of a folder and of those above it, nearest first. */
  const configFilesAbove = (directory: string): string[] => {
    let found = configFiles.get(directory);
    if (found === undefined) {
      const parent = dirname(directory);
      const above = parent === directory ? [] : configFilesAbove(parent);
      const here = join(directory, "tsconfig.json");
      found = existsSync(here) ? [here, ...above] : above;
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
  const read = createProjectReader(complain);
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
function createProjectReader(complain: Complain): ReadProject {
  const projects = new Map<string, Project | undefined>();
  return (configFile) => {
    if (!projects.has(configFile)) projects.set(configFile, readProject(configFile, complain));
    return projects.get(configFile);
  };
}

/** What can be read of a `tsconfig.json`, even if something in it is wrong: most of its options still hold. */
function readProject(configFile: string, complain: Complain): Project | undefined {
  const parsed = ts.getParsedCommandLineOfConfigFile(slashed(configFile), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => complain(sentenceOf(diagnostic, configFile)),
  });
  if (parsed === undefined) return undefined;
  const wrong = parsed.errors.filter((error) => !harmless.has(error.code));
  if (wrong[0] !== undefined) complain(sentenceOf(wrong[0], configFile));
  return {
    configFile,
    options: parsed.options,
    fileNames: new Set(parsed.fileNames),
    references: parsed.projectReferences ?? [],
  };
}

/**
 * Not mistakes, or none that changes which types there are: an empty project, which only refers to others,
 * and options that another version of TypeScript knows.
 */
const harmless = new Set([
  18002 /* The 'files' list is empty */, 18003 /* No inputs were found */, 5023 /* Unknown compiler option */,
  5025 /* Unknown compiler option, did you mean */, 6046 /* Argument must be one of */,
]);

function sentenceOf({ messageText, file, start }: ts.Diagnostic, configFile: string): string {
  const reason = ts.flattenDiagnosticMessageText(messageText, " ").replace(/\.$/, "");
  const position =
    file !== undefined && start !== undefined ? ts.getLineAndCharacterOfPosition(file, start) : undefined;
  const where =
    position === undefined ? configFile : `${file?.fileName}:${position.line + 1}:${position.character + 1}`;
  return `${where}: ${reason}; mend it, or pass --no-types to do without types.`;
}
