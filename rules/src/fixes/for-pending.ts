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
import { callAt, immediateCall, type FixSource, type Span, type Words } from "./source.js";
import { isSettledByCallback, isWorthAwaiting, type Settling } from "./waiting.js";

export interface Pending {
  pending: Span;
  /** The operation itself, where that is a call that leads to it. */
  origin: Span;
  /** Absent where the end of a scope releases. */
  release?: Span;
  settledBy: Settling;
  /** `await using` releases the handle as well. */
  isDisposable: boolean;
  words: Words;
}

export function fixesForPending(
  source: FixSource,
  { pending, origin, release, settledBy, isDisposable, words }: Pending,
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
    isLate ? awaitPending(source, use, release, words) : undefined,
    origin.start !== pending.start ? awaitedOrigin(source, origin, words) : undefined,
  ];
  return fixes.filter((fix) => fix !== undefined);
}

/** Whether the release is part of what is returned, as in `return op().finally(release())`. */
function isInReturned(call: ts.CallExpression, release: Span): boolean {
  const returned = ts.findAncestor(call, ts.isReturnStatement);
  return returned !== undefined && returned.pos <= release.start && release.end <= returned.end;
}

/** Awaits the operation inside the function that leaves it behind. */
function awaitedOrigin(source: FixSource, origin: Span, words: Words): Fix | undefined {
  const call = callAt(source, origin);
  if (call === undefined || !isWorthAwaiting(source, call)) return undefined;
  return addAwait(source, origin, words) ?? awaitAtOnce(source, origin, words);
}
