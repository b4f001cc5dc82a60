import { Worker } from "node:worker_threads";
import type { CancellationToken } from "vscode-languageserver/node";
import type {
  EngineOptions,
  FileChange,
  FromEngine,
  Question,
  Questions,
  ReportRead,
  Target,
  ToEngine,
} from "./engine/messages.js";

/** What becomes of the thread, for those who show it. */
export interface ThreadEvents {
  /** What changed on disk matters: findings may be others now. */
  relevant(): void;
  loading(project: string): void;
  loaded(project: string, milliseconds: number, files: number): void;
  shed(projects: readonly string[]): void;
  /** A report of what was seen at run time was read. */
  reportRead(read: ReportRead): void;
  /** Something that takes long goes on. */
  slow(file: string, milliseconds: number): void;
  /** The thread came to an end, and a new one has begun. The reason is one sentence. */
  ended(reason: string): void;
}

export interface AskOptions {
  /** What is asked about first goes first; 0 is for what somebody waits for. */
  priority: number;
  token?: CancellationToken;
  /** Called as the question is put: it sees open files as they are at this moment. */
  asked?: () => void;
}

/** Nobody wants the answer any more. */
export class Cancelled extends Error {}

/** The thread came to an end over the question. */
export class Ended extends Error {}

interface Job {
  id: number;
  question: Question;
  given: Target;
  priority: number;
  asked: (() => void) | undefined;
  isCancelled(): boolean;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** After this long a file is called slow. */
const slowAfter = 4_000;
/** After this long without a sign of life the thread is ended. */
const hungAfter = 60_000;
/** The same while a project is read, which may be a large one. */
const hungLoadingAfter = 300_000;
const megabyte = 1024 * 1024;

/**
 * The thread that the analysis runs in, and the questions that wait for it: one at a time, the most urgent first.
 * If it hangs or runs out of memory it is replaced, and what made it do so is left alone until it changes.
 */
export class AnalysisThread {
  private worker: Worker | undefined;
  private current: Job | undefined;
  private waiting: Job[] = [];
  private loading: string | undefined;
  private timers: NodeJS.Timeout[] = [];
  private isClosed = false;
  private lastId = 0;
  /** Texts of open files; after a new start all of them have to be said again. */
  private readonly open = new Map<string, string>();
  private unsaid = new Map<string, string | undefined>();
  /** Files over which the thread ended, with the text that they had. */
  private readonly avoided = new Map<string, string | undefined>();
  private readonly tooLarge = new Set<string>();
  private readonly projects = new Map<string, string>();
  /** In megabytes, as the thread last said. */
  memory = 0;

  constructor(
    private readonly events: ThreadEvents,
    private megabytes: number,
  ) {}

  /** The limit of memory; a new one holds for a new thread. */
  limit(megabytes: number): void {
    if (megabytes === this.megabytes) return;
    this.megabytes = megabytes;
    this.tooLarge.clear();
    if (this.current) this.waiting.unshift(this.current);
    if (this.worker) this.replace();
  }

  /** The text of an open file; without one it is open no longer. */
  setText(file: string, text: string | undefined): void {
    if (text === undefined) this.open.delete(file);
    else this.open.set(file, text);
    this.unsaid.set(file, text);
  }

  changed(changes: FileChange[]): void {
    // What a thread does not know yet it will read as it is then.
    if (this.worker) this.tell({ kind: "changes", changes });
  }

  /** Has the thread look at the disk for changes that nobody tells. */
  sweep(): void {
    if (this.worker) this.tell({ kind: "sweep" });
  }

  /** Has a report of what was seen at run time read, now and whenever it has changed. */
  watch(report: string, folders: readonly string[]): void {
    this.worker ??= this.start();
    this.tell({ kind: "watch", report, folders });
  }

