/** Scopes: a callback is given a handle for as long as its promise is unsettled. */

import type { Scope } from "@holdfast/contracts";
import { earlyEnd, lateStatement } from "./judge.js";
import { happening, type Life } from "./life.js";
import { type HandleViolation, type ViolationFacts } from "./violation.js";
import { type Mode, report } from "./reporter.js";

/** How the callback of a scope has come to its end. */
interface Outcome {
  isFailure: boolean;
}

/**
 * Follows the promise of the callback, and gives the library what it may take for it. Where a guard may act, that settles
 * only when nothing is pending any more; a callback that left something behind has failed then.
 */
export function endOfScope(
  lives: readonly Life[],
  scope: Scope,
  name: string,
  result: Promise<unknown>,
): Promise<unknown> {
  const close = (outcome: Outcome) => lives.map((life) => closeScope(life, scope, name, outcome)).find(Boolean);
  const [life] = lives;
  if (life === undefined) return result;
  const { mode, exclusive } = life.policy;
  if (mode === "warn" || mode === "observe") {
    result.then(
      () => close({ isFailure: false }),
      () => close({ isFailure: true }),
    );
    return result;
  }
  return result.then(
    async (value) => {
      const violation = close({ isFailure: false });
      await idle(lives);
      if (violation !== undefined && mode === "throw" && !exclusive) throw violation;
      return value;
    },
    async (error: unknown) => {
      close({ isFailure: true });
      await idle(lives);
      throw error;
    },
  );
}

async function idle(lives: readonly Life[]): Promise<void> {
  for (const life of lives) await new Promise<void>((resolve) => life.whenIdle(resolve));
}

/** The handle is no more from here on. Says what is wrong with that. */
function closeScope(life: Life, scope: Scope, name: string, outcome: Outcome): HandleViolation | undefined {
  life.held.letGo();
  const end = happening(name);
  const facts = scope.waits ? undefined : leftBehind(life, outcome, end);
  const violation = facts && report(facts, modeAt(outcome, life), life.policy.listener);
  if (outcome.isFailure) life.pastHazard = life.hazard;
  life.hasFailed = outcome.isFailure;
  life.finishLife(end);
  return violation;
}

/** A callback that has failed already fails with its own error: what else is wrong is only told. */
function modeAt({ isFailure }: Outcome, { policy: { mode } }: Life): Mode {
  return isFailure && mode === "throw" ? "warn" : mode;
}

/** After a failure the other branches are still under way: that does harm where their statements outlive the rollback. */
function leftBehind(life: Life, { isFailure }: Outcome, end: ReturnType<typeof happening>): ViolationFacts | undefined {
  const early = earlyEnd(life, end, isFailure);
  const { hazard } = life;
  // What the library refuses after a failure does no harm.
  if (isFailure && life.plan.lanes.some(({ lane }) => lane.overlap.lateStatements === "none")) return undefined;
  if (early === undefined || !isFailure || hazard === undefined) return early;
  return hazard.overlap.lateStatements === "any" ? lateStatement(life, hazard) : undefined;
}
