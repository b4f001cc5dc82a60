/**
 * typeorm. An EntityManager has the same type inside and outside a transaction: only how it was acquired tells whether
 * it is one connection. Repositories and query builders that it makes are views of the same connection.
 */

import type {
  AfterRelease,
  Call,
  Contract,
  Evidence,
  Handle,
  Hands,
  Lane,
  Operation,
  Scope,
  Source,
} from "../contract.js";
import { loop, operations } from "./shared.js";

/** What both managers and repositories can do to an entity that they look up first. */
const lookingUp = ["save", "remove", "softRemove", "recover"];

/** What else both can do. */
const entityMethods = [
  "query",
  "sql",
  "preload",
  "insert",
  "upsert",
  "update",
  "updateAll",
  "delete",
  "deleteAll",
  "softDelete",
  "restore",
  "exist",
  "exists",
  "existsBy",
  "count",
  "countBy",
  "sum",
  "average",
  "minimum",
  "maximum",
  "find",
  "findBy",
  "findAndCount",
  "findAndCountBy",
  "findByIds",
  "findOne",
  "findOneBy",
  "findOneById",
  "findOneOrFail",
  "findOneByOrFail",
  "clear",
  "increment",
  "decrement",
];

const treeMethods = [
  "findTrees",
  "findRoots",
  "findDescendants",
  "findDescendantsTree",
  "countDescendants",
  "findAncestors",
  "findAncestorsTree",
  "countAncestors",
];

/** What only a query runner can do: the schema. */
const schemaMethods = [
  "clearDatabase",
  "getDatabases",
  "getSchemas",
  "getTable",
  "getTables",
  "getView",
  "getViews",
  "hasDatabase",
  "getCurrentDatabase",
  "hasSchema",
  "getCurrentSchema",
  "hasTable",
  "hasColumn",
  "createDatabase",
  "dropDatabase",
  "createSchema",
  "dropSchema",
  "createTable",
  "dropTable",
  "createView",
  "dropView",
  "renameTable",
  "changeTableComment",
  "addColumn",
  "addColumns",
  "renameColumn",
  "changeColumn",
  "changeColumns",
  "dropColumn",
  "dropColumns",
  "createPrimaryKey",
  "updatePrimaryKeys",
  "dropPrimaryKey",
  "createUniqueConstraint",
  "createUniqueConstraints",
  "dropUniqueConstraint",
  "dropUniqueConstraints",
  "createCheckConstraint",
  "createCheckConstraints",
  "dropCheckConstraint",
  "dropCheckConstraints",
  "createExclusionConstraint",
  "createExclusionConstraints",
  "dropExclusionConstraint",
  "dropExclusionConstraints",
  "createForeignKey",
  "createForeignKeys",
  "dropForeignKey",
  "dropForeignKeys",
  "createIndex",
  "createIndices",
  "dropIndex",
  "dropIndices",
  "clearTable",
  "executeMemoryUpSql",
  "executeMemoryDownSql",
];

/** Calls that run a query builder. Those of the relation builder (`set`, `add`) are not among them: others mean something else by these names. */
const runs = [
  "execute",
  "getOne",
  "getOneOrFail",
  "getMany",
  "getCount",
  "getExists",
  "getManyAndCount",
  "getRawOne",
  "getRawMany",
  "getRawAndEntities",
  "stream",
];

const query: Operation = { lane: "query" };
const builder: Operation = { lane: "query", builds: { runs } };

const entityQueries: Record<string, Operation> = {
  ...operations(entityMethods, query),
  ...operations(lookingUp, { ...query, severalStatements: true }),
  createQueryBuilder: builder,
};
const repositoryQueries: Record<string, Operation> = {
  ...entityQueries,
  ...operations(treeMethods, query),
  createDescendantsQueryBuilder: builder,
  createAncestorsQueryBuilder: builder,
};

/** All views of one connection say the same about it: its lanes, and what a transaction changes. */
const lanes: Record<string, Lane> = {
  query: {
    overlap: { outcome: "queues" },
    phases: { transaction: { outcome: "queues", lateStatements: "after an await" } },
    why: "The statements run one after the other on one connection; when one branch of a transaction fails, what another sends after an await runs after the rollback, outside the transaction.",
  },
  nested: {
    overlap: {
      outcome: "corrupts",
      error: "current transaction is aborted, commands ignored until end of transaction block",
    },
    why: "Nested transactions are savepoints numbered by depth: two at the same time share a number, the transaction dies, and the connection goes back to the pool with it still open.",
  },
};

const managerReleased: AfterRelease = {
  outcome: "rejects",
  error:
    "Database connection provided by a query runner was already released, cannot continue to use its querying methods anymore.",
};

const runnerReleased: AfterRelease = {
  outcome: "rejects",
  error: "Query runner already released. Cannot run queries anymore.",
};

const scope: Scope = {
  end: "commits, or rolls back when the callback throws, and releases the connection",
  waits: false,
  afterwards: managerReleased,
  outer: "It runs on another connection, outside the transaction; when the pool has none left, it waits for ever.",
};

/** The callback is the last argument: an isolation level may come before it. */
function transaction(manager: Hands, withScope: boolean): Call {
  return {
    callbacks: [{ argument: -1, timing: "now", awaited: true, parameters: [manager], ...(withScope && { scope }) }],
  };
}

function repositories(type: string): Record<string, Call> {
  const view: Call = { returns: { type, view: true } };
  return { getRepository: view, getTreeRepository: view };
}

/** Only a manager can take over a repository that belongs to another one. */
function withRepository(type: string): Record<string, Call> {
  return { withRepository: { returns: { type, view: true } } };
}

