/** Calls on a handle: each is looked at, carried out, refused, or made to wait. */

import { EventEmitter } from "node:events";
import type { LateOutcome, Overlap } from "@holdfast/contracts";
import { builderOf } from "./builder.js";
import type { Delays } from "./delays.js";
import { givesBack, guardedArguments, handOut, originOf } from "./hand-out.js";
import {
  type Collision,
  collisionOf,
  concurrentUse,
  hazardOf,
  isHazardous,
  lateOutcomeOf,
  lateStatement,
  lateUse,
} from "./judge.js";
import { happening, isTimeForPlace, type Life, type Pending } from "./life.js";
import { tellLateOptions } from "./options.js";
import { Trace, withoutOwnFrames } from "./place.js";
import type { Method } from "./method.js";
import type { Member, Transition } from "./plan.js";
import { guardedBy, isObject, isPromise, rememberAlias } from "./registry.js";
import type { Replacements } from "./replacements.js";
import { report } from "./reporter.js";
import type { Happening, HandleViolation, ViolationFacts } from "./violation.js";

/** One call of an operation, before anybody has decided what becomes of it. */
interface Invocation {
  life: Life;
  member: Member;
  /** The method as the library made it, and what it is called on. */
  method: Method;
  receiver: object;
  given: readonly unknown[];
  /** Where it was called, if what it hands out comes later. */
  origin: Trace | undefined;
  /** Where it was named, if it begins elsewhere: whoever awaits it is not on the stack. */
  named?: Trace;
  /** It begins because somebody awaits what was built, by this method. */
  awaiting?: Awaiting;
}

/** The ways to await something. */
type Awaiting = "then" | "catch" | "finally";
const lazily: readonly string[] = ["then", "catch", "finally"] satisfies Awaiting[];

/**
 * The operation as a method of the proxy. For one that meets nothing, nothing is kept but that it is pending. Called on
 * the value itself, which only its library has, it is the library's method.
 */
export function operationOf(
  life: Life,
  member: Member,
  raw: object,
  key: PropertyKey,
  replacements: Replacements,
): Method {
  const methods = raw as Record<PropertyKey, Method>;
  const isHeldBack = life.policy.delays !== undefined;
  return function (this: unknown, ...given) {
    if (!replacements.isEmpty) {
      const method = replacements.methodAt(key);
      return this === raw ? Reflect.apply(method, raw, given) : operate(life, member, method, raw, given);
    }
    if (
      !isHeldBack &&
      member.isPlain &&
      life.isCalm &&
      !(member.isSometimesMore && isMore(life, member, given)) &&
      !isNews(life, member)
    ) {
      const own = member.elsewhere !== undefined && isIndependent(member, given) ? member.elsewhere : member;
      if (!life.isBusy(own.lane) && !endsInFunction(given)) {
        const pending = life.begin(own);
        try {
          return follow(pending, called(methods, key, given));
        } catch (error) {
          life.finish(pending);
          throw withoutOwnFrames(error); // node-do-not-add-exception-line
        }
      }
    }
    return operate(life, member, methods[key]!, raw, given);
  };
}

/** What the method returns. A call as such is faster than `Reflect.apply`, and most methods are given little. */
function called(methods: Record<PropertyKey, Method>, key: PropertyKey, given: readonly unknown[]): unknown {
  if (given.length === 0) return methods[key]!(); // node-do-not-add-exception-line
  if (given.length === 1) return methods[key]!(given[0]); // node-do-not-add-exception-line
  return perform(methods[key]!, methods, given);
}

/** The call that the program meant. */
function perform(method: Method, receiver: object, given: readonly unknown[]): unknown {
  return Reflect.apply(method, receiver, given); // node-do-not-add-exception-line
}

/** Whether the last argument is a function. An index that is not there is slow to look up, so nobody looks. */
function endsInFunction(given: readonly unknown[]): boolean {
  return given.length > 0 && typeof given[given.length - 1] === "function";
}

/** Whether this call does more than most: it begins or ends something, or gives back what it is given. */
function isMore(life: Life, member: Member, given: readonly unknown[]): boolean {
  const { returnsArgument } = member.operation!;
  if (returnsArgument !== undefined && typeof given[returnsArgument.argument] === "object") return true;
  return life.isEnding || matching(member.begins, given) !== undefined || matching(member.ends, given) !== undefined;
}

/** Whether it is the first of those that early options must precede. */
function isNews(life: Life, member: Member): boolean {
  return member.isMilestone && !life.milestones.has(member.name);
}

