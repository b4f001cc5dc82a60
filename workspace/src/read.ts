import { isUtf8 } from "node:buffer";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import type { ReadFile } from "@holdfast/rules";
import { memoized } from "./memoized.js";

const byteOrderMark = "\uFEFF";

/** A source file's text as the analysis sees it. */
export interface SourceText {
  /** Without a byte order mark: no compiler counts it. */
  text: string;
  marked: boolean;
}

/** Reads a source file; a string is the sentence that says why it could not be read. `shownAs` is its name in there. */
export function readSource(file: string, shownAs: string): SourceText | string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return `${shownAs} cannot be read (${(error as NodeJS.ErrnoException).code}); check that it is there and its permissions.`;
  }
  if (bytes.includes(0) || !isUtf8(bytes)) {
    return `${shownAs} is not text in UTF-8; convert it, or exclude it under "files" in holdfast.config.json.`;
  }
  const text = bytes.toString("utf8");
  const marked = text.startsWith(byteOrderMark);
  return { text: marked ? text.slice(1) : text, marked };
}

/** Writes a source file back as it was found. */
export function writeSource(file: string, { text, marked }: SourceText): void {
  writeFileSync(file, marked ? byteOrderMark + text : text);
}

/** Reads small files such as configurations and manifests, each once; nothing for what is no readable file. */
export function createReader(): ReadFile {
  return memoized(readIfFile);
}

function readIfFile(path: string): string | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch {
    // Unreadable is as good as absent: nobody can mean a file that nobody may read.
    return undefined;
  }
}
