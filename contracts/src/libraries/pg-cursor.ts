/**
 * pg-cursor and pg-query-stream: what `client.query` is given instead of text, and gives back. Both occupy the client
 * until they are closed.
 */

import type { Contract } from "../contract.js";
import { loop, release } from "./shared.js";

const cursor: Contract = {
  package: "pg-cursor",
  versions: ">=2",
  status: "proven",
  evidence: [
    {
      kind: "proof",
      where: "proofs/pg.mjs",
      says: "An open cursor holds up its client, one that was read to its end does not, and of two reads one never settles.",
    },
    {
      kind: "source",
      where: "pg-cursor/index.js",
      says: "A read while another is under way replaces its callback, which is then never called; a read after the end gives no rows.",
    },
    {
      kind: "documentation",
      where: "https://node-postgres.com/apis/cursor",
      says: "A cursor has to be closed before the client can be used again.",
    },
  ],
  exports: { default: { kind: "class", type: "Cursor" } },
  handles: [
    {
      name: "Cursor",
      noun: "pg cursor",
      types: [{ name: "Cursor" }],
      lanes: {
        read: {
          overlap: { outcome: "hangs" },
          why: "One of two reads at the same time never settles.",
        },
      },
      operations: { read: { lane: "read", settledBy: "either", consumes: true, exhausts: { fewerThan: 0 } } },
      releases: { close: release({ waits: false, kind: "graceful", promised: true }) },
      afterRelease: { outcome: "silent" },
    },
  ],
};

const queryStream: Contract = {
  package: "pg-query-stream",
  versions: ">=4",
  status: "documented",
  evidence: [
    {
      kind: "documentation",
      where: "https://github.com/brianc/node-postgres/tree/master/packages/pg-query-stream#readme",
      says: "A readable stream of rows on a cursor; destroying it closes the cursor.",
    },
  ],
  exports: { default: { kind: "class", type: "QueryStream" } },
  handles: [
    {
      name: "QueryStream",
      noun: "pg row stream",
      types: [{ name: "QueryStream" }],
      lanes: {},
      operations: { "[Symbol.asyncIterator]": loop },
      releases: { destroy: release({ waits: false, kind: "graceful" }) },
      mayBeLeft: "Reading it to its end, or leaving a loop over it, closes it.",
      afterRelease: { outcome: "silent" },
    },
  ],
};

export const contracts: Contract[] = [cursor, queryStream];
