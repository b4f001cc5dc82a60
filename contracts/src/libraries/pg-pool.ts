/** pg-pool: the pool of pg on its own. Its clients are those of pg. */

import type { Contract } from "../contract.js";
import { poolLife, poolMethods } from "./pg.js";

export const contracts: Contract[] = [
  {
    package: "pg-pool",
    versions: ">=3",
    status: "proven",
    evidence: [
      {
        kind: "proof",
        where: "proofs/pg.mjs",
        says: "A pool that is full makes the next one wait, and one that has ended refuses; a second release throws.",
      },
      {
        kind: "source",
        where: "pg-pool/index.js",
        says: "connect gives a client or calls back with the client and its releaser; a second release throws.",
      },
      {
        kind: "documentation",
        where: "https://node-postgres.com/apis/pool",
        says: "You must release a client when you are finished with it.",
      },
    ],
    exports: { default: { kind: "class", type: "Pool" } },
    handles: [],
    sources: [
      {
        name: "Pool",
        types: [{ name: "Pool" }],
        methods: poolMethods,
        operations: { query: { settledBy: "either" } },
        ...poolLife,
      },
    ],
  },
];
