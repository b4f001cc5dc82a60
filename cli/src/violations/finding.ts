import { type Finding, type Place, type ReadFile, type WitnessStep } from "@holdfast/rules";
import { linesOf } from "../report/lines.js";
import type { Side, Violation } from "./read.js";

/** A violation as the finding that the linter would have made of it. It happened: nothing about it is a guess. */
export function findingOf(violation: Violation, report: string, textOf: ReadFile): Finding {
  const { rule, severity, contract, first, second } = violation;
  const { what, consequence } = wordsOf(violation);
  const step = (side: Side, path: WitnessStep["path"], message: string): WitnessStep[] =>
    side.place
      ? [{ path, role: path === "first" ? "begins" : "meets", message, place: placeOf(side.place, textOf) }]
      : [];
  const end = second.place === undefined ? second.operation : undefined;
  const witness = [
    ...step(first, "first", end === undefined ? `\`${first.operation}\` is called here` : `not released before ${end}`),
    ...step(second, "second", [`then \`${second.operation}\``, ...consequence, ...timesOf(violation)].join("; ")),
  ];
  return {
    rule,
    confidence: "certain",
    severity,
    message: what,
    // One without any place in the program is shown where it was told.
    place: witness.at(-1)?.place ?? placeOf({ file: report, line: violation.line, column: 1 }, textOf),
    contract,
    witness,
    fixes: [],
  };
}

function timesOf({ count }: Violation): string[] {
  return count > 1 ? [`seen ${count} times`] : [];
}

/** The message without what is said elsewhere: the rule, the places and the page. */
function wordsOf({ rule, message, first, second }: Violation): { what: string; consequence: string[] } {
  let text = message.replace(`${rule}: `, "").replace(/ \(https?:[^\s()]*\)$/, "");
  for (const { place } of [first, second]) {
    if (place !== undefined) text = text.replace(` (${place.file}:${place.line}:${place.column})`, "");
  }
  const [what = text, ...consequence] = text.split("; ");
  return { what, consequence: consequence.length > 0 ? [consequence.join("; ")] : [] };
}

/** A name, or `new` and a name: as much as stands at the position that a stack tells. */
const word = /(?:new\s+)?[\w$.]+/y;

/** A stack tells where something begins; where it ends stands in the text, if that is still there. */
function placeOf({ file, line, column }: { file: string; line: number; column: number }, textOf: ReadFile): Place {
  const text = textOf(file) ?? "";
  const before = offsetOf(text, line);
  word.lastIndex = column - 1;
  const length = word.exec(linesOf(text)[line - 1] ?? "")?.[0].length ?? 1;
  const start = before + column - 1;
  return { file, start, end: start + length, line, column, endLine: line, endColumn: column + length };
}

function offsetOf(text: string, line: number): number {
  const breaks = [...text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)];
  const last = breaks[line - 2];
  return last === undefined ? 0 : last.index + last[0].length;
}
