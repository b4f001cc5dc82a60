/**
 * Which task code runs in, as far as promises tell: what goes on after an `await` belongs to what awaited. A task holds
 * what its acquire promised from the moment on at which it goes on with it; tasks that it starts hold it too.
 *
 * Promise hooks cost something at every promise of the process, so that nothing here runs before somebody asks.
 */

import { promiseHooks } from "node:v8";

/** Something that a task holds, until it is given back. */
export interface Token {
  readonly isOver: boolean;
}

/** What a task holds, and what the task holds that it came from. */
interface Held {
  token: Token;
  outer: Held | undefined;
}

/** By promise: what code holds that runs when it is settled. */
const held = new WeakMap<object, Held>();
/** Promises of an acquire: whoever goes on after one of them holds what it has promised. */
const acquires = new WeakMap<object, Token>();
const running: (Held | undefined)[] = [];
let isWatching = false;

/** Begins to follow tasks. It goes on to the end of the process. */
export function watchTasks(): void {
  if (isWatching) return;
  isWatching = true;
  promiseHooks.createHook({
    // The types say that there always is a parent; a promise that follows from no other has none.
    init(promise, parent?: object) {
      const outer = stillHeld(running.at(-1));
      const token = parent && acquires.get(parent);
      if (token !== undefined) held.set(promise, { token, outer });
      else if (outer !== undefined) held.set(promise, outer);
    },
    before: (promise) => void running.push(held.get(promise)),
    after: () => void running.pop(),
  });
}

/** Whoever awaits the promise holds the token from then on. */
export function holdsAfter(promise: object, token: Token): void {
  acquires.set(promise, token);
}

/** What the running task holds, the latest first. */
export function* heldHere(): Generator<Token> {
  for (let item = stillHeld(running.at(-1)); item !== undefined; item = stillHeld(item.outer)) yield item.token;
}

/** Without what has been given back: a task that goes on for ever would remember all that it ever held. */
function stillHeld(held: Held | undefined): Held | undefined {
  let item = held;
  while (item?.token.isOver) item = item.outer;
  return item;
}
