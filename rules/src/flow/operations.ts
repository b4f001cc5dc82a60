/** What happens to handles: operations begin, releases and settings take effect, and what they meet is noted. */

import {
  type EarlyOption,
  type KnownType,
  type Lane,
  lateOutcome,
  type Operation,
  type Overlap,
  type Release,
  secondOutcome,
} from "@holdfast/contracts";
import { isDoubtful, isOfTwoKinds } from "./conditions.js";
import type { Happening } from "./facts.js";
import type { Span } from "./graph.js";
import type { BodySolver } from "./solver.js";
import { effectKey, type Overlapping } from "./summaries.js";
import type { OptionSet, State, Task, Token } from "./state.js";
import { type HandleType, type Identity, optionsOf, type Value } from "./values.js";

/** Where and how an operation begins. */
export interface Beginning {
  identity: Identity;
  type: HandleType;
  operation: Operation;
  lane?: string;
  name: string;
  text: string;
  at: Span;
  site: Span;
  statement: Span;
  chain: readonly Span[];
  later: boolean;
  locks: ReadonlySet<string>;
  task?: Task;
  guessed?: boolean;
  until?: Identity;
  toCallback?: boolean;
  phase?: string;
  certain: boolean;
  answered?: boolean;
  orphan?: boolean;
  /** Tokens of the same run of a function: they were judged where it was solved. */
  own?: ReadonlySet<string>;
  /** Tokens that are settled by the time it begins. */
  settled?: ReadonlySet<string>;
  /** Releases of the same run of a function: where it was solved they were judged, or they are on another way. */
  past?: ReadonlySet<Identity>;
}

/** Begins an operation: notes what it overlaps and what was released before, and returns its token, now pending. */
export function begin(solver: BodySolver, state: State, beginning: Beginning): Token {
  const { identity } = beginning;
  noteLateUse(solver, state, beginning);
  noteConflicts(solver, state, beginning);
  remember(state, identity, beginning.name, beginning.at, beginning.type);
  rescueOptions(solver, state, identity, beginning.name);

  const token = tokenOf(state, beginning);
  state.pending.set(token.key, token);
  return token;
}

function tokenOf(state: State, beginning: Beginning): Token {
  const { own: _own, settled: _settled, past: _past, ...rest } = beginning;
  const { identity, at, site, task } = beginning;
  const way = [at, ...beginning.chain, site].map(({ start }) => start).join(":");
  const phase = state.phases.get(identity) ?? beginning.phase;
  const answered = beginning.answered === true || state.answered.has(identity);
  return {
    ...rest,
    key: `${way}|${identity}${task ? `|${task.id}` : ""}`,
    ...(phase !== undefined && { phase }),
    ...(answered && { answered }),
  };
}

/** Tasks that live on have no order of their own: they are told in the order of the source. */
function inOrder(first: Token, second: Token): [Token, Token] {
  const livesOn = [first, second].some(
    ({ task }) => task !== undefined && task.kind !== "repeated" && task.kind !== "delayed",
  );
  return livesOn && first.at.start > second.at.start ? [second, first] : [first, second];
}

/** Whether a statement text begins or ends a phase; without a pattern the operation always does. */
export function textMatches(pattern: string | undefined, text: string | undefined): boolean {
  if (pattern === undefined) return true;
  return text !== undefined && new RegExp(pattern, "i").test(text);
}

/** That the operation was done on the handle, for options that should have come first. */
export function remember(state: State, identity: Identity, name: string, at: Span, type?: KnownType): void {
  const isHead = type?.kind === "handle" && type.handle.options?.some(({ precedes }) => precedes.includes(name));
  if (isHead) state.headed.add(`${identity} ${name}`);
  state.done.set(identity, new Map([...(state.done.get(identity) ?? []), [name, at]]));
}

function happening({ name, text, at, site, statement, chain }: Happening): Happening {
  return { name, text, at, site, statement, chain };
}

/** Whether this way may be one that cannot be taken. */
function isUnclear({ merged, facts }: State): boolean {
  return merged || [...facts.values()].some(isDoubtful) || isOfTwoKinds(facts);
}

