/**
 * What the analysis asks about types. It never sees a compiler's type or symbol: it asks by position, and gets the names
 * of contracts. Without a compiler, tracing from the imports answers; with one, it answers what tracing cannot.
 */

import type { KnownExport, KnownType, TaggedType } from "@holdfast/contracts";
import type ts from "typescript";
import type { Variable } from "../lowering/scopes.js";

/** What the value of an expression is, as far as contracts are concerned. */
export interface ValueType {
  type: KnownType;
  /** It comes in a promise. */
  promised?: boolean;
  /** It is an array of such; with `promised`, a promise of an array. */
  array?: boolean;
  /** The phase that the handle is in from the start. */
  phase?: string;
  /** Its type says that its operations take turns. */
  exclusive?: true;
}

/** A stretch of a source file. */
export interface Position {
  start: number;
  end: number;
}

/** What a checker says about the type of an expression: one of its names, and where it was declared. */
export interface DeclaredType {
  name: string;
  /** The package whose declaration files hold it: `pg`, `@types/node`, `typescript` for its own libraries, `.` for the project. */
  package: string;
  /** The declaring file inside the package. */
  file?: string;
  /** The names of its type arguments, where they have names. */
  arguments?: readonly string[];
  promised?: boolean;
  array?: boolean;
  /** The doc tags of a class or interface of the user's own. */
  tags?: TaggedType;
}

/** A type checker, asked in batches because it may live in another process. */
export interface TypeOracle {
  readonly kind: "compiler" | "native";
  /** All packages that it can name for a type of the program; nothing if a type from anywhere may be a handle. */
  packages(): ReadonlySet<string> | undefined;
  /** For each expression the names of its type, most specific first: the alias, the type itself, its base types. */
  declaredTypes(expressions: readonly Position[]): readonly (readonly DeclaredType[])[];
  /** Whether the value has a `then`; undefined where the checker cannot know. */
  thenable(expressions: readonly Position[]): readonly (boolean | undefined)[];
  /** Whether the value can be called; undefined where the checker cannot know. */
  callable(expressions: readonly Position[]): readonly (boolean | undefined)[];
  /** Whether control never comes back from the call; undefined where the checker cannot know. */
  endless(calls: readonly Position[]): readonly (boolean | undefined)[];
}

export interface Types {
  /** Whether anything in the file can have a contract. */
  concerned(): boolean;
  /** What the value of an expression is. */
  of(expression: ts.Expression): ValueType | undefined;
  /** What a parameter or variable holds. */
  ofVariable(variable: Variable): ValueType | undefined;
  /** The export of a contract that the expression refers to: a class, a function, a member of a namespace. */
  exportOf(expression: ts.Expression): KnownExport | undefined;
  /** A field of a class. */
  ofField(classNode: ts.ClassLikeDeclaration, name: string): ValueType | undefined;
  /** Whether a value is a promise; undefined where nobody knows. */
  thenable(expression: ts.Expression): boolean | undefined;
  /** Whether a value can be called; undefined where nobody knows. */
  callable(expression: ts.Expression): boolean | undefined;
  /** Whether control never comes back from a call; undefined where nobody knows. */
  endless(call: ts.Expression): boolean | undefined;
}

export { createTypes, type TypesInput } from "./create.js";
