import { releaseWhenIdle } from "./graceful.js";
import { guard, type GuardOptions } from "./guard.js";

/**
 * Acquires a handle, lets `use` have it, and releases it when the promise of `use` is settled and nothing is pending on
 * it any more, whatever has happened. Resolves to what `use` gives.
 *
 * If both `use` and the release fail, the error of `use` is thrown, with the other as its `cause` where it has none.
 */
export async function withHandle<T extends object, R>(
  acquire: () => T | PromiseLike<T>,
  use: (handle: T) => R | PromiseLike<R>,
  options: GuardOptions = {},
): Promise<R> {
  const handle = guard(await acquire(), { mode: "serialize", ...options });
  let result: R;
  try {
    result = await use(handle);
  } catch (error) {
    await releaseWhenIdle(handle).catch((failure: unknown) => {
      if (error instanceof Error && error.cause === undefined) error.cause = failure;
    });
    throw error;
  }
  await releaseWhenIdle(handle);
  return result;
}
