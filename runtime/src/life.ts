/** What is known of one handle while the program runs: what is pending on it, its phase, and whether it was released. */

import type { EarlyOption, LateOutcome, Overlap } from "@holdfast/contracts";
import type { Delays } from "./delays.js";
import { HoldQueue } from "./hold-queue.js";
import { Trace, withoutOwnFrames } from "./place.js";
import type { Member, Plan } from "./plan.js";
import type { Listener, Mode } from "./reporter.js";
import type { Happening } from "./violation.js";

/** When stacks are taken: always, never, or at the first calls of each operation and then at one in a thousand. */
export type Places = "always" | "sampled" | "never";

/** What looks after handles that a pool lends. */
export interface Leases {
  /** A handle is asked for. */
  begin(
    pool: Life,
    operation: string,
  ): {
    /** The handle comes by this promise. */
    promised(promise: object): void;
    /** It is there. */
    lent(handle: Life): void;
  };
}

/** How a handle is guarded; those that it hands out are guarded alike. */
export interface Policy {
  mode: Mode;
  places: Places;
  /** Every lane takes turns, also one whose operations the library would queue. */
  exclusive: boolean;
  /** How long a release waits for what is pending, in milliseconds. */
  patience: number;
  listener?: Listener;
  leases?: Leases;
  /** Holds operations back where that may bring a race to light. */
  delays?: Delays;
  /** Is told of a handle that has nothing in front of it. */
  adopted?: (handle: object, life: Life) => void;
  /** Whether what was acquired there is guarded; without it, all is. */
  admits?: (plan: Plan, acquired: Trace) => boolean;
  /** Makes a proxy of a value that has come out of a guarded one. */
  wrap: (value: object, plan: Plan, life: Life) => object;
}

/** An operation that has begun and is not over. Kept and used again by its handle, so that no operation leaves anything. */
export class Pending {
  member!: Member;
  trace: Trace | undefined;
  previous: Pending | undefined;
  next: Pending | undefined;
  /** What is made of the value that the operation promises. */
  handOut: ((value: unknown) => unknown) | undefined;
  /** Its transition ends a phase: what comes now comes too late. */
  ends = false;
  isOver = true;
  /** More than one may say that it is over, so that it is not used again. */
  isUsedOnce = false;

  /** For the promise: the value goes on as it is, or as the handle that it is. */
  readonly fulfilled = (value: unknown): unknown => {
    const { handOut } = this;
    this.life.finish(this);
    return handOut === undefined ? value : handOut(value);
  };

  /** For the promise: the error goes on as it is. */
  readonly rejected = (error: unknown): never => {
    this.life.finish(this);
    throw withoutOwnFrames(error);
  };

  constructor(readonly life: Life) {}

  get happening(): Happening {
    return happening(this.member.name, this.trace);
  }
}

/** Two operations that overlapped in a transaction, which does harm only if it fails while one of them is pending. */
export interface Hazard {
  overlap: Overlap;
  first: Happening;
  second: Happening;
}

export function happening(operation: string, trace?: Trace): Happening {
  const place = trace?.place;
  return { operation, ...(place && { place }) };
}

/** Operations of all handles of one family: a handle and what it has handed out that dies with it. */
interface Family {
  first: Pending | undefined;
}

