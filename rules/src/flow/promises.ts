/** What awaiting settles: the table from which most findings follow. */

import type { TokenEnd } from "./facts.js";
import type { Span } from "./graph.js";
import { begin, release } from "./operations.js";
import type { BodySolver } from "./solver.js";
import type { State, Token } from "./state.js";
import { effectKey } from "./summaries.js";
import {
  type BuilderValue,
  type Combinator,
  type Deferred,
  type Identity,
  isOpenEnded,
  optionsOf,
  type Outcome,
  type PromiseValue,
  union,
  unknown,
  type Value,
} from "./values.js";

/**
 * Changes the state to what holds after an await that succeeded or failed. Tells whether it can fail.
 * A `choice` settles whatever is in it: whoever awaits a place awaits the promise that is there.
 */
export function settle(
  solver: BodySolver,
  state: State,
  value: Value,
  outcome: "success" | "failure",
  at: Span,
): boolean {
  if (value.kind === "choice") {
    return value.options.map((option) => settle(solver, state, option, outcome, at)).some(Boolean);
  }
  if (value.kind === "builder") {
    const promise = start(solver, state, value);
    return promise.kind === "promise" ? settle(solver, state, promise, outcome, at) : true;
  }
  if (value.kind !== "promise") return true;
  if (waitsForAll(value)) solver.facts.outlasting?.waitedFor(value.tokens, at);

  switch (value.combinator) {
    case "all":
      if (outcome === "success") finish(solver, state, value, "all");
      else failAll(solver, state, value);
      return true;
    case "allSettled":
      finish(solver, state, value, "allSettled");
      return false;
    case "race":
      // One of them is settled, and nobody knows which: unless all are the same, each may go on.
      if (value.decided && outcome === "success") finish(solver, state, value, "race");
      else race(solver, state, value, "race");
      return true;
    case "any":
      if (outcome === "success") race(solver, state, value, "any");
      else finish(solver, state, value, "any");
      return true;
    default:
      finish(solver, state, value, "await", outcome);
      return true;
  }
}

/** How an await can only end, where that is known. */
export function outcomeOf(value: Value): Outcome | undefined {
  const outcomes = new Set(optionsOf(value).map((option) => (option.kind === "promise" ? option.outcome : undefined)));
  return outcomes.size === 1 ? [...outcomes][0] : undefined;
}

/** Whether none of what the promise is made of may go on behind it when all goes well. */
function waitsForAll({ combinator, decided }: PromiseValue): boolean {
  return combinator === "race" ? decided === true : combinator !== "any";
}

function finish(
  solver: BodySolver,
  state: State,
  value: PromiseValue,
  end: TokenEnd,
  outcome: "success" | "failure" = "success",
): void {
  if (outcome === "failure") {
    for (const key of value.endsOnFailure ?? []) state.pending.delete(key);
    for (const at of value.undoneOnFailure ?? []) undo(state, at);
  }
  startLeft(state, value.leaves);
  // Of a call that has failed, this is what it had begun by then.
  if (outcome === "failure") startLeft(state, value.leftOnFailure);
  for (const key of value.tokens) {
    const token = state.pending.get(key);
    if (!token) continue;
    if (outcome === "failure" && value.leftOnFailure?.includes(key)) {
      state.pending.set(key, { ...token, orphan: true });
      continue;
    }
    solver.facts.ended(token, end);
    endInOrder(state, token);
    if (token.operation.waiter) answer(state, token);
    state.pending.delete(key);
    if (token.operation.exhausts) noteRead(solver, state, token.identity);
  }
  for (const deferred of value.deferred ?? []) {
    if (state.released.get(deferred.identity)?.at.start === deferred.at.start) continue;
    if (outcome === "failure" && (deferred.release.failsOpen || deferred.undoneOnFailure)) continue;
    release(solver, state, {
      ...deferred,
      ...(isJudged(deferred, value, outcome) && { settled: new Set(state.pending.keys()) }),
      text: "",
      site: deferred.at,
      statement: deferred.at,
      end: "release",
      certain: deferred.certain && (outcome === "success" || value.outcome === "rejects"),
    });
  }
}

/** Of a call that has failed, on some way or other, nobody knows whether it came to its release with all that it left. */
function isJudged({ judged }: Deferred, value: PromiseValue, outcome: "success" | "failure"): boolean {
  return judged === true || (outcome === "failure" && value.outcome !== "rejects");
}

/** What a call did late is done when the call is over. */
function startLeft(state: State, keys: readonly string[] = []): void {
  for (const key of keys) {
    const token = state.pending.get(key);
    if (token?.later && (!token.task || token.task.kind === "repeated"))
      state.pending.set(key, { ...token, later: false });
  }
}

/** What only waits for others has been answered: they are over, as far as anyone can tell. */
function answer(state: State, { identity }: Token): void {
  state.answered.add(identity);
  for (const [key, token] of state.pending) if (token.identity === identity && !token.later) state.pending.delete(key);
}

/** Where answers come in the order of the calls, one that is there proves the earlier ones over. */
function endInOrder(state: State, { key, identity, type, lane }: Token): void {
  if (lane === undefined || !type?.handle.lanes[lane]?.inOrder) return;
  for (const [earlier, token] of state.pending) {
    if (earlier === key) return;
    const isAhead = token.identity === identity && token.lane === lane && !token.later;
    if (isAhead && (!token.task || token.task.kind === "repeated")) state.pending.delete(earlier);
  }
}

/** A release that has failed has released nothing. */
function undo(state: State, at: Span): void {
  for (const [identity, released] of state.released) {
    if (released.at.start !== at.start) continue;
    state.released.delete(identity);
    for (const effects of [state.effects, state.happened]) effects.delete(effectKey({ at: released.at, identity }));
  }
}

