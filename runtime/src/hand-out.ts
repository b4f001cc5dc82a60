/** What comes out of a guarded value is guarded as well: results of calls, and what callbacks are given. */

import type { Call, Callback, Hands, Operation, ReturnedArgument } from "@holdfast/contracts";
import { happening, isTimeForPlace, Life } from "./life.js";
import type { Method } from "./method.js";
import { Trace } from "./place.js";
import { Member, type Plan, viewOf } from "./plan.js";
import { className, classNamesOf, prototypesOf, recognise } from "./recognise.js";
import { type Guarded, guardedBy, guardOf, isObject, isPromise, rememberKeeper, unwrapAll } from "./registry.js";
import { isAbort, release } from "./release.js";
import { endOfScope } from "./scope.js";
import type { Happening } from "./violation.js";

/** The result of a call, or of its promise, as its user gets it. */
export function handOut(life: Life, member: Member, value: unknown, origin?: Trace): unknown {
  const { returns, returnsArgument } = member.call ?? {};
  if (returnsArgument) return returned(life, member, returnsArgument, value);
  return returns === undefined ? value : guarded(life, returns, member, value, origin);
}

/** The result of a call with what it hands out guarded by `hand`: at once, or when its promise settles. */
export function handedOut(
  { call }: Member,
  given: readonly unknown[],
  result: unknown,
  hand: (value: unknown) => unknown,
): unknown {
  const { returns, callbacks = [] } = call ?? {};
  if (callbacks.some(({ argument, insteadOfReturn }) => insteadOfReturn && typeof given.at(argument) === "function"))
    return result;
  if (isPromise(result) && returns !== undefined) return result.then(hand);
  // What only promises the handle, in a way of its own, is not the handle.
  const isThenable =
    returns?.promised === true && typeof (result as { then?: unknown } | undefined)?.then === "function";
  return isThenable ? result : hand(result);
}

/** The stack of a call that hands out handles when its caller is no longer on it. */
export function originOf(life: Life, member: Member): Trace | undefined {
  return member.handsOutLater ? acquiredAt(life, member) : undefined;
}

/** The stack of an acquire: each one where somebody asks who has acquired what, or else as many as of operations. */
function acquiredAt({ policy }: Life, member: Member): Trace | undefined {
  const isAsked = policy.admits !== undefined || policy.adopted !== undefined;
  return isAsked || isTimeForPlace(member, policy.places) ? new Trace() : undefined;
}

/** A value as the handle or the source that it is; `origin` is the stack of the call that acquired it, unless it is this one. */
export function guarded(life: Life, hands: Hands, member: Member, value: unknown, origin?: Trace): unknown {
  if (Array.isArray(value) && hands.array) {
    return value.map((item) => guarded(life, { ...hands, array: false }, member, item, origin));
  }
  const plan = isObject(value) ? life.plan.resolve(hands.type) : undefined;
  const known = guardedBy(value);
  if (known !== undefined) return lentAgain(life, known);
  if (plan === undefined || plan.isInert) return value;
  if (!hands.view) return begun(life, hands, member, plan, value as object, origin);
  if (hands.phase !== undefined) life.beginPhase(hands.phase);
  return life.policy.wrap(value as object, viewOf(plan, life.plan), life);
}

/** A handle that was guarded before its pool got it. What was given back to the pool lives again. */
function lentAgain(pool: Life, { proxy, life }: Guarded): object {
  rememberKeeper(proxy, pool);
  if (life.returnedTo === pool) life.reopen();
  return proxy;
}

/** A handle of its own, unless it was acquired by somebody whose handles are not looked at. */
function begun(life: Life, hands: Hands, member: Member, plan: Plan, value: object, origin?: Trace): object {
  const acquired = origin ?? (member.handsOutLater ? undefined : acquiredAt(life, member));
  if (acquired && life.policy.admits?.(plan, acquired) === false) return value;
  return life.policy.wrap(value, plan, lifeOf(life, hands, happening(member.name, acquired), plan));
}

function lifeOf(life: Life, { derived, phase }: Hands, acquired: Happening, plan: Plan): Life {
  const own = new Life(plan, life.policy, derived ? life : undefined, acquired);
  own.settings = life.settings;
  if (phase !== undefined) own.beginPhase(phase);
  return own;
}

/** An argument that the call gives back, such as a cursor: from here on it is a handle that dies with this one. */
function returned(life: Life, member: Member, argument: ReturnedArgument, value: unknown): unknown {
  const plan = planOfReturned(life, argument, value);
  if (plan === undefined) return value;
  const known = guardOf(value as object);
  // Guarded since it was made: it stays what it is to whoever has it.
  if (known !== undefined && known.life.parent === undefined && known.life.end === undefined) {
    known.life.joinTo(life);
    return known.proxy;
  }
  return begun(life, { type: plan.reference, derived: true }, member, plan, value as object);
}

