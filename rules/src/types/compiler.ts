/** TypeScript's own checker, in process, behind the questions of the oracle. */

import type { TaggedType } from "@holdfast/contracts";
import path from "node:path";
import ts from "typescript";
import { taggedType } from "./doc-comments.js";
import type { DeclaredType, Position, TypeOracle } from "./oracle.js";
import { handleTag, packageOfPath, packageScope, packagesOf } from "./packages.js";

export interface CompilerOracleOptions {
  /** The project's root; default the program's current directory. */
  root?: string;
  /** The name of the package that the project is, where TypeScript does not know it. */
  packageName?: string;
}

/** So far up the chain of base types. */
const deepestBase = 6;
/** Of a union with more members nobody could say which one it is. */
const mostMembers = 4;

/** Answers about one file of a program. */
export function compilerOracle(
  program: ts.Program,
  sourceFile: ts.SourceFile,
  { root = program.getCurrentDirectory(), packageName }: CompilerOracleOptions = {},
): TypeOracle {
  const checker = program.getTypeChecker();
  const declarations = new Declarations(program, root, packageName);
  return {
    kind: "compiler",
    packages: () => {
      const packages = packagesOf(program);
      return packages && packageName !== undefined ? new Set([...packages, packageName]) : packages;
    },
    declaredTypes: (expressions) =>
      expressions.map((position) => {
        const node = nodeAt(sourceFile, position);
        return node ? new Names(checker, declarations).of(checker.getTypeAtLocation(node)) : [];
      }),
    thenable: (expressions) =>
      expressions.map((position) => {
        const node = nodeAt(sourceFile, position);
        return node && isThenable(checker.getTypeAtLocation(node), checker);
      }),
    callable: (expressions) =>
      expressions.map((position) => {
        const node = nodeAt(sourceFile, position);
        return node && isCallable(checker.getTypeAtLocation(node), checker);
      }),
    endless: (calls) =>
      calls.map((position) => {
        const node = nodeAt(sourceFile, position);
        return node && isNever(checker.getTypeAtLocation(node), checker);
      }),
  };
}

/** The innermost node that takes up exactly this stretch. */
function nodeAt(sourceFile: ts.SourceFile, { start, end }: Position): ts.Node | undefined {
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): true | undefined => {
    if (node.pos > start || node.end < end) return undefined;
    if (node.end === end && node.getStart(sourceFile) === start) found = node;
    ts.forEachChild(node, visit);
    // Nodes side by side do not overlap: none of those that follow takes up the stretch.
    return true;
  };
  ts.forEachChild(sourceFile, visit);
  return found;
}

/** Collects the names of one type. */
class Names {
  readonly #checker: ts.TypeChecker;
  readonly #declarations: Declarations;
  readonly #found: DeclaredType[] = [];

  constructor(checker: ts.TypeChecker, declarations: Declarations) {
    this.#checker = checker;
    this.#declarations = declarations;
  }

  of(type: ts.Type): readonly DeclaredType[] {
    this.#visit(type, {});
    return this.#found;
  }

  #visit(declared: ts.Type, around: Pick<DeclaredType, "promised" | "array">, depth = 0): void {
    if (depth > deepestBase || declared.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) return;
    this.#name(declared.aliasSymbol, around);
    const type = this.#checker.getNonNullableType(declared);
    if (type !== declared) this.#name(type.aliasSymbol, around);
    if (type.isUnionOrIntersection()) {
      if (type.isUnion() && type.types.length > mostMembers) return;
      for (const member of type.types) this.#visit(member, around, depth + 1);
      return;
    }
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const constraint = this.#checker.getBaseConstraintOfType(type);
      if (constraint && constraint !== type) this.#visit(constraint, around, depth + 1);
      return;
    }
    if (!(type.flags & ts.TypeFlags.Object)) return;
    const inner = this.#unwrapped(type as ts.ObjectType);
    if (inner) return inner.types.forEach((part) => this.#visit(part, { ...around, ...inner.around }, depth + 1));
    // The type of a class itself has the class for a symbol, but is no instance of it.
    if (isValueType(type)) return;
    this.#name(type.symbol, around, this.#argumentsOf(type as ts.ObjectType));
    if (type.isClassOrInterface() || isReference(type)) {
      const target = isReference(type) ? type.target : type;
      for (const base of this.#checker.getBaseTypes(target)) this.#visit(base, around, depth + 1);
    }
  }

  /** What a promise or an array holds. */
  #unwrapped(
    type: ts.ObjectType,
  ): { types: readonly ts.Type[]; around: Pick<DeclaredType, "promised" | "array"> } | undefined {
    if (!isReference(type)) return undefined;
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) {
      return { types: this.#checker.getTypeArguments(type).slice(0, mostMembers), around: { array: true } };
    }
    const name = type.symbol?.name;
    if (name !== "Promise" && name !== "PromiseLike") return undefined;
    return { types: this.#checker.getTypeArguments(type).slice(0, 1), around: { promised: true } };
  }

  /** The names of the types that a generic type was given. */
  #argumentsOf(type: ts.ObjectType): string[] {
    if (!isReference(type)) return [];
    const all = this.#checker.getTypeArguments(type).slice(0, mostMembers);
    return all.flatMap(({ aliasSymbol, symbol }) => (aliasSymbol ?? symbol)?.name ?? []);
  }

  #name(
    symbol: ts.Symbol | undefined,
    around: Pick<DeclaredType, "promised" | "array">,
    given: readonly string[] = [],
  ): void {
    if (!symbol || symbol.name.startsWith("__")) return;
    const name = symbol.name === "default" ? this.#declarations.nameOf(symbol) : symbol.name;
    for (const place of this.#declarations.of(symbol))
      this.#found.push({ name, ...place, ...around, ...(given.length > 0 && { arguments: given }) });
  }
}

