/** A call of a method that a contract speaks of, whatever it is: a release, an operation, or what hands something out. */

import { builderOf } from "./builder.js";
import { guardedArguments, handedOut, handOut, originOf } from "./hand-out.js";
import { operate } from "./invoke.js";
import { iteratorOf } from "./iteration.js";
import type { Life } from "./life.js";
import type { Method } from "./method.js";
import { optionsSetBy, setOption } from "./options.js";
import { withoutOwnFrames } from "./place.js";
import type { Member } from "./plan.js";
import { guardedBy, isObject, isPromise, rememberAlias, unwrapAll } from "./registry.js";
import { isAbort, release, releasesNothing } from "./release.js";

/** What is called, on behalf of the program. */
export interface Callee {
  life: Life;
  member: Member;
  /** The method as the library made it. */
  method: Method;
  /** The value as its library knows it, and as the program does. */
  raw: object;
  itself: object;
}

export function callMember(callee: Callee, given: unknown[]): unknown {
  try {
    return callOf(callee, given);
  } catch (error) {
    throw withoutOwnFrames(error); // node-do-not-add-exception-line
  }
}

function callOf(callee: Callee, given: unknown[]): unknown {
  const { life, member, method, raw } = callee;
  if (member.release !== undefined) return callRelease(callee, given);
  if (member.name === "[Symbol.asyncIterator]") return iteratorOf(Reflect.apply(method, raw, given), life, member);
  for (const { option, value } of optionsSetBy(member.options ?? [], given)) setOption(life, option, value);
  return member.operation === undefined ? callSource(callee, given) : operate(life, member, method, raw, given);
}

/** A release of the handle itself, or, by the pool that has lent it, of the one that is given. */
function callRelease({ life, member, method, raw }: Callee, given: unknown[]): unknown {
  const { releasesArgument, builds } = member.release!;
  const subject = releasesArgument === undefined ? life : guardedBy(given[releasesArgument])?.life;
  const call = () => Reflect.apply(method, raw, unwrapAll(given, life));
  if (subject === undefined || releasesNothing(member.release!, given)) return call();
  if (builds === undefined) {
    const result = release(subject, member, call, isAbort(member.release!, given));
    if (subject !== life) subject.returnedTo = life;
    return result;
  }
  return builderOf(
    call(),
    builds.runs,
    (_name, run, builder, others) => release(subject, member, () => Reflect.apply(run, builder, unwrapAll(others))),
    (built, proxy) => rememberAlias({ raw: built, proxy, life: subject, plan: subject.plan }),
  );
}

/** A call that is no operation, and that may hand out handles. */
function callSource({ life, member, method, raw, itself }: Callee, given: unknown[]): unknown {
  if (handsOutAnother(member, given)) return Reflect.apply(method, raw, unwrapAll(given, life));
  const origin = originOf(life, member);
  const loan = member.call?.limited && life.policy.leases?.begin(life, member.name);
  const hand = (value: unknown) => {
    const handed = value === raw ? itself : handOut(life, member, value, origin);
    const lent = loan && guardedBy(handed)?.life;
    if (lent) loan.lent(lent);
    return handed;
  };
  const result: unknown = Reflect.apply(method, raw, guardedArguments(life, member.call, given, member.name, origin));
  const handed = handedOut(member, given, result, hand);
  if (isPromise(handed)) loan?.promised(handed);
  return handed;
}

/** Whether the call is told to hand out something that is not followed. */
function handsOutAnother({ call }: Member, given: readonly unknown[]): boolean {
  const { unlessGiven } = call?.returns ?? {};
  return unlessGiven !== undefined && given.some((argument) => isObject(argument) && unlessGiven in argument);
}
