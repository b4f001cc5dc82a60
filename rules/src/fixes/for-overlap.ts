/** Which edits mend an overlap, the best first. */

import ts from "typescript";
import type { Fix } from "../finding.js";
import { addAwait } from "./add-await.js";
import { awaitAtOnce } from "./await-at-once.js";
import { awaitPending } from "./await-first.js";
import { laterUse } from "./kept.js";
import { mutex } from "./mutex.js";
import { promiseChain } from "./promise-chain.js";
import { returnAwait } from "./return-await.js";
import { sequentialLoop } from "./sequential-loop.js";
import { settleAll } from "./settle-all.js";
import {
  all,
  callAt,
  type FixSource,
  functionOf,
  innermostAt,
  isCombinator,
  methodOf,
  type Span,
  spanOf,
  textOf,
  type Words,
} from "./source.js";
import { isSettledByCallback, isWorthAwaiting, type Settling } from "./waiting.js";

export interface Overlapping {
  first: Span;
  second: Span;
  /** The handle, as the code calls it. */
  handle: string;
  /** How the two come to meet: in one task, by a call that nobody waits for, or in tasks of their own. */
  task: "none" | "call" | "other";
  /** The call that nobody waits for. */
  unawaited?: Span;
  /** Waiting for all of them before an error is thrown mends it as well. */
  settlingHelps: boolean;
  settledBy: Settling;
  words: Words;
}

export function fixesForOverlap(source: FixSource, overlap: Overlapping): Fix[] {
  const { first, second, words } = overlap;
  const calls = [first, second].map((span) => callAt(source, span));
  // Whoever learns the end by a callback has to go on in it, which is another program.
  if (calls.some((call) => call && isSettledByCallback(call, overlap.settledBy))) return [];
  const [call] = calls;
  const combinator = combinatorAround(source, second) ?? combinatorAround(source, first);
  const isAlone = overlap.task === "none" && combinator === undefined;
  const awaits = isAlone && call !== undefined && isWorthAwaiting(source, call, second);
  const guarded = overlap.task === "other" ? operationsOn(source, overlap) : [];
  const field = overlap.handle.split(".").at(-1)!;
  const fixes = [
    combinator && sequentialLoop(source, combinator, words),
    combinator && overlap.settlingHelps ? settleAll(source, combinator, words) : undefined,
    awaits ? addAwait(source, first, words) : undefined,
    awaits ? awaitAtOnce(source, first, words) : undefined,
    awaits ? awaitKept(source, first, second, words) : undefined,
    overlap.unawaited && awaitedCall(source, overlap.unawaited, second, words),
    call && isInLockedTry(call) ? returnAwait(source, first, words) : undefined,
    guarded.length > 0 ? promiseChain(source, guarded, field, words) : undefined,
    guarded.length > 0 ? mutex(source, guarded, field, words) : undefined,
  ];
  return fixes.filter((fix) => fix !== undefined);
}

/** A call that nobody waits for, up to the second operation. */
function awaitedCall(source: FixSource, unawaited: Span, second: Span, words: Words): Fix | undefined {
  const call = callAt(source, unawaited);
  if (call === undefined || !isWorthAwaiting(source, call, second)) return undefined;
  return addAwait(source, unawaited, words) ?? awaitAtOnce(source, unawaited, words);
}

/** `const p = op()`, awaited only after the second began. */
function awaitKept(source: FixSource, first: Span, second: Span, words: Words): Fix | undefined {
  const use = laterUse(source, first);
  return use && awaitPending(source, use, second, words);
}

/** Inside a `try` that has a `finally`, where a lock is given back. */
function isInLockedTry(call: ts.CallExpression): boolean {
  const around = functionOf(call);
  const found = ts.findAncestor(call, (node) => node === around || (ts.isTryStatement(node) && !!node.finallyBlock));
  return found !== undefined && found !== around;
}

/** The `Promise.all`, `map` or `forEach` that starts them together. */
export function combinatorAround(source: FixSource, span: Span): Span | undefined {
  for (let node: ts.Node = innermostAt(source, span); !ts.isSourceFile(node); node = node.parent) {
    if (!ts.isCallExpression(node)) continue;
    const starts = isCombinator(node, "all", "allSettled") || methodOf(node) === "forEach";
    if (starts) return { start: node.getStart(source.sourceFile), end: node.end };
  }
  return undefined;
}

/** Every call of those methods on the handle, in the file. */
function operationsOn(source: FixSource, { first, second, handle }: Overlapping): Span[] {
  const names = new Set([first, second].map((span) => callAt(source, span)).map((call) => call && methodOf(call)));
  const isOne = (node: ts.Node): node is ts.CallExpression =>
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    textOf(source, node.expression.expression) === handle &&
    names.has(node.expression.name.text);
  return all(source.sourceFile, isOne, "nested functions too").map((call) => spanOf(source, call));
}
