import { type GuardOptions, guardWith } from "./guard.js";
import { happening, type Leases, type Life } from "./life.js";
import { Trace } from "./place.js";
import { report } from "./reporter.js";
import { heldHere, holdsAfter, type Token, watchTasks } from "./tasks.js";
import type { Happening } from "./violation.js";

export interface LeaseOptions extends Omit<GuardOptions, "mode"> {
  /**
   * Follows tasks, to notice one that acquires a second time while it holds the first. It costs something at every
   * promise of the process, and is off unless it is asked for.
   */
  track?: boolean;
  /** A lease that is held longer is reported, with the place that took it; in milliseconds. Off unless it is given. */
  longest?: number;
}

/**
 * A pool whose handles are lent: a release waits for what is pending, `patience` milliseconds at most, and says so; a
 * handle that has been given back can no longer be used or released by code that kept it.
 *
 * With `track`, a task that acquires while it holds a handle of the same pool is reported as `no-nested-acquire`: when
 * all tasks do so at once, each waits for the other. With `longest`, a handle that is held longer is reported.
 *
 * @throws TypeError if no contract is known for the pool, or if there is none by the name.
 */
export function lease<T extends object>(pool: T, options: LeaseOptions = {}): T {
  const { track = false, longest, ...others } = options;
  if (track) watchTasks();
  const isWatched = track || longest !== undefined;
  return guardWith(pool, others, { mode: "serialize", ...(isWatched && { leases: leases(track, longest) }) });
}

/** One handle that is lent, or about to be. */
class Loan implements Token {
  handle?: Life;
  /** The stack of whoever has taken it. To read it costs more than the rest of a loan, so that only a report does. */
  private readonly trace = new Trace();

  constructor(
    readonly pool: Life,
    private readonly operation: string,
  ) {}

  get taken(): Happening {
    return happening(this.operation, this.trace);
  }

  get isOver(): boolean {
    return this.handle?.end !== undefined;
  }
}

function leases(track: boolean, longest: number | undefined): Leases {
  return {
    begin(pool, operation) {
      const loan = new Loan(pool, operation);
      const nested = track && [...heldHere()].find((held) => held instanceof Loan && held.pool === pool);
      if (nested instanceof Loan) reportNested(pool, nested.taken, loan.taken);
      return {
        promised(promise) {
          if (track) holdsAfter(promise, loan);
        },
        lent(handle) {
          loan.handle = handle;
          if (longest !== undefined) watchLength(handle, loan, longest);
        },
      };
    },
  };
}

function reportNested(pool: Life, first: Happening, second: Happening): void {
  tell(pool, {
    rule: "no-nested-acquire",
    severity: "error",
    first,
    second,
    what: "%2 acquires again while the same task holds what %1 gave it",
    consequence: "when all handles of the pool are held like this, every task waits for another",
  });
}

function watchLength(handle: Life, loan: Loan, longest: number): void {
  const timer = setTimeout(() => {
    tell(handle, {
      rule: "require-release",
      severity: "warning",
      first: loan.taken,
      second: { operation: "lease" },
      what: `what %1 gave has been held for more than ${longest} ms`,
      consequence: "no other caller can use it until it is released",
    });
  }, longest).unref();
  handle.onRelease.push(() => clearTimeout(timer));
}

function tell(life: Life, facts: Omit<Parameters<typeof report>[0], "contract" | "noun">): void {
  const { plan, policy } = life;
  report({ ...facts, contract: plan.reference, noun: plan.noun }, policy.mode, policy.listener);
}