/** The handle was read: what is pending until its release may be over. */
export function noteRead(solver: BodySolver, state: State, identity: Identity, isLoop = solver.isInLoop()): void {
  for (const [key, token] of state.pending) {
    if (token.until !== identity) continue;
    state.pending.set(key, { ...token, mayBeOver: isLoop ? "read in a loop" : (token.mayBeOver ?? "read once") });
  }
}

/** One has failed; its siblings go on, and whoever waited for them does not any more. */
function failAll(solver: BodySolver, state: State, value: PromiseValue): void {
  const parts = (value.parts ?? [value.tokens]).filter((part) => part.length > 0);
  if (parts.length <= 1 && value.parts !== undefined && value.parts.length <= 1) {
    finish(solver, state, value, "await", "failure");
    return;
  }
  for (const key of value.tokens) {
    const token = state.pending.get(key);
    if (!token) continue;
    solver.facts.ended(token, "all");
    state.pending.set(key, { ...token, orphan: true });
  }
}

function race(solver: BodySolver, state: State, value: PromiseValue, end: TokenEnd): void {
  const parts = value.parts ?? [];
  if (parts.length === 1) {
    finish(solver, state, value, end);
    return;
  }
  for (const key of value.tokens) {
    const token = state.pending.get(key);
    if (!token) continue;
    solver.facts.ended(token, end);
    state.pending.set(key, { ...token, lost: true });
  }
}

/** Runs a query that was only described so far. */
export function start(solver: BodySolver, state: State, builder: BuilderValue, task?: Token["task"]): Value {
  if (builder.type.kind !== "handle" || !(builder.operation.builds?.lazy || builder.operation.lazy)) return unknown;
  return run(solver, state, builder, task);
}

/** Runs it: where the call that does stands in another statement than the description, the call is what shows. */
export function run(
  solver: BodySolver,
  state: State,
  builder: BuilderValue,
  task?: Token["task"],
  by?: { nameSpan: Span; statement: Span },
): Value {
  if (builder.type.kind !== "handle") return unknown;
  const { operation } = builder;
  const isApart = by !== undefined && by.statement.start !== builder.statement.start;
  const at = isApart ? by.nameSpan : builder.at;
  const token = begin(solver, state, {
    identity: builder.of,
    type: builder.type,
    operation,
    ...(operation.lane !== undefined && { lane: operation.lane }),
    name: builder.name,
    text: builder.text,
    at,
    site: at,
    statement: isApart ? by.statement : builder.statement,
    chain: [],
    later: false,
    locks: new Set(state.locks),
    ...(builder.phase !== undefined && { phase: builder.phase }),
    ...(task && { task }),
    certain: true,
  });
  solver.operationEffect(state, token);
  return { kind: "promise", tokens: [token.key], result: unknown };
}

/** A combinator over the elements of its argument; lazy queries among them begin, in order. */
export function combine(solver: BodySolver, state: State, kind: Combinator, argument: Value, at: Span): Value {
  const elements: { value: Value; many: boolean }[] = [];
  if (argument.kind === "object") {
    const cell = state.heap.get(argument.id);
    for (const value of cell?.properties.values() ?? []) elements.push({ value, many: false });
    if (cell?.elements) elements.push({ value: cell.elements, many: cell.many });
  } else {
    elements.push({ value: argument, many: true });
  }
  const settled = elements.map(({ value, many }) => ({ value: begun(solver, state, value), many }));
  const parts = settled.flatMap(({ value, many }) => {
    // An array among them is no promise: nobody waits for what is in it.
    const tokens = value.kind === "object" ? [] : solver.tokensOf(state, value);
    return many ? [tokens, tokens] : [tokens];
  });
  const results = new Map(settled.map(({ value }, index) => [String(index), resultOf(value)]));
  const rest = settled.find(({ many }) => many);
  const result =
    kind === "all"
      ? solver.allocate(state, at, {
          properties: rest ? new Map() : results,
          ...(rest && { elements: resultOf(rest.value) }),
          many: rest !== undefined,
        })
      : unknown;
  const promises = settled.map(({ value }) => value).filter((value) => value.kind === "promise");
  return {
    kind: "promise",
    tokens: union(parts),
    result,
    combinator: kind,
    parts,
    decided:
      kind === "race" && settled.filter(({ value }) => !(value.kind === "promise" && value.onlyRejects)).length === 1,
    ...outcomeOfAll(kind, promises),
    ...(settled.some(({ value }) => isOpenEnded(value)) && { open: true }),
    leaves: union(promises.map(({ leaves }) => leaves ?? [])),
    waitsFor: settled.flatMap(({ value }) => (value.kind === "thing" ? [value.id] : [])),
    deferred: kind === "race" || kind === "any" ? [] : promises.flatMap(({ deferred }) => deferred ?? []),
  };
}

/** How a combinator ends, where its parts tell. */
function outcomeOfAll(kind: Combinator, promises: readonly PromiseValue[]): { outcome?: Outcome } {
  if (kind === "allSettled") return { outcome: "fulfils" };
  if (kind === "all" && promises.some(({ outcome }) => outcome === "rejects")) return { outcome: "rejects" };
  return {};
}

function begun(solver: BodySolver, state: State, value: Value): Value {
  if (value.kind === "choice") {
    return { kind: "choice", options: value.options.map((option) => begun(solver, state, option)) };
  }
  return value.kind === "builder" ? start(solver, state, value) : value;
}

function resultOf(value: Value): Value {
  return value.kind === "promise" ? value.result : value.kind === "builder" ? unknown : value;
}
