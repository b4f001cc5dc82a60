import { withoutDocComments } from "@holdfast/rules";
import ts = require("typescript");
import type { FileSystem } from "./file-system.js";
import type { Project } from "./projects.js";

/** Makes programs that share whatever they have in common: texts, parsed files, the answers of the file system. */
export interface ProgramFactory {
  /**
   * A program in which the types of the demanded files can be asked for. `previous` is an earlier program
   * of the same project, to start from: nothing may have come or gone on disk since.
   */
  create(project: Project, demand: Demand, previous?: ts.Program): ts.Program;
  /** Lets go of the parsed files that none of the programs has. */
  retain(programs: Iterable<ts.Program>): void;
}

/** What a program is wanted for. */
export interface Demand {
  files: readonly string[];
  /** The folder that files are named from, where contracts of the user's own name them. */
  root: string;
}

export function createProgramFactory(system: FileSystem): ProgramFactory {
  const parsedFiles: ParsedFiles = new Map();
  const keys = ts.createDocumentRegistry();
  const isGlobal = createGlobalTest(system);
  return {
    create(project, { files, root }, previous) {
      const options = optionsFor(project, files);
      // Where `paths` start from changes what is imported, but not how a file is read.
      const key = keys.getKeyForCompilationSettings({ ...options, pathsBasePath: undefined });
      const parse = createParser(parsedFiles, key);
      return ts.createProgram({
        options,
        host: { ...createHost(options, system, parse), getCurrentDirectory: () => root },
        oldProgram: previous,
        projectReferences: project.references,
        rootNames: [...new Set([...files, ...[...project.fileNames].filter(isGlobal)])],
      });
    },
    retain(programs) {
      const used = new Set([...programs].flatMap((program) => program.getSourceFiles()));
      for (const [key, file] of parsedFiles) if (!used.has(file)) parsedFiles.delete(key);
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
 * Which files of a project change types without being imported: declaration files, and modules that add to global types.
 * With the files in question they are the roots of a program. What those import comes along; the rest is not needed.
 */
function createGlobalTest(system: FileSystem): (file: string) => boolean {
  const known = new Map<string, { text: string; isGlobal: boolean }>();
  return (file) => {
    const text = system.readFile(file) ?? "";
    let answer = known.get(file);
    if (answer?.text !== text) {
      answer = { text, isGlobal: changesGlobals(file, text) };
      known.set(file, answer);
    }
    return answer.isGlobal;
  };
}

/** Whether a file changes types without being imported: a declaration file, or a module that adds to global types. */
export function changesGlobals(file: string, text: string): boolean {
  return /\.d(\.[^.]+)?\.[cm]?ts$/.test(file) || /\bdeclare\s+(global|module|namespace)\b/.test(text);
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
    const options = { ...(typeof how === "object" ? how : { languageVersion: how }), ...withoutDocComments };
    const sourceFile = ts.createSourceFile(fileName, text, options);
    parsedFiles.set(key, sourceFile);
    return sourceFile;
  };
}

function createHost(
  options: ts.CompilerOptions,
  system: FileSystem,
  parse: Parse,
): ts.CompilerHost & Pick<ts.WatchCompilerHost<ts.BuilderProgram>, "useSourceOfProjectReferenceRedirect"> {
  return {
    ...ts.createCompilerHost(options),
    readFile: system.readFile,
    fileExists: system.fileExists,
    directoryExists: system.directoryExists,
    getDirectories: system.getDirectories,
    realpath: system.realpath,
    getSourceFile(fileName, how) {
      const text = system.readFile(fileName);
      return text === undefined ? undefined : parse(fileName, text, how);
    },
    writeFile: () => {},
    // The source of a project that is referred to says more than its declarations, and is there before it is built.
    useSourceOfProjectReferenceRedirect: () => true,
  };
}
