import { byPlace, type Finding, type Place } from "@holdfast/rules";
import type { Told } from "./messages.js";
import type { Seen } from "./seen-violations.js";

/** All of it in order of place. What was found in a text and seen there while running is told once. */
export function combine(findings: readonly Finding[], seen: readonly Seen[], text: string): Told[] {
  const sameAs = (finding: Finding) => seen.filter((each) => isSame(finding, each.finding, text));
  const matches = findings.map(sameAs);
  const known = new Set(matches.flat());
  const found = findings.map((finding, index): Told => {
    const times = matches[index]!.reduce((sum, { count }) => sum + count, 0);
    return { ...finding, isFound: true, ...(times > 0 && { seen: times }) };
  });
  const alone = seen.filter((each) => !known.has(each));
  if (alone.length === 0) return found;
  return [...found, ...alone.map(({ finding, count }): Told => ({ ...finding, isFound: false, seen: count }))].sort(
    byPlace,
  );
}

/** Whether what was seen is what the analysis has found: it came to it at the same place, or to both places the other way round. */
function isSame(finding: Finding, seen: Finding, text: string): boolean {
  if (finding.rule !== seen.rule) return false;
  const [begins, meets] = [placeOf(finding, "begins"), placeOf(finding, "meets")];
  const isThere = isWithin(seen.place, finding.place) || isWithin(seen.place, meets);
  const isReversed = isWithin(seen.place, begins) && isWithin(placeOf(seen, "begins"), finding.place);
  return isThere || isReversed || isLaterInChain(seen.place, finding.place, text);
}

function placeOf({ witness }: Finding, role: "begins" | "meets"): Place | undefined {
  return witness.find((step) => step.role === role)?.place;
}

function isWithin(place: Place | undefined, other: Place | undefined): boolean {
  if (place === undefined || other === undefined) return false;
  return place.file === other.file && other.start <= place.start && place.start < Math.max(other.end, other.start + 1);
}

/** In characters: no chain is longer that anybody still reads as one statement. */
const longestChain = 2_000;

/** A statement that is built in one chain of calls runs with the last of them; the linter tells of the first. */
function isLaterInChain(place: Place, first: Place, text: string): boolean {
  if (place.file !== first.file || place.start < first.end || place.start > first.end + longestChain) return false;
  const between = withoutBrackets(text.slice(first.end, place.start)).replaceAll(/\s/g, "");
  return /^(?:[?!]?\.[\w$]*)+$/.test(between);
}

/** With the arguments of calls left out. One that has brackets in its texts is left as it is. */
function withoutBrackets(code: string): string {
  const shorter = code.replaceAll(/\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}/g, "");
  return shorter === code ? code : withoutBrackets(shorter);
}
