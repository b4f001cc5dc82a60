/** Calls of the language and its platform: promises, collections, timers, listeners. */

import { apply, applyRepeatedly, type FunctionValue } from "./apply.js";
import type { CallEvent } from "./graph.js";
import { combine, start } from "./promises.js";
import type { BodySolver } from "./solver.js";
import type { State, Task } from "./state.js";
import { type Combinator, isOpenEnded, join, type PromiseValue, union, unknown, type Value } from "./values.js";

const combinators: Record<string, Combinator> = {
  "Promise.all": "all",
  "Promise.allSettled": "allSettled",
  "Promise.race": "race",
  "Promise.any": "any",
};

/** Events that come once, at the end of something: what they start does not run beside what went before. */
const finalEvents =
  /^(SIG[A-Z]+|exit|beforeExit|close|closed|end|finish|error|uncaughtException|unhandledRejection|disconnect)$/;

/** A global function known by its name. */
export function builtinCall(solver: BodySolver, state: State, event: CallEvent, values: Value[]): Value | undefined {
  const name = event.builtin ?? "";
  const [first = unknown] = values;
  const combinator = combinators[name];
  if (combinator) return combine(solver, state, combinator, first, event.span);
  switch (name) {
    case "Promise.resolve":
      return first.kind === "promise" ? first : { kind: "promise", tokens: [], result: first };
    case "Promise":
      return first.kind === "function" ? promised(solver, state, event, first) : undefined;
    case "Promise.reject":
      return { kind: "promise", tokens: [], result: unknown };
    case "setTimeout":
      return delayed(solver, state, event, first, "delayed", { byClock: true });
    case "setImmediate":
    case "queueMicrotask":
    case "process.nextTick":
      return delayed(solver, state, event, first, "delayed");
    case "setInterval":
      return delayed(solver, state, event, first, "timer");
    case "clearTimeout":
    case "clearInterval":
    case "clearImmediate":
      clear(state, first);
      return unknown;
    case "process.on":
    case "process.once":
      return unknown;
    case "Array.from":
    case "Array.fromAsync":
      return arrayFrom(solver, state, event, values);
    default:
      return undefined;
  }
}

/** `new Promise(executor)`: what the executor starts is over when the promise settles. */
function promised(solver: BodySolver, state: State, event: CallEvent, executor: FunctionValue): Value {
  const applied = apply(solver, state, executor, { arguments: [unknown, unknown], place: event.span });
  const resolve = solver.engine.graph.bodies[executor.body]?.parameters[0];
  const onlyRejects = resolve === undefined || !solver.engine.isRead(resolve);
  return { kind: "promise", tokens: applied.begun, result: unknown, open: true, ...(onlyRejects && { onlyRejects }) };
}

function delayed(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callback: Value,
  kind: "delayed" | "timer",
  clock: Pick<Task, "byClock"> = {},
): Value {
  if (callback.kind !== "function") return unknown;
  const task = { kind, at: event.nameSpan, id: `${kind} ${event.span.start}`, ...clock };
  const application = { arguments: [], place: event.span, later: true, task };
  const applied =
    kind === "timer"
      ? applyRepeatedly(solver, state, callback, () => application)
      : apply(solver, state, callback, application);
  return { kind: "timer", tokens: applied.begun };
}

function clear(state: State, timer: Value): void {
  if (timer.kind === "timer") for (const token of timer.tokens) state.pending.delete(token);
  if (timer.kind === "thing") state.ended.add(timer.id);
}

function arrayFrom(solver: BodySolver, state: State, event: CallEvent, values: Value[]): Value | undefined {
  const [, callback] = values;
  if (callback?.kind !== "function") return undefined;
  return mapped(solver, state, event, values[0] ?? unknown, callback, event.builtin === "Array.fromAsync");
}

