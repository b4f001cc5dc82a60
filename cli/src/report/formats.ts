import { didYouMean } from "@holdfast/rules";
import { Problem } from "../problem.js";

/** How findings can be printed. */
export const formats = ["pretty", "json", "sarif", "github"] as const;

export type Format = (typeof formats)[number];

/** The format that was typed, which is `pretty` if none was. */
export function formatNamed(typed: unknown): Format {
  if (typed === undefined) return "pretty";
  if (Array.isArray(typed)) throw new Problem(`--format was given ${typed.length} times; give it once.`);
  const name = typeof typed === "string" ? typed : JSON.stringify(typed);
  const format = formats.find((known) => known === name);
  if (format !== undefined) return format;
  const hint = didYouMean(name, formats) || `; the formats are ${formats.join(", ")}.`;
  throw new Problem(`there is no format "${name}"${hint}`);
}
