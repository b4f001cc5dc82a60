/** What the fixes share that make all calls on a handle go through one gate: a mutex, a promise chain. */

import ts from "typescript";
import { declarationAt, isConst, type Declaration } from "./names.js";
import {
  all,
  bare,
  callAt,
  hasModifier,
  isTypeScript,
  listOf,
  receiverOf,
  some,
  textOf,
  type FixSource,
  type Span,
} from "./source.js";
import { before, indentOf, insertion, linesOf, newline, type Change } from "./text.js";

/** Where the gate is to be: beside a field of a class, or beside a variable of the file or of a function. */
export type Home =
  | {
      kind: "field";
      class: ts.ClassLikeDeclaration;
      declaration: ts.PropertyDeclaration | undefined;
      prefix: "this." | "this.#";
    }
  | { kind: "variable"; statement: ts.VariableStatement; prefix: "" };

export interface GuardedCalls {
  calls: ts.CallExpression[];
  home: Home;
  /** The name of the field or variable, without `#`. */
  name: string;
}

/** The calls `this.<name>.op(…)` of one class, or `<name>.op(…)` on one variable, if each of them can be wrapped. */
export function guardedCalls(source: FixSource, operations: readonly Span[], field: string): GuardedCalls | undefined {
  const calls = operations.map((operation) => callAt(source, operation)).filter((call) => call !== undefined);
  if (calls.length === 0 || calls.length < operations.length || !calls.every(mayBeWrapped)) return undefined;
  if (calls.some((call) => calls.some((other) => other !== call && call.pos <= other.pos && other.end <= call.end)))
    return undefined;
  const homes = calls.map((call) => homeOf(call, field));
  const [home] = homes;
  const isSame = (other: Home | undefined) =>
    other !== undefined && home !== undefined && placeOf(other) === placeOf(home);
  if (home === undefined || !homes.every(isSame)) return undefined;
  return { calls, home, name: field.replace(/^#/, "") };
}

function placeOf(home: Home): ts.Node {
  return home.kind === "field" ? home.class : home.statement;
}

/** A call can stand in a function of its own unless a generator is to yield in its arguments. */
function mayBeWrapped(call: ts.CallExpression): boolean {
  return !some(call, ts.isYieldExpression) && !ts.isOptionalChain(call);
}

function homeOf(call: ts.CallExpression, field: string): Home | undefined {
  const receiver = receiverOf(call);
  if (receiver === undefined) return undefined;
  const target = bare(receiver);
  if (ts.isPropertyAccessExpression(target) && target.expression.kind === ts.SyntaxKind.ThisKeyword) {
    return target.name.text === field ? fieldHome(target, field) : undefined;
  }
  if (!ts.isIdentifier(target) || target.text !== field) return undefined;
  const declaration = declarationAt(field, target);
  const statement = declaration && statementDeclaring(declaration);
  return statement && { kind: "variable", statement, prefix: "" };
}

function fieldHome(access: ts.PropertyAccessExpression, field: string): Home | undefined {
  const around = ts.findAncestor(access, ts.isClassLike);
  if (around === undefined) return undefined;
  const declaration = around.members.filter(ts.isPropertyDeclaration).find((member) => member.name.getText() === field);
  if (declaration !== undefined && hasModifier(declaration, ts.SyntaxKind.StaticKeyword)) return undefined;
  // Inside another function, what the compiler has found out about the field by a test is forgotten.
  const type = declaration?.type?.getText() ?? "";
  const mayBeMissing = declaration?.questionToken !== undefined || /\b(undefined|null)\b/.test(type);
  if (mayBeMissing && !ts.isNonNullExpression(access.parent)) return undefined;
  return { kind: "field", class: around, declaration, prefix: field.startsWith("#") ? "this.#" : "this." };
}

/** The statement of a constant: what is assigned later may be another handle when its turn comes. */
function statementDeclaring(declaration: Declaration): ts.VariableStatement | undefined {
  if (!isConst(declaration)) return undefined;
  const statement = declaration.parent.parent;
  return ts.isVariableStatement(statement) && listOf(statement) ? statement : undefined;
}

/** The call in a function that makes it later: `() => this.socket.send(message)`. */
export function asFunction(call: ts.CallExpression): string {
  return some(call, ts.isAwaitExpression) ? "async () => " : "() => ";
}

/** A member of the class, behind the field of the handle, or first where that is a parameter of the constructor. */
export function memberBehindField(
  source: FixSource,
  home: Home & { kind: "field" },
  member: string,
): Change | undefined {
  const nl = newline(source);
  if (home.declaration !== undefined) {
    const lines = linesOf(source, home.declaration);
    return lines && insertion(lines.end, indentOf(source, home.declaration) + member + nl);
  }
  const [first] = home.class.members;
  return first && before(source, first, ts.isPropertyDeclaration(first) ? member : member + nl);
}

/** Another member, between the constructor or the fields and the methods that follow. */
export function memberBeforeMethods(
  source: FixSource,
  home: Home & { kind: "field" },
  lines: readonly string[],
): Change | undefined {
  const { members } = home.class;
  const nl = newline(source);
  const constructor = members.find(ts.isConstructorDeclaration);
  const behind = constructor ?? members.filter(ts.isPropertyDeclaration).at(-1);
  const place = behind && linesOf(source, behind);
  if (behind === undefined || place === undefined) return undefined;
  const indent = indentOf(source, behind);
  return insertion(place.end, nl + lines.map((line) => (line === "" ? line : indent + line)).join(nl) + nl);
}

/** How a member that only the class itself may use is declared. */
export function privateMember(source: FixSource, home: Home & { kind: "field" }, name: string, modifiers = ""): string {
  if (home.prefix === "this.#") return `${isTypeScript(source) ? modifiers : ""}#${name}`;
  return isTypeScript(source) ? `private ${modifiers}${name}` : name;
}

/** A name for a new member that no member of the class has. */
export function memberName(source: FixSource, home: Home, wanted: string): string {
  if (home.kind === "variable") return wanted;
  const isName = (node: ts.Node): node is ts.Identifier | ts.PrivateIdentifier =>
    ts.isIdentifier(node) || ts.isPrivateIdentifier(node);
  const taken = new Set(
    all(home.class, isName, "nested functions too").map((node) => textOf(source, node).replace(/^#/, "")),
  );
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
  return name;
}