/** Calls an operation that may meet something, or that takes or hands out what has to be guarded. */
export function operate(
  life: Life,
  member: Member,
  method: Method,
  receiver: object,
  given: readonly unknown[],
): unknown {
  const origin = originOf(life, member);
  const taken = guardedArguments(life, member.call, given, member.name, origin);
  const invocation = { life, member, method, receiver, given: taken, origin };
  const { builds, lazy } = member.operation!;
  try {
    return builds || lazy ? prepare(invocation, builds?.runs ?? lazily) : consider(invocation);
  } catch (error) {
    throw withoutOwnFrames(error); // node-do-not-add-exception-line
  }
}

/** Calls what only names the operation; it is considered when it begins. */
function prepare({ life, member, method, receiver, given, origin }: Invocation, runs: readonly string[]): unknown {
  const named = origin ?? (isTimeForPlace(member, life.policy.places) ? new Trace() : undefined);
  return builderOf(
    perform(method, receiver, given),
    runs,
    (name, run, builder, others) => {
      const awaiting = lazily.includes(name) ? (name as Awaiting) : undefined;
      return consider({
        life,
        member,
        method: run,
        receiver: builder,
        given: others,
        origin,
        ...(awaiting && { awaiting, ...(named && { named: hereOr(named) }) }),
      });
    },
    (raw, proxy) => rememberAlias({ raw, proxy, life, plan: life.plan }),
  );
}

/** This stack, if the program is on it: a `then` that it calls; or else where the operation was named, for an `await`. */
function hereOr(named: Trace): Trace {
  const here = new Trace();
  return here.place === undefined ? named : here;
}

/** Decides what becomes of an operation. */
function consider(invocation: Invocation): unknown {
  const { life, given } = invocation;
  const { mode } = life.policy;
  const member = (isIndependent(invocation.member, given) && invocation.member.elsewhere) || invocation.member;
  const next = { ...invocation, member };
  tellLateOptions(life, member);

  const { end } = life;
  if (life.plan.handle?.reopenedBy?.includes(member.name)) life.reopen();
  else if (end !== undefined) {
    const now = calledAt(invocation);
    const facts = life.pastHazard ? lateStatement(life, life.pastHazard) : lateUse(life, end, now);
    const violation = facts && tell(life, facts);
    const isRefused = violation !== undefined && (mode === "throw" || mode === "serialize");
    return isRefused ? refuse(next, violation, lateOutcomeOf(life, end, member.name).outcome) : start(next);
  }

  const collision = collisionOf(life, member);
  const isLate = comesAtTheEnd(life, member, given);
  return collision === undefined ? start(next) : meet(next, collision, isLate);
}

/** The operation, where the program calls it. */
function calledAt({ member, named = new Trace() }: Invocation): Happening {
  return happening(member.name, named);
}

/** Decides what becomes of an operation that meets another one. */
function meet(invocation: Invocation, collision: Collision, isLate: boolean): unknown {
  const { life, member, given } = invocation;
  const { mode, exclusive } = life.policy;
  if (exclusive && !isLate) {
    if (isHazardous(collision)) life.hazard = hazardOf(collision, calledAt(invocation));
    return startWhenFree(invocation);
  }
  const now = calledAt(invocation);
  const facts = isLate ? lateStatement(life, life.hazard!) : concurrentUse(life, collision, now);
  if (isHazardous(collision)) life.hazard = hazardOf(collision, now);
  if (facts === undefined) return start(invocation);
  const violation = tell(life, facts);
  if (mode === "warn" || mode === "observe") return start(invocation);
  if (mode === "throw" && facts.severity === "warning") return start(invocation);
  // The way out is never barred: what ends a transaction waits, and is carried out.
  const waits = !isLate && (mode === "serialize" || matching(member.ends, given) !== undefined);
  return waits ? startWhenFree(invocation) : refuse(invocation, violation, collision.overlap.outcome);
}

/** Whether it comes when the transaction that it belongs to is being ended. Notes where a transaction ends or begins. */
function comesAtTheEnd(life: Life, member: Member, given: readonly unknown[]): boolean {
  const isEnd = matching(member.ends, given) !== undefined;
  const isBeginning = matching(member.begins, given) !== undefined;
  const isLate = life.isEnding && life.hazard !== undefined && !isEnd && !isBeginning;
  life.isEnding = isEnd || (life.isEnding && !isBeginning);
  return isLate;
}

