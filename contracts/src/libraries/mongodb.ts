/**
 * mongodb. The session is passed along with each operation. In a transaction only one operation may be under way: the
 * driver's own typings call anything else undefined behaviour, `Promise.allSettled` included.
 */

import type { Callback, Contract, Evidence, Handle, Source } from "../contract.js";
import { release } from "./shared.js";

const session: Handle = {
  name: "ClientSession",
  noun: "mongodb session",
  types: [{ name: "ClientSession" }],
  lanes: {
    operation: {
      // Outside a transaction the session only carries times.
      overlap: { outcome: "queues" },
      phases: {
        transaction: {
          outcome: "undefined",
          error: "Cannot pin multiple connections to the same session",
          settlingIsNoRemedy: true,
        },
      },
      why: "Running operations in parallel is not supported during a transaction.",
    },
  },
  operations: {
    startTransaction: { settledBy: "return", begins: { phase: "transaction" } },
    commitTransaction: { lane: "operation", ends: { phase: "transaction", commits: true } },
    abortTransaction: { lane: "operation", ends: { phase: "transaction" } },
    withTransaction: {
      callbacks: [
        {
          argument: 0,
          // It may be called again when the transaction has to be retried.
          timing: "one at a time",
          awaited: true,
          parameters: [{ type: "ClientSession", view: true, phase: "transaction" }],
        },
      ],
    },
  },
  passedAs: {
    property: "session",
    lane: "operation",
    builds: {
      methods: [
        "find",
        "aggregate",
        "listIndexes",
        "listSearchIndexes",
        "listCollections",
        "runCursorCommand",
        "watch",
      ],
      runs: ["toArray", "next", "hasNext", "tryNext", "forEach", "[Symbol.asyncIterator]"],
    },
  },
  releases: { endSession: release({ waits: false, kind: "graceful", promised: true }) },
  disposal: { kind: "async", release: "endSession", waits: false },
  afterRelease: { outcome: "rejects", error: "Cannot use a session that has ended" },
  states: {
    hasEnded: { true: "released" },
    inTransaction: { true: "begun", phase: "transaction", method: true },
  },
};

const withSession: Callback = {
  argument: -1,
  timing: "now",
  awaited: true,
  parameters: [{ type: "ClientSession" }],
  scope: {
    end: "ends the session, and aborts a transaction that is still open",
    waits: false,
    afterwards: session.afterRelease,
  },
};

const client: Source = {
  name: "MongoClient",
  types: [{ name: "MongoClient" }],
  methods: {
    startSession: { returns: { type: "ClientSession" } },
    withSession: { callbacks: [withSession] },
    connect: { returns: { type: "MongoClient", promised: true, view: true } },
    db: { returns: { type: "Db" } },
  },
  noun: "mongodb client",
  ends: {
    close: {
      waits: false,
      kind: "graceful",
      promised: true,
      pending: { outcome: "rejects" },
      second: { outcome: "harmless" },
    },
  },
  afterEnd: { outcome: "rejects", error: "Client must be connected before running operations" },
  reopenedBy: ["connect"],
};

/** What operations are called on, with the session that they belong to. */
const database: Source = {
  name: "Db",
  types: [{ name: "Db" }],
  methods: { collection: { returns: { type: "Collection" } } },
  takes: ["ClientSession"],
};

const collection: Source = {
  name: "Collection",
  types: [{ name: "Collection" }],
  takes: ["ClientSession"],
};

const evidence: Evidence[] = [
  {
    kind: "source",
    where: "mongodb/mongodb.d.ts",
    says: "The use of Promise.all, Promise.allSettled, Promise.race, etc to parallelize operations inside a transaction is undefined behaviour.",
  },
  { kind: "source", where: "mongodb/lib/sessions.js", says: "The errors of sessions and transactions." },
  {
    kind: "documentation",
    where: "https://jira.mongodb.org/browse/NODE-6191",
    says: "The warning was added because users kept doing it.",
  },
];

/** Sessions can be disposed of since 6.9. */
const { disposal: _, ...withoutDisposal } = session;

function contract(versions: string, handle: Handle): Contract {
  return {
    package: "mongodb",
    versions,
    status: "documented",
    modules: ["mongodb"],
    evidence,
    exports: {
      MongoClient: {
        kind: "class",
        type: "MongoClient",
        members: { connect: { kind: "function", returns: { type: "MongoClient", promised: true } } },
      },
    },
    handles: [handle],
    sources: [client, database, collection],
  };
}

export const contracts: Contract[] = [contract(">=6.9.0", session), contract(">=4 <6.9.0", withoutDisposal)];
