/** Calls of the language and its platform: promises, collections, timers, listeners. */

import { apply, applyRepeatedly, type FunctionValue } from "./apply.js";
import type { CallEvent } from "./graph.js";
import { combine, start } from "./promises.js";
import type { BodySolver } from "./solver.js";
import type { State } from "./state.js";
import { type Combinator, join, type PromiseValue, union, unknown, type Value } from "./values.js";

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
  return { kind: "promise", tokens: applied.begun, result: unknown, ...(onlyRejects && { onlyRejects }) };
}

function delayed(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  callback: Value,
  kind: "delayed" | "timer",
): Value {
  if (callback.kind !== "function") return unknown;
  const task = { kind, at: event.nameSpan, id: `${kind} ${event.span.start}` };
  const application = { arguments: [], place: event.span, later: true, task };
  const applied =
    kind === "timer"
      ? applyRepeatedly(solver, state, callback, application)
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
    receiver.kind === "promise" ? receiver : { kind: "promise", tokens: [], result: receiver };
  const chain = event.chainedPlace === undefined ? undefined : new Set([`chain:${event.chainedPlace}`]);
  const tokens: string[] = [...promise.tokens];
  const deferred = [...(promise.deferred ?? [])];
  let result: Value | undefined = method === "then" ? undefined : promise.result;
  values.forEach((value, index) => {
    if (value.kind === "releaser") {
      if (value.type && value.release) {
        const { of: identity, type, release, name } = value;
        deferred.push({ identity, type, release, name, at: event.nameSpan, chain: [], certain: true });
      }
      return;
    }
    if (value.kind !== "function") return;
    const given = method === "then" && index === 0 ? [promise.result] : [];
    const applied = apply(solver, state, value, {
      arguments: given,
      place: event.span,
      later: true,
      settled: new Set(promise.tokens),
      ...(chain && { locks: chain }),
    });
    tokens.push(...solver.tokensOf(state, applied.result));
    if (applied.result.kind === "promise") deferred.push(...(applied.result.deferred ?? []));
    deferred.push(...applied.deferred);
    const value_ = applied.result.kind === "promise" ? applied.result.result : applied.result;
    if (method === "then" && index === 0) result = value_;
  });
  return { kind: "promise", tokens: union([tokens]), result: result ?? unknown, deferred };
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
  applyRepeatedly(solver, state, callback, {
    arguments: [],
    place: event.span,
    later: true,
    task: { kind: "listener", at: event.nameSpan, id: `listener ${event.span.start}` },
  });
  return unknown;
}
