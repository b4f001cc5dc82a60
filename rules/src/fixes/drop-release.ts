import ts from "typescript";
import type { Fix } from "../finding.js";
import { hasEffects } from "./order.js";
import {
  callAt,
  functionOf,
  innermostAt,
  listedStatementOf,
  listOf,
  textOf,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { fixOf, removal } from "./text.js";

/** Takes out a release inside a `try` whose `finally` makes the same release again. */
export function dropRelease(source: FixSource, first: Span, second: Span, words: Words = {}): Fix | undefined {
  const calls = [callAt(source, first), callAt(source, second)] as const;
  const statement = listedStatementOf(innermostAt(source, first));
  const last = listedStatementOf(innermostAt(source, second));
  if (statement === undefined || last === undefined || !isOnlyCall(statement, calls[0])) return undefined;
  if (!calls[0] || !calls[1] || textOf(source, calls[0].expression) !== textOf(source, calls[1].expression)) {
    return undefined;
  }
  const block = last.parent;
  if (!ts.isBlock(block)) return undefined;
  const around = block.parent;
  if (!ts.isTryStatement(around) || around.finallyBlock !== block) return undefined;
  const { tryBlock } = around;
  const isInside = tryBlock.pos <= statement.pos && statement.end <= tryBlock.end;
  if (!isInside || functionOf(statement) !== functionOf(last)) return undefined;
  const list = listOf(statement)!;
  const isSafe = statement.parent === tryBlock && !list.slice(list.indexOf(statement) + 1).some(waitsOrCalls);
  const title = `Leave the release of ${words.handle ?? "the handle"} to the finally block`;
  return fixOf(source, { kind: "drop-release", title, safe: isSafe }, [removal(source, statement)]);
}

function isOnlyCall(statement: ts.Statement, call: ts.CallExpression | undefined): boolean {
  if (!ts.isExpressionStatement(statement)) return false;
  const { expression } = statement;
  return (ts.isAwaitExpression(expression) ? expression.expression : expression) === call;
}

/** Whether a statement does something that could need the release to be over. */
function waitsOrCalls(statement: ts.Statement): boolean {
  return !ts.isReturnStatement(statement) && hasEffects(statement);
}