/** Carries an operation out, and follows it until it is over. */
function start({ life, member, method, receiver, given, origin, named, awaiting }: Invocation): unknown {
  const begins = matching(member.begins, given);
  if (member.operation!.settledBy === "return") {
    noteMilestone(life, member);
    const result = perform(method, receiver, given);
    if (begins !== undefined) life.beginPhase(begins.phase);
    if (matching(member.ends, given) !== undefined) life.endPhase();
    return handOut(life, member, result, origin);
  }
  const pending = life.begin(member, named);
  noteMilestone(life, member, pending);
  if (begins !== undefined) life.beginPhase(begins.phase);
  pending.ends = matching(member.ends, given) !== undefined;
  try {
    const callback = callbackOf(member, given);
    pending.isUsedOnce = callback !== undefined || awaiting === "then";
    if (callback !== undefined)
      return perform(method, receiver, [...given.slice(0, -1), notingEnd(pending, callback, given)]);
    if (awaiting === "then") return perform(method, receiver, settling(pending, given));
    const call = () => perform(method, receiver, given);
    const result = canBeHeld(pending, given) ? heldBack(pending, life.policy.delays!, call) : call();
    const hand = (value: unknown) => {
      noteExhaustion(life, member, given, value);
      return handOut(life, member, value, origin);
    };
    if (member.operation!.settledBy === "close" && isPromise(result)) return followToClose(pending, result, hand);
    pending.handOut = hand;
    return follow(pending, result);
  } catch (error) {
    life.finish(pending);
    throw error;
  }
}

/** Whether nobody could tell that it begins a moment later. */
function canBeHeld({ life, member }: Pending, given: readonly unknown[]): boolean {
  return life.policy.delays !== undefined && member.lane !== undefined && !givesBack(life, member, given);
}

/** Begins the operation a moment later, if that may bring a race to light; never before one that was called earlier. */
function heldBack(pending: Pending, delays: Delays, call: () => unknown): unknown {
  const { life, member, happening: now } = pending;
  const [latest, current] = [life.latest[member.lane!], { ...now, at: performance.now() }];
  if (latest !== undefined) delays.near(latest, current);
  life.latest[member.lane!] = current;
  const milliseconds = delays.hold(now.operation, now.place);
  return milliseconds === 0 && life.held.isEmpty ? call() : life.held.hold(milliseconds, call);
}

/** Gives the operation's result to whoever called, and learns when the operation is over. */
function follow(pending: Pending, result: unknown): unknown {
  if (!isPromise(result)) return returned(pending, result);
  // Whoever attaches to a promise takes it for handled; so its user gets one that is rejected in its own right.
  const followed = result.then(pending.fulfilled, pending.rejected);
  return isOrdinary(result, pending) ? followed : asDecorated(followed, result);
}

/** The operation lasts as long as what it hands out: until that is released, or has come to its end by itself. */
function followToClose(pending: Pending, result: Promise<unknown>, hand: (value: unknown) => unknown): unknown {
  pending.isUsedOnce = true;
  const finish = () => pending.life.finish(pending);
  return result.then((value) => {
    const handed = hand(value);
    const guarded = guardedBy(handed);
    if (guarded === undefined || guarded.life === pending.life) finish();
    else {
      guarded.life.onRelease.push(finish);
      if (value instanceof EventEmitter) value.once("close", finish);
    }
    return handed;
  }, pending.rejected);
}

/** The operation has given its result at once. It is over, unless that is a handle whose end it waits for. */
function returned(pending: Pending, result: unknown): unknown {
  const { life, member, handOut: hand } = pending;
  const handed = hand === undefined ? result : hand(result);
  const derived = guardedBy(handed)?.life;
  if (derived !== undefined && derived !== life && member.call?.returnsArgument?.derived) {
    derived.onRelease.push(() => life.finish(pending));
  } else life.finish(pending);
  return handed;
}

/**
 * A promise that is nothing but a promise: one with methods or fields of its own is more to its user. To look for fields
 * costs as much as the rest, so that only the first promise of an operation is looked at, and those whose place is noted.
 */
function isOrdinary(promise: Promise<unknown>, { member, trace }: Pending): boolean {
  if (member.isDecorated === undefined || trace !== undefined) member.isDecorated ||= hasFields(promise);
  return promise.constructor === Promise && !member.isDecorated;
}

function hasFields(promise: Promise<unknown>): boolean {
  for (const _ in promise) return true;
  return false;
}

/** The promise with all that the library has given to the original; the original itself, if it is of a kind of its own. */
function asDecorated(followed: Promise<unknown>, original: Promise<unknown>): Promise<unknown> {
  if (followed.constructor === original.constructor) {
    return Object.defineProperties(followed, Object.getOwnPropertyDescriptors(original));
  }
  followed.catch(() => {});
  return original;
}

