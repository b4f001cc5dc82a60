/** A file, made ready to be asked about: parsed, its names bound, its values traced. */

import type { Catalog } from "@holdfast/contracts";
import ts from "typescript";
import { bindScopes, type Scopes } from "../lowering/scopes.js";
import { compilerOracle } from "./compiler.js";
import { withoutDocComments } from "./older-compilers.js";
import { createTypes, type Types } from "./oracle.js";

/** A file, and everything that is known about where it belongs. */
export interface FileInput {
  /** Absolute. */
  fileName: string;
  text: string;
  /** With it types come from the compiler where tracing ends. */
  program?: ts.Program;
  /** The file as the front end has parsed it; with a program, the program's own. */
  sourceFile?: ts.SourceFile;
  catalog: Catalog;
  /** The project's root, which contracts of the user's own name files from; default the program's current directory. */
  root?: string;
  /** The name of the package that the project is: its own classes may be what a contract speaks of. */
  packageName?: string;
}

export interface OpenFile {
  sourceFile: ts.SourceFile;
  scopes: Scopes;
  /** `wanted`: what a type checker is asked about; default everything that a contract could have something to say on. */
  typesOf: (wanted?: readonly ts.Expression[]) => Types;
}

export function openFile(input: FileInput): OpenFile {
  const sourceFile = parsed(input);
  const scopes = bindScopes(sourceFile);
  const { catalog, program, root } = input;
  const typesOf = (wanted?: readonly ts.Expression[]): Types => {
    const oracle = program && compilerOracle(program, sourceFile, input);
    return createTypes({
      sourceFile,
      scopes,
      catalog,
      ...(oracle && { oracle }),
      ...(root !== undefined && { root }),
      ...(wanted && { wanted }),
    });
  };
  return { sourceFile, scopes, typesOf };
}

/** The file with parents set: the program's own, as only that has types, or else parsed here. */
function parsed({ fileName, text, program, sourceFile }: FileInput): ts.SourceFile {
  const known = sourceFile ?? program?.getSourceFile(fileName);
  // Making the checker binds the program's files, which sets the parents.
  if (program && known) program.getTypeChecker();
  if (known?.text === text && hasParents(known)) return known;
  const options = { languageVersion: ts.ScriptTarget.Latest, ...withoutDocComments };
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
