import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
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
    return `${shownAs} cannot be read (${(error as NodeJS.ErrnoException).code}); check that it exists, and its permissions.`;
  }
  if (!isUtf8(bytes) || isTwoByteText(bytes)) {
    return `${shownAs} is not text in UTF-8; convert it, or exclude it under "files" in holdfast.config.json.`;
  }
  const text = bytes.toString("utf8");
  const marked = text.startsWith(byteOrderMark);
  return { text: marked ? text.slice(1) : text, marked };
}

/** Whether every other byte is zero, as in UTF-16 without a mark. Here and there a zero may stand in a string. */
function isTwoByteText(bytes: Buffer): boolean {
  const zeros = bytes.reduce((count, byte) => count + Number(byte === 0), 0);
  return zeros > bytes.length / 4;
}

/** What a source file holds on the disk. */
export function encoded({ text, marked }: SourceText): string {
  return marked ? byteOrderMark + text : text;
}

/** Reads small files such as configurations and manifests, each once; nothing for what is no readable file. */
export function createReader(): ReadFile {
  return memoized(readIfFile);
}

/** In bytes: no source and no configuration that anybody wrote is as large. */
const largest = 64 * 1024 * 1024;

/** The text of a file; nothing for what is none, such as a folder or a device, or is too large to be source. */
export function readIfFile(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size > largest) return undefined;
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch {
    // Unreadable is as good as absent: nobody can mean a file that nobody may read.
    return undefined;
  }
}
