/** Which files of a program a file's types can come from. */

import { changesGlobals } from "@holdfast/workspace";
import ts = require("typescript");

/** What the compiler knows of a file's imports but does not declare: the syntax of their specifiers, and where they lead. */
interface WithImports extends ts.SourceFile {
  imports?: readonly ts.StringLiteralLike[];
}
interface ResolvingProgram extends ts.Program {
  getResolvedModuleFromModuleSpecifier?(
    specifier: ts.StringLiteralLike,
    sourceFile: ts.SourceFile,
  ): { resolvedModule?: ts.ResolvedModuleFull } | undefined;
}

const known = new WeakMap<ts.Program, Map<string, ReadonlySet<string>>>();

/** The file and all that it imports, by whatever way; nothing if the compiler does not tell. */
export function dependenciesOf(program: ts.Program, file: string): ReadonlySet<string> | undefined {
  let sets = known.get(program);
  if (sets === undefined) known.set(program, (sets = new Map<string, ReadonlySet<string>>()));
  let set = sets.get(file);
  if (set === undefined) {
    const found = reachable(program, file);
    if (found === undefined) return undefined;
    sets.set(file, (set = found));
  }
  return set;
}

/** Whether a change of a file can change types anywhere: it adds to what is global, or nobody knows what it is. */
export function changesEverything(program: ts.Program, file: string): boolean {
  const sourceFile = program.getSourceFile(file);
  if (sourceFile === undefined) return true;
  return !ts.isExternalModule(sourceFile) || changesGlobals(file, sourceFile.text);
}

function reachable(program: ts.Program, file: string): Set<string> | undefined {
  const found = new Set([file]);
  for (const name of found) {
    const imported = importedBy(program, name);
    if (imported === undefined) return undefined;
    for (const other of imported) found.add(other);
  }
  return found;
}

function importedBy(program: ResolvingProgram, file: string): string[] | undefined {
  const sourceFile: WithImports | undefined = program.getSourceFile(file);
  if (sourceFile === undefined) return [];
  if (sourceFile.imports === undefined || program.getResolvedModuleFromModuleSpecifier === undefined) return undefined;
  return sourceFile.imports.flatMap((specifier) => {
    const resolved = program.getResolvedModuleFromModuleSpecifier?.(specifier, sourceFile)?.resolvedModule;
    // Where a project that is referred to is read from its source, the program has that instead.
    const target = resolved && program.getSourceFile(resolved.resolvedFileName);
    return target ? [target.fileName] : [];
  });
}
