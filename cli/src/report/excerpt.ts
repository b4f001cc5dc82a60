import type { Place } from "@holdfast/rules";
import stringWidth from "string-width";
import { groupBy } from "../collections.js";
import { type Colours, printable } from "../terminal.js";
import { type Line, linesOf } from "@holdfast/workspace";
import { wrap } from "../wording.js";

/** A stretch of a file with something to say about it. */
export interface Label {
  place: Place;
  /** `①`, or nothing. */
  mark: string;
  message: string;
  /** The one place that the report is about; the others lead to it. */
  primary: boolean;
}

/** How an excerpt is drawn. */
export interface Drawing {
  colours: Colours;
  /** The colour of what is primary. */
  emphasis: (text: string) => string;
  /** The width of the column of line numbers. */
  gutter: number;
  /** No source line is drawn wider than this. */
  width: number;
}

const tab = "    ";

/** Draws the lines of a file that have labels, each with its labels below, in the order of the file. */
export function drawExcerpt(text: string, labels: readonly Label[], drawing: Drawing): string[] {
  const lines = linesOf(text);
  const byLine = groupBy([...labels].sort(byPosition), (label) => label.place.line);
  let previous: number | undefined;
  return [...byLine].flatMap(([line, ofLine]) => {
    const between = previous === undefined ? [] : drawGap(lines, previous, line, drawing);
    previous = line;
    return [...between, ...drawLine(lines[line - 1]?.text ?? "", line, ofLine, drawing)];
  });
}

function byPosition(one: Label, other: Label): number {
  return one.place.line - other.place.line || one.place.column - other.place.column;
}

/** What lies between two lines: the line itself if it is only one, or a sign that something is left out. */
function drawGap(lines: readonly Line[], from: number, to: number, drawing: Drawing): string[] {
  if (to === from + 1) return [];
  if (to === from + 2) return drawLine(lines[from]?.text ?? "", from + 1, [], drawing);
  return [drawing.colours.dim(`${" ".repeat(drawing.gutter)} ⋮`)];
}

function drawLine(source: string, line: number, labels: readonly Label[], drawing: Drawing): string[] {
  const { colours, gutter } = drawing;
  const view = viewOf(source, labels, drawing.width);
  const number = colours.dim(`${String(line).padStart(gutter)} │`);
  const margin = colours.dim(`${" ".repeat(gutter)} ·`);
  const rows = labels.flatMap((label, index) => {
    const repeated = index > 0 && sameSpan(label.place, labels[index - 1]!.place);
    return drawLabel(label, view, repeated, drawing).map((row) => `${margin} ${row}`);
  });
  return [`${number} ${view.text}`.trimEnd(), ...rows];
}

function sameSpan(one: Place, other: Place): boolean {
  return one.start === other.start && one.end === other.end;
}

/** No text is squeezed into fewer cells than this. */
const narrowest = 30;

/** The lines below the code that point at it: `^^^^^ ② started here`. */
function drawLabel(
  { place, mark, message, primary }: Label,
  view: View,
  repeated: boolean,
  { colours, emphasis, width }: Drawing,
): string[] {
  const from = view.column(place.column - 1);
  const to = place.endLine > place.line ? view.end : view.column(place.endColumn - 1);
  const length = Math.max(1, to - from);
  const paint = primary ? emphasis : colours.cyan;
  const line = repeated ? " ".repeat(length) : (primary ? "^" : "─").repeat(length);
  const head = [line, mark].filter((part) => part !== "").join(" ");
  const indent = from + stringWidth(head) + 1;
  const [first = "", ...more] = wrap(message, Math.max(narrowest, width - indent));
  return [
    `${" ".repeat(from)}${paint(`${head} ${first}`.trimEnd())}`,
    ...more.map((text) => `${" ".repeat(indent)}${paint(text)}`),
  ];
}

/** A source line as it is drawn, and where its characters are. */
interface View {
  text: string;
  /** The cell of the terminal in which the character at an index of the source line begins. */
  column(index: number): number;
  /** The cell after the last one. */
  end: number;
}

/** Tabs become blanks, and of a very long line only the part around its first label is shown. */
function viewOf(source: string, labels: readonly Label[], width: number): View {
  const cells = (part: string) => stringWidth(expand(part));
  if (cells(source) <= width) {
    return { text: expand(source), column: (index) => cells(source.slice(0, index)), end: cells(source) };
  }
  const first = labels[0] === undefined ? 0 : labels[0].place.column - 1;
  const from = Math.max(0, first - Math.floor(width / 4));
  const to = Math.min(source.length, from + width - 2);
  const shown = source.slice(from, to);
  const before = from > 0 ? "…" : "";
  const clamp = (index: number) => Math.min(Math.max(index, from), to);
  return {
    text: `${before}${expand(shown)}${to < source.length ? "…" : ""}`,
    column: (index) => before.length + cells(source.slice(from, clamp(index))),
    end: before.length + cells(shown),
  };
}

/** Text as a terminal shows it: tabs as blanks, and nothing that would be a command to the terminal. */
function expand(text: string): string {
  return printable(text.replaceAll("\t", tab));
}
