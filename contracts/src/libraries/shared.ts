/** Small helpers that keep contracts short. They only build data; nothing of them is left in what they return. */

import type { Operation, Release } from "../contract.js";

/** The same operation under many names. */
export function operations(names: readonly string[], operation: Operation): Record<string, Operation> {
  return Object.fromEntries(names.map((name) => [name, operation]));
}

/** A loop over what the handle gives. */
export const loop: Operation = { endsWithHandle: true };

/** The text of a statement that begins a transaction, for `begins`. */
export const beginsTransaction = { phase: "transaction", text: "^\\s*(begin|start\\s+transaction)\\b" };

/** The text of a statement that ends one; a rollback to a savepoint does not. */
export const endsTransaction = {
  phase: "transaction",
  text: "^\\s*(commit|end|abort|rollback)\\b(?!\\s+(work\\s+|transaction\\s+)?to\\b)",
  commits: "^\\s*(commit|end)\\b",
};

/** The end of a shared database: it waits for what is under way, and may be repeated. */
export function graceful(): Release {
  return release({ waits: true, kind: "graceful", promised: true, pending: { outcome: "finishes" } });
}

/** A release that may be repeated without harm. */
export function release(facts: Pick<Release, "waits" | "kind"> & Partial<Release>): Release {
  return { second: { outcome: "harmless" }, ...facts };
}
