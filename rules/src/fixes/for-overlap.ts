/** Which edits mend an overlap, the best first. */

import ts from "typescript";
import type { Fix } from "../finding.js";
import { addAwait } from "./add-await.js";
import { awaitAtOnce } from "./await-at-once.js";
import { awaitPending } from "./await-first.js";
import { exclusive } from "./exclusive.js";
import { laterUse } from "./kept.js";
import { mutex, sameMutex } from "./mutex.js";
import { promiseChain } from "./promise-chain.js";
import { returnAwait } from "./return-await.js";
import { sequentialLoop } from "./sequential-loop.js";
import { settleAll } from "./settle-all.js";
import {
  all,
  ancestorIn,
  callAt,
  type FixSource,
  functionOf,
  immediateCall,
  innermostAt,
  isCombinator,
  listedStatementOf,
  listOf,
  methodOf,
  receiverOf,
  some,
  type Span,
  spanOf,
  textOf,
  type Words,
} from "./source.js";
import { isSettledByCallback, isWorthAwaiting, type Settling } from "./waiting.js";

export interface Overlapping {
  first: Span;
  second: Span;
  /** The first operation itself, where that is a call that leads to it. */
  origin: Span;
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
  const block = call && isAlone ? immediateCall(source, call) : undefined;
  const collector = call && collectorOf(source, first);
  const atOnce = awaits ? awaitAtOnce(source, first, words) : undefined;
  const kept = awaits && !collector ? awaitKept(source, first, second, words) : undefined;
  const returned = call && isInLockedTry(call) ? returnAwait(source, first, words) : undefined;
  const isChained = call !== undefined && isInChain(call);
  const gates = guarded.length === 0 || returned || isChained ? undefined : lockOnOneSide(source, guarded, words);
  const fixes = [
    combinator && sequentialLoop(source, combinator, words),
    combinator && overlap.settlingHelps ? settleAll(source, combinator, words) : undefined,
    collector && sequentialLoop(source, collector, words),
    awaits || isChained ? addAwait(source, first, words) : undefined,
    block && awaitedCall(source, block, second, words),
    atOnce && kept && waitsBetween(source, first, second) ? kept : undefined,
    atOnce ?? kept,
    isAlone && overlap.origin.start !== first.start ? awaitedCall(source, overlap.origin, undefined, words) : undefined,
    overlap.unawaited && awaitedCall(source, overlap.unawaited, second, words),
    returned,
    gates?.lock,
    gates?.open ? promiseChain(source, guarded, field, words) : undefined,
    gates?.open ? mutex(source, guarded, field, words) : undefined,
    gates?.open ? exclusive(source, guarded, words) : undefined,
  ];
  return fixes.filter((fix) => fix !== undefined);
}

/** The `Promise.all` that waits for what an operation's promise is collected in. */
function collectorOf(source: FixSource, first: Span): Span | undefined {
  const call = callAt(source, first);
  if (call === undefined || methodOf(call.parent) !== "push") return undefined;
  const use = laterUse(source, first);
  const user = use && innermostAt(source, use).parent;
  return user && isCombinator(user, "all", "allSettled") ? spanOf(source, user) : undefined;
}

/** Whether something else is waited for between two operations, which can go on beside the first. */
function waitsBetween(source: FixSource, first: Span, second: Span): boolean {
  const statement = listedStatementOf(innermostAt(source, first));
  const list = statement && listOf(statement);
  const target = list && ancestorIn(list, innermostAt(source, second));
  if (statement === undefined || list === undefined || target === undefined) return false;
  return list.slice(list.indexOf(statement) + 1, list.indexOf(target)).some((one) => some(one, ts.isAwaitExpression));
}

/** In a callback of `then`, which waits for what it returns. */
function isInChain(call: ts.CallExpression): boolean {
  const around = functionOf(call);
  return around !== undefined && methodOf(around.parent) === "then";
}

/** Where some of the operations hold a lock already, the others are to take the same; else the gate is still open. */
function lockOnOneSide(source: FixSource, operations: readonly Span[], words: Words): { lock?: Fix; open: boolean } {
  const calls = operations.map((operation) => callAt(source, operation)).filter((call) => call !== undefined);
  const locks = new Set(
    calls
      .map(lockAround)
      .filter((lock) => lock !== undefined)
      .map((lock) => textOf(source, lock)),
  );
  const [name] = locks;
  if (name === undefined) return { open: true };
  const lock =
    locks.size === 1
      ? sameMutex(
          source,
          calls.filter((call) => !lockAround(call)),
          name,
          words,
        )
      : undefined;
  return { open: false, ...(lock && { lock }) };
}

/** `this.mutex` in `this.mutex.runExclusive(() => op())`. */
function lockAround(call: ts.CallExpression): ts.Expression | undefined {
  const around = functionOf(call)?.parent;
  if (around === undefined || methodOf(around) !== "runExclusive") return undefined;
  return receiverOf(around as ts.CallExpression);
}

/** Awaits a call that nobody waits for. */
function awaitedCall(source: FixSource, unawaited: Span, second: Span | undefined, words: Words): Fix | undefined {
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
