/**
 * kysely. A transaction serialises its statements outside the driver's own queue, and the rollback goes past that
 * queue: even a statement that was sent before the failure can run after it.
 */

import type { Contract, Evidence, Handle, Lane, Operation, Property, Release, Scope, Source } from "../contract.js";
import { graceful, operations } from "./shared.js";

const runs = ["execute", "executeTakeFirst", "executeTakeFirstOrThrow", "stream"];

/** `with` gives something that makes builders, which to an analyser is a builder too. */
const builders = [
  "selectFrom",
  "selectNoFrom",
  "insertInto",
  "replaceInto",
  "updateTable",
  "deleteFrom",
  "mergeInto",
  "with",
  "withRecursive",
];

const schemaBuilders = [
  "createTable",
  "dropTable",
  "createIndex",
  "dropIndex",
  "createSchema",
  "dropSchema",
  "alterTable",
  "createView",
  "refreshMaterializedView",
  "dropView",
  "createType",
  "dropType",
];

const builder: Operation = { lane: "query", builds: { runs } };

const queries: Record<string, Operation> = { ...operations(builders, builder), executeQuery: { lane: "query" } };
const schemaQueries: Record<string, Operation> = operations(schemaBuilders, builder);

const committed = "Transaction is already committed";
const rolledBack = "Transaction is already rolled back";

const finished = { outcome: "rejects", error: committed, errorOnFailure: rolledBack } as const;

const statements: Lane = {
  overlap: { outcome: "queues", lateStatements: "any" },
  why: "Statements wait for each other outside the driver's queue, and the rollback does not wait with them: one that was waiting runs after it, and stays.",
};

const savepoints: Lane = {
  overlap: { outcome: "corrupts" },
  why: "Savepoints are a stack: rolling one back discards everything that came after it.",
};

const scope: Scope = {
  end: "commits, or rolls back when the callback throws",
  waits: false,
  afterwards: finished,
  outer: "It runs on another connection, outside the transaction; when the pool has none left, it waits for ever.",
};

/** Methods that give the same handle with another schema, other plugins or other types. */
function views(type: string): NonNullable<Handle["methods"]> {
  return Object.fromEntries(
    ["withSchema", "withPlugin", "withoutPlugins", "withTables"].map((name) => [
      name,
      { returns: { type, view: true } },
    ]),
  );
}

const schema = (type: string): Record<string, Property> => ({ schema: { type, view: true } });

const passedAs: Handle["passedAs"] = { method: "execute", lane: "query" };

/** What `sql` takes from the handle that it is given, and runs its statement on. */
function executor(type: string): NonNullable<Handle["methods"]> {
  return { getExecutor: { returns: { type, view: true } } };
}

const executing: Record<string, Operation> = { executeQuery: { lane: "query" } };

const transaction: Handle = {
  name: "Transaction",
  noun: "kysely transaction",
  types: [{ name: "Transaction" }],
  lanes: { query: statements },
  operations: queries,
  methods: { ...views("Transaction"), ...executor("TransactionExecutor") },
  properties: schema("TransactionSchema"),
  passedAs,
  releases: {},
  afterRelease: finished,
};

const transactionSchema: Handle = {
  name: "TransactionSchema",
  noun: "kysely transaction",
  types: [],
  lanes: { query: statements },
  operations: schemaQueries,
  releases: {},
  afterRelease: finished,
};

const transactionExecutor: Handle = { ...transactionSchema, name: "TransactionExecutor", operations: executing };

const ended = {
  waits: true,
  promised: true,
  builds: { runs: ["execute"] },
  second: { outcome: "rejects", error: committed, errorAfter: { rollback: rolledBack } },
} satisfies Partial<Release>;

/** Commit and rollback wait in the same queue as the statements, and what comes later is refused. */
const controlledLanes: Record<string, Lane> = {
  query: { overlap: { outcome: "queues", lateStatements: "none" } },
  savepoint: savepoints,
};

const controlled: Handle = {
  name: "ControlledTransaction",
  noun: "kysely transaction",
  types: [{ name: "ControlledTransaction" }],
  lanes: controlledLanes,
  operations: {
    ...queries,
    savepoint: { lane: "savepoint", builds: { runs: ["execute"] } },
    rollbackToSavepoint: { lane: "savepoint", builds: { runs: ["execute"] } },
    releaseSavepoint: { lane: "savepoint", builds: { runs: ["execute"] } },
  },
  methods: { ...views("ControlledTransaction"), ...executor("ControlledTransactionExecutor") },
  properties: schema("ControlledTransactionSchema"),
  passedAs,
  releases: {
    // One that the server refuses leaves the transaction open: the rollback is still owed.
    commit: { ...ended, kind: "graceful", failsOpen: true },
    rollback: { ...ended, kind: "abort" },
  },
  afterRelease: {
    outcome: "rejects",
    error: committed,
    after: { rollback: { outcome: "rejects", error: rolledBack } },
  },
  states: {
    // Both turn true with the answer of the server, and stay false where it refuses.
    isCommitted: { true: "released", by: ["commit"], late: true },
    isRolledBack: { true: "released", by: ["rollback"], late: true },
  },
};

const controlledSchema: Handle = {
  ...transactionSchema,
  name: "ControlledTransactionSchema",
  lanes: controlledLanes,
  afterRelease: controlled.afterRelease,
};

const controlledExecutor: Handle = {
  ...controlledSchema,
  name: "ControlledTransactionExecutor",
  operations: executing,
};

