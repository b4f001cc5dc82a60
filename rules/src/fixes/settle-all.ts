import ts from "typescript";
import type { Fix } from "../finding.js";
import { uniqueName } from "./names.js";
import {
  callAt,
  isCombinator,
  isTypeScript,
  listOf,
  mayAwait,
  spanOf,
  statementOf,
  textOf,
  withParentheses,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { fixOf, indentOf, indentStep, lostComments, newline, quoted, render, semicolon, type Change } from "./text.js";

/** Waits for all promises of a `Promise.all`, also when one has failed, and throws only then. */
export function settleAll(source: FixSource, combinator: Span, words: Words = {}): Fix | undefined {
  const call = callAt(source, combinator);
  if (call === undefined || !isCombinator(call, "all") || mayAwait(source, call) === "no") return undefined;
  const statement = statementOf(call);
  if (statement === undefined || listOf(statement) === undefined) return undefined;
  const change = settled(source, call, statement);
  const title = `Wait for every ${words.operation ?? "operation"} before an error is thrown`;
  return change && fixOf(source, { kind: "settle-all", title, safe: false }, [change]);
}

function settled(source: FixSource, call: ts.CallExpression, statement: ts.Statement): Change | undefined {
  const value = withParentheses(call);
  const isAwaited = ts.isAwaitExpression(value.parent);
  const whole = isAwaited ? withParentheses(value.parent) : value;
  const user = whole.parent;
  if (ts.isExpressionStatement(user) && isAwaited) return settledStatement(source, call, statement);
  if (ts.isReturnStatement(user)) return settledArray(source, call, statement, "return ");
  if (!isAwaited) return undefined;
  if (
    ts.isVariableDeclaration(user) &&
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.length === 1
  ) {
    const tuple = call.arguments[0]!;
    if (!ts.isArrayLiteralExpression(tuple)) {
      return settledArray(source, call, statement, headOf(source, statement, whole));
    }
    const { name, type } = user;
    return ts.isArrayBindingPattern(name) && !type ? settledTuple(source, call, statement, name) : undefined;
  }
  const isAssignment =
    ts.isBinaryExpression(user) && user.right === whole && user.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  if (isAssignment && ts.isExpressionStatement(user.parent)) {
    return settledArray(source, call, statement, headOf(source, statement, whole));
  }
  return undefined;
}

/** The text of a statement up to the value that it takes: `const rows = `. */
function headOf(source: FixSource, statement: ts.Statement, value: ts.Expression): string {
  return source.sourceFile.text.slice(statement.getStart(source.sourceFile), value.getStart(source.sourceFile));
}

/** `Promise.allSettled` in place of `Promise.all`, with the same arguments. */
function allSettled(source: FixSource, call: ts.CallExpression): string {
  const { name } = call.expression as ts.PropertyAccessExpression;
  return render(source, spanOf(source, call), [{ ...spanOf(source, name), text: "allSettled" }]);
}

function settledStatement(source: FixSource, call: ts.CallExpression, statement: ts.Statement): Change {
  const results = uniqueName(source, "results");
  const result = uniqueName(source, "result");
  const end = semicolon(source);
  const step = indentStep(source);
  return replaced(source, statement, call, [
    `const ${results} = await ${allSettled(source, call)}${end}`,
    `for (const ${result} of ${results}) {`,
    `${step}if (${result}.status === ${quoted(source, "rejected")}) throw ${result}.reason${end}`,
    `}`,
  ]);
}

/** An array whose length is not known: its results are unwrapped one by one. */
function settledArray(
  source: FixSource,
  call: ts.CallExpression,
  statement: ts.Statement,
  head: string,
): Change | undefined {
  if (ts.isArrayLiteralExpression(call.arguments[0]!) && isTypeScript(source)) return undefined;
  const results = uniqueName(source, "results");
  const result = uniqueName(source, "result");
  const end = semicolon(source);
  const step = indentStep(source);
  return replaced(source, statement, call, [
    `const ${results} = await ${allSettled(source, call)}${end}`,
    `${head}${results}.map((${result}) => {`,
    `${step}if (${result}.status === ${quoted(source, "rejected")}) throw ${result}.reason${end}`,
    `${step}return ${result}.value${end}`,
    `})${end}`,
  ]);
}

/** `const [a, b] = await Promise.all([…])`: each result has a type and a variable of its own. */
function settledTuple(
  source: FixSource,
  call: ts.CallExpression,
  statement: ts.VariableStatement,
  pattern: ts.ArrayBindingPattern,
): Change | undefined {
  const { elements } = call.arguments[0] as ts.ArrayLiteralExpression;
  if (elements.some((element) => ts.isSpreadElement(element) || ts.isOmittedExpression(element))) return undefined;
  if (pattern.elements.length > elements.length) return undefined;
  const list = statement.declarationList;
  const keyword = textOf(source, statement)
    .slice(0, list.declarations[0]!.getStart() - statement.getStart())
    .trimEnd();
  const end = semicolon(source);
  const variables: string[] = [];
  const values: string[] = [];
  for (const [index, element] of [...elements.keys()].map((at) => [at, pattern.elements[at]] as const)) {
    const isBound = element !== undefined && ts.isBindingElement(element);
    if (isBound && (element.initializer || element.dotDotDotToken)) return undefined;
    const wanted = isBound && ts.isIdentifier(element.name) ? `${element.name.text}Result` : `result${index + 1}`;
    const variable = uniqueName(source, wanted);
    variables.push(variable);
    if (isBound) values.push(`${keyword} ${textOf(source, element.name)} = ${variable}.value${end}`);
  }
  return replaced(source, statement, call, [
    `const [${variables.join(", ")}] = await ${allSettled(source, call)}${end}`,
    ...variables.map((name) => `if (${name}.status === ${quoted(source, "rejected")}) throw ${name}.reason${end}`),
    ...values,
  ]);
}

/** These lines in place of a statement; comments that stood outside of the call stay. */
function replaced(
  source: FixSource,
  statement: ts.Statement,
  call: ts.CallExpression,
  lines: readonly string[],
): Change {
  const whole = spanOf(source, statement);
  const comments = lostComments(source, whole, [spanOf(source, call)]);
  return { ...whole, text: [...comments, ...lines].join(newline(source) + indentOf(source, statement)) };
}
