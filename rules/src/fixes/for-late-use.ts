/** Which edits bring an operation before the release of its handle, the best first. */

import type { Fix } from "../finding.js";
import { acknowledgeFirst } from "./acknowledge-first.js";
import { moveRelease } from "./move-release.js";
import type { FixSource, Span, Words } from "./source.js";

export interface LateUsing {
  release: Span;
  use: Span;
  /** The operation answers a message. */
  acknowledges: boolean;
  words: Words;
}

export function fixesForLateUse(source: FixSource, { release, use, acknowledges, words }: LateUsing): Fix[] {
  const fixes = [
    acknowledges ? acknowledgeFirst(source, release, use, words) : undefined,
    moveRelease(source, release, use, words),
  ];
  return fixes.filter((fix) => fix !== undefined);
}
