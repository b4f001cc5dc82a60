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

/** What has changed within version 3. */
interface Edition {
  versions: string;
  /** Connections have `Symbol.asyncDispose` or `Symbol.dispose`. */
  disposes: boolean;
  /** A connection knows that it was released. */
  knowsRelease: boolean;
  /** Proofs run on it. */
  proven?: true;
}

const editions: Edition[] = [
  { versions: ">=3.20.0", disposes: true, knowsRelease: true, proven: true },
  { versions: ">=3.18.0 <3.20.0", disposes: true, knowsRelease: false },
  { versions: ">=3 <3.18.0", disposes: false, knowsRelease: false },
];

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
    commit: { ...statement, ends: { ...transaction, commits: true } },
    rollback: { ...statement, ends: transaction },
    ...operations(["changeUser", "prepare", "ping", "reset"], statement),
    connect: { settledBy },
  };
}

const closedState = "Can't add new command when connection is in closed state";

/** Removes the connection: the statement that runs is carried out, those that wait behind it fail. */
const destroy: Release = release({
  waits: false,
  kind: "abort",
  graceful: "end",
  drops: true,
  pending: { outcome: "rejects", error: "write after end", code: "ERR_STREAM_WRITE_AFTER_END" },
});

function connection(style: Style, { disposes, knowsRelease }: Edition, pooled: boolean): Handle {
  const settledBy = style.promises ? "promise" : "callback";
  const end: Release = {
    ...release({ waits: true, kind: "graceful", pending: { outcome: "finishes" } }),
    ...(style.promises && { promised: true }),
  };
  const giveBack: Release = {
    waits: false,
    kind: "graceful",
    pending: { outcome: "runs on" },
    second: knowsRelease ? { outcome: "harmless", harmsNextOwner: true } : { outcome: "harms" },
  };
  const name = pooled ? "PoolConnection" : "Connection";
  return {
    name: `${style.prefix}${name}`,
    noun: "mysql connection",
    types: [{ name, file: pooled ? style.poolConnectionFile : style.connectionFile }],
    lanes: {
      query: {
        overlap: { outcome: "queues" },
        inOrder: true,
        phases: { transaction: { outcome: "queues", lateStatements: "after an await" } },
        why: "A connection runs one statement at a time. A failed statement does not end a transaction here: what other branches send before and after the rollback is kept or lost one by one.",
      },
    },
    operations: connectionOperations(settledBy),
    ...(!style.promises && {
      methods: { promise: { returns: { type: `Promise${name}`, view: true } } },
    }),
    releases: pooled ? { release: giveBack, destroy: { ...destroy, graceful: "release" } } : { end, destroy },
    ...(disposes && {
      disposal: {
        kind: style.promises ? "async" : "sync",
        release: pooled ? "release" : "end",
        waits: !pooled && style.promises,
      },
    }),
    afterRelease: pooled
      ? { outcome: "works", after: { destroy: { outcome: "rejects", error: closedState } } }
      : { outcome: "rejects", error: closedState },
  };
}

/** The pool does not wait for the connections that it has lent; what runs on them is carried out. */
function poolLife(promises: boolean): Pick<Source, "noun" | "ends" | "afterEnd"> {
  return {
    noun: "mysql pool",
    ends: {
      end: {
        waits: false,
        kind: "graceful",
        ...(promises && { promised: true }),
        pending: { outcome: "finishes" },
        second: { outcome: "rejects", error: closedState },
      },
    },
    afterEnd: { outcome: "rejects", error: "Pool is closed." },
  };
}

function pool(style: Style, { knowsRelease }: Edition): Source[] {
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
          // With callbacks it goes past what the connection knows.
          second: knowsRelease && style.promises ? { outcome: "harmless", harmsNextOwner: true } : { outcome: "harms" },
        },
      },
      ...poolLife(style.promises),
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
    kind: "proof",
    where: "proofs/mysql2.mjs",
    says: "Statements queue and are answered in order, those of a failed transaction outlive its rollback, and a second release frees the next owner's connection.",
  },
  {
    kind: "source",
    where: "mysql2/lib/pool_connection.js",
    says: "release puts the connection back as it is, and does nothing only while no other caller has taken it.",
  },
  {
    kind: "source",
    where: "mysql2/lib/base/connection.js",
    says: "Commands of one connection wait in a queue; a closed connection refuses them.",
  },
];

function contract(style: Style, edition: Edition, modules: string[]): Contract {
  const type = (name: string): string => `${style.prefix}${name}`;
  return {
    package: "mysql2",
    versions: edition.versions,
    status: edition.proven ? "proven" : "documented",
    modules,
    evidence: edition.proven ? evidence : evidence.filter(({ kind }) => kind !== "proof"),
    exports: {
      createConnection: {
        kind: "function",
        returns: { type: type("Connection"), ...(style.promises && { promised: true }) },
      },
      createPool: { kind: "function", returns: { type: type("Pool") } },
      createPoolCluster: { kind: "function", returns: { type: type("PoolCluster") } },
    },
    handles: [connection(style, edition, true), connection(style, edition, false)],
    sources: pool(style, edition),
  };
}

export const contracts: Contract[] = editions.flatMap((edition) => [
  contract(callbacks, edition, ["mysql2"]),
  contract(promises, edition, ["mysql2/promise", "mysql2/promise.js"]),
]);
