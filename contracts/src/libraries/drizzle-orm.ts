/**
 * drizzle-orm. A transaction is one connection that nobody guards: a statement that comes after the end of the
 * callback runs outside the transaction. Queries are lazy: one that nobody awaits never runs.
 */

import type {
  Contract,
  Evidence,
  Export,
  Handle,
  Hands,
  Operation,
  Overlap,
  Property,
  Scope,
  Source,
  TypePattern,
} from "../contract.js";
import { operations } from "./shared.js";

/** What the drivers of one database have in common, under the names that the contract uses. */
interface Dialect {
  transaction: string;
  database: string;
  transactionTypes: TypePattern[];
  databaseTypes: string[];
  modules: string[];
  /** Methods that give a builder. */
  builders: string[];
  /** `execute` gives a lazy builder too, and not a promise. */
  lazyExecute: boolean;
  announcedEnd?: Overlap["announcedEnd"];
  proven: boolean;
}

const builder: Operation = {
  lane: "query",
  builds: { runs: ["execute", "then", "catch", "finally", "iterator"], lazy: true },
};

const scope: Scope = {
  end: "commits, or rolls back when the callback throws",
  waits: false,
  afterwards: { outcome: "works" },
  outer: "It runs on another connection, outside the transaction; when the pool has none left, it waits for ever.",
};

function scopedTransaction(hands: Hands): Operation {
  return { callbacks: [{ argument: 0, timing: "now", awaited: true, parameters: [hands], scope }] };
}

function contract(dialect: Dialect): Contract {
  const table = `${dialect.database}Table`;
  const tables = `${dialect.database}Tables`;
  const transactionTable = `${dialect.transaction}Table`;
  const transactionTables = `${dialect.transaction}Tables`;

  const queries: Record<string, Operation> = {
    ...operations(dialect.builders, builder),
    $count: { lane: "query", lazy: true },
    execute: { lane: "query", ...(dialect.lazyExecute && builder) },
  };
  const find = operations(["findMany", "findFirst"], builder);

  const lanes: Handle["lanes"] = {
    query: {
      overlap: {
        outcome: "queues",
        lateStatements: "after an await",
        ...(dialect.announcedEnd && { announcedEnd: dialect.announcedEnd }),
      },
      why: "The statements run one after the other on one connection; when one branch fails, what another sends after an await runs outside the transaction, and stays.",
    },
    savepoint: {
      overlap: { outcome: "corrupts" },
      why: "Nested transactions are savepoints, and savepoints are a stack: rolling one back discards what its sibling wrote, although the sibling succeeded.",
    },
  };
  const inTransaction = { lanes, releases: {}, afterRelease: scope.afterwards } satisfies Partial<Handle>;
  const view = (type: string): Property => ({ type, view: true });

  const handles: Handle[] = [
    {
      name: dialect.transaction,
      noun: "drizzle transaction",
      types: dialect.transactionTypes,
      ...inTransaction,
      operations: {
        ...queries,
        transaction: { lane: "savepoint", ...scopedTransaction({ type: dialect.transaction, derived: true }) },
      },
      properties: { query: view(transactionTables) },
    },
    {
      name: transactionTables,
      noun: "drizzle transaction",
      types: [],
      ...inTransaction,
      operations: {},
      anyProperty: view(transactionTable),
    },
    { name: transactionTable, noun: "drizzle transaction", types: [], ...inTransaction, operations: find },
  ];

  const sources: Source[] = [
    {
      name: dialect.database,
      types: dialect.databaseTypes.map((name) => ({ name })),
      methods: { transaction: scopedTransaction({ type: dialect.transaction }) },
      operations: queries,
      properties: { query: { type: tables } },
    },
    { name: tables, types: [], anyProperty: { type: table } },
    { name: table, types: [], operations: find },
  ];

  const drizzle: Export = { kind: "function", returns: { type: dialect.database } };
  return {
    package: "drizzle-orm",
    versions: ">=0.29.0",
    status: dialect.proven ? "proven" : "documented",
    modules: dialect.modules,
    evidence,
    exports: { drizzle },
    handles,
    sources,
  };
}

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/drizzle-orm.mjs",
    says: "Rows of a transaction that was rolled back are still there, and a nested transaction discards what its sibling wrote.",
  },
  {
    kind: "documentation",
    where: "https://orm.drizzle.team/docs/transactions",
    says: "A transaction is a callback that is given the transaction; nested ones are savepoints.",
  },
  { kind: "source", where: "drizzle-orm/query-promise.js", says: "A query runs when it is awaited." },
];

const postgresBuilders = [
  "select",
  "selectDistinct",
  "selectDistinctOn",
  "insert",
  "update",
  "delete",
  "with",
  "refreshMaterializedView",
];

const mysqlBuilders = ["select", "selectDistinct", "insert", "update", "delete", "with"];

export const contracts: Contract[] = [
  contract({
    transaction: "NodePgTransaction",
    database: "NodePgDatabase",
    // What its callback is given is declared as the one of all drivers, with that of this driver as an argument.
    transactionTypes: [{ name: "NodePgTransaction" }, { name: "PgTransaction", argument: "NodePgQueryResultHKT" }],
    databaseTypes: ["NodePgDatabase"],
    modules: ["drizzle-orm/node-postgres"],
    builders: postgresBuilders,
    lazyExecute: true,
    announcedEnd: {
      warnsSince: "8.19.0 (of pg)",
      endsIn: "9.0.0 (of pg)",
      text: "Calling client.query() when the client is already executing a query is deprecated and will be removed in pg@9.0. Use async/await or an external async flow control mechanism instead.",
    },
    proven: true,
  }),
  contract({
    transaction: "MySqlTransaction",
    database: "MySqlDatabase",
    transactionTypes: [{ name: "MySqlTransaction" }, { name: "MySql2Transaction" }],
    databaseTypes: ["MySqlDatabase", "MySql2Database"],
    modules: ["drizzle-orm/mysql2", "drizzle-orm/mysql-core"],
    builders: mysqlBuilders,
    lazyExecute: false,
    proven: true,
  }),
  contract({
    transaction: "PgTransaction",
    database: "PgDatabase",
    transactionTypes: [{ name: "PgTransaction" }, { name: "PostgresJsTransaction" }],
    databaseTypes: ["PgDatabase", "PostgresJsDatabase"],
    modules: ["drizzle-orm/postgres-js", "drizzle-orm/pg-core"],
    builders: postgresBuilders,
    lazyExecute: true,
    proven: false,
  }),
];
