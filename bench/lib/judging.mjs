/** How findings are held against places where people know that there is a bug, or that there is none. */

/** From the surest on. */
export const confidences = ["certain", "likely", "possible"];

/** How far from the place a finding may be. */
const tolerance = 3;

/** Classes of bugs that rules exist for; the others are waiting for theirs. */
const covered = [/^concurrent-use/, /^released-before-last-op$/, /^unawaited-op/, /^ack-/];

export function hasRule(bugClass) {
  return covered.some((pattern) => pattern.test(bugClass));
}

/** Whether a finding, or a step of its witness in the same file, touches the place of an entry. */
export function meets(finding, { line, endLine = line }) {
  const touches = (place) =>
    place.file === finding.place.file && place.line <= endLine + tolerance && place.endLine >= line - tolerance;
  return [finding.place, ...finding.witness.map((step) => step.place)].some(touches);
}

/** What became of an entry: the findings that meet it, and the best confidence among them. */
export function judge(entry, findings) {
  const meeting = findings.filter((finding) => meets(finding, entry));
  const confidence = confidences.find((level) => meeting.some((finding) => finding.confidence === level));
  return { entry, meeting, confidence };
}

/** Judgements by class and evidence, counted. */
export function tally(judgements) {
  const rows = new Map();
  for (const { entry, confidence } of judgements) {
    const key = JSON.stringify([entry.class, entry.evidence]);
    if (!rows.has(key)) {
      rows.set(key, { class: entry.class, evidence: entry.evidence, bugs: 0, certain: 0, likely: 0, ok: 0, wrong: 0 });
    }
    const row = rows.get(key);
    if (entry.label === "ok") {
      row.ok += 1;
      if (confidence !== undefined) row.wrong += 1;
    } else {
      row.bugs += 1;
      if (confidence !== undefined) row[confidence] += 1;
    }
  }
  return [...rows.values()].sort((a, b) => compare(a.class, b.class) || compare(a.evidence, b.evidence));
}

/** The sum of rows of a tally. */
export function total(rows) {
  const sum = (key) => rows.reduce((result, row) => result + row[key], 0);
  return { bugs: sum("bugs"), certain: sum("certain"), likely: sum("likely"), ok: sum("ok"), wrong: sum("wrong") };
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