/** `then`, `catch` and `finally`: the function runs when the promise has settled. */
export function promiseCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  receiver: Value,
  method: string,
  values: Value[],
): Value | undefined {
  if (method !== "then" && method !== "catch" && method !== "finally") return undefined;
  const isPlace = receiver.kind === "thing" || receiver.kind === "unknown";
  if (receiver.kind !== "promise" && !(isPlace && values.some(({ kind }) => kind === "function"))) return undefined;
  const promise: PromiseValue =
    receiver.kind === "promise" ? receiver : { kind: "promise", tokens: [], result: receiver, open: true };
  const [first, second] = values;
  const onFailure = method === "catch" ? first : method === "then" ? second : undefined;
  const onSuccess = method === "catch" ? undefined : first;
  const { outcome, ...settled } = promise;
  if (onFailure && outcome === "rejects") return chained(solver, state, event, settled, onFailure, "catch");
  if (onFailure && outcome !== "fulfils") failing(solver, state, event, promise, onFailure);
  if (!onSuccess) return { ...settled, ...(onFailure && { outcome: "fulfils" as const }) };
  return method === "then" && !onFailure
    ? succeeding(solver, state, event, promise, onSuccess)
    : chained(solver, state, event, settled, onSuccess, method);
}

/** The handler runs, or the promise has failed and it does not. */
function succeeding(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  promise: PromiseValue,
  handler: Value,
): PromiseValue {
  const { outcome, ...settled } = promise;
  if (outcome === "rejects") return promise;
  const before = outcome === undefined ? state.clone() : undefined;
  const value = chained(solver, state, event, settled, handler, "then");
  if (!before || !doesSomething(before, state, value)) return value;
  before.registers.set(event.into, { ...promise, outcome: "rejects" });
  solver.fork(before);
  return value;
}

/** Whether a handler did anything to handles. */
function doesSomething(before: State, after: State, { deferred }: PromiseValue): boolean {
  return (
    (deferred?.length ?? 0) > 0 ||
    after.pending.size !== before.pending.size ||
    after.happened.size !== before.happened.size
  );
}

/** The promise has failed: only then its handler runs, and what came before it may not have been done to its end. */
function failing(solver: BodySolver, state: State, event: CallEvent, promise: PromiseValue, handler: Value): void {
  const failed = state.clone();
  const { outcome: _outcome, deferred: _deferred, ...rejected } = promise;
  const value = chained(solver, failed, event, rejected, handler, "catch");
  if (!doesSomething(state, failed, value)) return;
  failed.registers.set(event.into, value);
  solver.fork(failed);
}

/** The promise of a handler that runs when another promise has settled. */
function chained(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  promise: PromiseValue,
  handler: Value,
  method: string,
): PromiseValue {
  const deferred = [...(promise.deferred ?? [])];
  if (handler.kind === "releaser" && handler.type && handler.release) {
    const { of: identity, type, release, name } = handler;
    deferred.push({ identity, type, release, name, at: event.nameSpan, chain: [], certain: true });
  }
  if (handler.kind !== "function") return { ...promise, deferred };
  const chain = event.chainedPlace === undefined ? undefined : new Set([`chain:${event.chainedPlace}`]);
  const applied = apply(solver, state, handler, {
    arguments: method === "then" ? [promise.result] : [],
    place: event.span,
    later: true,
    settled: new Set(promise.tokens),
    ...(isOpenEnded(promise) && { open: true }),
    ...(chain && { locks: chain }),
  });
  if (applied.result.kind === "promise") deferred.push(...(applied.result.deferred ?? []));
  deferred.push(...applied.deferred);
  const given = applied.result.kind === "promise" ? applied.result.result : applied.result;
  const isPlain = applied.result.kind !== "promise" && !isOpenEnded(applied.result);
  const outcome = applied.result.kind === "promise" ? applied.result.outcome : isPlain ? "fulfils" : undefined;
  return {
    kind: "promise",
    tokens: union([promise.tokens, solver.tokensOf(state, applied.result)]),
    result: method === "then" ? given : promise.result,
    deferred,
    leaves: union([promise.leaves ?? [], applied.left]),
    ...(method !== "finally" && outcome && { outcome }),
    // What is no call and no name, such as a sum, is no promise.
    ...((promise.open || (applied.result.kind !== "unknown" && isOpenEnded(applied.result))) && { open: true }),
  };
}

const eachOnce = new Set(["forEach", "map", "flatMap", "filter", "some", "every", "find", "findIndex", "findLast"]);

