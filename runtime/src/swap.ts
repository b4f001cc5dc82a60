import { releaseWhenIdle } from "./graceful.js";
import { guardedBy } from "./registry.js";

/**
 * Replaces a handle: resolves to the next one as soon as it is there, and releases the current one after its last
 * operation, in the background. Where the next one fails, that is rejected, and the current one stays as it is.
 *
 *     this.client = await swap(this.client, connect());
 *
 * The current handle has to be guarded, so that its pending operations are known. What its release fails with becomes a
 * warning of the process.
 *
 * @throws TypeError if the current handle is not guarded.
 */
export async function swap<T extends object>(
  current: T | undefined,
  next: T | PromiseLike<T> | (() => T | PromiseLike<T>),
): Promise<T> {
  const held = guardedBy(current);
  if (current !== undefined && held === undefined) {
    throw new TypeError(
      "swap releases the current handle after its last operation: guard it, so that operations are known.",
    );
  }
  const replacement = await (typeof next === "function" ? next() : next);
  if (current !== undefined && held !== undefined && current !== replacement && held.life.end === undefined) {
    // Whoever waits for this stores the replacement first, so that nothing new begins on the current one.
    setImmediate(() => void releaseQuietly(current));
  }
  return replacement;
}

async function releaseQuietly(handle: object): Promise<void> {
  try {
    await releaseWhenIdle(handle);
  } catch (error) {
    process.emitWarning(`The release of a replaced handle has failed: ${String(error)}`, "HoldfastWarning");
  }
}
