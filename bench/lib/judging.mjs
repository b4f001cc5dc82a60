/** How findings are held against places where people know that there is a bug, or that there is none. */

import { groupBy } from "./collections.mjs";

/** From the surest on. */
export const confidences = ["certain", "likely", "possible"];

/** How far from the place a finding may be. */
const tolerance = 3;

/** Whether a finding, or a step of its witness in the same file, touches the place of an entry. */
export function meets(finding, { line, endLine = line }) {
  const touches = (place) =>
    place.file === finding.place.file && place.line <= endLine + tolerance && place.endLine >= line - tolerance;
  return [finding.place, ...finding.witness.map((step) => step.place)].some(touches);
}

/**
 * What became of an entry: the findings that meet it, and the best confidence among them.
 * @template Entry
 * @template Finding
 * @param {Entry} entry
 * @param {Finding[]} findings
 * @returns {{ entry: Entry, meeting: Finding[], confidence?: string }}
 */
export function judge(entry, findings) {
  const meeting = findings.filter((finding) => meets(finding, entry));
  const confidence = confidences.find((level) => meeting.some((finding) => finding.confidence === level));
  return { entry, meeting, confidence };
}

/**
 * Judgements, counted by what they belong to, in order of its name.
 * @template {{ entry: { label: string }, confidence?: string }} Judgement
 * @param {Judgement[]} judgements
 * @param {(judgement: Judgement) => string[]} namesOf an entry counts once for each name
 */
export function tally(judgements, namesOf) {
  const named = judgements.flatMap((judgement) => namesOf(judgement).map((name) => ({ name, judgement })));
  return [...groupBy(named, ({ name }) => name)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => ({ name, ...total(own.map(({ judgement }) => judgement)) }));
}

/** How many bugs and how many correct places there are, and how many of each are reported at which confidence. */
export function total(judgements) {
  const [bugs, ok] = ["bug", "ok"].map((label) => judgements.filter(({ entry }) => entry.label === label));
  const at = (group, level) => group.filter(({ confidence }) => confidence === level).length;
  return {
    bugs: bugs.length,
    certain: at(bugs, "certain"),
    likely: at(bugs, "likely"),
    ok: ok.length,
    wrongCertain: at(ok, "certain"),
    wrongLikely: at(ok, "likely"),
  };
}
