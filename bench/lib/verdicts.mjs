/** Findings in public repositories that were read, and what the reader thought of them. */

import { CannotRun } from "./usage.mjs";

/** What a finding can be: see README.md. */
export const opinions = ["true", "harmless", "false"];

/**
 * The verdicts with some more, each with what it says of its finding; a later verdict takes the place of an earlier one.
 * @template {{ repository: string, fingerprint: string }} Verdict
 * @param {Verdict[]} verdicts
 * @param {{ fingerprint: string, verdict: string, reason: string }[]} given
 * @param {{ repository: string, commit: string, findings: object[] }[]} results
 * @returns {Verdict[]}
 */
export function withVerdicts(verdicts, given, results) {
  const added = given.flatMap((one) => judged(one, results));
  return [...verdicts.filter((old) => !added.some((one) => isSame(one, old))), ...added];
}

/**
 * All findings, each with its repository and with the verdict on it, if there is one.
 * @returns {{ repository: string, fingerprint: string, opinion?: string }[]}
 */
export function withOpinions(results, verdicts) {
  return results.flatMap(({ repository, findings = [] }) =>
    findings.map((finding) => ({
      ...finding,
      repository,
      opinion: verdicts.find((verdict) => isSame(verdict, { ...finding, repository }))?.verdict,
    })),
  );
}

/** The verdicts whose finding is no longer there, although its repository was checked. */
export function lostVerdicts(results, verdicts) {
  const checked = new Map(results.flatMap(({ repository, findings }) => (findings ? [[repository, findings]] : [])));
  return verdicts.filter(
    ({ repository, fingerprint }) =>
      checked.has(repository) && !checked.get(repository).some((finding) => finding.fingerprint === fingerprint),
  );
}

/** A verdict holds for its finding in later commits too: the fingerprint names the code, not the line. */
function isSame(a, b) {
  return a.repository === b.repository && a.fingerprint === b.fingerprint;
}

function judged({ fingerprint, verdict, reason }, results) {
  if (!opinions.includes(verdict))
    throw new CannotRun(`the verdict on ${fingerprint} is "${verdict}"; it must be ${opinions.join(", ")}.`);
  if (!reason) throw new CannotRun(`the verdict on ${fingerprint} needs a reason.`);
  const found = results.flatMap(({ repository, commit, findings = [] }) =>
    findings
      .filter((finding) => finding.fingerprint === fingerprint)
      .map(({ fingerprint, rule, confidence, contract, file, line }) => ({
        ...{ repository, commit, fingerprint, rule, confidence, contract, file, line },
        verdict,
        reason,
      })),
  );
  if (found.length === 0) throw new CannotRun(`no finding has the fingerprint ${fingerprint}.`);
  return found;
}