export class Life {
  /** For each lane, how many operations are pending that one which starts there would meet. */
  readonly busy: number[];
  /** How it ended, once it has. */
  released: Happening | undefined;
  /** Its release was called, and is not over. */
  isEndingLife = false;
  /** The callback that it was given to has failed. */
  hasFailed = false;
  /** Its release was an abort that was meant: what an operation after it comes to. */
  afterwards: LateOutcome | undefined;
  /** Nothing has happened that the next operation has to be told of. */
  private isQuiet = true;
  /** What waits for its release. */
  readonly onRelease: (() => void)[] = [];
  /** What it was given back to, and may lend it again. */
  returnedTo: Life | undefined;
  phase: string | undefined;
  hazard: Hazard | undefined;
  /** What ends the transaction has been called, and is not over. */
  isEnding = false;
  /** The hazard of a transaction that has failed: what comes now is a branch of it that goes on. */
  pastHazard: Hazard | undefined;
  /** Calls that early options must precede, and that are done. */
  readonly milestones = new Map<string, Happening>();
  /** Linger, set when messages had already been handed over. */
  linger: Happening | undefined;
  /** By option: set after a call that it has to precede, and no such call has come since. */
  readonly lateOptions = new Map<EarlyOption, { first: Happening; second: Happening }>();
  /** What the handle was made with, as far as it tells. */
  settings: Readonly<Record<string, unknown>> | undefined;
  /** Operations that are held back. */
  readonly held = new HoldQueue();
  /** By lane, the operation that has begun last; only known where operations are held back. */
  readonly latest: (Happening & { at: number })[] = [];
  /** What waits until operations are over, in the order of arrival. */
  private readonly waiting: { isReady: () => boolean; run: () => void }[] = [];
  private family: Family;
  /** Those that are over, to be used again. */
  private spare: Pending | undefined;

  constructor(
    readonly plan: Plan,
    public policy: Policy,
    public parent?: Life,
    /** Where the handle was acquired. */
    readonly acquired?: Happening,
  ) {
    this.busy = plan.lanes.map(() => 0);
    this.family = parent?.family ?? { first: undefined };
  }

  /** From here on it dies with the other. Nothing is pending on it yet. */
  joinTo(parent: Life): void {
    this.parent = parent;
    this.family = parent.family;
  }

  /** What ended the handle: its own release, or that of one that it dies with. */
  get end(): Happening | undefined {
    return this.released ?? this.parent?.end;
  }

  /** Whether an operation needs no second look for what has happened before. */
  get isCalm(): boolean {
    return this.isQuiet && (this.parent === undefined || this.parent.end === undefined);
  }

  /** Whether something is pending that an operation in this lane may not meet. */
  isBusy(lane: number | undefined): boolean {
    return lane !== undefined && this.busy[lane] !== 0;
  }

  /** `named` is the stack of the call that named it, if it begins at another place. */
  begin(member: Member, named?: Trace): Pending {
    const pending = this.spare ?? new Pending(this);
    this.spare = pending.next;
    pending.member = member;
    pending.isOver = false;
    pending.previous = undefined;
    pending.next = this.family.first;
    if (pending.next !== undefined) pending.next.previous = pending;
    this.family.first = pending;
    if (named !== undefined) pending.trace = named;
    else if (isTimeForPlace(member, this.policy.places)) pending.trace = new Trace();
    this.count(member, 1);
    return pending;
  }

  /** An operation is over. Once is enough, however often its callback is called. */
  finish(pending: Pending): void {
    if (pending.isOver) return;
    const { member, previous, next } = pending;
    pending.isOver = true;
    if (previous === undefined) this.family.first = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    this.count(member, -1);
    if (pending.ends) this.endPhase();
    pending.ends = false;
    pending.trace = undefined;
    pending.handOut = undefined;
    if (!pending.isUsedOnce) {
      pending.next = this.spare;
      this.spare = pending;
    }
    this.tellWaiting();
  }

  /** Runs `start` when its lane is free: at once, or behind what waits already. */
  whenFree(lane: number | undefined, start: () => void): void {
    this.when(() => !this.isBusy(lane), start);
  }

  /** Runs `next` when nothing is pending that a release has to wait for, or when its patience is over. */
  whenIdle(next: () => void): void {
    if (this.unfinished.length === 0) return next();
    let isPatient = true;
    const impatience = () => {
      isPatient = false;
      this.wake();
    };
    // Nobody stays alive for this: a program that has nothing else to do ends.
    const timer = setTimeout(impatience, this.policy.patience).unref();
    this.when(
      () => !isPatient || this.unfinished.length === 0,
      () => {
        clearTimeout(timer);
        next();
      },
    );
  }