function noteLateUse(solver: BodySolver, state: State, beginning: Beginning): void {
  const released = state.released.get(beginning.identity);
  // Where states that differ were taken for one, nobody knows whether this way can be taken.
  if (!released || isUnclear(state) || beginning.past?.has(beginning.identity)) return;
  const late = { operation: beginning.name, release: released.name };
  if (lateOutcome(beginning.type.handle.afterRelease, late).outcome === "fine") return;
  if (beginning.type.handle.reopenedBy?.includes(beginning.name)) {
    state.released.delete(beginning.identity);
    return;
  }
  solver.facts.lateUse({
    type: beginning.type,
    identity: beginning.identity,
    released,
    use: happening(beginning),
    again: false,
    certain:
      released.certain &&
      beginning.certain &&
      !beginning.guessed &&
      !solver.isOfSomeRounds(beginning.identity, released),
  });
}

function noteConflicts(solver: BodySolver, state: State, beginning: Beginning): void {
  const { identity, type, lane } = beginning;
  if (lane === undefined || identity.includes("~") || state.released.has(identity)) return;
  // It has waited for what others bring about: for them, as far as anyone can tell.
  if (beginning.answered) return;
  for (const first of state.pending.values()) {
    if (first.identity !== identity || first.lane === undefined) continue;
    if (beginning.own?.has(first.key) || beginning.settled?.has(first.key)) continue;
    if (first.answered && first.later) continue;
    const overlap = overlapOf(type, first, lane, state.phases.get(identity) ?? beginning.phase ?? first.phase);
    if (!overlap || sharesLock(first.locks, beginning.locks)) continue;
    // A function that nobody looked into may have come to rest, once code has waited.
    if (first.guessed && first.waited) continue;
    // What a failure left behind in a queue was told where it began.
    if (first.orphan && overlap.outcome === "queues") continue;
    if (first.operation.waiter || beginning.operation.waiter) continue;
    if (first.mayBeOver === "read in a loop" && !solver.isInLoop()) continue;
    const itself = first.task !== undefined && first.task.id === beginning.task?.id;
    const task = beginning.task ?? first.task;
    const [earlier, other] = inOrder(first, tokenOf(state, beginning));
    noteOverlap(solver, state, { first: earlier, second: other });
    solver.facts.conflict({
      identity,
      type,
      overlap,
      first: earlier,
      second: other,
      ...(task && { task }),
      itself,
      certain: !state.merged && !first.guessed && !first.out && !first.mayBeOver && !meetByChance(first, beginning),
    });
  }
}

/** Two operations overlap: what that does may depend on a phase that is not known yet, here or to callers. */
export function noteOverlap(solver: BodySolver, state: State, overlapping: Overlapping): void {
  const { first, second } = overlapping;
  const key = `${first.key} ${second.key} ${second.identity}`;
  solver.overlaps.set(key, overlapping);
  if (second.phase === undefined) state.met.add(key);
}

/** A commit shows that overlaps before it were in a transaction, wherever that began. */
export function judgeInPhase(solver: BodySolver, state: State, identity: Identity, phase: string): void {
  for (const key of state.met) {
    const overlapping = solver.overlaps.get(key);
    if (overlapping?.second.identity === identity) judgeOverlap(solver, state, overlapping, phase);
  }
}

/** Judges an overlap by the phase that the handle was in. */
export function judgeOverlap(solver: BodySolver, state: State, { first, second }: Overlapping, phase: string): void {
  const { identity, type, lane } = second;
  const overlap = type && lane !== undefined && overlapOf(type, first, lane, phase);
  if (!overlap) return;
  const task = second.task ?? first.task;
  const itself = first.task !== undefined && first.task.id === second.task?.id;
  solver.facts.conflict({
    identity,
    type,
    overlap,
    first,
    second,
    ...(task && { task }),
    itself,
    certain: !state.merged && !first.guessed && !meetByChance(first, second),
  });
}

/** From here on overlaps on the handle before this point are not judged by what comes. */
export function forgetOverlaps(solver: BodySolver, state: State, concerns: (identity: Identity) => boolean): void {
  for (const key of state.met) if (concerns(solver.overlaps.get(key)?.second.identity ?? "")) state.met.delete(key);
}

/** Whether nobody knows that the two meet: a tick may be over before the next, and a timeout comes when a clock says so. */
export function meetByChance({ task: one }: Pick<Token, "task">, { task: other }: Pick<Token, "task">): boolean {
  return one?.id === other?.id ? one?.kind === "timer" : one?.byClock === true || other?.byClock === true;
}

