import ts from "typescript";
import type { Fix } from "../finding.js";
import { declarationAt, isAssignedIn, isConst, rootOf, type Declaration } from "./names.js";
import {
  bare,
  expressionAt,
  functionOf,
  innermostAt,
  isCombinator,
  listedStatementOf,
  listOf,
  mayAwait,
  textOf,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { before as lineBefore, fixOf, removal, semicolon, type Change } from "./text.js";

/**
 * Awaits a promise, or an array of them, that is kept in a variable or field and awaited too late (`promise` is that
 * later use) before the statement of `before`. Where the later use is nothing but that await, it moves there.
 */
export function awaitPending(source: FixSource, promise: Span, before: Span, words: Words = {}): Fix | undefined {
  const kept = keptPromise(source, promise);
  const place = innermostAt(source, before);
  const statement = listedStatementOf(place);
  if (kept === undefined || statement === undefined || mayAwait(source, statement) !== "yes") return undefined;
  if (contains(statement, kept) || isPassedBefore(kept, statement)) return undefined;
  const root = rootOf(kept);
  let declaration: Declaration | undefined;
  if (ts.isIdentifier(root)) {
    declaration = declarationAt(root.text, kept);
    if (declaration === undefined || declarationAt(root.text, statement) !== declaration) return undefined;
    // What makes the promise would wait for itself.
    if (contains(declaration, statement) || !isSetBefore(declaration, statement)) return undefined;
  } else if (root.kind !== ts.SyntaxKind.ThisKeyword || thisOf(kept) !== thisOf(statement)) {
    return undefined;
  }

  const combinator = combinatorOf(kept) ?? (declaration && isArray(declaration) ? "all" : undefined);
  const text = textOf(source, kept);
  const awaited = combinator ? `await Promise.${combinator}(${text})` : `await ${text}`;
  const changes: Change[] = [lineBefore(source, statement, awaited + semicolon(source))];
  const later = laterAwait(kept, statement);
  if (later !== undefined) changes.push(removal(source, later));

  const isSafe = declaration !== undefined && isConst(declaration) && functionOf(declaration) === functionOf(statement);
  const title = `Await ${words.operation ?? "the pending operation"} first`;
  return fixOf(source, { kind: "await-first", title, safe: isSafe && !isInFinally(statement) }, changes);
}

/** The variable or field, also when the span is that of its await or of the combinator that is given it. */
function keptPromise(source: FixSource, span: Span): ts.Expression | undefined {
  let node = expressionAt(source, span);
  if (node === undefined) return undefined;
  node = bare(node);
  if (ts.isAwaitExpression(node)) node = bare(node.expression);
  if (isCombinator(node, "all", "allSettled")) node = bare(node.arguments[0]!);
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) ? node : undefined;
}

function contains(outer: ts.Node, inner: ts.Node): boolean {
  return outer.pos <= inner.pos && inner.end <= outer.end;
}

/** The use stands before the statement, which then has nothing to wait for. */
function isPassedBefore(kept: ts.Expression, statement: ts.Statement): boolean {
  return functionOf(kept) === functionOf(statement) && kept.end <= statement.pos;
}

/** The combinator that the later use gives an array to. */
function combinatorOf(kept: ts.Expression): string | undefined {
  const { parent } = kept;
  if (!isCombinator(parent, "all", "allSettled")) return undefined;
  return (parent.expression as ts.PropertyAccessExpression).name.text;
}

function isArray(declaration: Declaration): boolean {
  if (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration)) return false;
  const { type, initializer } = declaration;
  return (
    (type !== undefined && ts.isArrayTypeNode(type)) ||
    (initializer !== undefined && ts.isArrayLiteralExpression(initializer))
  );
}

/** Whether the compiler agrees that the variable has a value at the statement. */
function isSetBefore(declaration: Declaration, statement: ts.Statement): boolean {
  if (!ts.isVariableDeclaration(declaration)) return true;
  if (functionOf(declaration) === functionOf(statement) && declaration.end > statement.pos) return false;
  const { initializer, type } = declaration;
  const mayBeUndefined = type !== undefined && /\bundefined\b/.test(type.getText());
  return initializer !== undefined || mayBeUndefined;
}

function thisOf(node: ts.Node): ts.Node | undefined {
  return ts.findAncestor(node, (at) => (ts.isFunctionLike(at) && !ts.isArrowFunction(at)) || ts.isClassLike(at));
}

/** The statement of the later use, when it is only an await and nothing is assigned between the two. */
function laterAwait(kept: ts.Expression, statement: ts.Statement): ts.Statement | undefined {
  let at: ts.Node = kept.parent;
  if (isCombinator(at, "all", "allSettled")) at = at.parent;
  if (!ts.isAwaitExpression(at) || !ts.isExpressionStatement(at.parent)) return undefined;
  const list = listOf(statement);
  const later = at.parent;
  if (list === undefined || list !== listOf(later) || later.pos < statement.pos) return undefined;
  const between = list.slice(list.indexOf(statement), list.indexOf(later));
  const root = rootOf(kept);
  if (!ts.isIdentifier(root)) return undefined;
  return between.some((other) => isAssignedIn(root.text, other) || pushesTo(root.text, other)) ? undefined : later;
}

function pushesTo(name: string, statement: ts.Statement): boolean {
  return new RegExp(`(?<![\\w$.])${name.replaceAll("$", "\\$")}\\.push\\b`).test(statement.getText());
}

/** An error in `finally` would skip what follows it there. */
function isInFinally(statement: ts.Statement): boolean {
  return (
    ts.isBlock(statement.parent) &&
    ts.isTryStatement(statement.parent.parent) &&
    statement.parent.parent.finallyBlock === statement.parent
  );
}
