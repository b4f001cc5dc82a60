import ts from "typescript";
import type { Fix } from "../finding.js";
import { declarationsOf, declaredName, isVar, namesUsedIn, referencesTo } from "./names.js";
import { hasEffects } from "./order.js";
import {
  all,
  ancestorIn,
  innermostAt,
  listedStatementOf,
  listOf,
  spanOf,
  textOf,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import {
  fixOf,
  indentOf,
  indentStep,
  insertion,
  linesOf,
  newline,
  removal,
  render,
  standsAlone,
  type Change,
} from "./text.js";

/**
 * Puts a release into a `finally`, of a `try` that has all that follows the acquire, up to the release or the last use.
 * Without an acquire, what stands before the release from the beginning of its list is tried.
 */
export function releaseInFinally(
  source: FixSource,
  acquire: Span | undefined,
  release: Span,
  lastUse: Span,
  words: Words = {},
): Fix | undefined {
  const statement = listedStatementOf(innermostAt(source, release));
  const list = statement && listOf(statement);
  if (statement === undefined || list === undefined || !ts.isExpressionStatement(statement)) return undefined;
  const title = `Release ${words.handle ?? "the handle"} in a finally block`;
  const acquired = acquire && listedStatementOf(innermostAt(source, acquire));
  if (acquire !== undefined && acquired === undefined) return undefined;

  if (acquired !== undefined && !list.includes(acquired)) {
    const changes = finallyOfExistingTry(source, acquired, statement);
    return changes && fixOf(source, { kind: "release-in-finally", title, safe: false }, changes);
  }

  let first = acquired ? list.indexOf(acquired) + 1 : 0;
  // What is known about the handle after a test such as `if (!client) return` has to hold in the finally block too.
  while (first < list.indexOf(statement) && testsHandle(list[first]!, statement)) first++;
  if (list.slice(first, list.indexOf(statement)).some((other) => testsHandle(other, statement))) return undefined;
  const lastUsed = ancestorIn(list, innermostAt(source, lastUse));
  let last = Math.max(list.indexOf(statement), lastUsed ? list.indexOf(lastUsed) : 0);
  // A release that fails after something else has would hide why.
  let isSafe = !ts.isAwaitExpression(statement.expression);
  if (isUsedOutside(list, first, last)) {
    // What follows needs what is declared in the block, so it comes along, and the release waits for it.
    if (list.slice(last + 1).some((other) => hasEffects(other))) return undefined;
    last = list.length - 1;
    isSafe = false;
    if (isUsedOutside(list, first, last)) return undefined;
  }
  const tried = list.slice(first, last + 1);
  const changes = wrapped(source, tried, statement);
  return changes && fixOf(source, { kind: "release-in-finally", title, safe: isSafe }, changes);
}

/** Whether an `if` asks for the handle itself, and not for something that it has. */
function testsHandle(statement: ts.Statement, release: ts.ExpressionStatement): boolean {
  if (!ts.isIfStatement(statement)) return false;
  const isWhole = ({ parent }: ts.Identifier) => !ts.isPropertyAccessExpression(parent) && !ts.isCallExpression(parent);
  return [...namesUsedIn(release)].some((name) => referencesTo(name, statement.expression).some(isWhole));
}

/** Whether something that statements of a list declare is used by the others of the list, or by code around it. */
function isUsedOutside(list: ts.NodeArray<ts.Statement>, first: number, last: number): boolean {
  const inside = list.slice(first, last + 1);
  const outside = list.filter((_, index) => index < first || index > last);
  const names = inside.flatMap(declarationsOf).map(declaredName);
  return names.some((name) => name !== undefined && outside.some((other) => referencesTo(name, other).length > 0));
}

/** The statements inside `try { … }`, without the release, which stands in `finally { … }`. */
function wrapped(source: FixSource, statements: readonly ts.Statement[], release: ts.Statement): Change[] | undefined {
  const others = statements.filter((statement) => statement !== release);
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined || others.length === 0 || !statements.includes(release))
    return undefined;
  if (!statements.every((statement) => standsAlone(source, statement) && mayBeInBlock(statement))) return undefined;
  const declared = new Set(others.flatMap(declarationsOf).map(declaredName));
  if ([...namesUsedIn(release)].some((name) => declared.has(name))) return undefined;
  const removals = ts.isExpressionStatement(release) ? removalsOfSame(source, others, release) : undefined;
  if (removals === undefined) return undefined;

  const indent = indentOf(source, first);
  const step = indentStep(source);
  const nl = newline(source);
  const shift = { from: indent, to: indent + step };
  const start = linesOf(source, first)!.start;
  const end = linesOf(source, last)!.end;
  const body = render(source, { start, end }, [...removals, removal(source, release)], shift);
  const own = linesOf(source, release)!;
  const finalBody = render(source, own, [], shift);
  const text = source.sourceFile.text;
  const lines = [`${indent}try {`, trimmed(body), `${indent}} finally {`, trimmed(finalBody), `${indent}}`];
  return [{ start, end, text: lines.join(nl) + (text.slice(0, end).endsWith("\n") ? nl : "") }];
}

