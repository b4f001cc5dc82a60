import { type Finding, type Place, type ReadFile, type WitnessStep } from "@holdfast/rules";
import { type Line, linesOf } from "./lines.js";
import { memoized } from "./memoized.js";
import type { Side, Violation } from "./violations.js";

/**
 * Makes violations the findings that the linter would have made of them: they happened, and nothing about them is a
 * guess. `report` is where the violation was told.
 */
export function createFindings(textOf: ReadFile): (violation: Violation, report: string) => Finding {
  const linesIn = memoized((file) => linesOf(textOf(file) ?? ""));
  return (violation, report) => findingOf(violation, report, (place) => placeOf(place, linesIn(place.file)));
}

type Position = Exclude<Side["place"], undefined>;

function findingOf(violation: Violation, report: string, placeAt: (position: Position) => Place): Finding {
  const { rule, severity, contract, first, second } = violation;
  const { what, consequence } = wordsOf(violation);
  const step = (side: Side, path: WitnessStep["path"], message: string): WitnessStep[] =>
    side.place ? [{ path, role: path === "first" ? "begins" : "meets", message, place: placeAt(side.place) }] : [];
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
    place: witness.at(-1)?.place ?? placeAt({ file: report, line: violation.line, column: 1 }),
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
/** What is set: the stack tells where the `=` behind it is. */
const target = /[\w$]+(?=\s*$)/;

/** A stack tells where something begins; where it ends stands in the text, if that is still there. */
function placeOf({ file, line, column: told }: Position, lines: readonly Line[]): Place {
  const { start: lineStart, text } = lines[line - 1] ?? { start: 0, text: "" };
  const set = text[told - 1] === "=" ? target.exec(text.slice(0, told - 1)) : null;
  const column = set === null ? told : set.index + 1;
  word.lastIndex = column - 1;
  const length = word.exec(text)?.[0].length ?? 1;
  const start = lineStart + column - 1;
  return { file, start, end: start + length, line, column, endLine: line, endColumn: column + length };
}
