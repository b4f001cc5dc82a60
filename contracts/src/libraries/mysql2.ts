/**
 * mysql2, with promises and with callbacks. A connection queues its statements; it goes back to the pool as it is, and
 * a second release of it, after somebody else took it, gives it to two owners.
 */

import type { Contract, Evidence, Handle, Hands, Operation, Release, Source } from "../contract.js";
import { beginsTransaction, endsTransaction, operations, release } from "./shared.js";

/** The two interfaces differ in how a call ends, in the names of the types, and in the files that declare them. */
interface Style {
  promises: boolean;
  prefix: string;
  connectionFile: string;
  poolConnectionFile: string;
  poolFiles: string[];
  clusterFile: string;
}

const promises: Style = {
  promises: true,
  prefix: "Promise",
  connectionFile: "promise",
  poolConnectionFile: "promise",
  poolFiles: ["promise"],
  clusterFile: "promise",
};

const callbacks: Style = {
  promises: false,
  prefix: "",
  connectionFile: "typings/mysql/lib/Connection",
  poolConnectionFile: "typings/mysql/lib/PoolConnection",
  poolFiles: ["typings/mysql/lib/Pool", "typings/mysql/index"],
  clusterFile: "typings/mysql/lib/PoolCluster",
};

const transaction = { phase: "transaction" };

function connectionOperations(settledBy: NonNullable<Operation["settledBy"]>): Record<string, Operation> {
  const statement: Operation = { lane: "query", settledBy };
  return {
    query: { ...statement, begins: beginsTransaction, ends: endsTransaction },
    execute: statement,
    beginTransaction: { ...statement, begins: transaction },
    commit: { ...statement, ends: transaction },
    rollback: { ...statement, ends: transaction },
    ...operations(["changeUser", "prepare", "ping", "reset"], statement),
    connect: { settledBy },
  };
}

/** Removes the connection, and what it was doing with it. */
const destroy: Release = release({ waits: false, kind: "abort", graceful: "end" });

function connection(style: Style, pooled: boolean): Handle {
  const settledBy = style.promises ? "promise" : "callback";
  const end: Release = {
    ...release({ waits: true, kind: "graceful", pending: { outcome: "finishes" } }),
    ...(style.promises && { promised: true }),
  };
  const giveBack: Release = {
    waits: false,
    kind: "graceful",
    pending: { outcome: "runs on" },
    second: { outcome: "harms" },
  };
  const name = pooled ? "PoolConnection" : "Connection";
  return {
    name: `${style.prefix}${name}`,
    noun: "mysql connection",
    types: [{ name, file: pooled ? style.poolConnectionFile : style.connectionFile }],
    lanes: {
      query: {
        overlap: { outcome: "queues" },
        phases: { transaction: { outcome: "queues", lateStatements: "after an await" } },
        why: "A connection runs one statement at a time. A failed statement does not end a transaction here: what other branches send before and after the rollback is kept or lost one by one.",
      },
    },
    operations: connectionOperations(settledBy),
    ...(!style.promises && {
      methods: { promise: { returns: { type: `Promise${name}`, view: true } } },
    }),
    releases: pooled ? { release: giveBack, destroy: { ...destroy, graceful: "release" } } : { end, destroy },
    disposal: {
      kind: style.promises ? "async" : "sync",
      release: pooled ? "release" : "end",
      waits: !pooled && style.promises,
    },
    afterRelease: pooled
      ? { outcome: "works" }
      : { outcome: "rejects", error: "Can't add new command when connection is in closed state" },
  };
}

function pool(style: Style): Source[] {
  const hands: Hands = { type: `${style.prefix}PoolConnection` };
  const settledBy = style.promises ? "promise" : "callback";
  const getConnection: NonNullable<Source["methods"]>[string] = {
    ...(style.promises
      ? { returns: { ...hands, promised: true } }
      : { callbacks: [{ argument: -1, timing: "later", parameters: [null, hands] }] }),
    // There is no timeout: without `waitForConnections: false` the call waits for ever.
    limited: { outcome: "hangs" },
  };
  return [
    {
      name: `${style.prefix}Pool`,
      types: style.poolFiles.map((file) => ({ name: "Pool", file })),
      methods: {
        getConnection,
        ...(!style.promises && { promise: { returns: { type: "PromisePool", view: true } } }),
      },
      operations: { query: { settledBy }, execute: { settledBy } },
      releases: {
        releaseConnection: {
          waits: false,
          kind: "graceful",
          releasesArgument: 0,
          pending: { outcome: "runs on" },
          second: { outcome: "harms" },
        },
      },
    },
    {
      name: `${style.prefix}PoolCluster`,
      types: ["PoolCluster", "PoolNamespace"].map((name) => ({ name, file: style.clusterFile })),
      methods: { getConnection, of: { returns: { type: `${style.prefix}PoolCluster` } } },
    },
  ];
}

const evidence: Evidence[] = [
  {
    kind: "source",
    where: "mysql2/lib/pool_connection.js",
    says: "release puts the connection back as it is, and does nothing only while nobody else has taken it.",
  },
  {
    kind: "source",
    where: "mysql2/lib/base/connection.js",
    says: "Commands of one connection wait in a queue; a closed connection refuses them.",
  },
];

function contract(style: Style, modules: string[]): Contract {
  const type = (name: string): string => `${style.prefix}${name}`;
  return {
    package: "mysql2",
    versions: ">=3",
    status: "documented",
    modules,
    evidence,
    exports: {
      createConnection: {
        kind: "function",
        returns: { type: type("Connection"), ...(style.promises && { promised: true }) },
      },
      createPool: { kind: "function", returns: { type: type("Pool") } },
      createPoolCluster: { kind: "function", returns: { type: type("PoolCluster") } },
    },
    handles: [connection(style, true), connection(style, false)],
    sources: pool(style),
  };
}

export const contracts: Contract[] = [
  contract(callbacks, ["mysql2"]),
  contract(promises, ["mysql2/promise", "mysql2/promise.js"]),
];