/** Lines without empty ones at either end. */
function trimmed(lines: string): string {
  return lines.replace(/^(?:[ \t]*\r?\n)+/, "").trimEnd();
}

function mayBeInBlock(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isExportAssignment(statement))
    return false;
  if (ts.isModuleDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return false;
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  const isUsing =
    ts.isVariableStatement(statement) && !isVar(statement.declarationList) && isUsingList(statement.declarationList);
  return !isExported && !isUsing;
}

function isUsingList(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using;
}

/** Takes out releases that early ways out make by themselves; undefined when one of them is not a statement. */
function removalsOfSame(
  source: FixSource,
  statements: readonly ts.Node[],
  release: ts.ExpressionStatement,
): Change[] | undefined {
  const wanted = textOf(source, calleeOf(release.expression));
  const isSame = (node: ts.Node): node is ts.CallExpression => {
    return ts.isCallExpression(node) && textOf(source, node.expression) === wanted;
  };
  const found = statements.flatMap((statement) => all(statement, isSame, "nested functions too"));
  const changes: Change[] = [];
  for (const call of found) {
    const expression = ts.isAwaitExpression(call.parent) ? call.parent : call;
    const isOwnStatement = ts.isExpressionStatement(expression.parent) && listOf(expression.parent) !== undefined;
    if (!isOwnStatement || ts.findAncestor(call, ts.isFunctionLike) !== ts.findAncestor(release, ts.isFunctionLike))
      return undefined;
    changes.push(removal(source, expression.parent));
  }
  return changes;
}

function calleeOf(expression: ts.Expression): ts.Expression {
  const call = ts.isAwaitExpression(expression) ? expression.expression : expression;
  return ts.isCallExpression(call) ? call.expression : call;
}

/** The release at the end of a `try` block whose handle comes from before it becomes the `finally` of that `try`. */
function finallyOfExistingTry(
  source: FixSource,
  acquired: ts.Statement,
  release: ts.ExpressionStatement,
): Change[] | undefined {
  const block = release.parent;
  const statement = block.parent;
  if (!ts.isBlock(block) || !ts.isTryStatement(statement) || statement.tryBlock !== block) return undefined;
  const list = listOf(statement);
  const isAcquiredBefore =
    list !== undefined && list.includes(acquired) && list.indexOf(acquired) < list.indexOf(statement);
  if (!isAcquiredBefore || statement.finallyBlock || !standsAlone(source, release)) return undefined;
  const declared = new Set(block.statements.flatMap(declarationsOf).map(declaredName));
  if ([...namesUsedIn(release)].some((name) => declared.has(name))) return undefined;
  const parts: ts.Node[] = block.statements.filter((other) => other !== release);
  const removals = removalsOfSame(source, statement.catchClause ? [...parts, statement.catchClause] : parts, release);
  if (removals === undefined) return undefined;
  const indent = indentOf(source, statement);
  const shift = { from: indentOf(source, release), to: indent + indentStep(source) };
  const lines = render(source, linesOf(source, release)!, [], shift).trimEnd();
  const nl = newline(source);
  const text = ` finally {${nl}${lines}${nl}${indent}}`;
  return [...removals, removal(source, release), insertion(spanOf(source, statement).end, text)];
}