/** What overlap in these two lanes does, if anything. */
export function overlapOf(
  type: HandleType,
  first: Token,
  lane: string,
  phase: string | undefined,
): Overlap | undefined {
  const firstLane = first.lane ?? "";
  const lanes = type.handle.lanes;
  const mine = lanes[lane];
  const other = lanes[firstLane] ?? first.type?.handle.lanes[firstLane];
  const relevant: Lane | undefined =
    firstLane === lane || mine?.excludes?.includes(firstLane)
      ? mine
      : other?.excludes?.includes(lane) || other?.blocks?.includes(lane)
        ? other
        : undefined;
  if (!relevant) return undefined;
  if (relevant === other && relevant !== mine && other.blocks?.includes(lane) && other.blocked) return other.blocked;
  return (phase === undefined ? undefined : relevant.phases?.[phase]) ?? relevant.overlap;
}

export function sharesLock(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  for (const lock of left) if (right.has(lock)) return true;
  return false;
}

/** Where a release happens. */
export interface Releasing extends Happening {
  identity: Identity;
  type: HandleType;
  release: Release;
  certain: boolean;
  end: "release" | "disposal";
  waits?: boolean;
  own?: ReadonlySet<string>;
  settled?: ReadonlySet<string>;
  past?: ReadonlySet<Identity>;
  /** It is there to break off what is under way. */
  aborts?: boolean;
  /** It comes after a wait for something of which nothing is known. */
  open?: boolean;
}

/** Releases a handle: notes what is still pending on it and on what it handed out, and that it is released. */
export function release(solver: BodySolver, state: State, releasing: Releasing): void {
  const { identity, type } = releasing;
  solver.effect(state, effectKey(releasing), {
    kind: "release",
    ...happening(releasing),
    identity,
    type,
    release: releasing.release,
    later: state.suspended,
    certain: releasing.certain,
    ...(releasing.aborts && { aborts: true }),
  });
  const earlier = state.released.get(identity);
  if (earlier && !earlier.through) {
    if (!releasing.past?.has(identity)) noteSecondRelease(solver, state, releasing, earlier);
    return;
  }
  noteEarlyRelease(solver, state, releasing);
  remember(state, identity, releasing.name, releasing.at, type);
  const family = familyOf(state, identity);
  noteReleased(solver, state, family, releasing);
  for (const [key, token] of state.pending) {
    if ((family.has(token.identity) && !token.later) || token.until === identity) state.pending.delete(key);
  }
  noteLingerAtRelease(solver, state, releasing);
  for (const member of family) {
    state.released.set(member, {
      type,
      at: releasing.at,
      name: releasing.name,
      chain: releasing.chain,
      certain: releasing.certain,
      ...(member !== identity && { through: identity }),
      ...(isMeant(releasing.release) && { afterwards: releasing.release.abortsWith?.afterwards }),
    });
  }
}

/** What is still pending on the handle, and on what it handed out, when it is released. */
export function noteEarlyRelease(solver: BodySolver, state: State, releasing: Releasing): void {
  const { identity, type, release } = releasing;
  if (releasing.aborts || isMeant(release)) return;
  const family = familyOf(state, identity);
  const waits = releasing.waits ?? waitsFor(solver, release);
  for (const token of state.pending.values()) {
    if (releasing.own?.has(token.key) || releasing.settled?.has(token.key)) continue;
    const concerned = family.has(token.identity) || token.uses?.some((used) => family.has(used));
    if (
      !concerned ||
      token.out ||
      (token.orphan && isToldAtItsBeginning(type, token)) ||
      token.operation.endsWithHandle ||
      token.operation.outlivesRelease ||
      token.mayBeOver === "read in a loop" ||
      isInSection(token) ||
      (token.until !== undefined && token.until === identity)
    )
      continue;
    if (waits && !token.later) continue;
    if (isMeantFor(token, releasing)) continue;
    if (!waits && release.pending?.outcome === "finishes" && !token.later) continue;
    solver.facts.earlyRelease({
      type,
      pending: token,
      release: happening(releasing),
      end: releasing.end,
      waits,
      certain:
        releasing.certain &&
        isSurelyPending(token) &&
        !releasing.open &&
        // A later line of a dialogue: what an earlier one has begun may well be over.
        !(token.turned && (release.kind === "abort" || token.task?.kind === "delayed")) &&
        !state.merged,
    });
  }
}

