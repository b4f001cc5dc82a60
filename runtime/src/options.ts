/** Early options, as they are set while the program runs. */

import type { EarlyOption } from "@holdfast/contracts";
import { lateOption } from "./judge.js";
import { happening, type Life } from "./life.js";
import { Trace } from "./place.js";
import type { Member } from "./plan.js";
import { report } from "./reporter.js";

/**
 * Notes that an option is set. Too late it is only once the handle is used without it: there may be another call that it
 * precedes. Where there can be none, it is told at once.
 */
export function setOption(life: Life, option: EarlyOption, value: unknown): void {
  const first = option.precedes.map((name) => life.milestones.get(name)).find((done) => done !== undefined);
  const { linger, tooLateDoesNothing } = option;
  if (linger !== undefined && linger.harmlessValues.includes(value as number)) life.linger = undefined;
  if (first === undefined) return;
  const second = happening(option.name, new Trace());
  if (linger !== undefined) {
    if (!linger.harmlessValues.includes(value as number)) life.linger = second;
  } else if (tooLateDoesNothing) {
    const violation = report(lateOption(life, option, first, second), life.policy.mode, life.policy.listener);
    if (life.policy.mode === "throw") throw violation;
  } else life.noteLateOption(option, first, second);
}

/** Options that are set by a call: which of them this call sets, and the value. */
export function optionsSetBy(
  options: readonly EarlyOption[],
  given: readonly unknown[],
): { option: EarlyOption; value: unknown }[] {
  return options.flatMap((option) => {
    if (!("method" in option.set)) return [];
    const { firstArgument } = option.set;
    if (firstArgument === undefined) return [{ option, value: given[0] }];
    return firstArgument.includes(given[0] as string | number) ? [{ option, value: given[1] }] : [];
  });
}

/** The handle is used by a call, or comes to its end, without an option that was set too late for it. */
export function tellLateOptions(life: Life, member?: Member): void {
  for (const [option, { first, second }] of life.lateOptions) {
    // Nor is the call that has set it a use, where setting is an operation.
    if (member && (option.precedes.includes(member.name) || member.options?.includes(option))) continue;
    life.forgetLateOption(option);
    // This operation is not to blame, and is not refused.
    const { mode, listener } = life.policy;
    report(lateOption(life, option, first, second), mode === "observe" ? mode : "warn", listener);
  }
}
