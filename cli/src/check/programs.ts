import ts = require("typescript");
import { memoized } from "../collections.js";
import type { Project } from "./projects.js";

/** Makes programs that share whatever they have in common: texts, parsed files, the answers of the file system. */
export interface ProgramFactory {
  /**
   * A program in which the types of the demanded files can be asked for. `previous` is an earlier program
   * of the same files with other texts, to start from.
   */
  create(project: Project, demand: Demand, previous?: ts.Program): ts.Program;
}

/** What a program is wanted for. */
export interface Demand {
  files: readonly string[];
  texts: Texts;
  /** The folder that files are named from, where contracts of the user's own name them. */
  root: string;
}

/** Texts of source files that were read already, or that are to stand in for what is on disk; by absolute path with forward slashes. */
const parseNone = ts.JSDocParsingMode.ParseNone;

export type Texts = ReadonlyMap<string, string>;

export function createProgramFactory(): ProgramFactory {
  const system = cachedSystem();
  const parsedFiles: ParsedFiles = new Map();
  const keys = ts.createDocumentRegistry();
  return {
    create(project, { files, texts, root }, previous) {
      const options = optionsFor(project, files);
      const read = (fileName: string) => texts.get(fileName) ?? system.readFile(fileName);
      // Where `paths` start from changes what is imported, but not how a file is read.
      const key = keys.getKeyForCompilationSettings({ ...options, pathsBasePath: undefined });
      const parse = createParser(parsedFiles, key);
      return ts.createProgram({
        options,
        host: { ...createHost(options, system, read, parse), getCurrentDirectory: () => root },
        oldProgram: previous,
        projectReferences: project.references,
        rootNames: rootsFor(project, files, texts),
      });
    },
  };
}

function optionsFor({ options, configFile }: Project, files: readonly string[]): ts.CompilerOptions {
  const hasJavaScript = files.some((file) => /\.[cm]?jsx?$/.test(file));
  return {
    ...options,
    configFilePath: configFile,
    noEmit: true,
    composite: false,
    incremental: false,
    skipLibCheck: true,
    // JavaScript beside a TypeScript project has types too, even if the project does not check it.
    ...(hasJavaScript && { allowJs: true }),
  };
}

/**
 * The files in question, and those of the project that change types without being imported: declaration files,
 * and modules that add to global types. What they import comes along; the rest of the project is not needed.
 */
function rootsFor(project: Project, files: readonly string[], texts: Texts): string[] {
  const ambient = [...project.fileNames].filter((name) => {
    return (
      /\.d(\.[^.]+)?\.[cm]?ts$/.test(name) || /\bdeclare\s+(global|module|namespace)\b/.test(texts.get(name) ?? "")
    );
  });
  return [...new Set([...files, ...ambient])];
}

/** What the compiler asks of the file system, each question answered once. */
function cachedSystem() {
  return {
    readFile: memoized((path) => ts.sys.readFile(path)),
    fileExists: memoized((path) => ts.sys.fileExists(path)),
    directoryExists: memoized((path) => ts.sys.directoryExists(path)),
    getDirectories: memoized((path) => ts.sys.getDirectories(path)),
    realpath: memoized((path) => ts.sys.realpath?.(path) ?? path),
  };
}

type ParsedFiles = Map<string, ts.SourceFile>;
type Parse = (fileName: string, text: string, how: ts.CreateSourceFileOptions | ts.ScriptTarget) => ts.SourceFile;

/** Parses a file once for all programs whose options read it alike: a compiler keeps what it knows of a file in its tree. */
function createParser(parsedFiles: ParsedFiles, optionsKey: string): Parse {
  return (fileName, text, how) => {
    const key = `${optionsKey}|${fileName}`;
    const parsed = parsedFiles.get(key);
    if (parsed?.text === text) return parsed;
    // Nobody reads doc comments from the tree; the compiler sets the parents of nodes when it binds.
    const options = { ...(typeof how === "object" ? how : { languageVersion: how }), jsDocParsingMode: parseNone };
    const sourceFile = ts.createSourceFile(fileName, text, options);
    parsedFiles.set(key, sourceFile);
    return sourceFile;
  };
}

function createHost(
  options: ts.CompilerOptions,
  system: ReturnType<typeof cachedSystem>,
  read: (fileName: string) => string | undefined,
  parse: Parse,
): ts.CompilerHost & Pick<ts.WatchCompilerHost<ts.BuilderProgram>, "useSourceOfProjectReferenceRedirect"> {
  return {
    ...ts.createCompilerHost(options),
    ...system,
    readFile: read,
    getSourceFile(fileName, how) {
      const text = read(fileName);
      return text === undefined ? undefined : parse(fileName, text, how);
    },
    writeFile: () => {},
    // The source of a project that is referred to says more than its declarations, and is there before it is built.
    useSourceOfProjectReferenceRedirect: () => true,
  };
}