/** What the code gives up on purpose, or has let finish for all that is known. */
function isMeantFor(token: Token, { release, open }: Releasing): boolean {
  // What was given up already rejects to a promise that has settled.
  if ((token.lost || token.orphan) && (release.kind === "abort" || release.pending?.outcome === "rejects")) return true;
  const { handsOver, settledBy } = token.operation;
  return open === true && (handsOver === true || settledBy === "callback");
}

/**
 * Operations that may be over: what is pending until something else ends, or starts late in a task, is not, unless a
 * clock starts it or nobody has looked into it. What was only handed over is out, if code has waited for something of which nothing is known.
 */
export function mayBeOver(state: State, concerns: (token: Token) => boolean, forSomething: boolean): void {
  for (const [key, token] of state.pending) {
    const livesOn = token.later || (token.task !== undefined && token.task.kind !== "repeated");
    const goesOn = livesOn && !token.task?.byClock && !token.guessed;
    if (token.until !== undefined || goesOn || isInSection(token) || !concerns(token)) continue;
    const { settledBy, handsOver } = token.operation;
    const isOut = forSomething && (handsOver === true || settledBy === "callback");
    if (isOut && settledBy === "callback") state.pending.delete(key);
    else if (!token.waited || (isOut && !token.out)) {
      state.pending.set(key, { ...token, waited: true, ...(isOut && { out: true }) });
    }
  }
}

/** No step of what keeps it pending is a guess. */
export function isSurelyPending({ certain, guessed, waited, mayBeOver }: Token): boolean {
  return certain && !guessed && !waited && !mayBeOver;
}

/** In a transaction a statement that goes on after the failure of another is told where both begin. */
function isToldAtItsBeginning({ handle }: HandleType, { lane, phase }: Token): boolean {
  const overlap = phase === undefined ? undefined : handle.lanes[lane ?? ""]?.phases?.[phase];
  const late = (overlap ?? handle.lanes[lane ?? ""]?.overlap)?.lateStatements;
  return late !== undefined && late !== "none";
}

/** For whoever asks what becomes of operations: those that the release comes upon, whether it waits for them or not. */
function noteReleased(
  solver: BodySolver,
  state: State,
  family: ReadonlySet<Identity>,
  { at, own, settled }: Releasing,
): void {
  const { outlasting } = solver.facts;
  if (!outlasting) return;
  for (const token of state.pending.values()) {
    const isMet = family.has(token.identity) && !token.orphan && !own?.has(token.key) && !settled?.has(token.key);
    if (isMet) outlasting.released(token, at);
  }
}

function noteSecondRelease(
  solver: BodySolver,
  state: State,
  releasing: Releasing,
  earlier: import("./state.js").Released,
): void {
  const { second } = releasing.release;
  if (isUnclear(state)) return;
  const { outcome, error } = secondOutcome(second, earlier.name, !earlier.waited);
  const isSure = outcome !== "harmless" && secondOutcome(second, earlier.name, false).outcome !== "harmless";
  // Only when it was given to its next owner in between: there must have been time for that.
  const isTaken = second.harmsNextOwner && earlier.waited && releasing.end === "release";
  if (outcome === "harmless" && !isTaken) return;
  solver.facts.lateUse({
    type: releasing.type,
    identity: releasing.identity,
    released: earlier,
    use: happening(releasing),
    again: true,
    ...(error !== undefined && { error }),
    certain: isSure && earlier.certain && releasing.certain && !solver.isOfSomeRounds(releasing.identity, earlier),
  });
}

/** Called so that it breaks off what is under way, on purpose. */
function isMeant({ kind, abortsWith }: Release): boolean {
  return kind === "abort" && abortsWith !== undefined;
}

/** Whether it waits, as far as the handle may have been made so that it does. */
function waitsFor(solver: BodySolver, { waits, waitsWith }: Release): boolean {
  return waits || (waitsWith !== undefined && solver.engine.madeWith.has(`${waitsWith.option}=${waitsWith.equals}`));
}

/** It stands for a section that is still open: a release ends that, and so does the error that brings control out of it. */
export function isInSection({ type, name }: Token): boolean {
  return type?.handle.sections?.some(({ begins }) => begins.includes(name)) ?? false;
}

