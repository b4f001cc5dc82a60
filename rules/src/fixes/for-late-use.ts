/** Which edits bring an operation before the release of its handle, the best first. */

import ts from "typescript";
import type { Fix } from "../finding.js";
import { acknowledgeFirst } from "./acknowledge-first.js";
import { acquireOf } from "./acquires.js";
import { awaitUsing } from "./await-using.js";
import { dropRelease } from "./drop-release.js";
import { moveRelease } from "./move-release.js";
import { releaseInFinally } from "./release-in-finally.js";
import {
  callAt,
  functionOf,
  receiverOf,
  textOf,
  wholePromise,
  withParentheses,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";

export interface LateUsing {
  release: Span;
  use: Span;
  /** What is late is another release. */
  again: boolean;
  /** The operation answers a message. */
  acknowledges: boolean;
  /** `await using` releases the handle as well. */
  isDisposable: boolean;
  words: Words;
}

export function fixesForLateUse(source: FixSource, late: LateUsing): Fix[] {
  const { release, use, acknowledges, isDisposable } = late;
  const words = { ...late.words, handle: released(source, release) ?? late.words.handle };
  if (late.again) return [dropRelease(source, release, use, words)].filter((fix) => fix !== undefined);
  const acquire = acquireOf(source, release);
  const moved = moveRelease(source, release, use, words);
  const isInReach = moved !== undefined || isAwaitedBeside(source, release, use);
  const fixes = [
    acknowledges ? acknowledgeFirst(source, release, use, words) : undefined,
    moved,
    isInReach && acquire && !acknowledges ? releaseInFinally(source, acquire, release, use, words) : undefined,
    moved && acquire && isDisposable ? awaitUsing(source, acquire, release, words, use) : undefined,
  ];
  return fixes.filter((fix) => fix !== undefined);
}

/** Whether a use is waited for by the function that releases, so that a `finally` there would come after it. */
function isAwaitedBeside(source: FixSource, release: Span, use: Span): boolean {
  const [first, last] = [callAt(source, release), callAt(source, use)];
  if (first === undefined || last === undefined || functionOf(first) !== functionOf(last)) return false;
  return ts.isAwaitExpression(withParentheses(wholePromise(last)).parent);
}

/** What a release releases, as the code calls it: not always what is used later, which can hang on it. */
function released(source: FixSource, release: Span): string | undefined {
  const call = callAt(source, release);
  const handle = call && receiverOf(call);
  return handle && `\`${textOf(source, handle)}\``;
}
