/** What breaks a contract: asked before each operation that meets something, each release, and each late setting. */

import {
  type EarlyOption,
  type LateOutcome,
  lateOutcome,
  latePhrase,
  type LibraryError,
  overlapPhrase,
  type Overlap,
  pendingPhrase,
  type Release,
  secondOutcome,
  secondPhrase,
} from "@holdfast/contracts";
import type { Hazard, Life, Pending } from "./life.js";
import type { Member } from "./plan.js";
import type { Happening, ViolationFacts } from "./violation.js";

/** Two operations in one lane, and what the library makes of it. */
export interface Collision {
  pending: Pending;
  overlap: Overlap;
}

/** What an operation would meet if it started now. */
export function collisionOf(life: Life, { lane }: Member): Collision | undefined {
  const pending = lane === undefined ? undefined : life.meets(lane);
  if (lane === undefined || pending === undefined) return undefined;
  const overlap = overlapIn(life, pending, lane);
  const count = 1 + [...life.pending()].filter(({ member }) => member.lane === lane).length;
  return count < (overlap.threshold ?? 0) ? undefined : { pending, overlap };
}

function overlapIn(life: Life, pending: Pending, lane: number): Overlap {
  const own = life.plan.lanes[lane]!;
  const other = life.plan.lanes[pending.member.lane!]!;
  const isShutOut = other !== own && [...(other.lane.excludes ?? []), ...(other.lane.blocks ?? [])].includes(own.name);
  if (isShutOut && other.lane.blocked && other.lane.blocks?.includes(own.name)) return other.lane.blocked;
  const { overlap, phases } = (isShutOut ? other : own).lane;
  return (life.phase === undefined ? undefined : phases?.[life.phase]) ?? overlap;
}

/** What is wrong with an operation that starts while another is pending; nothing where the library copes with it. */
export function concurrentUse(
  life: Life,
  { pending, overlap }: Collision,
  second: Happening,
): ViolationFacts | undefined {
  if (overlap.outcome !== "queues") {
    return overlapping(life, pending.happening, second, overlapPhrase(overlap.outcome), "error", overlap);
  }
  const { announcedEnd } = overlap;
  if (announcedEnd === undefined || isExempt(life, announcedEnd.unless)) return undefined;
  const consequence = `they queue, which is deprecated and ends in version ${announcedEnd.endsIn}`;
  return overlapping(life, pending.happening, second, consequence, "warning", {
    error: announcedEnd.text,
  });
}

/** Operations of a transaction that overlap: harmless until it fails while one of them is pending. */
export function isHazardous({ overlap: { outcome, lateStatements } }: Collision): boolean {
  return outcome === "queues" && lateStatements !== undefined && lateStatements !== "none";
}

export function hazardOf({ pending, overlap }: Collision, second: Happening): Hazard {
  return { overlap, first: pending.happening, second };
}

/** A branch of a failed transaction goes on after its end. */
export function lateStatement(life: Life, { overlap, first, second }: Hazard): ViolationFacts {
  const consequence = "the transaction has ended, and the statement of another branch would run outside it";
  return overlapping(life, first, second, consequence, "error", overlap);
}

function overlapping(
  life: Life,
  first: Happening,
  second: Happening,
  consequence: string,
  severity: ViolationFacts["severity"],
  error: LibraryError,
): ViolationFacts {
  const what = "%2 starts while %1 is still running";
  return { rule: "no-concurrent-use", severity, ...subject(life), first, second, what, consequence, ...failing(error) };
}

/** The handle was made so that the announced end does not concern it. */
function isExempt(life: Life, unless: { option: string; equals: boolean } | undefined): boolean {
  return unless !== undefined && life.settings?.[unless.option] === unless.equals;
}

/** An operation comes after the end of the handle. */
export function lateUse(life: Life, end: Happening, second: Happening): ViolationFacts | undefined {
  const late = lateOutcomeOf(life, end, second.operation);
  if (late.outcome === "fine") return undefined;
  const what = "%2 is called after %1 has released the handle";
  const consequence = `it ${latePhrase(life.plan.handle!, late)}`;
  return violation("no-use-after-release", life, end, second, what, consequence, late);
}

