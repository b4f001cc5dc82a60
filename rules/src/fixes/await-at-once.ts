import ts from "typescript";
import type { Fix } from "../finding.js";
import { isConst, referencesTo } from "./names.js";
import { hasEffects, valuesStay } from "./order.js";
import {
  callAt,
  functionOf,
  listOf,
  mayAwait,
  spanOf,
  textOf,
  wholeChain,
  withParentheses,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { fixOf, insertion, removal, standsAlone, type Change } from "./text.js";

/**
 * `const rows = op();`, awaited somewhere below, is awaited where it starts. What is kept then is its value, or nothing
 * where nobody takes that.
 */
export function awaitAtOnce(source: FixSource, operation: Span, words: Words = {}): Fix | undefined {
  const call = callAt(source, operation);
  const promise = call && withParentheses(wholeChain(call));
  const declaration = promise?.parent;
  if (promise === undefined || declaration === undefined || !isConst(declaration) || declaration.type) return undefined;
  const statement = declaration.parent.parent;
  if (!ts.isVariableStatement(statement) || declaration.parent.declarations.length > 1) return undefined;
  const list = listOf(statement);
  if (list === undefined || statement.modifiers || mayAwait(source, statement) !== "yes") return undefined;

  const uses = list.flatMap((other) => referencesTo(declaration.name.text, other));
  const awaits = uses.map(awaitOf);
  if (awaits.length === 0 || !awaits.every((use) => use !== undefined)) return undefined;
  if (awaits.some((use) => functionOf(use) !== functionOf(statement))) return undefined;
  const changes = withoutName(source, statement, promise, awaits) ?? [
    insertion(promise.getStart(source.sourceFile), "await "),
    ...awaits.map((use) => withoutAwait(source, use)),
  ];
  const title = `Await ${words.operation ?? "the operation"} where it starts`;
  return fixOf(source, { kind: "await-at-once", title, safe: true }, changes);
}

/** The `await` that takes a promise's value. */
function awaitOf(use: ts.Identifier): ts.AwaitExpression | undefined {
  const { parent } = withParentheses(use);
  return ts.isAwaitExpression(parent) ? parent : undefined;
}

/** What there is no use for without a statement: itself, or the `if` that has nothing else. */
function emptied(statement: ts.Statement): ts.Statement {
  const block = statement.parent;
  if (!ts.isBlock(block) || block.statements.length > 1 || !ts.isIfStatement(block.parent)) return statement;
  const around = block.parent;
  const isNeedless = !around.elseStatement && !hasEffects(around.expression);
  return isNeedless && listOf(around) ? around : statement;
}

/** What is left of a later `await`: the value, or nothing of a statement that did nothing else. */
function withoutAwait(source: FixSource, use: ts.AwaitExpression): Change {
  if (ts.isExpressionStatement(use.parent) && listOf(use.parent)) return removal(source, emptied(use.parent));
  return { ...spanOf(source, withParentheses(use)), text: textOf(source, use.expression) };
}

/** The changes for a promise that is awaited once: its name is no longer needed. */
function withoutName(
  source: FixSource,
  statement: ts.VariableStatement,
  promise: ts.Expression,
  [use, ...others]: readonly ts.AwaitExpression[],
): Change[] | undefined {
  if (use === undefined || others.length > 0) return undefined;
  const later = ts.findAncestor(use, ts.isStatement);
  const list = listOf(statement)!;
  if (later === undefined || !standsAlone(source, later)) return undefined;
  const awaited = `await ${textOf(source, promise)}`;
  if (ts.isExpressionStatement(later)) {
    if (later.expression !== use) return undefined;
    const head = {
      start: statement.getStart(source.sourceFile),
      end: promise.getStart(source.sourceFile),
      text: "await ",
    };
    return [head, removal(source, emptied(later))];
  }
  if (!ts.isVariableStatement(later) || later.declarationList.declarations.length > 1) return undefined;
  const [declaration] = later.declarationList.declarations;
  if (declaration?.initializer !== use || listOf(later) !== list) return undefined;
  const between = list.slice(list.indexOf(statement) + 1, list.indexOf(later));
  if (!valuesStay(later, between)) return undefined;
  const { start } = spanOf(source, later);
  const text = source.sourceFile.text.slice(start, use.getStart(source.sourceFile)) + awaited;
  return [{ start: statement.getStart(source.sourceFile), end: promise.end, text }, removal(source, later)];
}
