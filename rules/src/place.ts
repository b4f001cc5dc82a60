import type { Place } from "./finding.js";
import type { Span } from "./flow/graph.js";

/** Knows where lines begin; a `ts.SourceFile` does. */
export interface Lines {
  getLineAndCharacterOfPosition(position: number): { line: number; character: number };
}

/** Where a stretch of a file is, for people. */
export function placeOf(file: string, lines: Lines, { start, end }: Span): Place {
  const from = lines.getLineAndCharacterOfPosition(start);
  const to = lines.getLineAndCharacterOfPosition(end);
  return {
    file,
    start,
    end,
    line: from.line + 1,
    column: from.character + 1,
    endLine: to.line + 1,
    endColumn: to.character + 1,
  };
}