/** What `connection().execute` hands out: the type of the database itself, on one connection. */
const connection: Handle = {
  name: "Connection",
  noun: "kysely connection",
  types: [{ name: "Kysely", shared: true }],
  lanes: { query: { overlap: { outcome: "queues" } } },
  operations: queries,
  methods: { ...views("Connection"), ...executor("ConnectionExecutor") },
  properties: schema("ConnectionSchema"),
  passedAs,
  releases: {},
  afterRelease: { outcome: "works" },
};

const connectionSchema: Handle = {
  ...connection,
  name: "ConnectionSchema",
  types: [],
  operations: schemaQueries,
  methods: {},
  properties: {},
};

const connectionExecutor: Handle = { ...connectionSchema, name: "ConnectionExecutor", operations: executing };

const life: Pick<Source, "noun" | "ends" | "afterEnd"> = {
  noun: "kysely database",
  ends: { destroy: graceful() },
  afterEnd: { outcome: "rejects", error: "driver has already been destroyed" },
};

const sources: Source[] = [
  {
    name: "Kysely",
    types: [{ name: "Kysely" }],
    methods: {
      transaction: { returns: { type: "TransactionBuilder" } },
      startTransaction: { returns: { type: "ControlledTransactionBuilder" } },
      connection: { returns: { type: "ConnectionBuilder" } },
      ...views("Kysely"),
    },
    operations: queries,
    properties: schema("SchemaModule"),
    ...life,
  },
  { name: "SchemaModule", types: [{ name: "SchemaModule" }], operations: schemaQueries },
  {
    name: "TransactionBuilder",
    types: [{ name: "TransactionBuilder" }],
    methods: {
      setAccessMode: { returns: { type: "TransactionBuilder", view: true } },
      setIsolationLevel: { returns: { type: "TransactionBuilder", view: true } },
      execute: {
        callbacks: [{ argument: 0, timing: "now", awaited: true, parameters: [{ type: "Transaction" }], scope }],
        limited: { outcome: "hangs" },
      },
    },
  },
  {
    name: "ControlledTransactionBuilder",
    types: [{ name: "ControlledTransactionBuilder" }],
    methods: {
      setAccessMode: { returns: { type: "ControlledTransactionBuilder", view: true } },
      setIsolationLevel: { returns: { type: "ControlledTransactionBuilder", view: true } },
      execute: { returns: { type: "ControlledTransaction", promised: true }, limited: { outcome: "hangs" } },
    },
  },
  {
    name: "ConnectionBuilder",
    types: [{ name: "ConnectionBuilder" }],
    methods: {
      execute: {
        callbacks: [
          {
            argument: 0,
            timing: "now",
            awaited: true,
            parameters: [{ type: "Connection" }],
            scope: { end: "gives the connection back", waits: false, afterwards: { outcome: "works" } },
          },
        ],
        limited: { outcome: "hangs" },
      },
    },
  },
];

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/kysely.mjs",
    says: "Rows of a transaction that was rolled back are still there, even with one statement a branch.",
  },
  {
    kind: "source",
    where: "kysely/dist/cjs/kysely.js",
    says: "The rollback goes to the connection and past the provider that serialises the statements.",
  },
  {
    kind: "issue",
    where: "https://github.com/kysely-org/kysely/issues/899",
    says: "Queries of a Promise.all in a transaction outlive its rollback.",
  },
  { kind: "issue", where: "https://github.com/kysely-org/kysely/issues/1604", says: "The same, reported again." },
];

/** Before 0.28 nothing keeps a late statement from running, outside the transaction; and there are no transactions by hand. */
const unguarded = { outcome: "works" } as const;

function withoutGuard(handle: Handle): Handle {
  return { ...handle, afterRelease: unguarded };
}

function beforeControlled(source: Source): Source {
  if (source.name === "Kysely") {
    const { startTransaction: _, ...methods } = source.methods ?? {};
    return { ...source, methods };
  }
  if (source.name !== "TransactionBuilder") return source;
  const { setIsolationLevel, execute } = source.methods ?? {};
  const callbacks = (execute?.callbacks ?? []).map((callback) => ({
    ...callback,
    scope: { ...scope, afterwards: unguarded },
  }));
  return {
    ...source,
    methods: { ...(setIsolationLevel && { setIsolationLevel }), execute: { ...execute, callbacks } },
  };
}

export const contracts: Contract[] = [
  {
    package: "kysely",
    versions: ">=0.28.0",
    status: "proven",
    modules: ["kysely"],
    evidence,
    exports: { Kysely: { kind: "class", type: "Kysely" } },
    handles: [
      ...[transaction, transactionSchema, transactionExecutor],
      ...[controlled, controlledSchema, controlledExecutor],
      ...[connection, connectionSchema, connectionExecutor],
    ],
    sources,
  },
  {
    package: "kysely",
    versions: ">=0.26.0 <0.28.0",
    status: "documented",
    modules: ["kysely"],
    evidence: [
      {
        kind: "source",
        where: "kysely/dist/cjs/kysely.js",
        says: "Nothing asks whether the transaction is over before a statement runs on its connection.",
      },
      ...evidence.filter(({ kind }) => kind === "issue"),
    ],
    exports: { Kysely: { kind: "class", type: "Kysely" } },
    handles: [
      ...[transaction, transactionSchema, transactionExecutor].map(withoutGuard),
      ...[connection, connectionSchema, connectionExecutor],
    ],
    sources: sources.filter(({ name }) => name !== "ControlledTransactionBuilder").map(beforeControlled),
  },
];
