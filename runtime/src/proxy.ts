/** The proxy that stands for a handle. To its user it is the handle: the same class, properties, events and results. */

import type { Property } from "@holdfast/contracts";
import { callMember } from "./call.js";
import { guarded } from "./hand-out.js";
import { operate, operationOf } from "./invoke.js";
import type { Life } from "./life.js";
import type { Method } from "./method.js";
import { passedWith } from "./passed.js";
import { withoutOwnFrames } from "./place.js";
import { Member, passedMember, type Plan } from "./plan.js";
import { className, classNamesOf, prototypesOf } from "./recognise.js";
import {
  type Guarded,
  guardedBy,
  guardOf,
  isFixed,
  isObject,
  remember,
  standInFor,
  unwrap,
  unwrapAll,
} from "./registry.js";
import { setOption } from "./options.js";
import { Replacements } from "./replacements.js";

/** A proxy of a value; the same one for as long as the handle lives. */
export function wrap(raw: object, plan: Plan, life: Life): object {
  const proxy: object = new Proxy(
    raw,
    handlerFor(raw, plan, life, () => proxy),
  );
  remember({ raw, proxy, life, plan });
  return proxy;
}

function handlerFor(raw: object, plan: Plan, life: Life, itself: () => object): ProxyHandler<object> {
  /** What was read before: methods of contracts, which stay what they are. */
  const known = new Map<PropertyKey, unknown>();
  /** Methods of no contract, as the proxy shows them. */
  const passed = new WeakMap<object, object>();
  const isInherited = inheritance(raw, plan);
  const replacements = new Replacements(raw);
  const handler: ProxyHandler<object> = {
    get(target, key) {
      return known.get(key) ?? read(target, key);
    },
    defineProperty(target, key, descriptor) {
      const own = "value" in descriptor ? { value: put(key, descriptor.value) } : {};
      known.delete(key);
      return Reflect.defineProperty(target, key, { ...descriptor, ...own });
    },
    deleteProperty(target, key) {
      known.delete(key);
      replacements.remove(key);
      return Reflect.deleteProperty(target, key);
    },
    set(target, key, value, receiver) {
      // What inherits from the proxy has properties of its own.
      if (receiver !== itself()) return Reflect.set(target, key, value, receiver);
      const own = put(key, unwrap(value));
      known.delete(key);
      for (const option of plan.members.get(key)?.options ?? [])
        if ("property" in option.set) setOption(life, option, value);
      return Reflect.set(target, key, own, target);
    },
  };
  const { itself: call } = plan;
  if (call !== undefined) {
    handler.apply = (target, self, given) => operate(life, call, target as Method, unwrap(self) as object, given);
  }

  function put(key: PropertyKey, value: unknown): unknown {
    return replacements.put(key, value, known.get(key));
  }

  function read(target: object, key: PropertyKey): unknown {
    const value: unknown = Reflect.get(target, key, target);
    if (isFixed(target, key)) return value;
    if (!replacements.isEmpty && replacements.has(key)) return value;
    const member = memberFor(plan, key, value);
    if (typeof value !== "function") return guardedProperty(life, member?.property ?? plan.anyProperty, key, value);
    if (key === "constructor" || isClass(value)) return standInFor(value);
    if (isInherited(key)) return member === undefined ? passing(value, key) : remembered(key, callOf(member, key));
    return userMethod(value, member, key);
  }

  function remembered(key: PropertyKey, value: unknown): unknown {
    known.set(key, value);
    return value;
  }

  /** A method that a contract knows. What the library calls on the value itself comes here only by a detour of the program's. */
  function callOf(member: Member, key: PropertyKey): Method {
    if (isOnlyOperation(member)) return operationOf(life, member, raw, key, replacements);
    return function (this: unknown, ...given) {
      const method = replacements.methodAt(key);
      if (this === raw) return Reflect.apply(method, raw, given);
      return callMember({ life, member, method, raw, itself: itself() }, given);
    };
  }

  /** A method of no contract, on the value itself: it may need private fields. */
  function passing(method: object, key: PropertyKey): unknown {
    let known = passed.get(method);
    if (known === undefined) {
      known = new Proxy(method as Method, {
        apply(target, self, given) {
          const receiver: unknown = self === itself() ? raw : self;
          const passed = plan.takes.length > 0 ? passedWith(plan, given) : undefined;
          if (passed !== undefined) return operateOn(passed, key, target, receiver as object, given);
          const result = passOn(target, receiver, unwrapAll(given, life));
          return result === raw ? itself() : result;
        },
      });
      passed.set(method, known);
    }
    return known;
  }

  /**
   * A method that a class of the program has. What it calls on `this` counts, unless it needs the value itself. One that
   * stands in for an operation may have its own way to take turns: it is no operation, except where all take turns.
   */
  function userMethod(method: object, member: Member | undefined, key: PropertyKey): unknown {
    if (member !== undefined) return life.policy.exclusive ? callOf(member, key) : passing(method, key);
    return needsItself(method) ? passing(method, key) : method;
  }
  return handler;
}

