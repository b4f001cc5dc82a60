/** Which edits see to it that an operation is over before its handle is released, the best first. */

import ts from "typescript";
import type { Fix } from "../finding.js";
import { addAwait } from "./add-await.js";
import { awaitAtOnce } from "./await-at-once.js";
import { awaitPending } from "./await-first.js";
import { awaitUsing } from "./await-using.js";
import { acquireOf } from "./acquires.js";
import { combinatorAround } from "./for-overlap.js";
import { laterUse } from "./kept.js";
import { moveRelease } from "./move-release.js";
import { releaseInFinally } from "./release-in-finally.js";
import { returnAwait } from "./return-await.js";
import { sequentialLoop } from "./sequential-loop.js";
import { callAt, type FixSource, functionOf, type Span, type Words } from "./source.js";
import { isSettledByCallback, isWorthAwaiting, type Settling } from "./waiting.js";

export interface Pending {
  pending: Span;
  /** Absent where the end of a scope releases. */
  release?: Span;
  settledBy: Settling;
  /** `await using` releases the handle as well. */
  isDisposable: boolean;
  words: Words;
}

export function fixesForPending(
  source: FixSource,
  { pending, release, settledBy, isDisposable, words }: Pending,
): Fix[] {
  const call = callAt(source, pending);
  // Whoever learns the end by a callback has to release in it, which is another program.
  if (call === undefined || isSettledByCallback(call, settledBy)) return [];
  const combinator = combinatorAround(source, pending);
  const awaits = isWorthAwaiting(source, call, release);
  const block = immediateCall(source, call);
  const use = release && laterUse(source, pending);
  const isLate = release !== undefined && use !== undefined && use.start > release.start;
  const acquire = release && acquireOf(source, release);
  const fixes = [
    release && isInReturned(call, release) ? undefined : returnAwait(source, pending, words),
    awaits ? addAwait(source, pending, words) : undefined,
    block && addAwait(source, block, words),
    combinator && sequentialLoop(source, combinator, words),
    isLate ? moveRelease(source, release, use, words) : undefined,
    isLate && acquire ? releaseInFinally(source, acquire, release, use, words) : undefined,
    isLate && acquire && isDisposable ? awaitUsing(source, acquire, release, words, use) : undefined,
    awaits ? awaitAtOnce(source, pending, words) : undefined,
    use && release ? awaitPending(source, use, release, words) : undefined,
  ];
  return fixes.filter((fix) => fix !== undefined);
}

/** The call of an async function that is written where it is called: `(async () => { … })()`. */
function immediateCall({ sourceFile }: FixSource, call: ts.CallExpression): Span | undefined {
  const around = functionOf(call);
  let at: ts.Node | undefined = around;
  while (at !== undefined && ts.isParenthesizedExpression(at.parent)) at = at.parent;
  if (at === undefined || !ts.isCallExpression(at.parent) || at.parent.expression !== at) return undefined;
  return { start: at.parent.getStart(sourceFile), end: at.parent.end };
}

/** Whether the release is part of what is returned, as in `return op().finally(release())`. */
function isInReturned(call: ts.CallExpression, release: Span): boolean {
  const returned = ts.findAncestor(call, ts.isReturnStatement);
  return returned !== undefined && returned.pos <= release.start && release.end <= returned.end;
}
