import { watchFile } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { setImmediate as otherWork, setTimeout as later } from "node:timers/promises";
import { isSarif, type Violation, violationsIn } from "@holdfast/workspace";

/** What a report tells. */
export interface ReadReport {
  /** Whether it has been read at all. */
  isRead: boolean;
  violations: readonly Violation[];
  /** What is wrong with it, in one sentence. */
  problem?: string;
}

/** So often, in milliseconds, it is looked whether a report has changed. A folder that is not there yet cannot be watched. */
const interval = 500;
/** So long, in milliseconds, a report that looks wrong is waited for. */
const moment = 200;
/** In bytes: so much is read of no report. */
const largest = 64 * 1024 * 1024;
/** So many violations are read before other work has its turn. */
const atOnce = 200;

const unread: ReadReport = { isRead: false, violations: [] };

/** Reports that programs write while they run, read in the background and again whenever they change. */
export class WatchedReports {
  private readonly reports = new Map<string, WatchedReport>();

  /** `read` is called whenever a report was read, with what it told before. */
  constructor(private readonly read: (file: string, report: ReadReport, before: ReadReport) => void) {}

  /** What a report told when it was read last: nothing if that is still to come. */
  get(file: string): ReadReport {
    let report = this.reports.get(file);
    if (report === undefined) {
      report = new WatchedReport(file, (content, before) => this.read(file, content, before));
      this.reports.set(file, report);
    }
    return report.content;
  }
}

/** A report from when somebody first asks about it: there are few, and looking at one of them costs next to nothing. */
class WatchedReport {
  content = unread;
  /** Readings come one after the other: the last one counts. */
  private last: Promise<void>;

  constructor(
    private readonly file: string,
    private readonly read: (content: ReadReport, before: ReadReport) => void,
  ) {
    watchFile(file, { interval, persistent: false }, (now, before) => {
      // It is called for a file that is not there, too.
      if (now.ctimeMs !== before.ctimeMs || now.ino !== before.ino) this.readSoon();
    });
    this.last = this.readNow();
  }

  private readSoon(): void {
    this.last = this.last.then(() => this.readNow());
  }

  private async readNow(): Promise<void> {
    const before = this.content;
    this.content = await readSurely(this.file);
    this.read(this.content, before);
  }
}

/** What looks wrong may be half-written, and is right a moment later. */
async function readSurely(file: string): Promise<ReadReport> {
  const read = await readReport(file);
  if (read.problem === undefined) return read;
  await later(moment);
  return readReport(file);
}

/** Never fails. A report that is not there tells nothing: the program has not been run yet. */
async function readReport(file: string): Promise<ReadReport> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return refuse(`${file} is not a file; name a report that @holdfast/runtime wrote.`);
    if (stats.size > largest)
      return refuse(`${file} is too large to show (${stats.size} bytes); delete it, and run the program again.`);
    return await readText(await readFile(file, "utf8"), file, stats.mtimeMs);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT"
      ? { isRead: true, violations: [] }
      : refuse(`${file} cannot be read (${code}); check its permissions.`);
  }
}

function refuse(problem: string): ReadReport {
  return { isRead: true, violations: [], problem };
}

/** What it tells of violations counts, whatever else stands there. `written`: when a violation was seen that does not say so itself. */
async function readText(text: string, file: string, written: number): Promise<ReadReport> {
  const violations: Violation[] = [];
  const problems: string[] = [];
  for (const each of violationsIn(isSarif(file) ? text : withoutHalfLine(text), file)) {
    if (typeof each === "string") problems.push(each);
    else violations.push({ time: written, ...each });
    if ((violations.length + problems.length) % atOnce === 0) await otherWork();
  }
  return { isRead: true, violations, ...(problems.length > 0 && { problem: problems[0] }) };
}

/** The last line may be half-written when it is read. */
function withoutHalfLine(text: string): string {
  return /\}\s*$/.test(text) ? text : text.slice(0, text.lastIndexOf("\n") + 1);
}
