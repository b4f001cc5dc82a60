/** What a finding is recognised by although lines were added above it or the message was put better. */

import { createHash } from "node:crypto";

/**
 * A fingerprint for each finding of a file: its rule, file and contract, and the text of the lines where it is and where
 * its witness begins, whatever their indentation. Findings that agree in all of these are numbered in their order.
 * @returns {string[]}
 */
export function fingerprints(findings, file, text) {
  const lines = text.split(/\r\n|\n|\r/);
  const lineOf = (place) => (lines[place.line - 1] ?? "").trim().replace(/\s+/g, " ");
  const seen = new Map();
  return findings.map((finding) => {
    const first = finding.witness[0]?.place;
    // A witness may begin in another file; its text is not at hand, its name is.
    const origin =
      first === undefined ? "" : first.file === finding.place.file ? lineOf(first) : first.file.split("/").at(-1);
    const said = JSON.stringify([finding.rule, file, finding.contract, lineOf(finding.place), origin]);
    const hash = createHash("sha256").update(said).digest("hex").slice(0, 16);
    const number = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, number);
    return number === 1 ? hash : `${hash}-${number}`;
  });
}
