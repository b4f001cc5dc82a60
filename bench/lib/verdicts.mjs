/** Findings in real repositories that somebody has read, and what they thought of them. */

import { confidences } from "./judging.mjs";

/**
 * Which findings nobody has judged, how many of the others are right or wrong, and which verdicts have lost their finding.
 * A verdict holds for its finding in later commits too: the fingerprint names the code, not the line.
 * @template {{ fingerprint: string, confidence: string }} Found
 * @template {{ repository: string, fingerprint: string, confidence: string, verdict: string }} Verdict
 * @param {{ name: string }} repository
 * @param {Found[]} findings
 * @param {Verdict[]} verdicts
 * @param {string} confidence
 */
export function compareWithVerdicts({ name }, findings, verdicts, confidence) {
  const own = verdicts.filter(({ repository }) => repository === name);
  const byFingerprint = new Map(own.map((verdict) => [verdict.fingerprint, verdict]));
  const found = new Set(findings.map(({ fingerprint }) => fingerprint));
  const judged = findings.filter(({ fingerprint }) => byFingerprint.has(fingerprint));
  const having = (verdict) => judged.filter(({ fingerprint }) => byFingerprint.get(fingerprint).verdict === verdict);
  // What was found at a lower confidence than is asked for now is not lost.
  const gone = own.filter(
    (verdict) =>
      !found.has(verdict.fingerprint) && confidences.indexOf(verdict.confidence) <= confidences.indexOf(confidence),
  );
  return {
    fresh: findings.filter(({ fingerprint }) => !byFingerprint.has(fingerprint)),
    lost: gone.filter(({ verdict }) => verdict === "right"),
    mended: gone.filter(({ verdict }) => verdict === "wrong"),
    counts: {
      right: having("right").length,
      wrong: having("wrong").length,
      wrongCertain: having("wrong").filter((finding) => finding.confidence === "certain").length,
      unsure: having("unsure").length,
    },
  };
}

/** The verdicts and the new findings, as `unsure` until somebody has read them. */
export function withNew(verdicts, { name, commit }, fresh) {
  return [
    ...verdicts,
    ...fresh.map(({ fingerprint, rule, confidence, file, place }) => ({
      repository: name,
      commit,
      fingerprint,
      rule,
      confidence,
      file,
      line: place.line,
      verdict: "unsure",
      reason: "not read yet",
    })),
  ];
}
