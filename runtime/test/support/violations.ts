import { expect } from "vitest";
import { HandleViolation } from "../../src/index.js";

/** What a call throws before it returns. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("the call was expected to throw");
}

/** What a promise rejects with. */
export async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error("the promise was expected to reject");
  return result.reason;
}

/** The same error, known to be a violation. */
export function violation(error: unknown): HandleViolation {
  expect(error).toBeInstanceOf(HandleViolation);
  return error as HandleViolation;
}

/** Collects violations, as a listener. */
export function collecting() {
  const violations: HandleViolation[] = [];
  const onViolation = (found: HandleViolation) => void violations.push(found);
  return { violations, onViolation, rules: () => violations.map(({ rule }) => rule) };
}

/** The line that it is called from. */
export function here(): number {
  const [, , caller = ""] = String(new Error().stack).split("\n");
  return Number(/:(\d+):\d+\)?$/.exec(caller)?.[1]);
}

/** All that is to be done at once has been done: a turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
