import type { Finding, WitnessStep } from "@holdfast/rules";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Report } from "./findings.js";
import { type Addresses, locationOf, rangeOf, touch } from "./places.js";
import type { TimelineAnswer, TimelineStep } from "./protocol.js";

/** The finding at a position: the one that is underlined there, or else the one that has a step in that line. */
export function findingAt(report: Report, position: { line: number; character: number }): Finding | undefined {
  const at = { start: position, end: position };
  const exact = report.diagnostics.findIndex(({ range }) => touch(range, at));
  if (exact >= 0) return report.findings[exact];
  const isOnLine = ({ place }: WitnessStep) => place.line - 1 === position.line;
  return report.findings.find(({ witness }) => witness.some(isOnLine));
}

/** A finding as the picture of two paths. */
export function timelineOf(finding: Finding, addresses: Addresses): TimelineAnswer {
  const { rule, message, severity, contract, witness } = finding;
  return { rule, message, severity, contract, steps: witness.map((step) => stepOf(step, addresses)) };
}

function stepOf({ path, role, message, place }: WitnessStep, addresses: Addresses): TimelineStep {
  const document = addresses.documentOf(place.file);
  return { path, role, message, code: codeAt(place.start, document), ...locationOf(place, addresses) };
}

function codeAt(offset: number, document: TextDocument | undefined): string {
  if (document === undefined) return "";
  const { line } = document.positionAt(offset);
  return document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } }).trim();
}

/** How wide a path is, in characters. */
const pathWidth = 13;

/**
 * The same picture in characters, for a hover: time goes down, the first path is on the left, and what it has pending
 * is the double line that the second path runs into.
 */
export function drawTimeline({ witness }: Finding, document: TextDocument): string {
  const begins = witness.findIndex(({ role }) => role === "begins");
  const rows = witness.map((step, index) => {
    const line = `line ${rangeOf(step.place, document).start.line + 1}`;
    return `${drawStep(step, line, index > begins)}${index + 1}. ${step.message.replaceAll("`", "")}`;
  });
  return ["first".padEnd(pathWidth) + "second", ...rows].join("\n");
}

function drawStep({ path, role }: WitnessStep, line: string, isPending: boolean): string {
  const [first, second] = marksFor(role, path === "first", line, isPending ? "║" : "│");
  return first + second.padEnd(pathWidth);
}

/** `course`: how the first path is drawn there. */
function marksFor(
  role: WitnessStep["role"],
  isFirst: boolean,
  line: string,
  course: "║" | "│",
): [first: string, second: string] {
  switch (role) {
    case "begins":
      return [`● ${line}`.padEnd(pathWidth), ""];
    case "leads":
      return isFirst ? [`${course} ${line}`.padEnd(pathWidth), ""] : [course.padEnd(pathWidth), `│ ${line}`];
    case "meets":
      return ["╳".padEnd(pathWidth, "═"), `● ${line}`];
    case "follows":
      return ["▼".padEnd(pathWidth), ""];
  }
}