/** What an operation comes to after this end of its handle. */
export function lateOutcomeOf(life: Life, end: Happening, operation: string): LateOutcome {
  const { afterRelease } = life.plan.handle!;
  return life.afterwards ?? lateOutcome(afterRelease, { operation, release: end.operation, failed: life.hasFailed });
}

/** A second release that does harm; nothing if the contract says that it is harmless. */
export function secondRelease(
  life: Life,
  member: Member,
  first: Happening,
  second: Happening,
): ViolationFacts | undefined {
  const outcome = secondOutcome(member.release!.second, first.operation, life.isEndingLife);
  if (outcome.outcome === "harmless") return undefined;
  const consequence = `the second release ${secondPhrase(outcome.outcome)}`;
  return violation(
    "no-use-after-release",
    life,
    first,
    second,
    "%2 releases again what %1 has released",
    consequence,
    outcome,
  );
}

/** A release while something is pending that it does not wait for. */
export function earlyRelease(life: Life, { release }: Member, second: Happening): ViolationFacts | undefined {
  if (release === undefined || waitsFor(life, release) || release.pending?.outcome === "finishes") return undefined;
  const pending = lostBy(life);
  if (pending === undefined) return undefined;
  const what = "%2 releases the handle while %1 is still running";
  const consequence = `it ${release.pending === undefined ? "may be cut short" : pendingPhrase(release.pending.outcome)}`;
  return violation("no-early-release", life, pending.happening, second, what, consequence, release.pending);
}

/** Whether it waits, by itself or because of what the handle was made with. */
function waitsFor({ settings }: Life, { waits, waitsWith }: Release): boolean {
  return waits || (waitsWith !== undefined && settings?.[waitsWith.option] === waitsWith.equals);
}

/** The end of a scope while something is pending in it. */
export function earlyEnd(life: Life, end: Happening, failed: boolean): ViolationFacts | undefined {
  const pending = lostBy(life);
  if (pending === undefined) return undefined;
  const what = "%2 ends while %1 is still running";
  const consequence = `\`${pending.member.name}\` may run outside it`;
  return violation(
    "no-early-release",
    life,
    pending.happening,
    end,
    what,
    consequence,
    life.plan.handle && lateOutcome(life.plan.handle.afterRelease, { operation: pending.member.name, failed }),
  );
}

/** The first operation that was started and is pending. A loop over messages ends with its handle, and loses nothing. */
function lostBy(life: Life): Pending | undefined {
  const isLost = ({ member: { operation } }: Pending) => !operation?.endsWithHandle && !operation?.outlivesRelease;
  return [...life.pending()].filter(isLost).at(-1);
}

/** Linger that was set after messages had been handed over, and that a release obeys. */
export function lateLinger(life: Life, first: Happening, second: Happening): ViolationFacts {
  const what = "%1 was set after messages had been sent, right before %2";
  return violation("no-late-linger", life, first, second, what, "messages that are still queued are dropped");
}

/** An option that was set after the call that it has to precede. */
export function lateOption(life: Life, option: EarlyOption, first: Happening, second: Happening): ViolationFacts {
  return violation("no-late-option", life, first, second, "%2 is set after %1, which reads it", option.tooLate);
}

function violation(
  rule: ViolationFacts["rule"],
  life: Life,
  first: Happening,
  second: Happening,
  what: string,
  consequence: string,
  error?: LibraryError,
): ViolationFacts {
  return { rule, severity: "error", ...subject(life), first, second, what, consequence, ...failing(error) };
}

/** What the library's own error would be. */
function failing({ error, code }: LibraryError = {}): Pick<ViolationFacts, "libraryText" | "code"> {
  return { ...(error !== undefined && { libraryText: error }), ...(code !== undefined && { code }) };
}

function subject({ plan }: Life): Pick<ViolationFacts, "contract" | "noun"> {
  return { contract: plan.reference, noun: plan.noun };
}
