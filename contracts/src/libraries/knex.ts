/**
 * knex. A transaction refuses what comes after its end, and nested ones wait for each other; what is left to break is a
 * query that nobody awaits, which never runs, and the outer database used inside a transaction.
 */

import type { Call, Contract, Evidence, Handle, Lane, Operation, Property, Scope, Source } from "../contract.js";
import { graceful, operations } from "./shared.js";

/** Every method that starts a query; the chain is lazy and may as well end up as part of another query. */
const builders = [
  "()",
  "queryBuilder",
  "raw",
  "with",
  "withRecursive",
  "withMaterialized",
  "withNotMaterialized",
  "withSchema",
  "select",
  "columns",
  "column",
  "distinct",
  "from",
  "fromRaw",
  "into",
  "table",
  "insert",
  "update",
  "delete",
  "del",
  "truncate",
  "first",
  "pluck",
  "count",
  "countDistinct",
  "min",
  "max",
  "sum",
  "sumDistinct",
  "avg",
  "avgDistinct",
  "increment",
  "decrement",
  "where",
  "whereIn",
  "union",
  "unionAll",
];

const schemaBuilders = [
  "createView",
  "createViewOrReplace",
  "createMaterializedView",
  "refreshMaterializedView",
  "dropView",
  "dropViewIfExists",
  "dropMaterializedView",
  "dropMaterializedViewIfExists",
  "renameView",
  "alterView",
  "view",
  "createTable",
  "createTableIfNotExists",
  "createTableLike",
  "alterTable",
  "table",
  "dropTable",
  "dropTableIfExists",
  "renameTable",
  "hasTable",
  "hasColumn",
  "createSchema",
  "createSchemaIfNotExists",
  "dropSchema",
  "dropSchemaIfExists",
  "createExtension",
  "createExtensionIfNotExists",
  "dropExtension",
  "dropExtensionIfExists",
  "raw",
  "withSchema",
];

const runs = ["then", "catch", "finally", "stream", "pipe", "asCallback"];

const builder: Operation = { lane: "query", builds: { runs, lazy: true } };
/** A batch begins at once, whether anyone awaits it or not. */
const queries = { ...operations(builders, builder), batchInsert: { lane: "query", severalStatements: true } as const };
const schemaQueries = operations(schemaBuilders, builder);

const completed = "Transaction query already complete, run with DEBUG=knex:tx for more info";

const poolIsFull =
  "Knex: Timeout acquiring a connection. The pool is probably full. Are you missing a .transacting(trx) call?";

const scope: Scope = {
  end: "commits, or rolls back when the callback throws",
  waits: false,
  afterwards: { outcome: "rejects", error: completed },
  outer: `It runs on another connection, outside the transaction; when the pool has none left, it rejects after a minute: ${poolIsFull}`,
};

const lane: Lane = {
  overlap: { outcome: "queues", lateStatements: "none" },
  why: "The statements run one after the other on one connection; what comes after the end of the transaction is refused.",
};

/** With a callback a scope, without one a promise of a transaction that has to be ended. */
function begin(nested: boolean): Call {
  const transaction = { type: "Transaction", ...(nested && { derived: true }) };
  return {
    returns: { ...transaction, promised: true },
    callbacks: [{ argument: 0, timing: "now", awaited: true, parameters: [transaction], scope, insteadOfReturn: true }],
    ...(!nested && { limited: { outcome: "rejects", error: poolIsFull } }),
  };
}

const schemaOf = (type: string): Record<string, Property> => ({ schema: { type, view: true } });

const ends = {
  waits: false,
  kind: "graceful",
  promised: true,
  pending: { outcome: "rejects", error: completed },
  second: { outcome: "harmless" },
} as const;

const transaction: Handle = {
  name: "Transaction",
  noun: "knex transaction",
  types: [{ name: "Transaction" }],
  lanes: { query: lane },
  operations: queries,
  methods: { transaction: begin(true), savepoint: begin(true) },
  properties: schemaOf("TransactionSchema"),
  passedAs: { method: "transacting", lane: "query", builds: { methods: ["transacting"], runs } },
  releases: { commit: ends, rollback: { ...ends, kind: "abort" } },
  afterRelease: scope.afterwards,
  states: { isCompleted: { true: "released", method: true } },
};

const transactionSchema: Handle = {
  name: "TransactionSchema",
  noun: "knex transaction",
  types: [],
  lanes: { query: lane },
  operations: schemaQueries,
  releases: {},
  afterRelease: scope.afterwards,
};

const sources: Source[] = [
  {
    name: "Knex",
    types: [{ name: "Knex" }],
    methods: { transaction: begin(false), transactionProvider: { returns: { type: "TransactionProvider" } } },
    operations: queries,
    properties: schemaOf("SchemaBuilder"),
    noun: "knex database",
    ends: { destroy: graceful() },
    afterEnd: { outcome: "rejects", error: "Unable to acquire a connection" },
    reopenedBy: ["initialize"],
  },
  {
    name: "TransactionProvider",
    types: [{ name: "TransactionProvider", alias: true }],
    methods: { "()": { returns: { type: "Transaction", promised: true } } },
  },
  { name: "SchemaBuilder", types: [{ name: "SchemaBuilder" }], operations: schemaQueries },
];

const evidence: Evidence[] = [
  {
    kind: "source",
    where: "knex/lib/execution/transaction.js",
    says: "The transaction is marked as completed before it is rolled back, later queries are refused, and siblings wait for each other.",
  },
  { kind: "source", where: "knex/lib/builder-interface-augmenter.js", says: "A query runs when `then` is called." },
  {
    kind: "documentation",
    where: "https://knexjs.org/guide/transactions.html",
    says: "Transactions by callback, by promise and by provider.",
  },
];

export const contracts: Contract[] = [
  {
    package: "knex",
    versions: ">=1",
    status: "documented",
    evidence,
    exports: {
      default: { kind: "function", returns: { type: "Knex" } },
      knex: { kind: "function", returns: { type: "Knex" } },
    },
    handles: [transaction, transactionSchema],
    sources,
  },
];
