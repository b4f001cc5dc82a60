/** What comes too late, and what it comes to: the case at hand out of all that a contract says about late calls. */

import type { AfterRelease, LateOutcome, SecondRelease } from "./contract.js";

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
  const { outcome, error } = of ?? outcomes;
  const text = failed ? (errorOnFailure ?? error) : error;
  return { outcome, ...(text !== undefined && { error: text }) };
}

/** What a second release comes to: after which release, and whether that one can still be under way. */
export function secondOutcome(
  { outcome, error, underWay, harmlessAfter = [], errorAfter = {} }: SecondRelease,
  first: string,
  isUnderWay: boolean,
): Pick<SecondRelease, "outcome" | "error"> {
  if (harmlessAfter.includes(first)) return { outcome: "harmless" };
  if (isUnderWay && underWay) return underWay;
  const text = own(errorAfter, first) ?? error;
  return { outcome, ...(text !== undefined && { error: text }) };
}

function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
