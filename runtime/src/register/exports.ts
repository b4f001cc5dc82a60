/** What a module exports, in front of it what guards the handles that come out of it. */

import type { Call, Construction, Export, Hands } from "@holdfast/contracts";
import { settingsOf } from "../guard.js";
import { guardedArguments, handedOut, handOut } from "../hand-out.js";
import { Life } from "../life.js";
import { Trace } from "../place.js";
import { Member, type Plan, viewOf } from "../plan.js";
import { guardedBy, guardOf, isFixed, isObject, rememberStandIn, unwrapAll } from "../registry.js";
import { adopt } from "./subclass.js";

type Callable = (...given: unknown[]) => unknown;
type Class = new (...given: unknown[]) => object;

/** An export, and the life of the module that it comes out of. */
export interface KnownExport {
  entry: Export;
  life: Life;
}

export type KnownExports = Map<string, KnownExport>;

/** By what they stand for: what a module exports twice is guarded once. */
const guardedExports = new WeakMap<object, object>();
/** The other way round. */
const standFor = new WeakMap<object, object>();

/** What `require` returns, or a default export: a namespace, or a class or a function that is one besides. */
export function guardedModule(value: unknown, exports: KnownExports): unknown {
  if (!isObject(value) || exports.size === 0) return value;
  const main = exports.get("default");
  if (typeof value === "function" && main !== undefined) return guardedExport(value, "default", main, exports);
  return remembered(value, () => new Proxy(value, transparent(exports)));
}

/** An export as the program gets it; as it is if nothing can come out of it. */
export function guardedExport(
  value: unknown,
  name: string,
  { entry, life }: KnownExport,
  siblings?: KnownExports,
): unknown {
  if (!isObject(value)) return value;
  switch (entry.kind) {
    case "class": {
      const plan = life.plan.resolve(entry.type);
      if (typeof value !== "function" || plan === undefined) return value;
      const members = new Map([...(siblings ?? []), ...membersOf(entry.members, life)]);
      return remembered(value, () =>
        guardedClass(value as Class, { name, plan, life, members, construct: entry.construct }),
      );
    }
    case "function":
      if (typeof value !== "function" || !handsOutAny(entry, life)) return value;
      return remembered(value, () =>
        guardedFunction(value as Callable, new Member(name, { call: entry }), life, siblings),
      );
    case "value":
      return guardedValue(value, name, life.plan.resolve(entry.type), life);
    case "namespace": {
      const members = membersOf(entry.members, life);
      return remembered(value, () => new Proxy(value, transparent(members)));
    }
  }
}

/** A source of handles that is there from the start; whoever takes one of them from it is looked at then. */
function guardedValue(value: object, name: string, plan: Plan | undefined, { policy }: Life): object {
  if (plan === undefined || plan.isInert || guardedBy(value) !== undefined) return value;
  return guardOf(value)?.proxy ?? policy.wrap(value, plan, new Life(plan, policy, undefined, { operation: name }));
}

function remembered(value: object, make: () => object): object {
  if (standFor.has(value)) return value;
  let proxy = guardedExports.get(value);
  if (proxy === undefined) {
    proxy = make();
    guardedExports.set(value, proxy);
    standFor.set(proxy, value);
  }
  return proxy;
}

/** `this` as the library may have it. */
function itself(self: unknown): unknown {
  return isObject(self) ? (standFor.get(self) ?? self) : self;
}

function membersOf(members: Record<string, Export> | undefined, life: Life): KnownExports {
  return new Map(Object.entries(members ?? {}).map(([name, entry]) => [name, { entry, life }]));
}

/** Whether a handle or a source of handles can come out of a call. */
function handsOutAny({ returns, callbacks = [] }: Call, { plan }: Life): boolean {
  const hands = [returns, ...callbacks.flatMap(({ parameters = [] }) => parameters)];
  return hands.some((each?: Hands | null) => each && plan.resolve(each.type) !== undefined);
}

