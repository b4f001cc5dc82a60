import ts from "typescript";
import type { Fix } from "../finding.js";
import { valuesStay } from "./order.js";
import { ancestorIn, innermostAt, listedStatementOf, listOf, type FixSource, type Span, type Words } from "./source.js";
import { fixOf, move } from "./text.js";

/** Moves the acknowledgement of a message, with its await, before the release of what it goes through. */
export function acknowledgeFirst(
  source: FixSource,
  release: Span,
  acknowledgement: Span,
  words: Words = {},
): Fix | undefined {
  const statement = listedStatementOf(innermostAt(source, acknowledgement));
  const list = statement && listOf(statement);
  if (statement === undefined || list === undefined || !ts.isExpressionStatement(statement)) return undefined;
  const target = ancestorIn(list, innermostAt(source, release));
  if (target === undefined || list.indexOf(target) >= list.indexOf(statement)) return undefined;
  const passed = list.slice(list.indexOf(target), list.indexOf(statement));
  if (!valuesStay(statement, passed)) return undefined;
  const title = `Acknowledge the message before ${words.handle ?? "the channel"} is released`;
  return fixOf(source, { kind: "acknowledge-first", title, safe: true }, move(source, statement, "before", target));
}
