import { setTimeout as delay } from "node:timers/promises";
import { guard } from "./guard.js";
import { type Guarded, guardedBy } from "./registry.js";
import type { Happening } from "./violation.js";

export interface DrainOptions {
  /** The longest that it takes, in milliseconds; 10,000 unless something else is said. */
  timeout?: number;
  /** So many milliseconds are between two looks at what is left; 10 unless something else is said. */
  poll?: number;
  /** Ends the waiting early. */
  signal?: AbortSignal;
  /** How much is left by the library's own count, where it has a queue of its own. */
  count?: () => number;
}

export interface Drained {
  /** How many operations, or messages by the library's own count, were left at the end; 0 if everything is out. */
  left: number;
  /** The operations that were pending at the end. */
  pending: Happening[];
  /** Why it ended: nothing was left, its time was over, or its signal was aborted. */
  ended: "drained" | "timeout" | "aborted";
  /** What the library's own flush has failed with. */
  error?: unknown;
}

/**
 * Flushes the handle by the drains that its contract names, then waits until nothing is pending on it and, with `count`,
 * until the library says that nothing is left. It always comes to an end, and tells how much was left.
 *
 * A handle that is not guarded is guarded from here on: what was begun before is known to its own flush only.
 *
 * @throws TypeError if no contract is known for the handle.
 */
export async function drain(handle: object, options: DrainOptions = {}): Promise<Drained> {
  const { timeout = 10_000, poll = 10, signal, count = () => 0 } = options;
  const held = guardedBy(guard(handle, { mode: "observe" }))!;
  const overdue = new AbortController();
  // Whoever awaits this is alive until it has come to its end.
  const timer = setTimeout(() => overdue.abort(), timeout);
  const end = AbortSignal.any(signal === undefined ? [overdue.signal] : [overdue.signal, signal]);
  const flushed: { isDone: boolean; error?: unknown } = { isDone: false };
  const began = performance.now();
  const flushing = flush(held, timeout).then(
    () => (flushed.isDone = true),
    // One that fails when its time is over has not flushed all of it.
    (error: unknown) => Object.assign(flushed, { isDone: performance.now() - began < timeout, error }),
  );
  const left = () => Math.max(held.life.unfinished.length + count(), flushed.isDone ? 0 : 1);

  await unlessAborted(flushing, end);
  while (left() > 0 && !end.aborted) await unlessAborted(delay(poll, undefined, { signal: end }), end);
  clearTimeout(timer);
  const ended = left() === 0 ? "drained" : signal?.aborted ? "aborted" : "timeout";
  const { error } = flushed;
  return {
    left: left(),
    pending: held.life.unfinished.map(({ happening }) => happening),
    ended,
    ...(error !== undefined && { error }),
  };
}

/** The library's own drains, one after the other; on the handle itself, as they are no operations of its user. */
async function flush({ raw, plan }: Guarded, timeout: number): Promise<void> {
  for (const name of plan.handle?.drains ?? []) {
    const method = (raw as Record<string, (...given: unknown[]) => unknown>)[name];
    if (method === undefined) continue;
    if (plan.handle?.operations[name]?.settledBy !== "callback") {
      await method.call(raw);
      continue;
    }
    // Those that take a limit of time take it in front of the callback.
    const limit = method.length > 1 ? [timeout] : [];
    await new Promise<void>((resolve, reject) => {
      method.call(raw, ...limit, (error?: Error) => (error ? reject(error) : resolve()));
    });
  }
}

/** Waits for the promise, or for the end of all waiting. */
function unlessAborted(promise: Promise<unknown>, end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      end.removeEventListener("abort", done);
      resolve();
    };
    if (end.aborted) return done();
    end.addEventListener("abort", done);
    promise.then(done, done);
  });
}
