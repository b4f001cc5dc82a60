/** Tables, and the places in README.md where results are kept. */

import { readFileSync, writeFileSync } from "node:fs";
import prettier from "prettier";

const readme = new URL("../README.md", import.meta.url);

/** A Markdown table; numbers are set to the right. */
export function table(head, rows) {
  const right = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[-–]?[\d.,x %]*$/.test(String(row[column]))),
  );
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(right.map((is) => (is ? "---:" : "---"))), ...rows.map(line)].join("\n");
}

/** Puts a result between the markers of its name in README.md, in place of the one before. */
export async function keepResult(name, text) {
  const page = withResult(readFileSync(readme, "utf8"), name, text);
  const options = await prettier.resolveConfig(readme);
  writeFileSync(readme, await prettier.format(page, { ...options, parser: "markdown" }));
}

/** The same page with another result between the markers of a name. */
export function withResult(page, name, text) {
  const begin = `<!-- ${name}: begin -->`;
  const end = `<!-- ${name}: end -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`README.md has no markers for "${name}".`);
  return `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}

/** `min / median / max` of some numbers. */
export function spread(numbers, digits = 2) {
  return [Math.min(...numbers), median(numbers), Math.max(...numbers)]
    .map((number) => number.toFixed(digits))
    .join(" / ");
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function today() {
  return new Date().toISOString().slice(0, 10);
}

/** A title with a list below it, or with the word that there is none. */
export function list(title, elements, line) {
  if (elements.length === 0) return `${title}: none.`;
  return [`${title}:`, "", ...elements.map((element) => `- ${line(element)}`)].join("\n");
}
