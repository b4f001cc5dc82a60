/** async-mutex: what runs under a mutex, or under a semaphore of one, does not overlap. */

import type { Contract, Evidence, Guard } from "../contract.js";

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/async-mutex.mjs",
    says: "What runs under the mutex does not overlap, taking it twice hangs, and a critical section that is returned without await is left at once.",
  },
  {
    kind: "documentation",
    where: "https://github.com/DirtyHairy/async-mutex#readme",
    says: "runExclusive and acquire wait until the mutex is free; the releaser frees it.",
  },
];

const mutex: Guard = {
  name: "Mutex",
  types: [{ name: "Mutex" }, { name: "MutexInterface" }],
  exclusive: "always",
  runs: { runExclusive: { argument: 0 } },
  enters: ["acquire"],
  leaves: ["release"],
};

const semaphore: Guard = {
  name: "Semaphore",
  types: [{ name: "Semaphore" }, { name: "SemaphoreInterface" }],
  exclusive: { argument: 0 },
  runs: { runExclusive: { argument: 0 } },
  enters: ["acquire"],
  leaves: ["release"],
  releaserAt: 1,
};

export const contracts: Contract[] = [
  {
    package: "async-mutex",
    versions: ">=0.3.0",
    status: "proven",
    evidence,
    exports: {
      Mutex: { kind: "class", type: "Mutex" },
      Semaphore: { kind: "class", type: "Semaphore" },
      withTimeout: { kind: "function", returnsArgument: { argument: 0 } },
      tryAcquire: { kind: "function", returnsArgument: { argument: 0 } },
    },
    handles: [],
    guards: [mutex, semaphore],
  },
];
