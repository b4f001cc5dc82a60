import ts from "typescript";
import type { Fix } from "../finding.js";
import { permissionToAwait } from "./awaiting.js";
import {
  callAt,
  isAsync,
  functionOf,
  wholeChain,
  withParentheses,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { fixOf, insertion, type Change } from "./text.js";

/**
 * `op();` and `void op();` become `await op();`, with the chain of `.then`, `.catch` and `.finally` that the call heads.
 * A function that is not async is made so where all that this file shows of its callers does not mind.
 */
export function addAwait(source: FixSource, operation: Span, words: Words = {}): Fix | undefined {
  const call = callAt(source, operation);
  if (call === undefined) return undefined;
  const promise = wholeChain(call);
  const awaited = awaitedInStatement(source, promise);
  const permission = permissionToAwait(source, promise);
  if (awaited === undefined || permission === undefined) return undefined;
  const what = words.operation ?? "the operation";
  const isConverted = permission.changes.length > 0;
  const title = isConverted ? `Make ${functionName(promise)} async and await ${what}` : `Await ${what}`;
  return fixOf(source, { kind: "add-await", title, safe: permission.safe }, [...permission.changes, awaited]);
}

/** The `await` for a promise whose value nobody takes: a statement, or the last part of one such as `ready && op()`. */
function awaitedInStatement(source: FixSource, promise: ts.Expression): Change | undefined {
  const outer = withParentheses(promise);
  if (ts.isVoidExpression(outer.parent)) {
    if (!isDropped(outer.parent)) return undefined;
    const start = outer.parent.getStart(source.sourceFile);
    return { start, end: start + "void".length, text: "await" };
  }
  return isDropped(outer) ? insertion(outer.getStart(source.sourceFile), "await ") : undefined;
}

function isDropped(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isExpressionStatement(parent)) return true;
  const isLastPart =
    ts.isParenthesizedExpression(parent) ||
    (ts.isBinaryExpression(parent) && parent.right === node && isShortCircuit(parent.operatorToken.kind)) ||
    (ts.isConditionalExpression(parent) && parent.condition !== node);
  return isLastPart && isDropped(parent);
}

function isShortCircuit(kind: ts.SyntaxKind): boolean {
  const { AmpersandAmpersandToken, BarBarToken, QuestionQuestionToken } = ts.SyntaxKind;
  return kind === AmpersandAmpersandToken || kind === BarBarToken || kind === QuestionQuestionToken;
}

function functionName(node: ts.Node): string {
  const around = functionOf(node);
  if (around === undefined || isAsync(around)) return "the function";
  const name = (around as { name?: ts.Node }).name;
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) ? `\`${name.text}\`` : "the function";
}