function planOfReturned(life: Life, { types, derived }: ReturnedArgument, value: unknown): Plan | undefined {
  if (!isObject(value) || !derived) return undefined;
  return types === undefined
    ? recognise(value)
    : types.map((type) => life.plan.resolve(type)).find((type) => type && isOne(value, type));
}

/** Whether the call gives back, at once, a handle that it was given. */
export function givesBack(life: Life, { call }: Member, given: readonly unknown[]): boolean {
  const { returnsArgument } = call ?? {};
  return (
    returnsArgument !== undefined &&
    planOfReturned(life, returnsArgument, given[returnsArgument.argument]) !== undefined
  );
}

function isOne(value: object, { type }: Plan): boolean {
  const names = classNamesOf(type);
  return prototypesOf(value).some((prototype) => names.includes(className(prototype)));
}

/** The arguments of a call as the library gets them: guarded values as themselves, callbacks that guard what they are given. */
export function guardedArguments(
  life: Life,
  call: Call | undefined,
  given: readonly unknown[],
  name: string,
  origin?: Trace,
): readonly unknown[] {
  const own = unwrapAll(given, life);
  for (const callback of call?.callbacks ?? []) {
    const index = callback.argument < 0 ? own.length + callback.argument : callback.argument;
    const { property } = callback;
    const argument = own[index];
    if (property === undefined) own[index] = guardedCallback(life, nestedIn(call, callback), argument, name, origin);
    else if (isObject(argument)) {
      const value = (argument as Record<string, unknown>)[property];
      if (typeof value !== "function") continue;
      own[index] = { ...argument, [property]: guardedCallback(life, nestedIn(call, callback), value, name, origin) };
    }
  }
  return own;
}

/**
 * What an operation with a lane gives its callback is within that operation: it is a handle of its own, whose operations do
 * not meet the one that waits for them.
 */
function nestedIn(call: Call | Operation | undefined, callback: Callback): Callback {
  const { parameters, awaited } = callback;
  if (!awaited || parameters === undefined || call === undefined || !("lane" in call)) return callback;
  const nested = parameters.map((hands) =>
    hands?.view === true && hands.phase === undefined ? { ...hands, view: false, derived: true } : hands,
  );
  return { ...callback, parameters: nested };
}

function guardedCallback(life: Life, callback: Callback, value: unknown, name: string, origin?: Trace): unknown {
  if (typeof value !== "function" || !callback.parameters?.some(Boolean)) return value;
  const { parameters } = callback;
  const member = new Member(name);
  return function (this: unknown, ...received: unknown[]): unknown {
    const handles = received.map((item, index) => {
      const hands = parameters[index];
      return hands && hands.releases === undefined ? guarded(life, hands, member, item, origin) : item;
    });
    const given = handles.map((item, index) => {
      const releases = parameters[index]?.releases;
      return typeof releases === "number" ? releaserOf(handles[releases], item) : item;
    });
    const result: unknown = Reflect.apply(value as Method, this, given);
    const lives = handles.map((item) => guardedBy(item)?.life).filter((item) => item !== undefined);
    return isThenable(result) ? afterCallback(callback, lives, name, Promise.resolve(result)) : result;
  };
}

/** What was given for the time of the callback is no more after it: the handles of a scope, or the phase of a handle. */
function afterCallback(
  { scope, parameters = [] }: Callback,
  lives: Life[],
  name: string,
  result: Promise<unknown>,
): unknown {
  if (scope !== undefined) return endOfScope(lives, scope, name, result);
  if (parameters.some((hands) => hands?.view === true && hands.phase !== undefined)) {
    const endPhases = () => lives.forEach((life) => life.endPhase());
    result.then(endPhases, endPhases);
  }
  return result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as { then?: unknown }).then === "function";
}

/** A function that releases what another parameter of the callback is; often it is that one's own method. */
function releaserOf(handle: unknown, releaser: unknown): unknown {
  const held = guardedBy(handle);
  const isMethod = ({ name }: Member) => Reflect.get(held!.raw, name) === releaser;
  const method = held && [...held.plan.members.values()].find(isMethod);
  if (method !== undefined) return Reflect.get(held!.proxy, method.name);
  const [known] = [...(held?.plan.members.values() ?? [])].filter((member) => member.release !== undefined);
  if (held === undefined || known === undefined || typeof releaser !== "function") return releaser;
  return (...given: unknown[]) =>
    release(
      held.life,
      known,
      () => Reflect.apply(releaser as Method, undefined, given),
      isAbort(known.release!, given),
    );
}
