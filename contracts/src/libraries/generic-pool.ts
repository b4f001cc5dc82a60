/** generic-pool: a pool of anything. Nobody knows the type of what it holds; how it was acquired makes it a handle. */

import type { Contract, Handle, Release, Source } from "../contract.js";

const resource: Handle = {
  name: "Resource",
  noun: "pooled resource",
  types: [],
  lanes: {},
  operations: {},
  anyMethod: {},
  releases: {},
  afterRelease: { outcome: "works" },
};

const giveBack: Release = {
  waits: false,
  kind: "graceful",
  promised: true,
  releasesArgument: 0,
  pending: { outcome: "runs on" },
  second: { outcome: "rejects", error: "Resource not currently part of this pool", harmsNextOwner: true },
};

const pool: Source = {
  name: "Pool",
  types: [{ name: "Pool" }],
  methods: {
    acquire: {
      returns: { type: "Resource", promised: true },
      limited: { outcome: "hangs", error: "ResourceRequest timed out" },
    },
    use: {
      callbacks: [
        {
          argument: 0,
          timing: "now",
          awaited: true,
          parameters: [{ type: "Resource" }],
          scope: {
            end: "gives the resource back, or destroys it when the callback throws",
            waits: false,
            afterwards: { outcome: "works" },
          },
        },
      ],
      limited: { outcome: "hangs", error: "ResourceRequest timed out" },
    },
  },
  releases: { release: giveBack, destroy: { ...giveBack, kind: "abort" } },
  noun: "generic pool",
  ends: {
    drain: {
      waits: true,
      kind: "graceful",
      promised: true,
      pending: { outcome: "finishes" },
      second: { outcome: "harmless" },
    },
  },
  afterEnd: { outcome: "rejects", error: "pool is draining and cannot accept work" },
};

export const contracts: Contract[] = [
  {
    package: "generic-pool",
    versions: ">=3",
    status: "proven",
    evidence: [
      {
        kind: "proof",
        where: "proofs/generic-pool.mjs",
        says: "A second release rejects, or frees the next owner's resource; drain waits for what is lent.",
      },
      {
        kind: "source",
        where: "generic-pool/lib/Pool.js",
        says: "acquire waits without a limit of time unless acquireTimeoutMillis is set; release looks up the loan and refuses what is not on loan.",
      },
      {
        kind: "documentation",
        where: "https://github.com/coopernurse/node-pool#readme",
        says: "A resource is given back when it is no longer needed.",
      },
    ],
    exports: {
      createPool: { kind: "function", returns: { type: "Pool" } },
      Pool: { kind: "class", type: "Pool" },
    },
    handles: [resource],
    sources: [pool],
  },
];