const manager: Handle = {
  name: "TransactionalEntityManager",
  noun: "typeorm transaction",
  types: [{ name: "EntityManager", shared: true }],
  lanes,
  operations: {
    ...entityQueries,
    // The nested callback is given the very same manager, which lives on after it.
    transaction: { lane: "nested", ...transaction({ type: "TransactionalEntityManager", view: true }, false) },
  },
  methods: { ...repositories("TransactionalRepository"), ...withRepository("TransactionalRepository") },
  properties: { queryRunner: { type: "QueryRunner", view: true } },
  releases: {},
  afterRelease: managerReleased,
};

const repository: Handle = {
  name: "TransactionalRepository",
  noun: "typeorm transaction",
  types: [
    { name: "Repository", shared: true },
    { name: "TreeRepository", shared: true },
  ],
  lanes,
  operations: repositoryQueries,
  methods: { extend: { returns: { type: "TransactionalRepository", view: true } } },
  properties: { manager: { type: "TransactionalEntityManager", view: true } },
  releases: {},
  afterRelease: managerReleased,
};

const queryRunner: Handle = {
  name: "QueryRunner",
  noun: "typeorm query runner",
  types: [{ name: "QueryRunner" }],
  lanes,
  operations: {
    ...operations(["query", "sql", ...schemaMethods], query),
    stream: { lane: "query", settledBy: "close", returns: { type: "RowStream", promised: true, derived: true } },
    connect: {},
    startTransaction: { lane: "nested", begins: { phase: "transaction" } },
    commitTransaction: { lane: "query", ends: { phase: "transaction", commits: true } },
    rollbackTransaction: { lane: "query", ends: { phase: "transaction" } },
  },
  properties: { manager: { type: "TransactionalEntityManager", view: true } },
  releases: {
    release: {
      waits: false,
      kind: "graceful",
      promised: true,
      pending: { outcome: "runs on" },
      second: { outcome: "harmless" },
    },
  },
  disposal: {
    kind: "async",
    release: "release",
    waits: false,
    trap: "It commits a transaction that is still open, also when an error has left the block.",
  },
  afterRelease: runnerReleased,
  states: {
    isReleased: { true: "released" },
    isTransactionActive: { true: "begun", phase: "transaction" },
  },
};

/** Rows that are still to come need the connection that they come from. */
const rowStream: Handle = {
  name: "RowStream",
  noun: "typeorm row stream",
  types: [],
  lanes: {},
  operations: { "[Symbol.asyncIterator]": loop },
  releases: { destroy: { waits: false, kind: "abort", second: { outcome: "harmless" } } },
  mayBeLeft: "It ends by itself when it was read to its end.",
  afterRelease: { outcome: "silent" },
};

const sources: Source[] = [
  {
    name: "DataSource",
    types: [{ name: "DataSource" }, { name: "Connection" }],
    methods: {
      transaction: transaction({ type: "TransactionalEntityManager", phase: "transaction" }, true),
      // Takes no connection yet: the first query does.
      createQueryRunner: { returns: { type: "QueryRunner" } },
      ...repositories("Repository"),
    },
    operations: { query, sql: query, createQueryBuilder: builder },
    properties: { manager: { type: "EntityManager" } },
    noun: "typeorm data source",
    ends: {
      destroy: {
        waits: false,
        kind: "graceful",
        promised: true,
        pending: { outcome: "rejects", error: "Connection terminated" },
        second: {
          outcome: "rejects",
          error: "Cannot execute operation because connection is not yet established.",
        },
      },
    },
    afterEnd: { outcome: "rejects", error: "Driver not Connected" },
    reopenedBy: ["initialize"],
    states: { isInitialized: { true: "open" }, isConnected: { true: "open" } },
  },
  {
    name: "EntityManager",
    types: [{ name: "EntityManager" }],
    methods: {
      transaction: transaction({ type: "TransactionalEntityManager", phase: "transaction" }, true),
      ...repositories("Repository"),
      ...withRepository("Repository"),
    },
    operations: entityQueries,
  },
  {
    name: "Repository",
    types: [{ name: "Repository" }, { name: "TreeRepository" }],
    methods: { extend: { returns: { type: "Repository", view: true } } },
    operations: repositoryQueries,
    properties: { manager: { type: "EntityManager" } },
  },
];

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/typeorm.mjs",
    says: "Rows of a transaction that was rolled back are still there, and sibling transactions break each other.",
  },
  {
    kind: "issue",
    where: "https://github.com/typeorm/typeorm/issues/9964",
    says: "Each job of a Promise.all executes one final statement after the transaction is rolled back.",
  },
  {
    kind: "issue",
    where: "https://github.com/typeorm/typeorm/issues/11404",
    says: "Concurrent nested transactions fail on their savepoints.",
  },
  {
    kind: "source",
    where: "typeorm/entity-manager/EntityManager.js",
    says: "All database operations must be executed using the provided entity manager; the end of the callback commits or rolls back, and releases, without waiting.",
  },
];

export const contracts: Contract[] = [
  {
    package: "typeorm",
    versions: ">=0.3.0",
    status: "proven",
    evidence,
    exports: {
      DataSource: { kind: "class", type: "DataSource" },
      getConnection: { kind: "function", returns: { type: "DataSource" } },
      getManager: { kind: "function", returns: { type: "EntityManager" } },
      getRepository: { kind: "function", returns: { type: "Repository" } },
    },
    handles: [manager, repository, queryRunner, rowStream],
    sources,
  },
];
