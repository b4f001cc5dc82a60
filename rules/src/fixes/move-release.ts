import ts from "typescript";
import type { Fix } from "../finding.js";
import { leavesEarly, valuesStay } from "./order.js";
import {
  ancestorIn,
  functionOf,
  innermostAt,
  isFunction,
  listedStatementOf,
  listOf,
  some,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { fixOf, move } from "./text.js";

/** Moves the statement of a release behind the statement, later in the same list, that contains `after`. */
export function moveRelease(source: FixSource, release: Span, after: Span, words: Words = {}): Fix | undefined {
  const statement = listedStatementOf(innermostAt(source, release));
  const list = statement && listOf(statement);
  if (statement === undefined || list === undefined || !ts.isExpressionStatement(statement)) return undefined;
  const last = innermostAt(source, after);
  // A callback runs later, and a call that is given one does not end here.
  if (functionOf(last) !== functionOf(statement) || some(statement, isFunction)) return undefined;
  const target = ancestorIn(list, last);
  if (target === undefined || list.indexOf(target) <= list.indexOf(statement)) return undefined;
  const passed = list.slice(list.indexOf(statement) + 1, list.indexOf(target) + 1);
  if (passed.some(leavesEarly) || !valuesStay(statement, passed)) return undefined;
  const title = `Release ${words.handle ?? "the handle"} after ${words.operation ?? "its last operation"}`;
  return fixOf(source, { kind: "move-release", title, safe: true }, move(source, statement, "behind", target));
}
