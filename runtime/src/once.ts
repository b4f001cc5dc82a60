/**
 * Initialisation that runs once: callers that come together, or later, get the promise of the first. After a failure,
 * which all of them are told of, the next caller tries again.
 */
export function once<T>(init: () => T | PromiseLike<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    if (running !== undefined) return running;
    // Kept before anything is awaited: whoever comes now finds it.
    const attempt: Promise<T> = new Promise<T>((resolve) => resolve(init())).catch((error: unknown) => {
      if (running === attempt) running = undefined;
      throw error;
    });
    return (running = attempt);
  };
}
