/** What is known of a place: what it may hold, on one of the ways that lead here or another. */

import type { Asked, Constant, Step, Test } from "./graph.js";
import { anything, contradicts, eitherOf, narrow, type Possibility, samePossibility } from "./possibility.js";

/** Never empty. */
export type Known = readonly Possibility[];

/** More possibilities than these are taken together. */
const mostPossibilities = 8;

export const yes: Known = [{ ...anything, truthy: true }];

/** What is known after an answer; nothing, where what was known rules the answer out. */
export function learn(before: Known | undefined, asked: Asked, answer: boolean): Known | undefined {
  const left = (before ?? [anything]).flatMap((possibility) => narrow(possibility, asked, answer) ?? []);
  return left.length === 0 ? undefined : left;
}

/** What is known where two ways meet; nothing, where one of them knows nothing. */
export function eitherKnown(one: Known, other: Known | undefined): Known | undefined {
  if (!other) return undefined;
  if (one === other) return one;
  let all: Known = one;
  for (const possibility of other) all = withPossibility(all, possibility);
  if (all.length <= mostPossibilities) return all;
  const [first, ...others] = all;
  let together: Possibility | undefined = first;
  for (const possibility of others) together = together && eitherOf(together, possibility);
  return together && [together];
}

function withPossibility(known: Known, added: Possibility): Known {
  if (known.some((possibility) => samePossibility(possibility, added))) return known;
  const index = known.findIndex((possibility) => isPlain(possibility) && isPlain(added));
  const together = index < 0 ? undefined : eitherOf(known[index]!, added);
  return together ? known.with(index, together) : [...known, added];
}

/** Only the constants count: two of these say no less when they are one. */
function isPlain({ among, texts, stale }: Possibility): boolean {
  return among !== undefined && texts === undefined && !stale;
}

export function sameKnown(one: Known, other: Known): boolean {
  return one.length === other.length && one.every((possibility, index) => samePossibility(possibility, other[index]!));
}

export function isFalse(known: Known): boolean {
  return known.every(({ truthy }) => truthy === false);
}

/** Whether a place has passed tests of its text that are written to tell cases apart. */
export function isDoubtful(known: Known): boolean {
  return known.every(({ texts = [] }) => {
    const passed = texts.filter(({ answer }) => answer);
    // How a text begins says nothing of how it ends.
    return passed.length > 1 && passed.some(({ asks }) => asks.method === "includes");
  });
}

/** Tests for a class or a key are written to tell cases apart: a place that has passed two of a sort is a doubtful one. */
export function isOfTwoKinds(facts: ReadonlyMap<string, Known>): boolean {
  const seen = new Set<string>();
  for (const [key, known] of facts) {
    const [, kind] = /^(.+ (?:has|instanceof)) /.exec(key) ?? [];
    if (kind === undefined || !known.every(({ truthy }) => truthy === true)) continue;
    if (seen.has(kind)) return true;
    seen.add(kind);
  }
  return false;
}

/** Whether what `typeof` has said of a place rules out an answer, or the class of it what `typeof` is asked. */
export function isOfAnotherType(facts: ReadonlyMap<string, Known>, { key, asks }: Test, answer: boolean): boolean {
  if (!answer) return false;
  const [, ofClass] = /^(.+) (?:has|instanceof) /.exec(key) ?? [];
  if (ofClass !== undefined) return !mayBe(facts.get(`typeof ${ofClass}`), ["object", "function"]);
  if (asks.kind !== "equals") return false;
  if (asks.value === "nothing") {
    const isNone = !mayBe(facts.get(`typeof ${key}`), ["object", "undefined"]);
    return isNone || [...facts].some(([other, known]) => isTrueOf(other, known, key));
  }
  const [, place] = /^typeof (.+)$/.exec(key) ?? [];
  if (place === undefined || asks.value === '"object"' || asks.value === '"function"') return false;
  return [...facts].some(([other, known]) => isTrueOf(other, known, place));
}

function mayBe(known: Known | undefined, types: readonly string[]): boolean {
  if (!known) return true;
  return known.some(({ among }) => !among || types.some((type) => among.has(JSON.stringify(type))));
}

function isTrueOf(key: string, known: Known, place: string): boolean {
  const isKind = key.startsWith(`${place} instanceof `) || key.startsWith(`${place} has `);
  return isKind && known.every(({ truthy }) => truthy === true);
}

/** Whether a place that was so when it was tested would fail the test now that it holds this constant. */
export function shutsOut(known: Known, value: Constant): boolean {
  return known.every((possibility) => contradicts(possibility, value));
}

/** Whether a counter that was so when it was tested would fail the test after this step. */
export function countsOut(known: Known, step: Step): boolean {
  return known.every(({ raisedBy, measured, truthy, among }) =>
    raisedBy === undefined ? measured === true || truthy === false || among?.has("0") === true : raisedBy === step,
  );
}

/** What was known of a counter when it went this way. */
export function raised(known: Known, by: Step): Known {
  return known.map((possibility) => ({ ...possibility, raisedBy: by }));
}

/** Code has waited, and others may have changed the place: that it is a third constant now is not to be expected. */
export function outdated(known: Known): Known | undefined {
  if (known.some(({ among }) => among === undefined)) return undefined;
  return known.map(({ among }) => ({ not: new Set(), stale: true, ...(among && { among }) }));
}
