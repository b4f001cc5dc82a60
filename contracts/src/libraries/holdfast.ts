/** Holdfast's own runtime: what it gives back is the handle that it was given, watched or made safe. */

import type { Contract } from "../contract.js";

export const contracts: Contract[] = [
  {
    package: "@holdfast/runtime",
    versions: "*",
    status: "documented",
    evidence: [
      {
        kind: "documentation",
        where: "@holdfast/runtime/README.md",
        says: "guard watches a handle, lease a pool, exclusive makes operations wait for each other, drain waits for what is pending, once shares one promise.",
      },
    ],
    exports: {
      exclusive: { kind: "function", returnsArgument: { argument: 0, serialised: true } },
      guard: { kind: "function", returnsArgument: { argument: 0 } },
      lease: { kind: "function", returnsArgument: { argument: 0 } },
      disposable: { kind: "function", returnsArgument: { argument: 0 } },
      drain: { kind: "function", drainsArgument: 0 },
      once: { kind: "function", callbacks: [{ argument: 0, timing: "later" }] },
    },
    handles: [],
    serialising: [{ name: "Exclusive" }],
  },
];