/** Carries an operation out when its lane is free, and hands its outcome on. */
function startWhenFree(invocation: Invocation): unknown {
  const { life, member, given } = invocation;
  if (!canWait(invocation)) return start(invocation);
  const outcome = new Promise((resolve) => {
    life.whenFree(member.lane, () => {
      try {
        resolve(start(invocation));
      } catch (error) {
        resolve(fail(invocation, error as Error));
      }
    });
  });
  return callbackOf(member, given) === undefined ? outcome : undefined;
}

/** Whether it may begin later than it was called: not if it gives something back at once. */
function canWait({ life, member, given }: Invocation): boolean {
  return member.operation!.settledBy !== "return" && !givesBack(life, member, given);
}

/** Refuses an operation in the way in which the library would have failed it. */
function refuse(
  invocation: Invocation,
  violation: HandleViolation,
  outcome: (Overlap | LateOutcome)["outcome"],
): unknown {
  const throws = outcome === "throws" && invocation.awaiting === undefined;
  if (throws || !canWait(invocation)) throw violation;
  return fail(invocation, violation);
}

/** Lets an operation fail to whoever waits for it. */
function fail({ member, given, awaiting }: Invocation, error: Error): unknown {
  const callback = callbackOf(member, given);
  if (callback !== undefined) {
    process.nextTick(callback, error);
    return undefined;
  }
  const failure: object = Promise.reject(error);
  return awaiting === undefined ? failure : Reflect.apply(Reflect.get(failure, awaiting) as Method, failure, given);
}

/** The function that the library calls when the operation is over, if it is given one. */
function callbackOf({ operation }: Member, given: readonly unknown[]): Method | undefined {
  const takesOne = operation?.settledBy === "callback" || operation?.settledBy === "either";
  return takesOne && endsInFunction(given) ? (given.at(-1) as Method) : undefined;
}

function notingEnd(pending: Pending, callback: Method, given: readonly unknown[]): Method {
  const { life, member } = pending;
  return function (this: unknown, ...results) {
    life.finish(pending);
    noteExhaustion(life, member, given, results[1]);
    return Reflect.apply(callback, this, results);
  };
}

/** Fewer than were asked for were left: the handle has come to its end, and with it what waits for that. */
function noteExhaustion(life: Life, { operation }: Member, given: readonly unknown[], result: unknown): void {
  const asked = operation?.exhausts && given[operation.exhausts.fewerThan];
  if (typeof asked === "number" && Array.isArray(result) && result.length < asked) life.exhaust();
}

/** The operation is over before whoever awaits it goes on. */
function settling(pending: Pending, [onFulfilled, onRejected]: readonly unknown[]): Method[] {
  return [
    (value) => {
      const handed = pending.fulfilled(value);
      return typeof onFulfilled === "function" ? (onFulfilled as Method)(handed) : handed;
    },
    (error) => {
      pending.life.finish(pending);
      if (typeof onRejected !== "function") throw error;
      return (onRejected as Method)(error);
    },
  ];
}

function isIndependent({ operation }: Member, given: readonly unknown[]): boolean {
  if (operation === undefined || given.length === 0) return false;
  const { independentWithArgument: position, independentWhen } = operation;
  if (position !== undefined && isNumber(given[position])) return true;
  if (independentWhen === undefined) return false;
  for (const when of independentWhen) {
    if ("property" in when) {
      for (const value of given) if (hasSome(value, when.property)) return true;
    } else if (given.length === when.ofArguments && isNumber(given[when.argument])) return true;
  }
  return false;
}

/** Whether an argument is an object that says something by this property: `null` says nothing. */
function hasSome(argument: unknown, property: string): boolean {
  const value = isObject(argument) ? (Reflect.get(argument, property) as unknown) : undefined;
  return value !== undefined && value !== null;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

/** The transition, if the call brings it about. */
function matching(transition: Transition | undefined, given: readonly unknown[]): Transition | undefined {
  if (transition?.text === undefined) return transition;
  const [statement] = given;
  const text = typeof statement === "string" ? statement : (statement as { text?: unknown } | undefined)?.text;
  return typeof text === "string" && transition.text.test(text) ? transition : undefined;
}

function noteMilestone(life: Life, member: Member, pending?: Pending): void {
  if (!member.isMilestone) return;
  life.milestones.set(member.name, pending?.happening ?? happening(member.name, new Trace()));
  for (const option of life.lateOptions.keys())
    if (option.precedes.includes(member.name)) life.forgetLateOption(option);
}

function tell(life: Life, facts: ViolationFacts): HandleViolation {
  return report(facts, life.policy.mode, life.policy.listener);
}