/** A handle and everything that dies with it. */
function familyOf(state: State, identity: Identity): Set<Identity> {
  const family = new Set([identity]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [child, parent] of state.parents) {
      if (family.has(parent) && !family.has(child)) {
        family.add(child);
        grown = true;
      }
    }
  }
  return family;
}

/** The end of a `using` scope. */
export function dispose(solver: BodySolver, state: State, value: Value, _async: boolean, at: Span): void {
  for (const option of optionsOf(value)) {
    if (option.kind !== "thing" || option.type?.kind !== "handle") continue;
    const { disposal, releases } = option.type.handle;
    const contract = disposal && releases[disposal.release];
    if (!disposal || !contract) continue;
    release(solver, state, {
      identity: option.id,
      type: option.type,
      release: contract,
      name: disposal.release,
      text: "",
      at,
      site: at,
      statement: at,
      chain: [],
      certain: true,
      end: "disposal",
      waits: disposal.waits,
    });
  }
}

/** Sets what may be an early option: too late, if a call that it must precede was made. */
export function setOption(
  solver: BodySolver,
  state: State,
  identity: Identity,
  type: KnownType,
  property: string,
  value: Value,
  where: { text: string; at: Span; statement: Span },
): void {
  if (type.kind !== "handle") return;
  const option = type.handle.options?.find(({ set }) => "property" in set && set.property === property);
  if (option) applyOption(solver, state, identity, type, option, value, where);
}

interface OptionPlace {
  text: string;
  at: Span;
  statement: Span;
  /** What was done to the handle before; default what the state says. */
  done?: ReadonlyMap<string, Span>;
}

export function applyOption(
  solver: BodySolver,
  state: State,
  identity: Identity,
  type: HandleType,
  option: EarlyOption,
  value: Value,
  { done = state.done.get(identity), ...where }: OptionPlace,
): void {
  const name = option.precedes.find((call) => done?.has(call));
  const at = name === undefined ? undefined : done?.get(name);
  const number = value.kind === "constant" && typeof value.value === "number" ? value.value : undefined;
  const made = option.precedesNew?.map((made) => state.made.get(made)).find((span) => span !== undefined);
  const set: OptionSet = {
    identity,
    type,
    option: option.name,
    ...where,
    ...(number !== undefined && { value: number }),
    ...(name !== undefined && at && { after: { at, name } }),
    ...(made && { after: { at: made, name: "new" } }),
    sentBefore: name !== undefined,
  };
  solver.effect(state, `option ${where.at.start}`, {
    kind: "option",
    identity,
    type,
    option,
    ...(number !== undefined && { value: number }),
    ...where,
  });
  if (option.linger) {
    if (number !== undefined && option.linger.harmlessValues.includes(number))
      state.options.delete(`${identity} linger`);
    else if (!type.handle.receivesOnly) state.options.set(`${identity} linger`, set);
    return;
  }
  if (!set.after || isUnclear(state)) return;
  state.options.set(`${identity} ${option.name}`, set);
  solver.facts.lateOption({ ...set, certain: true });
}

/** A later call that the option still precedes makes it right, for what that call begins. */
function rescueOptions(solver: BodySolver, state: State, identity: Identity, call: string): void {
  for (const [key, set] of state.options) {
    if (set.identity !== identity) continue;
    const option = set.type.handle.options?.find(({ name }) => name === set.option);
    if (!option?.precedes.includes(call) || option.once || option.tooLateDoesNothing) continue;
    if (!option.linger) solver.facts.rescued.add(`${set.at.start}|${set.option}`);
    state.options.delete(key);
  }
}

/** Linger was set on the way to this release, with messages that it may drop. */
function noteLingerAtRelease(solver: BodySolver, state: State, releasing: Releasing): void {
  const set = state.options.get(`${releasing.identity} linger`);
  if (!set) return;
  const isOwn = set.identity.startsWith("@");
  // A socket made here that never sent anything loses nothing.
  if (isOwn && !set.sentBefore) return;
  solver.facts.lateOption({
    ...set,
    release: { at: releasing.at, name: releasing.name },
    // A limit above zero may well be what was meant.
    certain: releasing.certain && !state.merged && set.value === 0,
  });
}
