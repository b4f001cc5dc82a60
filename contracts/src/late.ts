/** What comes too late, and what it comes to: the case at hand out of all that a contract says about late calls. */

import type { AfterRelease, LateOutcome, LibraryError, SecondRelease } from "./contract.js";

/** The late call: which operation, after which release, and whether the scope that ended had failed. */
export interface LateCall {
  operation?: string;
  release?: string;
  failed?: boolean;
}

/** What an operation after the end of a handle comes to. */
export function lateOutcome(afterRelease: AfterRelease, { operation, release, failed }: LateCall): LateOutcome {
  const { after = {}, errorOnFailure } = afterRelease;
  const outcomes = (release === undefined ? undefined : own(after, release)) ?? afterRelease;
  const of = operation === undefined ? undefined : own(outcomes.operations ?? {}, operation);
  const { outcome, ...said } = of ?? outcomes;
  return { outcome, ...worded(said, failed ? errorOnFailure : undefined) };
}

/** What a second release comes to: after which release, and whether that one can still be under way. */
export function secondOutcome(
  { outcome, underWay, harmlessAfter = [], errorAfter = {}, ...said }: SecondRelease,
  first: string,
  isUnderWay: boolean,
): Pick<SecondRelease, "outcome" | keyof LibraryError> {
  if (harmlessAfter.includes(first)) return { outcome: "harmless" };
  if (isUnderWay && underWay) return underWay;
  return { outcome, ...worded(said, own(errorAfter, first)) };
}

/** The library's error, with another text where it has one for this case. */
function worded({ error, code }: LibraryError, text = error): LibraryError {
  return { ...(text !== undefined && { error: text }), ...(code !== undefined && { code }) };
}

function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
