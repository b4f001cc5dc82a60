/** Which handles are guarded: those of the contracts that are asked for, and acquired by the program itself. */

import type { Trace } from "../place.js";
import type { Plan } from "../plan.js";

/** `names` are packages and types as `package#Type`; those with `!` in front are left out. */
export function admission(names: readonly string[] = []): (plan: Plan, acquired: Trace) => boolean {
  const wanted = names.filter((name) => !name.startsWith("!"));
  const unwanted = names.filter((name) => name.startsWith("!")).map((name) => name.slice(1));
  const isOneOf = (list: readonly string[], { type, reference }: Plan) =>
    list.includes(reference) || list.includes(type.contract.package);
  const isWanted = (plan: Plan) => (wanted.length === 0 || isOneOf(wanted, plan)) && !isOneOf(unwanted, plan);
  // What leads to handles is let through: which of them are guarded is decided where they come out.
  return (plan, acquired) => (plan.handle === undefined || isWanted(plan)) && !acquired.isFromLibrary;
}
