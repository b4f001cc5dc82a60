/** Operations that begin later than the call that names them: queries that are built first, or run when they are awaited. */

import type { Method } from "./method.js";
import { isFixed, isObject, isPromise, unwrap, unwrapAll } from "./registry.js";

/** Starts the operation, by the method of this name of what was built. */
export type Start = (name: string, method: Method, receiver: object, given: readonly unknown[]) => unknown;

/** What stands for a builder: any method gives the builder again, and those in `runs` start the operation. */
export function builderOf(
  built: unknown,
  runs: readonly string[],
  start: Start,
  alias: (raw: object, proxy: object) => void,
): unknown {
  if (!isObject(built) || isPromise(built)) return built;
  const proxy = new Proxy(built, {
    get(raw, key) {
      const value: unknown = Reflect.get(raw, key, raw);
      if (typeof value !== "function" || isFixed(raw, key)) return value;
      const method = value as Method;
      if (typeof key === "string" && runs.includes(key)) {
        return (...given: unknown[]) => start(key, method, raw, given);
      }
      return (...given: unknown[]) => {
        const result = Reflect.apply(method, raw, unwrapAll(given));
        return result === raw ? proxy : builderOf(result, runs, start, alias);
      };
    },
    apply: (raw, self, given) =>
      builderOf(Reflect.apply(raw as Method, unwrap(self), unwrapAll(given)), runs, start, alias),
  });
  alias(built, proxy);
  return proxy;
}