/** Methods of arrays. */
export function collectionCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  receiver: Value,
  method: string,
  values: Value[],
): Value | undefined {
  const cell = receiver.kind === "object" ? state.heap.get(receiver.id) : undefined;
  const [first] = values;
  if (eachOnce.has(method) && first?.kind === "function") {
    const result = mapped(solver, state, event, receiver, first, false);
    return method === "map" || method === "flatMap" ? result : unknown;
  }
  if ((method === "map" || method === "forEach") && first?.kind === "thing" && /^(p|v|this)/.test(first.id)) {
    return undefined;
  }
  if (method === "reduce" && first?.kind === "function") {
    const initial = values[1] ?? unknown;
    const applied = apply(solver, state, first, {
      arguments: [initial, solver.element(state, receiver, undefined, event.into)],
      place: event.span,
    });
    const kept = initial.kind === "promise" ? initial.tokens : [];
    return applied.result.kind === "promise"
      ? { ...applied.result, tokens: union([applied.result.tokens, kept]) }
      : applied.result;
  }
  if (receiver.kind !== "object" || !cell) return undefined;
  if (method === "push" || method === "unshift") {
    const elements = [...(cell.elements ? [cell.elements] : []), ...values];
    state.heap.set(receiver.id, {
      ...cell,
      ...(elements.length > 0 && { elements: elements.reduce(join) }),
      many: true,
    });
    return unknown;
  }
  if (method === "concat" || method === "slice" || method === "reverse") return receiver;
  if (method === "shift" || method === "pop" || method === "at") {
    return solver.element(state, receiver, undefined, event.into);
  }
  return undefined;
}

/** Calls the function for each element, one right after the other. */
function mapped(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  receiver: Value,
  callback: FunctionValue,
  oneAtATime: boolean,
): Value {
  const task = { kind: "repeated" as const, at: event.nameSpan, id: `repeated ${event.span.start}` };
  const round = () => ({
    arguments: [solver.element(state, receiver, undefined, event.into)],
    place: event.span,
  });
  const single = event.builtin === undefined && isSingle(state, receiver);
  const first = apply(solver, state, callback, { ...round(), ...(!single && !oneAtATime && { task }) });
  let result = first.result.kind === "builder" ? start(solver, state, first.result) : first.result;
  if (!single && !oneAtATime) {
    const second = apply(solver, state, callback, { ...round(), task });
    const again = second.result.kind === "builder" ? start(solver, state, second.result, task) : second.result;
    result = join(result, again);
  }
  return solver.allocate(state, event.span, { properties: new Map(), elements: result, many: !single });
}

/** An array literal of one element. */
function isSingle(state: State, receiver: Value): boolean {
  const cell = receiver.kind === "object" ? state.heap.get(receiver.id) : undefined;
  return cell !== undefined && !cell.many && cell.properties.size <= 1;
}

const routes = new Set(["get", "post", "put", "patch", "delete", "all", "use", "route"]);

/** Functions that run whenever something happens. */
export function listenerCall(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  method: string,
  values: Value[],
): Value | undefined {
  const callback = values.at(-1);
  if (callback?.kind !== "function") return undefined;
  // Whoever listens to what was handed out may wait for its end.
  if (event.receiver !== undefined) solver.escape(state, solver.value(state, event.receiver));
  const [name] = values;
  const text = name?.kind === "constant" && typeof name.value === "string" ? name.value : undefined;
  const isListener =
    (method === "on" || method === "addListener" || method === "addEventListener") && values.length >= 2;
  const isRoute = routes.has(method) && text !== undefined && values.length >= 2;
  const isServer = /(^|\.)createServer$/.test(method);
  if (method === "once" && values.length === 2) {
    if (text === undefined || !finalEvents.test(text)) {
      apply(solver, state, callback, {
        arguments: [],
        place: event.span,
        later: true,
        task: { kind: "delayed", at: event.nameSpan, id: `delayed ${event.span.start}` },
      });
    }
    return unknown;
  }
  if (!isListener && !isRoute && !isServer) return undefined;
  if (isListener && text !== undefined && finalEvents.test(text)) return unknown;
  applyRepeatedly(solver, state, callback, () => ({
    arguments: [],
    place: event.span,
    later: true,
    task: { kind: "listener", at: event.nameSpan, id: `listener ${event.span.start}`, isRequest: !isListener },
  }));
  return unknown;
}
