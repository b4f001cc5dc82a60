/** Handles that are passed along with the calls of others, such as the session of a database operation. */

import type { Plan } from "./plan.js";
import { type Guarded, guardedBy, isObject } from "./registry.js";

/** The handle that is passed along with a call of what goes by this plan, if there is one. */
export function passedWith(plan: Plan, given: readonly unknown[]): Guarded | undefined {
  for (const name of plan.takes) {
    const taken = plan.resolve(name);
    const property = taken?.handle?.passedAs?.property;
    if (property === undefined) continue;
    for (const argument of given) {
      const passed = isObject(argument) ? guardedBy(Reflect.get(argument, property)) : undefined;
      if (passed?.life.plan.type === taken?.type) return passed;
    }
  }
  return undefined;
}