/** What stands for something that has exports: as it is, but for them. */
function transparent(exports: KnownExports) {
  return {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, itself(receiver));
      const known = typeof key === "string" ? exports.get(key) : undefined;
      if (known === undefined || isFixed(target, key)) return value;
      // A module that exports itself: `module.exports.default = module.exports`.
      return value === target ? (guardedExports.get(target) ?? value) : guardedExport(value, key as string, known);
    },
    set: (target, key, value, receiver) => Reflect.set(target, key, value, itself(receiver)),
  } satisfies ProxyHandler<object>;
}

interface ClassFacts {
  name: string;
  plan: Plan;
  life: Life;
  members: KnownExports;
  construct: Construction | undefined;
}

function guardedClass(own: Class, facts: ClassFacts): object {
  const members = transparent(facts.members);
  const proxy: object = new Proxy(own, {
    ...members,
    construct(_target, given, maker) {
      const made = maker === proxy ? own : (maker as Class);
      return constructed(own, facts, made, (taken) => Reflect.construct(own, taken, made), given);
    },
    // Some classes can be called without `new`.
    apply(target, self, given) {
      const call = (taken: readonly unknown[]) => Reflect.apply(target as unknown as Callable, self, taken);
      return constructed(own, facts, own, call, given);
    },
    get(target, key, receiver) {
      const value = members.get(target, key, receiver);
      // A static method may need what is private to its class, and its text is nothing that a proxy has.
      const isPrivy = isOwnMethod(target, key, value) || key === "toString";
      return receiver === proxy && isPrivy ? onClass(value as Callable) : value;
    },
  });
  rememberStandIn(own, proxy);
  return proxy;
}

/** Static methods of classes have no prototype; what has one may be another class. */
function isOwnMethod(target: object, key: PropertyKey, value: unknown): boolean {
  return (
    typeof value === "function" &&
    Object.hasOwn(target, key) &&
    !Object.hasOwn(value, "prototype") &&
    !isFixed(target, key)
  );
}

const methods = new WeakMap<Callable, Callable>();

function onClass(method: Callable): Callable {
  let bound = methods.get(method);
  if (bound === undefined) {
    bound = new Proxy(method, { apply: (own, self, given) => Reflect.apply(own, itself(self), given) });
    methods.set(method, bound);
  }
  return bound;
}

/** A new handle or source, unless a library has made it for its own purposes. */
function constructed(
  own: Class,
  { name, plan, life, construct }: ClassFacts,
  made: Class,
  make: (given: unknown[]) => unknown,
  given: readonly unknown[],
): object {
  const origin = new Trace();
  if (life.policy.admits?.(plan, origin) === false) return make(unwrapAll(given)) as object;
  const view = construct?.viewOf === undefined ? undefined : guardedBy(given[construct.viewOf]);
  const taken = [...guardedArguments(view?.life ?? life, construct, given, name, origin)];
  const raw = make(taken);
  if (!isObject(raw) || guardedBy(raw) !== undefined || plan.isInert) return raw as object;
  if (view !== undefined) return life.policy.wrap(raw, viewOf(plan, view.plan), view.life);
  const place = made === own ? origin.place : origin.birthplace;
  const acquired = { operation: `new ${name === "default" ? own.name : name}`, ...(place && { place }) };
  const born = new Life(plan, life.policy, undefined, acquired);
  born.settings = settingsOf(raw);
  return made === own ? life.policy.wrap(raw, plan, born) : adopt(raw, born, own);
}

/** A function that hands handles out, or gives them to its callbacks. */
function guardedFunction(own: Callable, member: Member, life: Life, siblings: KnownExports = new Map()): object {
  return new Proxy(own, {
    ...transparent(siblings),
    apply(_target, self: unknown, given: unknown[]) {
      const origin = new Trace();
      if (origin.isFromLibrary) return Reflect.apply(own, itself(self), unwrapAll(given));
      const taken = guardedArguments(life, member.call, given, member.name, origin);
      const result: unknown = Reflect.apply(own, itself(self), taken);
      const hand = (value: unknown) => handOut(life, member, value, origin);
      return handedOut(member, given, result, hand);
    },
  });
}
