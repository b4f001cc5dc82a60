/**
 * mikro-orm. The callback of `transactional` is given a fork of the manager, on one connection; a manager may also begin
 * a transaction of its own. All have the type that managers have outside a transaction: only how one was acquired tells.
 * A manager that resolves its context, such as that of `MikroORM`, is the transaction's own while it is used in one.
 */

import type {
  Call,
  Contract,
  Evidence,
  Handle,
  Hands,
  Lane,
  Operation,
  Scope,
  Source,
  TypePattern,
} from "../contract.js";
import { operations } from "./shared.js";

/** What both managers and repositories can do. */
const entityMethods = [
  "find",
  "findAll",
  "findAndCount",
  "findByCursor",
  "findOne",
  "findOneOrFail",
  "insert",
  "insertMany",
  "upsert",
  "upsertMany",
  "nativeUpdate",
  "nativeDelete",
  "count",
  "countBy",
  "populate",
];

const managerMethods = [...entityMethods, "refresh", "refreshOrFail", "clone", "callRoutine", "execute", "flush"];

/** Calls that run a query builder: unlike others it is not awaited itself. */
const runs = ["execute", "getResult", "getResultList", "getSingleResult", "getResultAndCount", "getCount", "stream"];

const query: Operation = { lane: "query" };
const builder: Operation = { lane: "query", builds: { runs } };
const builders: Record<string, Operation> = { createQueryBuilder: builder, qb: builder };

const managerQueries: Record<string, Operation> = { ...operations(managerMethods, query), ...builders };
const repositoryQueries: Record<string, Operation> = { ...operations(entityMethods, query), ...builders };

const lateStatements: Lane["overlap"] = { outcome: "queues", lateStatements: "after an await" };

const lanes: Record<string, Lane> = {
  query: {
    overlap: lateStatements,
    why: "The statements run one after the other on one connection; the rollback waits for those that were sent before it, and what another branch sends after an await runs behind it, outside the transaction.",
  },
  nested: {
    overlap: { outcome: "corrupts" },
    why: "Nested transactions are savepoints named by depth: two at the same time share a name, and rolling one back discards what its sibling wrote, although the sibling succeeded.",
  },
};

/** A manager that may begin a transaction: what is true of one holds from there on. */
const lanesOfFork: Record<string, Lane> = {
  query: {
    overlap: { outcome: "queues" },
    phases: { transaction: lateStatements },
    why: "Outside a transaction statements do not meet: each has a connection of its own. In one they share one, and what another branch sends after an await runs behind the rollback, outside the transaction.",
  },
  nested: {
    overlap: { outcome: "queues" },
    phases: { transaction: { outcome: "corrupts" } },
    why: "Outside a transaction each call begins one of its own. In one they are savepoints named by depth: rolling one back discards what its sibling wrote.",
  },
};

const finished = { outcome: "rejects", error: "Transaction is already committed" } as const;

/** The end goes behind a statement that was sent before it, but does not look at what comes of it. */
const scope: Scope = {
  end: "flushes and commits, or rolls back when the callback throws",
  waits: false,
  afterwards: finished,
};

/** What a manager that does not resolve its context is to the transactions that it begins. */
const scopeOfFork: Scope = {
  ...scope,
  outer: "It runs on another connection, outside the transaction; when the pool has none left, it waits for ever.",
};

const nestedScope: Scope = {
  end: "flushes and releases the savepoint, or rolls back to it when the callback throws",
  waits: false,
  afterwards: { outcome: "works" },
};

function transactional(manager: Hands, within: Scope): Call {
  return { callbacks: [{ argument: 0, timing: "now", awaited: true, parameters: [manager], scope: within }] };
}

/** With an option for it, the callback may run in the transaction that is there, which is no savepoint. */
const inSavepoint: Operation = { lane: "nested", independentWhen: [{ property: "propagation" }] };

const nested: Operation = {
  ...inSavepoint,
  ...transactional({ type: "NestedEntityManager", derived: true }, nestedScope),
};

/** Classes of the core, and what drivers make of them. */
const ormTypes = patterns(["MikroORM", "SqlMikroORM", "PostgreSqlMikroORM", "MySqlMikroORM", "MariaDbMikroORM"]);
const managerTypes = patterns(["EntityManager", "SqlEntityManager", "PostgreSqlEntityManager"]);
const repositoryTypes = patterns(["EntityRepository", "SqlEntityRepository"]);

function patterns(names: readonly string[]): TypePattern[] {
  return names.map((name) => ({ name }));
}

/** Only how it was acquired tells such a one from those outside a transaction. */
function sharedTypes(all: readonly TypePattern[]): TypePattern[] {
  return all.map((pattern) => ({ ...pattern, shared: true }));
}

