/** What people read about the kinds of fixes on a rule's page. */

export interface FixDescription {
  /** Its titles; `…` stands for the names in them. */
  titles: string[];
  /** What it does, in one sentence. */
  does: string;
  /** When `--fix` applies it: `always`, `never`, or a condition; in the other cases it is a suggestion. */
  safe: string;
}

export const fixDescriptions: Readonly<Record<string, FixDescription>> = {
  "acknowledge-first": {
    titles: ["Acknowledge the message before … is released"],
    does: "Moves the acknowledgement before the release of the channel.",
    safe: "always",
  },
  "add-await": {
    titles: ["Await …", "Make … async and await …"],
    does: "Adds `await` to the call, and makes the function `async` where it is not.",
    safe: "if the function is `async` already",
  },
  "await-at-once": {
    titles: ["Await … where it starts"],
    does: "Awaits a promise where it is created instead of further down.",
    safe: "always",
  },
  "await-first": {
    titles: ["Await … first"],
    does: "Awaits a promise that is kept in a variable before the next operation starts, or before the release.",
    safe: "if the promise is a `const` of the same function",
  },
  "await-using": {
    titles: ["Release … with `await using`"],
    does: "Declares the handle with `await using`, and removes the explicit release.",
    safe: "never",
  },
  "drop-release": {
    titles: ["Leave the release of … to the finally block"],
    does: "Removes a release that the `finally` block repeats.",
    safe: "if nothing runs between the two releases",
  },
  exclusive: {
    titles: ["Let … do one operation at a time, with `exclusive`"],
    does: "Wraps the handle with `exclusive` of `@holdfast/runtime`, which makes a second operation wait for the first.",
    safe: "never",
  },
  "linger-in-constructor": {
    titles: ["Set … in the constructor of …", "Set linger when … is created"],
    does: "Sets `linger` where the socket is created instead of right before it is closed.",
    safe: "never",
  },
  "move-release": {
    titles: ["Release … after …"],
    does: "Moves the release behind the last operation in the same block.",
    safe: "always",
  },
  mutex: {
    titles: ["Run … one at a time with a mutex", "Run every … under …"],
    does: "Runs the operations inside `runExclusive` of a `Mutex` from async-mutex; where some of them do so already, the others use the same one.",
    safe: "never",
  },
  "option-first": {
    titles: ["Set the option of … before …"],
    does: "Moves the statement that sets the option before the call that reads it.",
    safe: "if the value that is set has no side effects",
  },
  "promise-chain": {
    titles: ["Run … one after the other in a promise chain"],
    does: "Keeps the last promise in a field, and starts each operation when the one before it has finished.",
    safe: "never",
  },
  "release-in-finally": {
    titles: ["Release … in a finally block"],
    does: "Puts the operations into `try` and the release into `finally`, so that the handle is released last, and also after an error.",
    safe: "if the release is synchronous and nothing below needs what the block declares",
  },
  "return-await": {
    titles: ["Await … before it is returned"],
    does: "Turns `return promise` into `return await promise`, so that `finally` and `using` wait for it.",
    safe: "always",
  },
  "sequential-loop": {
    titles: ["Run … one after the other"],
    does: "Replaces `Promise.all` or an async `forEach` by a loop that awaits each operation, in the same order and with the same results.",
    safe: "if the loop provably does the same; it takes longer",
  },
  "settle-all": {
    titles: ["Wait for every … before an error is thrown"],
    does: "Uses `Promise.allSettled` and throws the first error when all have finished, so that no branch outlives the rollback.",
    safe: "never",
  },
};
