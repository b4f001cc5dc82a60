/**
 * pg (node-postgres). A client runs one statement at a time and queues the others; inside a transaction that queue is
 * where statements of a failed branch outlive the rollback.
 */

import type { Contract, Evidence, Handle, Operation, Overlap, Source } from "../contract.js";
import { beginsTransaction, endsTransaction } from "./shared.js";

const announcedEnd: Overlap["announcedEnd"] = {
  warnsSince: "8.19.0",
  endsIn: "9.0.0",
  text: "Calling client.query() when the client is already executing a query is deprecated and will be removed in pg@9.0. Use async/await or an external async flow control mechanism instead.",
  unless: { option: "pipeline", equals: true },
};

const terminated = { outcome: "rejects", error: "Connection terminated" } as const;
const closed = { outcome: "rejects", error: "Client was closed and is not queryable" } as const;

/** A cursor occupies the client until it is closed. */
const query: Operation = {
  lane: "query",
  settledBy: "either",
  begins: beginsTransaction,
  ends: endsTransaction,
  returnsArgument: { argument: 0, types: ["pg-cursor#Cursor", "pg-query-stream#QueryStream"], derived: true },
};

function client(facts: Pick<Handle, "name" | "noun" | "types" | "releases" | "afterRelease">, queues: Overlap): Handle {
  return {
    ...facts,
    lanes: {
      query: {
        overlap: queues,
        inOrder: true,
        phases: { transaction: { ...queues, lateStatements: "after an await" } },
        why: "A client runs one statement at a time. In a transaction that fails, statements that another branch sends after an await run after the ROLLBACK, outside the transaction.",
      },
    },
    operations: { query, connect: { settledBy: "either" } },
    errorEvent: "error",
  };
}

/** A client of one's own. */
function ownClient(queues: Overlap): Handle {
  return client(
    {
      name: "Client",
      noun: "pg client",
      types: [{ name: "Client" }, { name: "ClientBase" }],
      releases: {
        end: {
          waits: false,
          waitsWith: { option: "pipeline", equals: true },
          kind: "graceful",
          promised: true,
          pending: terminated,
          second: { outcome: "harmless" },
        },
      },
      afterRelease: closed,
    },
    queues,
  );
}

/** A client out of a pool: it goes back as it is, transaction, settings, locks and running statements included. */
function pooledClient(queues: Overlap): Handle {
  return client(
    {
      name: "PoolClient",
      noun: "pg client",
      types: [{ name: "PoolClient" }],
      releases: {
        release: {
          waits: false,
          kind: "graceful",
          abortsWith: { argument: 0, pending: terminated, afterwards: closed },
          pending: { outcome: "runs on" },
          second: {
            outcome: "throws",
            error: "Release called on client which has already been released to the pool.",
            harmsNextOwner: true,
          },
        },
      },
      afterRelease: { outcome: "works" },
    },
    queues,
  );
}

/** `pg-pool` exports the same class on its own. */
export const poolMethods: NonNullable<Source["methods"]> = {
  connect: {
    returns: { type: "pg#PoolClient", promised: true },
    callbacks: [
      {
        argument: 0,
        timing: "later",
        parameters: [null, { type: "pg#PoolClient" }, { type: "pg#PoolClient", releases: 1 }],
        insteadOfReturn: true,
      },
    ],
    limited: { outcome: "hangs", error: "timeout exceeded when trying to connect" },
  },
};

/** `end` waits for clients that are lent out, and so for ever if one is never released. */
export const poolLife: Pick<Source, "noun" | "ends" | "afterEnd" | "states"> = {
  noun: "pg pool",
  ends: {
    end: {
      waits: true,
      kind: "graceful",
      promised: true,
      bounded: "Queries of the pool that still wait for a client then never settle.",
      pending: { outcome: "finishes" },
      second: { outcome: "rejects", error: "Called end on pool more than once" },
    },
  },
  afterEnd: { outcome: "rejects", error: "Cannot use a pool after calling end on the pool" },
  states: { ending: { true: "released" }, ended: { true: "released", late: true } },
};

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/pg.mjs",
    says: "Statements of a failed transaction outlive its rollback, a release does not wait, and a second release frees the next owner's client.",
  },
  {
    kind: "documentation",
    where: "https://node-postgres.com/features/transactions",
    says: "You must use the same client instance for all statements within a transaction.",
  },
  {
    kind: "documentation",
    where: "https://node-postgres.com/apis/pool",
    says: "You must release a client when you are finished with it.",
  },
  {
    kind: "issue",
    where: "https://github.com/brianc/node-postgres/pull/3603",
    says: "Queueing a query on a busy client is deprecated.",
  },
  {
    kind: "issue",
    where: "https://github.com/brianc/node-postgres/issues/3633",
    says: "The queue is to be removed, and finding every call that relies on it is an open problem.",
  },
];

function contract(versions: string, status: Contract["status"], queues: Overlap): Contract {
  return {
    package: "pg",
    versions,
    status,
    modules: ["pg", "pg/esm*", "pg/lib*"],
    evidence,
    exports: {
      Pool: { kind: "class", type: "Pool" },
      Client: { kind: "class", type: "Client" },
      native: {
        kind: "namespace",
        members: { Pool: { kind: "class", type: "Pool" }, Client: { kind: "class", type: "Client" } },
      },
    },
    handles: [pooledClient(queues), ownClient(queues)],
    sources: [
      {
        name: "Pool",
        types: [{ name: "Pool" }],
        methods: poolMethods,
        operations: { query: { settledBy: "either" } },
        ...poolLife,
      },
    ],
  };
}

export const contracts: Contract[] = [
  contract(">=8.19.0", "proven", { outcome: "queues", announcedEnd }),
  contract("<8.19.0", "documented", { outcome: "queues" }),
];
