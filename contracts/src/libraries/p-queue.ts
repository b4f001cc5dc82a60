/** p-queue: what runs in a queue with a concurrency of one does not overlap. */

import type { Contract } from "../contract.js";

export const contracts: Contract[] = [
  {
    package: "p-queue",
    versions: ">=6",
    status: "proven",
    evidence: [
      { kind: "proof", where: "proofs/p-queue.mjs", says: "With a concurrency of one nothing overlaps." },
      {
        kind: "documentation",
        where: "https://github.com/sindresorhus/p-queue#readme",
        says: "concurrency is unlimited unless it is given.",
      },
      {
        kind: "source",
        where: "p-queue/dist/index.d.ts",
        says: "add runs a function in the queue and gives its promise.",
      },
    ],
    exports: { default: { kind: "class", type: "PQueue" } },
    handles: [],
    guards: [
      {
        name: "PQueue",
        // The class is an anonymous default export in some versions, and a checker calls it by that.
        types: [{ name: "PQueue" }, { name: "default" }],
        exclusive: { argument: 0, property: "concurrency" },
        runs: { add: { argument: 0 } },
      },
    ],
  },
];
