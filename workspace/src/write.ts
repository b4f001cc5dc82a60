import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { encoded, readSource, type SourceText } from "./read.js";

export interface Replacement {
  file: string;
  /** Its name in sentences. */
  shownAs: string;
  /** What was read, and what takes its place. */
  from: SourceText;
  to: string;
  /** The files and folders that were asked for: nothing is written outside of them. */
  within: readonly string[];
}

/**
 * Replaces the text of a source file, all or nothing: until the new text is on the disk, the old one stays. Its mode,
 * owner and byte order mark are kept. Gives the sentence that says why the file was left as it is, or nothing.
 */
export function replaceSource({ file, shownAs, from, to, within }: Replacement): string | undefined {
  try {
    const real = realpathSync(file);
    if (real !== resolve(file) && !within.some((asked) => isWithin(real, realpathSync(asked)))) {
      return `${shownAs} is a link to a file outside of what is checked and was left alone; name that file to fix it.`;
    }
    const stats = statSync(real);
    accessSync(real, constants.W_OK);
    if (!mayKeepOwner(stats)) {
      return `${shownAs} belongs to another user and was left alone; run as that user to fix it.`;
    }
    const now = readSource(real, shownAs);
    if (typeof now === "string" || now.text !== from.text || now.marked !== from.marked) {
      return `${shownAs} has changed since it was read and was left alone; run again to fix it.`;
    }
    replaceFile(real, encoded({ text: to, marked: from.marked }), stats);
    return undefined;
  } catch (error) {
    return `${shownAs} cannot be written (${(error as NodeJS.ErrnoException).code}); check its permissions and the space on the disk.`;
  }
}

function isWithin(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return path === "" || (path !== ".." && !path.startsWith(`..${sep}`) && !path.includes(":"));
}

/** Whether a new file can be given to the owner of the old one. */
function mayKeepOwner({ uid }: Stats): boolean {
  const user = process.getuid?.();
  return user === undefined || user === 0 || user === uid;
}

/** Writes beside the file and renames: whoever reads it meanwhile, or after a crash, finds the old text or the new one. */
function replaceFile(file: string, data: string, { mode, uid, gid }: Stats): void {
  const beside = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const descriptor = openSync(beside, "wx", mode);
    try {
      writeFileSync(descriptor, data);
      if (process.getuid?.() === 0) fchownSync(descriptor, uid, gid);
      fchmodSync(descriptor, mode);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
