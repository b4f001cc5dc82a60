/**
 * Effects that are the same to every caller: one operation that is reached by several calls. Only one of them is kept, or
 * helpers that call each other twice would double what they do at each step.
 */

import type { Token } from "./state.js";
import type { Effect, Overlapping } from "./summaries.js";
import { keyOf } from "./values.js";

/** The effects that differ, and for the tokens of the others the one that stands for them. */
export function unlike(effects: readonly Effect[]): { effects: Effect[]; aliases: Map<string, string> } {
  const kept = new Map<string, Effect>();
  const aliases = new Map<string, string>();
  effects.forEach((effect, index) => {
    const mark = markOf(effect, aliases) ?? String(index);
    const known = kept.get(mark);
    if (known && "token" in known && "token" in effect) aliases.set(effect.token.key, known.token.key);
    else kept.set(mark, effect);
  });
  return { effects: [...kept.values()], aliases };
}

/** Of overlaps of the same operations the first. */
export function unlikeOverlaps(overlaps: Iterable<Overlapping>): Overlapping[] {
  const kept = new Map<string, Overlapping>();
  for (const overlapping of overlaps) {
    const mark = `${operationMark(overlapping.first)} ${operationMark(overlapping.second)}`;
    if (!kept.has(mark)) kept.set(mark, overlapping);
  }
  return [...kept.values()];
}

/** What tells an effect from others, but for the calls that lead to it; nothing where each is one of its own. */
function markOf(effect: Effect, aliases: ReadonlyMap<string, string>): string | undefined {
  if (!("token" in effect) || effect.token.until !== undefined) return undefined;
  const { token, status } = effect;
  const mark = `${operationMark(token)} ${status}`;
  if (effect.kind === "operation") return `${mark} ${effect.leftOnFailure}`;
  const pending = new Set(effect.pending.map((key) => aliases.get(key) ?? key));
  return [mark, effect.callee, effect.arguments.map(keyOf), [...pending].sort()].map(String).join(" ");
}

function operationMark(token: Token): string {
  const { identity, site, lane, phase, task, locks, after, uses, mayBeOver } = token;
  const { later, guessed, orphan, answered, waited, lost, out, turned, toCallback, certain } = token;
  const flags = [later, guessed, orphan, answered, waited, lost, out, turned, toCallback, certain];
  const names = [[...locks].sort(), after ?? [], uses ?? []];
  return [identity, site.start, lane, phase, task?.id, mayBeOver, ...flags, ...names.map(String)].join("|");
}