/** What every manager hands out. */
function methodsOf(manager: string, repository: string): Record<string, Call> {
  const own: Call = { returns: { type: manager, view: true } };
  const repositories: Call = { returns: { type: repository, view: true } };
  return {
    getRepository: repositories,
    repo: repositories,
    persist: own,
    remove: own,
    // It takes nothing of the transaction with it: its statements have connections of their own.
    // With `useContext` it is another name for the manager of the context, which the library passes on to itself.
    fork: { returns: { type: "ForkedEntityManager", unlessGiven: "useContext" } },
  };
}

/** A manager and its repositories: views of one connection. */
function inTransaction(
  manager: string,
  repository: string,
  facts: Pick<Handle, "noun" | "lanes" | "releases" | "afterRelease" | "states">,
  own: Record<string, Operation>,
): Handle[] {
  return [
    {
      name: manager,
      types: sharedTypes(managerTypes),
      ...facts,
      operations: { ...managerQueries, ...own },
      methods: methodsOf(manager, repository),
    },
    {
      name: repository,
      types: sharedTypes(repositoryTypes),
      ...facts,
      operations: repositoryQueries,
      methods: { getEntityManager: { returns: { type: manager, view: true } } },
    },
  ];
}

const handles: Handle[] = [
  ...inTransaction(
    "TransactionalEntityManager",
    "TransactionalRepository",
    { noun: "mikro-orm transaction", lanes, releases: {}, afterRelease: finished },
    { transactional: nested },
  ),
  ...inTransaction(
    "NestedEntityManager",
    "NestedRepository",
    { noun: "nested mikro-orm transaction", lanes, releases: {}, afterRelease: nestedScope.afterwards },
    { transactional: nested },
  ),
  ...inTransaction(
    "ForkedEntityManager",
    "ForkedRepository",
    {
      noun: "mikro-orm entity manager",
      lanes: lanesOfFork,
      releases: {},
      afterRelease: { outcome: "works" },
      states: { isInTransaction: { true: "begun", phase: "transaction", method: true } },
    },
    {
      transactional: { ...inSavepoint, ...transactional({ type: "TransactionalEntityManager" }, scopeOfFork) },
      begin: { begins: { phase: "transaction" } },
      commit: { lane: "query", ends: { phase: "transaction", commits: true } },
      rollback: { lane: "query", ends: { phase: "transaction" } },
    },
  ),
];

const sources: Source[] = [
  {
    name: "MikroORM",
    types: ormTypes,
    properties: { em: { type: "EntityManager" } },
    operations: operations(["connect", "isConnected", "checkConnection"], {}),
  },
  {
    name: "EntityManager",
    types: managerTypes,
    methods: {
      ...methodsOf("EntityManager", "EntityRepository"),
      transactional: transactional({ type: "TransactionalEntityManager" }, scope),
    },
    operations: managerQueries,
  },
  {
    name: "EntityRepository",
    types: repositoryTypes,
    methods: { getEntityManager: { returns: { type: "EntityManager", view: true } } },
    operations: repositoryQueries,
  },
];

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/mikro-orm.mjs",
    says: "Rows of a transaction that was rolled back are still there, and a nested transaction discards what its sibling wrote.",
  },
  {
    kind: "proof",
    where: "proofs/mikro-orm.mjs",
    says: "A statement that is not awaited and fails aborts the whole transaction, and the caller sees a success.",
  },
  {
    kind: "documentation",
    where: "https://mikro-orm.io/docs/transactions",
    says: "The callback is given a fork of the manager; it is flushed, and then commits or rolls back. Nested ones are savepoints.",
  },
  {
    kind: "source",
    where: "@mikro-orm/core/EntityManager.js",
    says: "A manager that uses the context resolves to that of the transaction; a fork does not unless it is told to.",
  },
  {
    kind: "source",
    where: "@mikro-orm/sql/AbstractSqlConnection.js",
    says: "The rollback waits until the connection is idle, and then goes to it past the queue of the statements.",
  },
];

const packages = [
  "@mikro-orm/core",
  "@mikro-orm/sql",
  "@mikro-orm/postgresql",
  "@mikro-orm/mysql",
  "@mikro-orm/mariadb",
];

export const contracts: Contract[] = [
  {
    package: "@mikro-orm/core",
    versions: ">=7.0.0",
    status: "proven",
    modules: packages,
    declaredIn: packages,
    evidence,
    exports: {
      MikroORM: {
        kind: "class",
        type: "MikroORM",
        members: { init: { kind: "function", returns: { type: "MikroORM", promised: true } } },
      },
    },
    handles,
    sources,
  },
];
