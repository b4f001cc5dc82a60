import { gracefulRelease, releaseWhenIdle } from "./graceful.js";
import { guard, type GuardOptions } from "./guard.js";

/** Where a platform has no `Symbol.asyncDispose`, this is what compilers use in its place. */
const asyncDispose: typeof Symbol.asyncDispose =
  (Symbol as { asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ??
  (Symbol.for("Symbol.asyncDispose") as typeof Symbol.asyncDispose);

/**
 * The handle, guarded, with a `Symbol.asyncDispose` that releases it behind what is pending: for `await using` with
 * libraries that know nothing of it. Released by hand before the end of the block, it is not released again.
 *
 * @throws TypeError if the handle has no release of its own, or if no contract is known for it.
 */
export function disposable<T extends object>(handle: T, options: GuardOptions = {}): T & AsyncDisposable {
  const guarded = guard(handle, { mode: "serialize", ...options });
  gracefulRelease(guarded);
  Object.defineProperty(guarded, asyncDispose, {
    value: () => releaseWhenIdle(guarded),
    configurable: true,
    writable: true,
  });
  return guarded as T & AsyncDisposable;
}
