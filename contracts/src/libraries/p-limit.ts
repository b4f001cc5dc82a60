/** p-limit: what runs under a limit of one does not overlap. */

import type { Contract } from "../contract.js";

export const contracts: Contract[] = [
  {
    package: "p-limit",
    versions: ">=2",
    status: "proven",
    evidence: [
      {
        kind: "proof",
        where: "proofs/p-limit.mjs",
        says: "Under a limit of one nothing overlaps, and a call inside a call never runs.",
      },
      {
        kind: "documentation",
        where: "https://github.com/sindresorhus/p-limit#readme",
        says: "Runs functions with limited concurrency; with a limit of one, one after the other.",
      },
      {
        kind: "source",
        where: "p-limit/index.js",
        says: "A call inside a call of the same limiter waits for a place that only its end gives back.",
      },
    ],
    exports: { default: { kind: "function", returns: { type: "LimitFunction" } } },
    handles: [],
    guards: [
      {
        name: "LimitFunction",
        types: [{ name: "LimitFunction", alias: true }, { name: "Limit" }],
        exclusive: { argument: 0, property: "concurrency" },
        call: { argument: 0 },
        runs: { map: { argument: 1 } },
      },
    ],
  },
];