type Place = Pick<DeclaredType, "package" | "file" | "tags">;

/** Where symbols are declared; looked up once each. */
class Declarations {
  readonly #program: ts.Program;
  readonly #root: string;
  readonly #packageName: string | undefined;
  readonly #places = new Map<ts.Symbol, readonly Place[]>();

  constructor(program: ts.Program, root: string, packageName: string | undefined) {
    this.#program = program;
    this.#packageName = packageName;
    this.#root = root;
  }

  /** The name behind `export default class Pool`. */
  nameOf(symbol: ts.Symbol): string {
    const declaration = symbol.declarations?.[0];
    const name = declaration && ts.getNameOfDeclaration(declaration);
    return name && ts.isIdentifier(name) ? name.text : symbol.name;
  }

  of(symbol: ts.Symbol): readonly Place[] {
    let places = this.#places.get(symbol);
    if (!places) {
      const all = (symbol.declarations ?? [])
        .slice(0, mostMembers)
        .flatMap((declaration) => this.#placesOf(declaration));
      places = all.filter((place, index) => all.findIndex((other) => isSamePlace(other, place)) === index);
      this.#places.set(symbol, places);
    }
    return places;
  }

  #placesOf(declaration: ts.Declaration): Place[] {
    const sourceFile = declaration.getSourceFile();
    const { fileName } = sourceFile;
    const inPackage = packageOfPath(fileName);
    if (inPackage) return [inPackage];
    if (this.#program.isSourceFileDefaultLibrary(sourceFile)) {
      return [{ package: "typescript", file: `lib/${path.posix.basename(fileName)}` }];
    }
    const file = path.relative(this.#root, path.resolve(this.#root, fileName)).replaceAll("\\", "/");
    const tags = this.#tags(declaration, sourceFile, file);
    const ambient = ambientModule(declaration);
    const scope = packageScope(sourceFile);
    return [
      { package: ".", file, ...(tags && { tags }) },
      ...(ambient !== undefined ? [{ package: ambient }] : []),
      ...(!scope && this.#packageName !== undefined ? [{ package: this.#packageName, file }] : []),
      ...(scope ? [{ package: scope.name, file: path.posix.relative(scope.directory, fileName) }] : []),
    ];
  }

  #tags(declaration: ts.Declaration, { text }: ts.SourceFile, file: string): TaggedType | undefined {
    if (!text.includes(handleTag)) return undefined;
    if (!ts.isClassLike(declaration) && !ts.isInterfaceDeclaration(declaration)) return undefined;
    return taggedType(declaration, text, file);
  }
}

/** The package of `declare module "pg" { … }`, where a project types a library itself. */
function ambientModule(declaration: ts.Node): string | undefined {
  for (let at = declaration.parent; at; at = at.parent) {
    if (ts.isModuleDeclaration(at) && ts.isStringLiteral(at.name)) return at.name.text;
  }
  return undefined;
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.package === other.package && one.file === other.file;
}

/** The type of a class, a function, an enum or a module, as opposed to one of its instances. */
function isValueType(type: ts.Type): boolean {
  const { objectFlags } = type as ts.ObjectType;
  const values =
    ts.SymbolFlags.Class |
    ts.SymbolFlags.Function |
    ts.SymbolFlags.Enum |
    ts.SymbolFlags.ValueModule |
    ts.SymbolFlags.Method;
  return (objectFlags & ts.ObjectFlags.Anonymous) !== 0 && ((type.symbol?.flags ?? 0) & values) !== 0;
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return (
    (type.flags & ts.TypeFlags.Object) !== 0 && ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0
  );
}

const saysNothing = ts.TypeFlags.Any | ts.TypeFlags.Unknown;

/** Whether a value of the type can be called; undefined where the type says nothing. */
function isCallable(type: ts.Type, checker: ts.TypeChecker): boolean | undefined {
  if (type.flags & saysNothing) return undefined;
  const members = type.isUnion() ? type.types : [type];
  return members.some((member) => checker.getSignaturesOfType(member, ts.SignatureKind.Call).length > 0);
}

/** Whether there is no such value, also not in a promise; undefined where the type says nothing. */
function isNever(type: ts.Type, checker: ts.TypeChecker): boolean | undefined {
  const awaited = checker.getAwaitedType(type) ?? type;
  if (awaited.flags & saysNothing) return undefined;
  return (awaited.flags & ts.TypeFlags.Never) !== 0;
}

/** Whether a value of the type has a `then`; undefined where the type says nothing. */
function isThenable(type: ts.Type, checker: ts.TypeChecker): boolean | undefined {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return undefined;
  const bare = checker.getNonNullableType(type);
  const parts = bare.isUnion() ? bare.types : [bare];
  const answers = parts.map((part) => {
    const constraint = part.flags & ts.TypeFlags.TypeParameter ? checker.getBaseConstraintOfType(part) : part;
    if (!constraint || constraint.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return undefined;
    return checker.getPropertyOfType(checker.getApparentType(constraint), "then") !== undefined;
  });
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}
