/** Releases: the way out. In every mode it is let through; where a guard may act, behind what is pending. */

import type { Release } from "@holdfast/contracts";
import { earlyRelease, lateLinger, secondRelease } from "./judge.js";
import { happening, isTimeForPlace, type Life } from "./life.js";
import { Trace } from "./place.js";
import { tellLateOptions } from "./options.js";
import type { Member } from "./plan.js";
import { isPromise } from "./registry.js";
import { report } from "./reporter.js";
import type { HandleViolation, ViolationFacts } from "./violation.js";

/** Whether the call, with what it is given, is none of those that release. */
export function releasesNothing({ unless }: Release, given: readonly unknown[]): boolean {
  return unless !== undefined && given[unless.argument] === unless.equals;
}

/** Whether the call, with what it is given, breaks off what is under way, and is meant to. */
export function isAbort({ abortsWith }: Release, given: readonly unknown[]): boolean {
  return abortsWith !== undefined && Boolean(given[abortsWith.argument]);
}

/** Releases a handle by `call`, which is the library's own release; `meant`: whatever is pending on it. */
export function release(life: Life, member: Member, method: () => unknown, meant = false): unknown {
  const call = () => ending(life, member.release!, method);
  const { mode, exclusive, places } = life.policy;
  life.held.letGo();
  const isSuspect = life.released !== undefined || life.linger !== undefined || life.hasPending;
  const second = happening(member.name, isSuspect || isTimeForPlace(member, places) ? new Trace() : undefined);
  const tell = (facts: ViolationFacts | undefined) => facts && report(facts, mode, life.policy.listener);
  const isActing = mode === "throw" || mode === "serialize";

  if (life.released !== undefined) {
    const violation = tell(secondRelease(life, member, life.released, second));
    if (violation === undefined || !isActing) return call();
    return fail(member.release!, violation);
  }
  tellLateOptions(life);
  const late = life.linger && tell(lateLinger(life, life.linger, second));
  const early = meant ? undefined : tell(earlyRelease(life, member, second));
  life.finishLife(second);
  if (meant) life.afterwards = member.release!.abortsWith?.afterwards;
  if (exclusive || (early && isActing))
    return inTime(life, member.release!, call, mode === "throw" ? (early ?? late) : undefined);
  if (late && mode === "throw") {
    call();
    return fail(member.release!, late);
  }
  return call();
}

/** Follows the library's release to its end. One that fails may have released nothing. */
function ending(life: Life, { failsOpen }: Release, method: () => unknown): unknown {
  const result = method();
  if (!isPromise(result) || result.constructor !== Promise) return result;
  const { released } = life;
  life.isEndingLife = true;
  // Whoever attaches to a promise takes it for handled; so its user gets one that is rejected in its own right.
  return result.then(
    (value) => {
      life.isEndingLife = false;
      return value;
    },
    (error: unknown) => {
      life.isEndingLife = false;
      if (failsOpen && life.released === released) life.reopen();
      throw error;
    },
  );
}

/** Releases when nothing is pending any more; `violation` goes to whoever wanted it earlier. */
function inTime(life: Life, { promised }: Release, call: () => unknown, violation?: HandleViolation): unknown {
  const done = new Promise<unknown>((resolve) => {
    life.whenIdle(() => resolve(new Promise((settle) => settle(call()))));
  });
  if (promised) {
    return violation === undefined
      ? done
      : done.then(() => {
          throw violation;
        });
  }
  // Nobody would see it: the one who released has gone on.
  done.catch((error: unknown) => process.emitWarning(`A release has failed: ${String(error)}`, "HoldfastWarning"));
  if (violation !== undefined) throw violation;
  return undefined;
}

function fail({ promised }: Release, violation: HandleViolation): unknown {
  if (promised) return Promise.reject(violation);
  throw violation;
}
