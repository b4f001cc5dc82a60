/** Loops over a handle: it is busy while the loop waits for the next value, and free while the loop works on one. */

import type { Method } from "./method.js";
import type { Life } from "./life.js";
import type { Member } from "./plan.js";
import { operate } from "./invoke.js";
import { isFixed, isObject } from "./registry.js";

/** The iterator, each of whose steps is an operation. */
export function iteratorOf(iterator: unknown, life: Life, member: Member): unknown {
  if (!isObject(iterator)) return iterator;
  const proxy: object = new Proxy(iterator, {
    get(raw, key) {
      const value: unknown = Reflect.get(raw, key, raw);
      if (typeof value !== "function" || isFixed(raw, key)) return value;
      if (key === "next") return (...given: unknown[]) => step(value as Method, raw, given);
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(value, raw, given);
        return result === raw ? proxy : result;
      };
    },
  });

  /** A loop that goes on after the end of the handle only learns that it is over. */
  function step(next: Method, raw: object, given: unknown[]): unknown {
    return life.end === undefined ? operate(life, member, next, raw, given) : Reflect.apply(next, raw, given);
  }
  return proxy;
}
