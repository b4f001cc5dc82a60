import ts from "typescript";
import type { Fix } from "../finding.js";
import { callAt, mayAwait, wholePromise, withParentheses, type FixSource, type Span, type Words } from "./source.js";
import { fixOf, insertion, type Change } from "./text.js";

/** `return op()` becomes `return await op()`, so that `finally` and `using` wait for it. */
export function returnAwait(source: FixSource, operation: Span, words: Words = {}): Fix | undefined {
  const call = callAt(source, operation);
  if (call === undefined || mayAwait(source, call) !== "yes") return undefined;
  const promise = withParentheses(wholePromise(call));
  const changes = awaitedInReturn(source, promise);
  const title = `Await ${words.operation ?? "the operation"} before it is returned`;
  return changes && fixOf(source, { kind: "return-await", title, safe: true }, changes);
}

function awaitedInReturn(source: FixSource, promise: ts.Expression): Change[] | undefined {
  const start = promise.getStart(source.sourceFile);
  const { parent } = promise;
  if (ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent)) {
    // The type is the promise's, not its value's.
    return isReturned(parent) ? [insertion(start, "await ("), insertion(parent.end, ")")] : undefined;
  }
  return isReturned(promise) ? [insertion(start, "await ")] : undefined;
}

function isReturned(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isReturnStatement(parent)) return true;
  const isBranch = ts.isConditionalExpression(parent) && parent.condition !== node;
  return (isBranch || ts.isParenthesizedExpression(parent)) && isReturned(parent);
}
