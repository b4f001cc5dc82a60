/** async-lock: functions that run under the same key do not overlap. */

import type { Contract } from "../contract.js";

export const contracts: Contract[] = [
  {
    package: "async-lock",
    versions: ">=1",
    status: "proven",
    evidence: [
      {
        kind: "proof",
        where: "proofs/async-lock.mjs",
        says: "Under one key nothing overlaps, and a second acquire of it inside the first waits for ever.",
      },
      {
        kind: "documentation",
        where: "https://github.com/rogierschouten/async-lock#readme",
        says: "acquire runs the function when the key is free, and frees it when the promise settles.",
      },
      {
        kind: "source",
        where: "async-lock/lib/index.js",
        says: "A second acquire of the key inside the first waits for it, unless the lock is reentrant in a domain.",
      },
    ],
    exports: { default: { kind: "class", type: "AsyncLock" } },
    handles: [],
    guards: [
      {
        name: "AsyncLock",
        types: [{ name: "AsyncLock" }],
        exclusive: "always",
        runs: { acquire: { argument: 1, key: 0 } },
      },
    ],
  },
];
