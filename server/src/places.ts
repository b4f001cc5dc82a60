import type { Place } from "@holdfast/rules";
import type { Location, Range } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";

/** The document that is open for a file, and the address of any file. */
export interface Addresses {
  documentOf: (file: string) => TextDocument | undefined;
  uriOf: (file: string) => string;
}

/** Where a place is, as the protocol counts: by the offsets in the open document, which knows its own lines. */
export function rangeOf(place: Place, document: TextDocument | undefined): Range {
  if (document) return { start: document.positionAt(place.start), end: document.positionAt(place.end) };
  return {
    start: { line: place.line - 1, character: place.column - 1 },
    end: { line: place.endLine - 1, character: place.endColumn - 1 },
  };
}

export function locationOf(place: Place, { documentOf, uriOf }: Addresses): Location {
  return { uri: uriOf(place.file), range: rangeOf(place, documentOf(place.file)) };
}

/** Of a stretch of several lines the first: what is underlined should be small. */
export function firstLineOf(range: Range): Range {
  if (range.start.line === range.end.line) return range;
  // To the end of the line, however long it is: no line has more than this many characters.
  return { start: range.start, end: { line: range.start.line, character: 2 ** 31 - 1 } };
}

/** Whether two ranges have a place in common; an empty one counts where it touches. */
export function touch(one: Range, other: Range): boolean {
  return !isBefore(one.end, other.start) && !isBefore(other.end, one.start);
}

function isBefore(one: Range["start"], other: Range["start"]): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character);
}
