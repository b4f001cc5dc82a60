/** Which proxy stands for which value, for every copy of this package in the process. */

import { types } from "node:util";
import { sharedByCopies } from "./copies.js";
import type { Life } from "./life.js";
import type { Plan } from "./plan.js";

export interface Guarded {
  raw: object;
  proxy: object;
  life: Life;
  plan: Plan;
}

interface Registry {
  /** Weak on both sides: a value that its library keeps does not keep what stands for it. */
  byRaw: WeakMap<object, WeakRef<Guarded>>;
  byProxy: WeakMap<object, Guarded>;
  /** Classes of libraries, and what programs have in their place. */
  standIns: WeakMap<object, object>;
  /** Who knows a guarded value by its proxy: a pool of anything, whose resources were guarded before it got them. */
  keepers: WeakMap<object, object>;
}

const registry: Registry = sharedByCopies("registry", () => ({
  byRaw: new WeakMap(),
  byProxy: new WeakMap(),
  standIns: new WeakMap(),
  keepers: new WeakMap(),
}));

export function remember(guarded: Guarded): void {
  registry.byRaw.set(guarded.raw, new WeakRef(guarded));
  registry.byProxy.set(guarded.proxy, guarded);
}

/** A proxy that stands for a value without being what the value is known by, such as a query that is being built. */
export function rememberAlias(guarded: Guarded): void {
  registry.byProxy.set(guarded.proxy, guarded);
}

/** What is known of the proxy. */
export function guardedBy(proxy: unknown): Guarded | undefined {
  return isObject(proxy) ? registry.byProxy.get(proxy) : undefined;
}

/** The latest proxy of a value. */
export function guardOf(raw: object): Guarded | undefined {
  return registry.byRaw.get(raw)?.deref();
}

/** What a program has in place of a class that its library exports. */
export function standInFor<T extends object>(raw: T): T {
  return (registry.standIns.get(raw) ?? raw) as T;
}

export function rememberStandIn(raw: object, proxy: object): void {
  registry.standIns.set(raw, proxy);
}

/** The value itself: libraries are given what they have made, not what stands for it. */
export function unwrap(value: unknown): unknown {
  return guardedBy(value)?.raw ?? value;
}

export function rememberKeeper(proxy: object, keeper: object): void {
  registry.keepers.set(proxy, keeper);
}

/**
 * The arguments of a call, as the library may have them: values that are guarded, alone, in a list or as options, as
 * themselves, but for those that it has handed out as they are.
 */
export function unwrapAll(given: readonly unknown[], keeper?: object): unknown[] {
  const own = (value: unknown) =>
    keeper !== undefined && isObject(value) && registry.keepers.get(value) === keeper ? value : unwrap(value);
  return Array.from(given, (value) => {
    if (!isObject(value)) return value;
    if (Array.isArray(value)) return value.some(isGuarded) ? value.map(own) : (value as unknown);
    return isPlain(value) && holdsGuarded(value) ? withOwn(value, own) : own(value);
  });
}

function isGuarded(value: unknown): boolean {
  return guardedBy(value) !== undefined;
}

/** Whether it is an object as a literal makes it: options, not something with a life of its own. */
function isPlain(value: object): boolean {
  const prototype: unknown = Reflect.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Getters are not asked: they may do whatever they like. */
function holdsGuarded(value: object): boolean {
  return Object.keys(value).some((key) => isGuarded(Reflect.getOwnPropertyDescriptor(value, key)?.value));
}

function withOwn(value: object, own: (value: unknown) => unknown): object {
  const properties = Object.getOwnPropertyDescriptors(value) as Record<string, PropertyDescriptor>;
  for (const property of Object.values(properties)) if ("value" in property) property.value = own(property.value);
  return Object.create(Reflect.getPrototypeOf(value), properties) as object;
}

/** A proxy has to show such a property as it is. */
export function isFixed(target: object, key: PropertyKey): boolean {
  const own = Reflect.getOwnPropertyDescriptor(target, key);
  return own !== undefined && !own.configurable && (own.get === undefined ? own.writable !== true : false);
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Whether it is a promise, also of another realm, such as that of a test under Jest: `instanceof` knows its own alone. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise || types.isPromise(value);
}
