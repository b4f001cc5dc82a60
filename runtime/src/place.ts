/** Where something happened in the program: the line of its author, not of a library or of this one. */

import { dirname, join, sep } from "node:path";
import { types } from "node:util";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A position in a source file; lines and columns count from 1. */
export interface Place {
  /** Absolute path, or the URL of what is no file. */
  file: string;
  line: number;
  column: number;
  /** The function that it is in, as the stack calls it. */
  function?: string;
}

/** A stack that was taken and is not read yet: reading costs more than taking. */
export class Trace {
  declare readonly stack: string;
  #places: Place[] | undefined;

  constructor() {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = frames;
    Error.captureStackTrace(this);
    Error.stackTraceLimit = stackTraceLimit;
  }

  /** The nearest line that is the program's own; of a library's only if there is no other. */
  get place(): Place | undefined {
    const places = this.places();
    return places.find(({ file }) => !isInstalled(file)) ?? places[0];
  }

  /** Where an object was made: not in the constructors of classes that are derived from its own. */
  get birthplace(): Place | undefined {
    const places = this.places().filter(({ file }) => !isInstalled(file));
    return places.find((place) => !place.function?.startsWith("new ")) ?? this.place;
  }

  /** Whether the nearest line belongs to an installed package. */
  get isFromLibrary(): boolean {
    const [nearest] = this.places();
    return nearest !== undefined && isInstalled(nearest.file);
  }

  private places(): Place[] {
    this.#places ??= this.stack
      .split("\n")
      .map(readFrame)
      .filter((place) => place !== undefined)
      .filter(({ file }) => !file.startsWith("node:") && !isOurs(file));
    return this.#places;
  }
}

/** Whether an installed package has called the function `below`. Looks at no more than that, which costs a few operations. */
export function isCalledByLibrary(below: (...given: never[]) => unknown): boolean {
  const settings: { stackTraceLimit: number; prepareStackTrace?: unknown } = Error;
  const { stackTraceLimit, prepareStackTrace } = settings;
  const taken: { stack?: unknown } = {};
  settings.stackTraceLimit = 3;
  settings.prepareStackTrace = (_error: Error, sites: NodeJS.CallSite[]) => sites;
  Error.captureStackTrace(taken, below);
  const sites = taken.stack as NodeJS.CallSite[];
  settings.stackTraceLimit = stackTraceLimit;
  settings.prepareStackTrace = prepareStackTrace;
  const files = sites.map((site) => site.getFileName() ?? "node:");
  const nearest = files.find((file) => !file.startsWith("node:"));
  return nearest !== undefined && isInstalled(nearest);
}

/** So many frames are looked at; behind them nobody finds their own line any more. */
const frames = 24;

const here = dirname(fileURLToPath(import.meta.url));

/** Where the code of this package is: as it runs, and as source maps call it. */
const ours = ["dist", "src"].map((folder) => join(dirname(here), folder) + sep);

function isOurs(file: string): boolean {
  return ours.some((folder) => file.startsWith(folder));
}

/** As stacks write them, in modules of both kinds. */
const oursInStacks = ours.flatMap((folder) => [folder, pathToFileURL(folder).href]);

const isOurFrame = (line: string) => oursInStacks.some((folder) => line.includes(folder));

/**
 * An error that was thrown through the guard, with the stack that it has without one. The lines that throw it on bear
 * a comment by which Node.js does not show them above an error that nobody catches.
 */
export function withoutOwnFrames<E>(error: E): E {
  if (!types.isNativeError(error) || typeof error.stack !== "string") return error;
  const lines = error.stack.split("\n");
  // It may be frozen.
  if (lines.some(isOurFrame)) Reflect.set(error, "stack", lines.filter((line) => !isOurFrame(line)).join("\n"));
  return error;
}

const included = new Set<string>();

/** Installed packages that count as the program. */
export function includePackages(names: readonly string[]): void {
  for (const name of names) included.add(name);
}

/** The innermost package that a file is installed in. */
const installed = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/;

function isInstalled(file: string): boolean {
  const [, name] = installed.exec(file) ?? [];
  return name !== undefined && !included.has(name.replace("\\", "/"));
}

/** `    at name (file:///folder/file.js:10:20)`, with or without a name. Code of `eval` has no place. */
const frame = /^\s+at (?!.*<anonymous>:)(?:async )?(?:(.*?) \()?((?:file:|node:|[A-Za-z]:[\\/]|\/).*?):(\d+):(\d+)\)?$/;

function readFrame(line: string): Place | undefined {
  const [, name, location, row, column] = frame.exec(line) ?? [];
  if (location === undefined) return undefined;
  return {
    file: location.startsWith("file:") ? fileURLToPath(location) : location,
    line: Number(row),
    column: Number(column),
    ...(name !== undefined && { function: name }),
  };
}

/** `file:line:column`, as terminals link it. */
export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
