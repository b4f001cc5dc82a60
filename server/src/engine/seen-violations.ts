import { statSync } from "node:fs";
import { applySuppressions, type Finding, type FoundConfiguration, type Place, withSettings } from "@holdfast/rules";
import {
  type CachedFileSystem,
  countEqual,
  createFindings,
  type Line,
  linesOf,
  memoized,
  readIfFile,
  type Settings,
  type Side,
  slashed,
  type Violation,
} from "@holdfast/workspace";
import type { Target } from "./messages.js";
import type { ReadReport, WatchedReports } from "./watched-reports.js";

/** A violation that was seen while a program ran, as a finding. */
export interface Seen {
  finding: Finding;
  /** How often it was seen. */
  count: number;
}

type Position = Exclude<Side["place"], undefined>;

/** What was seen while programs ran, in files as they are now: what has changed since is passed over until the next run. */
export class SeenViolations {
  private readonly byFile = new WeakMap<ReadReport, ReadonlyMap<string, readonly Violation[]>>();

  constructor(
    private readonly fileSystem: CachedFileSystem,
    private readonly reports: WatchedReports,
  ) {}

  /** The violations in a file that its report tells of, as the configuration and the comments of the file want them. */
  in(target: Target, settings: Settings): Seen[] {
    const { file, folder, runtime } = target;
    const found = settings.forFile(file);
    const report = runtime.report === undefined ? settings.reportFor(file) : runtime.report;
    if (found === undefined || report === undefined || report === null) return [];
    const told = this.filesOf(this.reports.get(report)).get(realPathOf(file, folder, this.fileSystem)) ?? [];
    const since = told.filter(({ time = 0 }) => time > runtime.since);
    return since.length === 0 ? [] : this.asFindings(since, report, target, found);
  }

  /** The files in which a report tells of violations, as the workspace names them. */
  files(report: ReadReport, folders: readonly string[]): string[] {
    return [...this.filesOf(report).keys()].map((path) => {
      const names = folders.map((folder) => localPathOf(path, folder, this.fileSystem));
      return names.find((name) => name !== path) ?? path;
    });
  }

  private filesOf(report: ReadReport): ReadonlyMap<string, readonly Violation[]> {
    let files = this.byFile.get(report);
    if (files === undefined) this.byFile.set(report, (files = groupByFile(report.violations)));
    return files;
  }

  private asFindings(
    violations: readonly Violation[],
    report: string,
    { file, folder }: Target,
    { configuration }: FoundConfiguration,
  ): Seen[] {
    const local = (path: string) => localPathOf(normal(path), folder, this.fileSystem);
    const look = this.lookAtDisk(local, folder);
    const findingOf = createFindings(look.textOf);
    const seen = countEqual(violations.filter((each) => holds(each, look))).flatMap((violation) =>
      withSettings([withPaths(findingOf(violation, report), local)], configuration).map((finding) => ({
        finding,
        count: violation.count,
      })),
    );
    const findings = seen.map(({ finding }) => finding);
    const left = new Set(applySuppressions(findings, { fileName: file, text: look.textOf(file) ?? "" }).findings);
    return seen.filter(({ finding }) => left.has(finding));
  }

  /**
   * Each question is put to the disk once, and not to what is remembered of it: the program ran what is there. A report
   * can name any file: only those of the folder are looked at.
   */
  private lookAtDisk(local: (path: string) => string, folder: string): Look {
    const isOwn = (path: string) => local(path).startsWith(`${folder}/`) && !path.split("/").includes("..");
    const onDisk = memoized((path) => (isOwn(path) ? readIfFile(local(path)) : undefined));
    const textOf = (path: string) => (isOwn(path) ? this.fileSystem.overlayOf(local(path)) : undefined) ?? onDisk(path);
    return {
      isOwn,
      textOf,
      linesOf: memoized((path) => linesOf(textOf(path) ?? "")),
      changedAt: memoized((path) => {
        const isEdited = plain(textOf(path)) !== plain(onDisk(path));
        return isEdited ? Infinity : lastChangeOf(local(path));
      }),
    };
  }
}

/** What is asked of files, by the paths that a report has. */
interface Look {
  isOwn: (path: string) => boolean;
  textOf: (path: string) => string | undefined;
  linesOf: (path: string) => readonly Line[];
  /** When a file became what it is, in milliseconds since 1970. */
  changedAt: (path: string) => number;
}

/** Whether a violation still is where it was seen: no file that it names has changed since its program ran. */
function holds(violation: Violation, look: Look): boolean {
  const { time = 0, started = time } = violation;
  return placesOf(violation)
    .filter(({ file }) => look.isOwn(file))
    .every((place) => look.changedAt(place.file) <= started && isBeginning(place, look.linesOf(place.file)));
}

/** Programs that are compiled may run what the source was earlier: then something else stands there. */
function isBeginning({ line, column }: Position, lines: readonly Line[]): boolean {
  const { text } = lines[line - 1] ?? { text: "" };
  const isInsideName = column > 1 && /^[\w$]{2}/.test(text.slice(column - 2));
  return /^\S/.test(text.slice(column - 1)) && !isInsideName;
}

/** Times of change cannot be set, as installers do with the others. */
function lastChangeOf(file: string): number {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? Infinity : Math.floor(Math.max(stats.ctimeMs, stats.mtimeMs));
}

/** Editors make all ends of lines alike, and say nothing of a byte order mark. */
function plain(text: string | undefined): string | undefined {
  return text?.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
}

/** By the file in which each is shown. */
function groupByFile(violations: readonly Violation[]): Map<string, Violation[]> {
  const groups = new Map<string, Violation[]>();
  for (const violation of violations) {
    const { file } = violation.second.place ?? violation.first.place ?? {};
    if (file === undefined) continue;
    const name = normal(file);
    const group = groups.get(name);
    if (group) group.push(violation);
    else groups.set(name, [violation]);
  }
  return groups;
}

function placesOf({ first, second }: Violation): Position[] {
  return [first, second].flatMap(({ place }) => place ?? []);
}

function withPaths(finding: Finding, local: (path: string) => string): Finding {
  const moved = (place: Place): Place => ({ ...place, file: local(place.file) });
  const witness = finding.witness.map((step) => ({ ...step, place: moved(step.place) }));
  return { ...finding, place: moved(finding.place), witness };
}

/** As editors write paths: with forward slashes, and drives in small letters. */
function normal(file: string): string {
  return slashed(file).replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
}

/** Programs see a folder where it really is, even if the editor has opened a link to it. */
function realPathOf(file: string, folder: string, { realpath }: CachedFileSystem): string {
  return file.startsWith(`${folder}/`) ? normal(realpath(folder)) + file.slice(folder.length) : file;
}

function localPathOf(file: string, folder: string, { realpath }: CachedFileSystem): string {
  const real = normal(realpath(folder));
  return file.startsWith(`${real}/`) ? folder + file.slice(real.length) : file;
}