/** A call of a method of no contract. */
function passOn(method: Method, receiver: unknown, given: unknown[]): unknown {
  try {
    return Reflect.apply(method, receiver, given); // node-do-not-add-exception-line
  } catch (error) {
    throw withoutOwnFrames(error); // node-do-not-add-exception-line
  }
}

/** An operation of the handle that is passed along with the call. */
function operateOn({ life }: Guarded, key: PropertyKey, method: Method, receiver: object, given: unknown[]): unknown {
  return operate(life, passedMember(life.plan, String(key)), method, receiver, given);
}

/** Operations have a way of their own, which is shorter. */
function isOnlyOperation({ operation, release, options, name }: Member): boolean {
  return operation !== undefined && !release && !options && name !== "[Symbol.asyncIterator]";
}

/** What a property means: what its contract says, or what it says of all that it does not name. */
export function memberFor(plan: Plan, key: PropertyKey, value: unknown): Member | undefined {
  const member = plan.members.get(key);
  if (member !== undefined || typeof value !== "function") return member;
  const { disposal } = plan.handle ?? {};
  if (disposal !== undefined && key === disposalKeys[disposal.kind]) return plan.members.get(disposal.release);
  const isNamed = typeof key === "string" && !key.startsWith("_") && !(key in Object.prototype);
  return isNamed ? plan.anyMember?.(key) : undefined;
}

/** `Symbol.asyncDispose` and `Symbol.dispose`, where there are any. */
const disposalKeys = {
  async: (Symbol as { asyncDispose?: symbol }).asyncDispose,
  sync: (Symbol as { dispose?: symbol }).dispose,
};

/** A value that a property holds, as the handle or source that it is. */
function guardedProperty(life: Life, property: Property | undefined, key: PropertyKey, value: unknown): unknown {
  if (property === undefined || !isObject(value) || guardedBy(value) !== undefined) return value;
  const known = guardOf(value);
  if (known !== undefined && (property.view ? known.life === life : known.life.end === undefined)) return known.proxy;
  return guarded(life, property, new Member(String(key)), value);
}

/** A class is no method: it is shown as it is. */
function isClass(value: object): boolean {
  return Reflect.getOwnPropertyDescriptor(value, "prototype")?.writable === false;
}

const closed = new WeakMap<object, boolean>();

/** Whether a method works on the value only, and not on what stands for it: private fields, and methods of the library. */
function needsItself(method: object): boolean {
  let answer = closed.get(method);
  if (answer === undefined) {
    answer = /\bsuper\b|\.prototype\b|\.\s*#[\w$]|#[\w$]+\s+in\b/.test(Function.prototype.toString.call(method));
    closed.set(method, answer);
  }
  return answer;
}

/** Tells the library's own methods from those that a class of the program's has added to the library's. */
function inheritance(raw: object, { type }: Plan): (key: PropertyKey) => boolean {
  const names = classNamesOf(type);
  const prototypes = prototypesOf(raw);
  const found = prototypes.map(className);
  let own = Math.max(
    found.findIndex((name) => names.includes(name)),
    0,
  );
  // A class of the program may have the name of the library's class that it extends.
  while (found[own] === found[own + 1]) own++;
  const added = prototypes.slice(0, own);
  return (key) => !added.some((prototype) => Object.hasOwn(prototype, key));
}
