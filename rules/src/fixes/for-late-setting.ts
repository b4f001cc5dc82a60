/** Which edits make a setting early, the best first. */

import type { Fix } from "../finding.js";
import { lingerInConstructor } from "./linger-in-constructor.js";
import { optionFirst } from "./option-first.js";
import type { FixSource, Span, Words } from "./source.js";

export interface LateSetting {
  setting: Span;
  /** The call that it must precede. */
  first?: Span;
  linger: boolean;
  words: Words;
}

export function fixesForLateSetting(source: FixSource, { setting, first, linger, words }: LateSetting): Fix[] {
  const fixes = [
    linger ? lingerInConstructor(source, setting, undefined, words) : undefined,
    !linger && first ? optionFirst(source, setting, first, words) : undefined,
  ];
  return fixes.filter((fix) => fix !== undefined);
}
