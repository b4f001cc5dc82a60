import { resolve } from "node:path";
import { slashed } from "@holdfast/workspace";
import { Ended } from "./analysis-thread.js";
import type { ReportRead, RuntimeTarget } from "./engine/messages.js";
import type { Settings } from "./protocol.js";

/** Has a report read, and watched from then on. */
type Watch = (report: string) => void;

interface Waiting {
  resolve: (read: ReportRead) => void;
  reject: (error: Error) => void;
}

/** Where it stands what was seen while programs ran: in the report that somebody has chosen, or that the settings name. */
export class RuntimeReports {
  private chosen: string | undefined;
  private since = 0;
  private waiting: Waiting[] = [];
  /** The files in which the chosen report tells of violations. */
  private named: readonly string[] = [];

  constructor(private readonly watch: Watch) {}

  /** What is wanted of it in a folder of the workspace. */
  targetFor(folder: string, { runtime }: Settings): RuntimeTarget {
    const { chosen, since } = this;
    if (chosen !== undefined) return { report: chosen, since };
    // Without a setting it is left to the configuration; one without a name wants none.
    if (runtime.report === null) return { since };
    return { report: runtime.report === "" ? null : slashed(resolve(folder, runtime.report)), since };
  }

  /** From now on this report counts, whatever settings say. Fails if the thread ends that reads it. */
  choose(report: string): Promise<ReportRead> {
    this.chosen = report;
    this.since = 0;
    this.named = [];
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.watch(report);
    });
  }

  /** Whatever was seen up to now is not to be shown any more, and no report is chosen. */
  forget(): void {
    this.chosen = undefined;
    this.since = Date.now();
    this.named = [];
  }

  /** The files of the chosen report. */
  get files(): readonly string[] {
    return this.named;
  }

  /** A report was read. */
  note(read: ReportRead): void {
    if (read.report !== this.chosen) return;
    this.named = read.files;
    for (const { resolve } of this.takeWaiting()) resolve(read);
  }

  /** Nobody reads any more. */
  ended(reason: string): void {
    for (const { reject } of this.takeWaiting()) reject(new Ended(reason));
  }

  private takeWaiting(): Waiting[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }
}
