import type { PendingOperation } from "@holdfast/rules";
import { type CodeLens, type InlayHint, type Range } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { rangeOf, touch } from "./places.js";

/** Behind each operation that goes on after its statement: until when. */
export function inlayHints(pending: readonly PendingOperation[], document: TextDocument, range: Range): InlayHint[] {
  return pending
    .map((operation) => ({ operation, place: rangeOf(operation.place, document) }))
    .filter(({ place }) => touch(place, range))
    .map(({ operation, place }) => ({
      position: place.end,
      label: untilWhen(operation, document),
      paddingLeft: true,
      paddingRight: true,
      tooltip: `\`${operation.name}\` on \`${operation.handle}\` is still pending when the next statement begins.`,
    }));
}

/** Above each line that begins such operations: how many, and until when. */
export function codeLenses(pending: readonly PendingOperation[], document: TextDocument): CodeLens[] {
  const byLine = new Map<number, PendingOperation[]>();
  for (const operation of pending) {
    const { line } = rangeOf(operation.place, document).start;
    byLine.set(line, [...(byLine.get(line) ?? []), operation]);
  }
  return [...byLine].map(([line, operations]) => {
    const start = { line, character: 0 };
    const what = operations.map((operation) => `${operation.name} ${untilWhen(operation, document)}`).join(", ");
    return { range: { start, end: start }, command: { title: what, command: "" } };
  });
}

function untilWhen({ ends }: PendingOperation, document: TextDocument): string {
  const lines = [...new Set(ends.map((place) => rangeOf(place, document).start.line + 1))];
  return lines.length === 0 ? "pending: not awaited" : `pending until line ${lines.join(" or ")}`;
}
