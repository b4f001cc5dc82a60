import { documentationUrl, type Finding } from "@holdfast/rules";
import { type Hover, MarkupKind } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Inspected } from "./engine/messages.js";
import type { Report } from "./findings.js";
import { rangeOf, touch } from "./places.js";
import { drawTimeline } from "./timeline.js";

/** What is told about a place: the findings there with their timelines, and what the contract says of the handle. */
export function hoverOf(
  position: { line: number; character: number },
  document: TextDocument,
  report: Report | undefined,
  inspected: Inspected | undefined,
): Hover | undefined {
  const at = { start: position, end: position };
  const concerned = (report?.findings ?? []).filter((_, index) => touch(report!.diagnostics[index]!.range, at));
  const parts = [
    ...concerned.map((finding) => timelineText(finding, document)),
    ...(inspected ? [inspected.markdown] : []),
  ];
  if (parts.length === 0) return undefined;
  return {
    contents: { kind: MarkupKind.Markdown, value: parts.join("\n\n---\n\n") },
    ...(inspected && { range: rangeOf(inspected.place, document) }),
  };
}

/** The editor shows the message itself. */
function timelineText(finding: Finding, document: TextDocument): string {
  const page = `[${finding.rule}](${documentationUrl(finding.rule)})`;
  return `Steps of ${page}:\n\n\`\`\`text\n${drawTimeline(finding, document)}\n\`\`\``;
}
