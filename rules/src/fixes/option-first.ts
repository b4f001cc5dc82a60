import ts from "typescript";
import type { Fix } from "../finding.js";
import { hasEffects, valuesStay } from "./order.js";
import { ancestorIn, innermostAt, listedStatementOf, listOf, type FixSource, type Span, type Words } from "./source.js";
import { fixOf, move } from "./text.js";

/** Moves the statement of a setting before the statement, earlier in the same list, of the call that it must precede. */
export function optionFirst(source: FixSource, setting: Span, first: Span, words: Words = {}): Fix | undefined {
  const statement = listedStatementOf(innermostAt(source, setting));
  const list = statement && listOf(statement);
  if (statement === undefined || list === undefined || !ts.isExpressionStatement(statement)) return undefined;
  const target = ancestorIn(list, innermostAt(source, first));
  if (target === undefined || list.indexOf(target) >= list.indexOf(statement)) return undefined;
  const passed = list.slice(list.indexOf(target), list.indexOf(statement));
  if (!valuesStay(statement, passed)) return undefined;
  const title = `Set the option of ${words.handle ?? "the handle"} before ${words.operation ?? "the call that it is for"}`;
  return fixOf(
    source,
    { kind: "option-first", title, safe: !valuesHaveEffects(statement) },
    move(source, statement, "before", target),
  );
}

/** Whether the value that is set comes from calls, whose order would change. */
function valuesHaveEffects({ expression }: ts.ExpressionStatement): boolean {
  const setting = ts.isAwaitExpression(expression) ? expression.expression : expression;
  if (ts.isBinaryExpression(setting)) return hasEffects(setting.right);
  return !ts.isCallExpression(setting) || setting.arguments.some(hasEffects) || hasEffects(setting.expression);
}
