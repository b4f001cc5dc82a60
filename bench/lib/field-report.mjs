/** Tables of findings in public repositories by what was thought of them. */

import { groupBy } from "./collections.mjs";
import { table } from "./report.mjs";

const heads = ["certain", "likely", "certain, in tests", "likely, in tests", "true of those judged"];

/**
 * A table with a row for each key, in order, and one for all.
 * @param {string} title what the keys are
 * @param {{ confidence: string, isTest: boolean, opinion?: string }[]} findings
 * @param {(finding: object) => string} keyOf
 */
export function tableBy(title, findings, keyOf) {
  const rows = [...groupBy(findings, keyOf)].sort(([a], [b]) => (a < b ? -1 : 1));
  return table(
    [title, ...heads],
    [...rows, ["**all**", findings]].map(([key, own]) => [key, ...cells(own)]),
  );
}

/** A table of all repositories, with what it took to check them. */
export function tableOfRepositories(results, findings) {
  const byRepository = groupBy(findings, ({ repository }) => repository);
  const rows = results.map(({ repository, files, cpu, seconds, megabytes, failure }) => [
    repository,
    ...(failure === undefined ? [files, cpu, seconds, megabytes] : [failure, "–", "–", "–"]),
    ...cells(byRepository.get(repository) ?? []),
  ]);
  return table(["repository", "files", "CPU s", "s", "peak MB", ...heads], rows);
}

/** The figures of some findings; those in tests count apart, and not for how many are true. */
export function cells(findings) {
  const product = findings.filter(({ isTest }) => !isTest);
  const counts = [false, true].flatMap((inTests) =>
    ["certain", "likely"].map((level) =>
      opinionsOf(findings.filter(({ isTest, confidence }) => isTest === inTests && confidence === level)),
    ),
  );
  return [...counts, shareOfTrue(product)];
}

/** `true / harmless / false / not judged`; nothing where there is no finding. */
function opinionsOf(findings) {
  if (findings.length === 0) return "";
  const having = (opinion) => findings.filter((finding) => finding.opinion === opinion).length;
  return ["true", "harmless", "false", undefined].map(having).join(" / ");
}

function shareOfTrue(findings) {
  const judged = findings.filter(({ opinion }) => opinion !== undefined);
  if (judged.length === 0) return "";
  return `${Math.round((100 * judged.filter(({ opinion }) => opinion === "true").length) / judged.length)} %`;
}
