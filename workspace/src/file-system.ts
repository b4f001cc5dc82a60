import { readdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import ts = require("typescript");
import { slashed } from "./paths.js";

/** What the compiler asks of a file system. Paths are absolute, with forward slashes. */
export interface FileSystem {
  /** Without a byte order mark; nothing for what is no readable file. */
  readonly readFile: (path: string) => string | undefined;
  readonly fileExists: (path: string) => boolean;
  readonly directoryExists: (path: string) => boolean;
  readonly getDirectories: (path: string) => string[];
  readonly realpath: (path: string) => string;
}

/** What a reader of projects asks of a file system. */
export type ProjectFileSystem = Pick<ts.ParseConfigFileHost, "readFile" | "fileExists" | "readDirectory">;

/** What happened to a file or folder on disk. */
export type Change = "created" | "changed" | "deleted";

/** Something that happened on disk. */
export interface FileChange {
  path: string;
  change: Change;
}

/** What a folder was like when something in it was asked about. */
interface Folder {
  stamp: string;
  names: ReadonlySet<string>;
}

/**
 * The disk, each question asked once and the answer kept until somebody says that it no longer holds; and texts that
 * stand in for what is on it, such as those of an editor.
 */
export class CachedFileSystem implements FileSystem {
  private readonly overlays = new Map<string, string>();
  private readonly texts = new Map<string, string | undefined>();
  private readonly files = new Map<string, boolean>();
  private readonly directories = new Map<string, boolean>();
  private readonly listings = new Map<string, string[]>();
  private readonly realpaths = new Map<string, string>();
  /** By file whose text was read, and by folder in which something was looked for: what it was like then. */
  private readonly stamps = new Map<string, string>();
  private readonly folders = new Map<string, Folder>();

  /** `isSwept` takes note of what it would take to see later that something has changed. */
  constructor(private readonly isSwept = false) {}

  readonly readFile = (path: string): string | undefined =>
    this.overlays.get(path) ??
    remember(this.texts, path, (asked) => {
      this.noteFolder(slashed(dirname(asked)));
      this.noteFile(asked);
      return ts.sys.readFile(asked);
    });

  readonly fileExists = (path: string): boolean =>
    this.overlays.has(path) ||
    remember(this.files, path, (asked) => {
      this.noteFolder(slashed(dirname(asked)));
      return ts.sys.fileExists(asked);
    });

  readonly directoryExists = (path: string): boolean =>
    remember(this.directories, path, (asked) => {
      this.noteFolder(asked);
      return ts.sys.directoryExists(asked);
    });

  readonly getDirectories = (path: string): string[] =>
    remember(this.listings, path, (asked) => {
      this.noteFolder(asked);
      return ts.sys.getDirectories(asked);
    });

  readonly realpath = (path: string): string =>
    remember(this.realpaths, path, (asked) => ts.sys.realpath?.(asked) ?? asked);

  /** The files below a folder that patterns match. The answer is not kept, but what it rests on is noted. */
  readonly readDirectory: typeof ts.sys.readDirectory = (path, ...how) => {
    const found = ts.sys.readDirectory(path, ...how);
    const root = slashed(path);
    const folders = new Set([root]);
    for (const file of found) {
      for (let folder = dirname(file); folder.startsWith(`${root}/`) && !folders.has(folder); folder = dirname(folder))
        folders.add(folder);
    }
    for (const folder of folders) this.noteFolder(folder);
    return found;
  };

  /** The text stands in for what is on disk, from now on. */
  overlay(path: string, text: string): void {
    this.overlays.set(path, text);
  }

  /** The text that stands in for what is on disk, if one does. */
  overlayOf(path: string): string | undefined {
    return this.overlays.get(path);
  }

  /** What is on disk counts again. */
  withdraw(path: string): void {
    this.overlays.delete(path);
    this.texts.delete(path);
  }

  /** Whether anybody has asked about a file that is said to have changed on disk, so that an answer may be another now. */
  wasAskedAbout(path: string, change: Change): boolean {
    if (change === "changed") return this.texts.has(path) && !this.overlays.has(path);
    const there = change === "deleted";
    if (this.files.get(path) === there || this.directories.get(path) === there) return true;
    if (this.texts.has(path)) return there || this.texts.get(path) === undefined;
    return this.wasReadBelow(path, there) || (!there && this.isNewBelowAKnownFolder(path));
  }

  /** A file can bring folders along that were not there before. */
  private isNewBelowAKnownFolder(path: string): boolean {
    for (let at = path, above = dirname(path); above !== at; at = above, above = dirname(above)) {
      if (this.directories.get(above) === false) return true;
      const listing = this.listings.get(above);
      if (listing !== undefined) return !listing.includes(at.slice(above.length + 1)) && at !== path;
    }
    return false;
  }

  /** A folder comes with files in it that were looked for, or goes with files that were there. */
  private wasReadBelow(path: string, there: boolean): boolean {
    for (const [file, text] of this.texts)
      if ((text !== undefined) === there && file.startsWith(`${path}/`)) return true;
    return false;
  }

  /** The text of a file has changed. */
  changed(path: string): void {
    this.texts.delete(path);
    this.stamps.delete(path);
  }

  /** Files or folders have come or gone: what is known of a text stays, unless it lies there. */
  restructured(paths: readonly string[]): void {
    for (const path of paths) {
      this.changed(path);
      for (const known of this.texts.keys()) if (known.startsWith(`${path}/`)) this.changed(known);
    }
    for (const known of [this.files, this.directories, this.listings, this.realpaths]) known.clear();
    for (const [path, text] of this.texts) if (text === undefined) this.texts.delete(path);
  }

  /** Nothing that is known holds any more, except for what stands in for the disk. */
  clear(): void {
    const { texts, files, directories, listings, realpaths, stamps, folders } = this;
    for (const known of [texts, files, directories, listings, realpaths, stamps, folders]) known.clear();
  }

  /** Looks at the disk for whatever has changed in what was asked about, since then or since the last time. */
  sweep(): FileChange[] {
    return [...this.sweepFiles(), ...this.sweepFolders()];
  }

  private sweepFiles(): FileChange[] {
    const changes: FileChange[] = [];
    for (const [path, before] of this.stamps) {
      const now = stampOf(path);
      if (now === before) continue;
      this.stamps.set(path, now);
      // What is no longer there is missing in its folder.
      if (now !== absent && this.texts.get(path) !== ts.sys.readFile(path)) changes.push({ path, change: "changed" });
    }
    return changes;
  }

  private sweepFolders(): FileChange[] {
    const changes: FileChange[] = [];
    for (const [path, before] of this.folders) {
      if (stampOf(path) === before.stamp) continue;
      const now = readFolder(path);
      this.folders.set(path, now);
      if (before.stamp === absent) changes.push({ path, change: "created" });
      if (now.stamp === absent) changes.push({ path, change: "deleted" });
      const named = (names: ReadonlySet<string>, others: ReadonlySet<string>) =>
        [...names].filter((name) => !others.has(name)).map((name) => `${path}/${name}`);
      for (const created of named(now.names, before.names)) changes.push({ path: created, change: "created" });
      for (const deleted of named(before.names, now.names)) changes.push({ path: deleted, change: "deleted" });
    }
    return changes;
  }

  private noteFile(path: string): void {
    if (this.isSwept) this.stamps.set(path, stampOf(path));
  }

  private noteFolder(path: string): void {
    if (this.isSwept && !this.folders.has(path)) this.folders.set(path, readFolder(path));
  }
}

const absent = "absent";

/** Enough to see later that something has changed: times of change cannot be set, as installers do with the others. */
function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? absent : `${stats.ctimeMs} ${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}

function readFolder(path: string): Folder {
  const stamp = stampOf(path);
  try {
    return { stamp, names: new Set(readdirSync(path)) };
  } catch {
    // It is not there, or no folder, or nobody may look into it: nothing in it is seen to come or go.
    return { stamp, names: new Set() };
  }
}

function remember<T>(known: Map<string, T>, path: string, ask: (path: string) => T): T {
  let answer = known.get(path);
  if (answer === undefined && !known.has(path)) known.set(path, (answer = ask(path)));
  return answer as T;
}