  /** Whether an operation of this handle is pending, or of what it has handed out. */
  get hasPending(): boolean {
    return this.pending().next().done !== true;
  }

  /** What is pending and comes to an end by itself: not what waits for a message that may never come. */
  get unfinished(): Pending[] {
    return [...this.pending()].filter(({ member: { operation } }) => {
      return !operation?.consumes && !operation?.endsWithHandle && operation?.settledBy !== "close";
    });
  }

  /** Operations of this handle and of what it has handed out, the latest first. */
  *pending(): Generator<Pending> {
    for (let pending = this.family.first; pending !== undefined; pending = pending.next) {
      if (pending.life.belongsTo(this)) yield pending;
    }
  }

  /** The latest pending operation that one in this lane meets. */
  meets(lane: number): Pending | undefined {
    const lanes = this.plan.lanes[lane]?.meets ?? [];
    for (const pending of this.pending()) {
      const { member, life } = pending;
      if (life === this && member.lane !== undefined && lanes.includes(member.lane) && !isWaiter(member))
        return pending;
    }
    return undefined;
  }

  /** The handle is no more: what waited for that goes on. */
  finishLife(release: Happening): void {
    this.released = release;
    this.isQuiet = false;
    this.endPhase();
    for (const next of this.onRelease.splice(0)) next();
  }

  /** It has come to its end by itself: what waits for its release goes on, and a release does no harm. */
  exhaust(): void {
    for (const next of this.onRelease.splice(0)) next();
  }

  /** A handle that can be opened again lives again. */
  reopen(): void {
    this.released = undefined;
    this.afterwards = undefined;
    this.hasFailed = false;
    this.returnedTo = undefined;
    this.isQuiet = this.lateOptions.size === 0;
  }

  noteLateOption(option: EarlyOption, first: Happening, second: Happening): void {
    this.lateOptions.set(option, { first, second });
    this.isQuiet = false;
  }

  forgetLateOption(option: EarlyOption): void {
    this.lateOptions.delete(option);
    this.isQuiet = this.lateOptions.size === 0 && this.released === undefined;
  }

  beginPhase(phase: string): void {
    this.phase = phase;
    this.hazard = undefined;
  }

  endPhase(): void {
    this.phase = undefined;
    this.isEnding = false;
    this.hazard = undefined;
  }

  private count({ disturbs, disturbed }: Member, change: 1 | -1): void {
    // Most disturb one lane, and this runs twice for each operation.
    if (disturbed !== undefined) this.busy[disturbed]! += change;
    else for (const lane of disturbs) this.busy[lane]! += change;
  }

  private tellWaiting(): void {
    if (this.waiting.length > 0) this.wake();
    this.parent?.tellWaiting();
  }

  private belongsTo(life: Life): boolean {
    return this === life || (this.parent?.belongsTo(life) ?? false);
  }

  private when(isReady: () => boolean, run: () => void): void {
    this.waiting.push({ isReady, run });
    this.wake();
  }

  /** Starts what can start now; of those that wait for the same, the one that came first. */
  private wake(): void {
    for (let index = 0; index < this.waiting.length;) {
      const { isReady, run } = this.waiting[index]!;
      if (isReady()) {
        this.waiting.splice(index, 1);
        run();
        index = 0;
      } else index++;
    }
  }
}

function isWaiter({ operation }: Member): boolean {
  return operation?.waiter === true;
}

/** So many calls of an operation have their places taken: enough for every short program, nothing for a long one. */
const first = 1_000;
const oneIn = 1_024;

/** Whether the place of this call is noted. */
export function isTimeForPlace(member: Member, places: Places): boolean {
  if (places === "never") return false;
  return places === "always" || ++member.calls <= first || member.calls % oneIn === 0;
}
