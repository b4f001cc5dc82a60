/**
 * Handles of a class that the program has derived from a library's. What stands for such a handle has to be the handle
 * itself: its own methods reach it by `this`, and so do private fields and the library. So a layer is put between the
 * program's class and the library's: what the program calls on it is an operation, what the library calls is not.
 */

import { callMember } from "../call.js";
import type { Method } from "../method.js";
import type { Life } from "../life.js";
import { setOption } from "../options.js";
import { isCalledByLibrary } from "../place.js";
import type { Member, Plan } from "../plan.js";
import { memberFor } from "../proxy.js";
import { guardedBy, remember } from "../registry.js";

/** The layers, by the library's class: one for all classes that are derived from it. */
const layers = new WeakMap<object, object>();

/** Guards a handle whose class is derived from `own`, without anything in front of it. */
export function adopt(raw: object, life: Life, own: { prototype: object }): object {
  if (!layIn(raw, life.plan, own.prototype)) return raw;
  remember({ raw, proxy: raw, life, plan: life.plan });
  life.policy.adopted?.(raw, life);
  return raw;
}

/** Whether the layer is there now. */
function layIn(raw: object, plan: Plan, base: object): boolean {
  const layer = layers.get(base) ?? layerOf(base, plan);
  layers.set(base, layer);
  for (let prototype: object = raw; ;) {
    const next = Reflect.getPrototypeOf(prototype);
    if (next === layer) return true;
    if (next === null) return false;
    if (next === base) return prototype !== raw && Reflect.setPrototypeOf(prototype, layer);
    prototype = next;
  }
}

function layerOf(base: object, plan: Plan): object {
  const layer = Object.create(base) as object;
  for (const [key, found] of descriptorsOf(base)) {
    const member = memberFor(plan, key, found.value);
    if (member === undefined) continue;
    const layered =
      typeof found.value === "function"
        ? { value: methodOf(member, found.value as Method), writable: true }
        : accessorOf(member, found);
    if (layered !== undefined) Object.defineProperty(layer, key, { ...layered, configurable: true });
  }
  return layer;
}

/** What a library's class has and inherits, the nearest first. */
function descriptorsOf(base: object): Map<PropertyKey, PropertyDescriptor> {
  const found = new Map<PropertyKey, PropertyDescriptor>();
  for (
    let prototype: object | null = base;
    prototype && prototype !== Object.prototype;
    prototype = Reflect.getPrototypeOf(prototype)
  ) {
    for (const key of Reflect.ownKeys(prototype)) {
      if (key !== "constructor" && !found.has(key)) found.set(key, Reflect.getOwnPropertyDescriptor(prototype, key)!);
    }
  }
  return found;
}

/** Handles on which a method of the library runs: what it calls on them is its own. */
const inside = new WeakSet();

function within<T>(raw: object, work: () => T): T {
  if (inside.has(raw)) return work();
  inside.add(raw);
  try {
    return work();
  } finally {
    inside.delete(raw);
  }
}

/** The life of a handle on which the program has called `method`; nothing if its library has. */
function calledBy(raw: object, method: (...given: never[]) => unknown): Life | undefined {
  if (inside.has(raw)) return undefined;
  const life = guardedBy(raw)?.life;
  return life === undefined || isCalledByLibrary(method) ? undefined : life;
}

function methodOf(member: Member, method: Method): Method {
  const own = function (this: object, ...given: unknown[]): unknown {
    return within(this, () => Reflect.apply(method, this, given));
  };
  const layered = function (this: object, ...given: unknown[]): unknown {
    const life = calledBy(this, layered);
    if (life === undefined) return Reflect.apply(method, this, given);
    return callMember({ life, member, method: own, raw: this, itself: this }, given);
  };
  return layered;
}

/** An option that is set by assigning to it. */
function accessorOf(member: Member, found: PropertyDescriptor): PropertyDescriptor | undefined {
  const { options } = member;
  if (found.set === undefined || options === undefined) return undefined;
  const assign = function (this: object, value: unknown): void {
    const life = calledBy(this, assign);
    for (const option of life === undefined ? [] : options)
      if ("property" in option.set) setOption(life!, option, value);
    found.set?.call(this, value);
  };
  return { ...found, set: assign };
}
