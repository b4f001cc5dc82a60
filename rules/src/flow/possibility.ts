/** One possibility of what a place holds, as tests have told: a value and not a text, so that one answer rules out others. */

import type { Asked, Constant, Step, TextTest } from "./graph.js";
import { optionsOf, truthOf, type Value } from "./values.js";

/** What is known of the value of a place, where this is how it is. */
export interface Possibility {
  /** The constants that it may be, as they are spelled. */
  among?: ReadonlySet<string>;
  /** Constants that it is not. */
  not: ReadonlySet<string>;
  truthy?: boolean;
  /** What tests of its text have said. */
  texts?: readonly TextAnswer[];
  /** It was compared with something by size. */
  measured?: true;
  /** Of a counter that keeps others out: the way it went. */
  raisedBy?: Step;
  /** Code has waited since. */
  stale?: true;
}

interface TextAnswer {
  asks: TextTest;
  answer: boolean;
}

export const anything: Possibility = { not: new Set() };

/** What is known after an answer; nothing, where what was known rules the answer out. */
export function narrow(known: Possibility, asked: Asked, answer: boolean): Possibility | undefined {
  if (known.stale) return narrowAnew(known, asked, answer);
  switch (asked.kind) {
    case "truth":
      return learnTruth(known, answer);
    case "size":
      return { ...known, measured: true };
    case "text":
      return learnText(known, asked, answer);
    case "equals":
      return answer ? learnEqual(known, asked.value) : learnUnequal(known, asked.value);
  }
}

/** What was known before code waited rules out only that it is another constant now. */
function narrowAnew({ among }: Possibility, asked: Asked, answer: boolean): Possibility | undefined {
  const isAnother = asked.kind === "equals" && answer && among !== undefined && isOutside(among, asked.value);
  return isAnother ? undefined : narrow(anything, asked, answer);
}

function learnTruth(known: Possibility, answer: boolean): Possibility | undefined {
  if (known.truthy !== undefined && known.truthy !== answer) return undefined;
  return { ...known, truthy: answer };
}

function learnEqual(known: Possibility, value: string): Possibility | undefined {
  if (known.not.has(value) || (known.among && isOutside(known.among, value))) return undefined;
  if (known.texts?.some(({ asks, answer }) => holdsFor(asks, value) === !answer)) return undefined;
  const truthy = isTruthy(value);
  if (truthy !== undefined && known.truthy !== undefined && truthy !== known.truthy) return undefined;
  return { ...known, among: new Set([value]), ...(truthy !== undefined && { truthy }) };
}

function learnUnequal(known: Possibility, value: string): Possibility | undefined {
  const among = known.among && new Set([...known.among].filter((one) => one !== value));
  if (among?.size === 0) return undefined;
  return { ...known, not: new Set([...known.not, value]), ...(among && { among }) };
}

function learnText(known: Possibility, asks: TextTest, answer: boolean): Possibility | undefined {
  const earlier = known.texts ?? [];
  if (earlier.some((text) => excludes(text, { asks, answer }))) return undefined;
  const among = known.among && new Set([...known.among].filter((value) => holdsFor(asks, value) !== !answer));
  if (among?.size === 0) return undefined;
  return { ...known, ...(among && { among }), texts: [...earlier, { asks, answer }] };
}

/** Whether two answers about one text cannot both be right. */
function excludes(one: TextAnswer, other: TextAnswer): boolean {
  if (sameText(one.asks, other.asks)) return one.answer !== other.answer;
  if (!one.answer || !other.answer || one.asks.method !== other.asks.method) return false;
  const [left, right] = [one.asks.argument, other.asks.argument];
  if (one.asks.method === "startsWith") return !left.startsWith(right) && !right.startsWith(left);
  return one.asks.method === "endsWith" && !left.endsWith(right) && !right.endsWith(left);
}

function sameText(one: TextTest, other: TextTest): boolean {
  return one.method === other.method && one.argument === other.argument;
}

/** How a constant, as it is spelled, answers; nothing where only its name is known. */
function holdsFor({ method, argument }: TextTest, spelled: string): boolean | undefined {
  if (!spelled.startsWith('"')) return spelled.startsWith("@") ? undefined : false;
  const text = JSON.parse(spelled) as string;
  switch (method) {
    case "includes":
      return text.includes(argument);
    case "startsWith":
      return text.startsWith(argument);
    case "endsWith":
      return text.endsWith(argument);
  }
}

