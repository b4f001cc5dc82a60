import type { Finding, Fix, Place } from "../../src/finding.js";

export const file = "/repo/src/program.ts";

/** The place of the first occurrence of some code in a text, or of a later one. */
export function placeOf(text: string, code: string, occurrence = 1): Place {
  let start = -1;
  for (let found = 0; found < occurrence; found++) start = text.indexOf(code, start + 1);
  if (start < 0) throw new Error(`there is no ${code} in ${text}`);
  const from = positionAt(text, start);
  const to = positionAt(text, start + code.length);
  return {
    file,
    start,
    end: start + code.length,
    ...from,
    endLine: to.line,
    endColumn: to.column,
  };
}

function positionAt(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** A finding at some code, as a rule would make it. */
export function findingAt(text: string, code: string, more: Partial<Finding> = {}, occurrence = 1): Finding {
  const place = placeOf(text, code, occurrence);
  return {
    rule: "no-concurrent-use",
    confidence: "certain",
    severity: "error",
    message: `${code} is wrong`,
    place,
    contract: "zeromq#Push",
    witness: [{ path: "first", role: "begins", message: "here", place }],
    fixes: [],
    ...more,
  };
}

/** A fix that replaces some code. */
export function replacing(text: string, code: string, replacement: string, more: Partial<Fix> = {}): Fix {
  const { start, end } = placeOf(text, code);
  return {
    kind: "replace",
    title: "Replace it",
    safe: true,
    edits: [{ file, start, end, text: replacement }],
    ...more,
  };
}