  /** Puts a question. It fails with `Cancelled`, with `Ended`, or with what went wrong. */
  ask<Asked extends Question>(
    question: Asked,
    given: Questions[Asked]["given"],
    { priority, token, asked }: AskOptions,
  ): Promise<Questions[Asked]["answer"]> {
    // A request that was cancelled before its turn came is never told so again.
    if (this.isClosed || token?.isCancellationRequested) return Promise.reject(new Cancelled());
    const { file } = given;
    if (this.avoided.has(file)) {
      if (this.avoided.get(file) === this.open.get(file))
        return Promise.reject(new Ended(`${file} is skipped until it changes: the analysis crashed on it`));
      this.avoided.delete(file);
    }
    return new Promise<Questions[Asked]["answer"]>((resolve, reject) => {
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T): void => {
          listener?.dispose();
          settle(value);
        };
      };
      const job: Job = {
        id: ++this.lastId,
        question,
        given,
        priority,
        asked,
        isCancelled: () => token?.isCancellationRequested ?? false,
        resolve: settled(resolve as (answer: unknown) => void),
        reject: settled(reject),
      };
      const listener = token?.onCancellationRequested(() => this.cancel(job));
      this.waiting.push(job);
      this.next();
    });
  }

  /** Ends the thread; questions that wait fail. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.stopTimers();
    for (const job of this.takeJobs()) job.reject(new Cancelled());
    await this.worker?.terminate();
  }

  /** A question that was put already is answered into the void: the analysis of a file is not stopped half-way. */
  private cancel(job: Job): void {
    this.waiting = this.waiting.filter((other) => other !== job);
    job.reject(new Cancelled());
  }

  private next(): void {
    if (this.isClosed || this.current !== undefined) return;
    const first = Math.min(...this.waiting.map(({ priority }) => priority));
    const job = this.waiting.find(({ priority }) => priority === first);
    if (job === undefined) return;
    this.waiting = this.waiting.filter((other) => other !== job);
    this.current = job;
    this.worker ??= this.start();
    this.sayTexts();
    job.asked?.();
    this.tell({ kind: "ask", id: job.id, question: job.question, given: job.given });
    this.startTimers(job);
  }

  private sayTexts(): void {
    if (this.unsaid.size === 0) return;
    this.tell({ kind: "open", files: [...this.unsaid].map(([file, text]) => ({ file, text })) });
    this.unsaid = new Map<string, string | undefined>();
  }

  private start(): Worker {
    const options: EngineOptions = { memory: this.megabytes * megabyte, tooLarge: [...this.tooLarge] };
    const worker = new Worker(new URL("./engine/worker.js", import.meta.url), {
      workerData: options,
      resourceLimits: { maxOldGenerationSizeMb: this.megabytes },
    });
    this.unsaid = new Map(this.open);
    worker.on("message", (message: FromEngine) => {
      if (worker === this.worker) this.receive(message);
    });
    worker.on("error", (error: NodeJS.ErrnoException) => {
      if (worker !== this.worker) return;
      const isFull = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      this.fail(isFull ? `ran out of its ${this.megabytes} MB of memory` : `failed: ${error.message}`, isFull);
    });
    worker.on("exit", () => {
      if (worker === this.worker && !this.isClosed) this.fail("crashed", false);
    });
    return worker;
  }

  private receive(message: FromEngine): void {
    switch (message.kind) {
      case "answer":
        this.memory = Math.round(message.memory / megabyte);
        this.rememberProject((message.answer as { project?: string } | undefined)?.project);
        return this.settle(message.id, (job) => job.resolve(message.answer));
      case "failure":
        return this.settle(message.id, (job) => job.reject(new Error(message.reason)));
      case "loading":
        this.loading = message.project;
        this.rememberProject(message.project);
        if (this.current) this.startTimers(this.current, hungLoadingAfter);
        return this.events.loading(message.project);
      case "loaded":
        this.loading = undefined;
        if (this.current) this.startTimers(this.current);
        return this.events.loaded(message.project, message.milliseconds, message.files);
      case "shed":
        return this.events.shed(message.projects);
      case "report":
        return this.events.reportRead(message.read);
      case "relevant":
        if (message.isRelevant) this.events.relevant();
    }
  }

  /** Which project the file belongs to that is being asked about. */
  private rememberProject(project: string | undefined): void {
    if (project !== undefined && this.current) this.projects.set(this.current.given.file, project);
  }

  private settle(id: number, settle: (job: Job) => void): void {
    const job = this.current;
    if (job?.id !== id) return;
    this.stopTimers();
    this.current = undefined;
    settle(job);
    this.next();
  }

  /** The thread is no more. What it ended over is left alone, or, if it was for want of memory, done without types. */
  private fail(reason: string, isFull: boolean): void {
    const file = this.current?.given.file;
    const project = this.loading ?? (file === undefined ? undefined : this.projects.get(file));
    if (isFull && project !== undefined && !this.tooLarge.has(project)) {
      this.tooLarge.add(project);
      return this.giveUp(`the analysis ${reason} over ${project}, which is now checked without types`);
    }
    if (file === undefined) return this.giveUp(`the analysis ${reason}`);
    this.avoided.set(file, this.open.get(file));
    this.giveUp(`the analysis ${reason} over ${file}, which is skipped until it changes`);
  }

  private giveUp(reason: string): void {
    const job = this.current;
    this.replace();
    job?.reject(new Ended(reason));
    this.events.ended(reason);
  }

  /** Ends the thread; the next question starts another. */
  private replace(): void {
    const { worker } = this;
    this.worker = undefined;
    this.current = undefined;
    this.loading = undefined;
    this.stopTimers();
    void worker?.terminate();
    this.next();
  }

  private takeJobs(): Job[] {
    const jobs = [...(this.current ? [this.current] : []), ...this.waiting];
    this.current = undefined;
    this.waiting = [];
    return jobs;
  }

  private startTimers({ given: { file } }: Job, limit = hungAfter): void {
    this.stopTimers();
    const began = performance.now();
    this.timers = [
      setInterval(() => this.events.slow(file, performance.now() - began), slowAfter).unref(),
      setTimeout(() => this.fail(`did not respond for ${limit / 1000} s`, false), limit).unref(),
    ];
  }

  private stopTimers(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private tell(message: ToEngine): void {
    this.worker?.postMessage(message);
  }
}