/** Whether a value is certainly none of these. */
function isOutside(among: ReadonlySet<string>, value: string): boolean {
  return [...among].every((one) => areDifferent(one, value));
}

/** Two names may stand for the same value, but who compares with both means different ones. */
function areDifferent(one: string, other: string): boolean {
  return one !== other && one.startsWith("@") === other.startsWith("@");
}

function isTruthy(spelled: string): boolean | undefined {
  if (spelled.startsWith("@")) return undefined;
  return !['""', "0", "false", "nothing", "NaN"].includes(spelled);
}

/** What holds in either of two possibilities. */
export function eitherOf(one: Possibility, other: Possibility): Possibility | undefined {
  if (one === other) return one;
  const stale = one.stale ?? other.stale;
  const among = eitherAmong(one.among, other.among);
  const truthy = one.truthy === other.truthy ? one.truthy : undefined;
  const not = new Set([...one.not].filter((value) => other.not.has(value) || isNot(other, value)));
  for (const value of other.not) if (isNot(one, value)) not.add(value);
  const measured = one.measured && other.measured;
  const texts = one.texts?.filter((text) => bears(other, text)) ?? [];
  if (texts.length === 0 && !among && truthy === undefined && not.size === 0 && !measured) return undefined;
  return {
    not,
    ...(stale && { stale }),
    ...(among && { among }),
    ...(texts.length > 0 && { texts }),
    ...(truthy !== undefined && { truthy }),
    ...(measured && { measured }),
  };
}

/** Whether an answer about a text also holds for what else is known. */
function bears({ texts, among }: Possibility, { asks, answer }: TextAnswer): boolean {
  if (texts?.some((text) => sameText(text.asks, asks) && text.answer === answer)) return true;
  return among !== undefined && [...among].every((value) => holdsFor(asks, value) === answer);
}

/** More constants than these are not kept apart. */
const mostConstants = 200;

function eitherAmong(
  one: ReadonlySet<string> | undefined,
  other: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (!one || !other) return undefined;
  const both = new Set([...one, ...other]);
  return both.size > mostConstants ? undefined : both;
}

function isNot({ among }: Possibility, value: string): boolean {
  return among !== undefined && isOutside(among, value);
}

export function samePossibility(one: Possibility, other: Possibility): boolean {
  return (
    sameSet(one.among, other.among) &&
    one.truthy === other.truthy &&
    one.measured === other.measured &&
    (one.texts?.length ?? 0) === (other.texts?.length ?? 0) &&
    sameSet(one.not, other.not)
  );
}

function sameSet(one: ReadonlySet<string> | undefined, other: ReadonlySet<string> | undefined): boolean {
  if (one === other) return true;
  return one !== undefined && other !== undefined && one.size === other.size && [...one].every((v) => other.has(v));
}

/** The answer that a value gives, where it can only give one. */
export function answerOf(value: Value, asked: Asked): boolean | undefined {
  if (asked.kind === "size") return undefined;
  if (asked.kind === "text") return value.kind === "constant" ? holdsFor(asked, spell(value.value)) : undefined;
  if (asked.kind === "truth") return truthOf(value);
  const answers = new Set(optionsOf(value).map((option) => equals(option, asked.value)));
  return answers.size === 1 ? [...answers][0] : undefined;
}

function equals(value: Value, spelledOther: string): boolean | undefined {
  if (value.kind === "constant") {
    const own = spell(value.value);
    return own === spelledOther ? true : areDifferent(own, spelledOther) ? false : undefined;
  }
  return truthOf(value) === true && isTruthy(spelledOther) === false ? false : undefined;
}

export function spell(value: Constant): string {
  if (value === null || value === undefined) return "nothing";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Whether a place that now holds this constant would fail the tests that it has passed. */
export function contradicts(known: Possibility, value: Constant): boolean {
  const now = spell(value);
  if (known.among && isOutside(known.among, now)) return true;
  return known.not.has(now) || (known.truthy !== undefined && isTruthy(now) === !known.truthy);
}
