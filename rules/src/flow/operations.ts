/** What happens to handles: operations begin, releases and settings take effect, and what they meet is noted. */

import type { EarlyOption, KnownType, Lane, Operation, Overlap, Release } from "@holdfast/contracts";
import type { Happening } from "./facts.js";
import type { Span } from "./graph.js";
import type { BodySolver } from "./solver.js";
import { effectKey } from "./summaries.js";
import type { OptionSet, State, TaskKind, Token } from "./state.js";
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
  task?: { kind: TaskKind; at: Span; id: string };
  guessed?: boolean;
  until?: Identity;
  toCallback?: boolean;
  phase?: string;
  certain: boolean;
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
  remember(state, identity, beginning.name, beginning.at);
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
  return {
    ...rest,
    key: `${way}|${identity}${task ? `|${task.id}` : ""}`,
    ...(phase !== undefined && { phase }),
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
export function remember(state: State, identity: Identity, name: string, at: Span): void {
  state.done.set(identity, new Map([...(state.done.get(identity) ?? []), [name, at]]));
}

function happening({ name, text, at, site, statement, chain }: Happening): Happening {
  return { name, text, at, site, statement, chain };
}

function noteLateUse(solver: BodySolver, state: State, beginning: Beginning): void {
  const released = state.released.get(beginning.identity);
  if (!released || beginning.past?.has(beginning.identity)) return;
  if (beginning.type.handle.reopenedBy?.includes(beginning.name)) {
    state.released.delete(beginning.identity);
    return;
  }
  solver.engine.facts.lateUse({
    type: beginning.type,
    identity: beginning.identity,
    released,
    use: happening(beginning),
    again: false,
    certain: released.certain && beginning.certain && !state.merged,
  });
}

function noteConflicts(solver: BodySolver, state: State, beginning: Beginning): void {
  const { identity, type, lane } = beginning;
  if (lane === undefined || identity.endsWith("~") || state.released.has(identity)) return;
  for (const first of state.pending.values()) {
    if (first.identity !== identity || first.lane === undefined) continue;
    if (beginning.own?.has(first.key) || beginning.settled?.has(first.key)) continue;
    const overlap = overlapOf(type, first, lane, state.phases.get(identity) ?? beginning.phase ?? first.phase);
    if (!overlap || sharesLock(first.locks, beginning.locks)) continue;
    // What a failure left behind in a queue was told where it began.
    if (first.orphan && overlap.outcome === "queues") continue;
    if (first.operation.waiter || beginning.operation.waiter) continue;
    const itself = first.task !== undefined && first.task.id === beginning.task?.id;
    const task = beginning.task ?? first.task;
    const [earlier, other] = inOrder(first, tokenOf(state, beginning));
    solver.overlaps.set(`${earlier.key} ${other.key}`, { first: earlier, second: other });
    solver.engine.facts.conflict({
      identity,
      type,
      overlap,
      first: earlier,
      second: other,
      ...(task && { task }),
      itself,
      certain: !state.merged && !first.guessed && !(itself && first.task?.kind === "timer"),
    });
  }
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
  });
  const earlier = state.released.get(identity);
  if (earlier && !earlier.through) {
    if (!releasing.past?.has(identity)) noteSecondRelease(solver, state, releasing, earlier);
    return;
  }
  noteEarlyRelease(solver, state, releasing);
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
    });
  }
}

/** What is still pending on the handle, and on what it handed out, when it is released. */
export function noteEarlyRelease(solver: BodySolver, state: State, releasing: Releasing): void {
  const { identity, type } = releasing;
  const family = familyOf(state, identity);
  const waits = releasing.waits ?? releasing.release.waits;
  for (const token of state.pending.values()) {
    if (releasing.own?.has(token.key) || releasing.settled?.has(token.key)) continue;
    const concerned = family.has(token.identity) || token.uses?.some((used) => family.has(used));
    if (
      !concerned ||
      token.orphan ||
      token.operation.endsWithHandle ||
      (token.until !== undefined && token.until === identity)
    )
      continue;
    if (waits && !token.later) continue;
    if (!waits && releasing.release.pending?.outcome === "finishes" && !token.later) continue;
    solver.engine.facts.earlyRelease({
      type,
      pending: token,
      release: happening(releasing),
      end: releasing.end,
      waits,
      certain: releasing.certain && token.certain && !token.guessed && !state.merged,
    });
  }
}

/** For whoever asks what becomes of operations: those that the release comes upon, whether it waits for them or not. */
function noteReleased(
  solver: BodySolver,
  state: State,
  family: ReadonlySet<Identity>,
  { at, own, settled }: Releasing,
): void {
  const { outlasting } = solver.engine.facts;
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
  if (second.outcome === "harmless" || second.harmlessAfter?.includes(earlier.name)) return;
  solver.engine.facts.lateUse({
    type: releasing.type,
    identity: releasing.identity,
    released: earlier,
    use: happening(releasing),
    again: true,
    ...(second.error !== undefined && { error: second.error }),
    certain: earlier.certain && releasing.certain && !state.merged,
  });
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

export function applyOption(
  solver: BodySolver,
  state: State,
  identity: Identity,
  type: HandleType,
  option: EarlyOption,
  value: Value,
  where: { text: string; at: Span; statement: Span },
): void {
  const done = state.done.get(identity);
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
  if (!set.after) return;
  state.options.set(`${identity} ${option.name}`, set);
  solver.engine.facts.lateOption({ ...set, certain: !state.merged });
}

/** A later call that the option still precedes makes it right, for what that call begins. */
function rescueOptions(solver: BodySolver, state: State, identity: Identity, call: string): void {
  for (const [key, set] of state.options) {
    if (set.identity !== identity) continue;
    const option = set.type.handle.options?.find(({ name }) => name === set.option);
    if (!option?.precedes.includes(call)) continue;
    if (!option.linger) solver.engine.facts.rescued.add(`${set.at.start}|${set.option}`);
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
  solver.engine.facts.lateOption({
    ...set,
    release: { at: releasing.at, name: releasing.name },
    // A limit above zero may well be what was meant.
    certain: releasing.certain && !state.merged && set.value === 0,
  });
}
