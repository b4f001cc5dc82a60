/**
 * prisma. The client is generated, into a package or into the project, so its types are found by name. Queries are lazy:
 * one that is neither awaited nor handed to `$transaction([…])` never runs.
 */

import type { Contract, Evidence, Handle, Lane, Operation, Scope, Source } from "../contract.js";
import { operations } from "./shared.js";

const modelMethods = [
  "findUnique",
  "findUniqueOrThrow",
  "findFirst",
  "findFirstOrThrow",
  "findMany",
  "create",
  "createMany",
  "createManyAndReturn",
  "update",
  "updateMany",
  "updateManyAndReturn",
  "upsert",
  "delete",
  "deleteMany",
  "aggregate",
  "groupBy",
  "count",
  "findRaw",
  "aggregateRaw",
];

const clientMethods = [
  "$queryRaw",
  "$queryRawUnsafe",
  "$queryRawTyped",
  "$executeRaw",
  "$executeRawUnsafe",
  "$runCommandRaw",
];

const query: Operation = { lane: "query", lazy: true };

const closed =
  "Transaction API error: Transaction already closed: A query cannot be executed on a committed transaction.";

const scope: Scope = {
  end: "commits, or rolls back when the callback throws",
  waits: false,
  afterwards: { outcome: "rejects", error: closed },
  outer:
    "It runs on another connection, outside the transaction, and survives a rollback; when the pool has none left, it waits until the transaction times out.",
};

const lanes: Record<string, Lane> = {
  query: {
    overlap: { outcome: "queues", lateStatements: "none" },
    why: "The statements of an interactive transaction run one after the other; what comes after its end is refused.",
  },
};

const transaction: Handle = {
  name: "TransactionClient",
  noun: "prisma transaction",
  types: [{ name: "TransactionClient", alias: true }],
  lanes,
  operations: operations(clientMethods, query),
  anyProperty: { type: "TransactionModel", view: true },
  releases: {},
  afterRelease: scope.afterwards,
};

const transactionModel: Handle = {
  name: "TransactionModel",
  noun: "prisma transaction",
  types: [],
  lanes,
  operations: operations(modelMethods, query),
  releases: {},
  afterRelease: scope.afterwards,
};

const sources: Source[] = [
  {
    name: "PrismaClient",
    types: [{ name: "PrismaClient" }],
    methods: {
      $transaction: {
        callbacks: [{ argument: 0, timing: "now", awaited: true, parameters: [{ type: "TransactionClient" }], scope }],
        limited: {
          outcome: "rejects",
          error: "Transaction API error: Unable to start a transaction in the given time.",
        },
      },
      $extends: { returns: { type: "PrismaClient", view: true } },
    },
    operations: operations(clientMethods, query),
    anyProperty: { type: "Model" },
  },
  { name: "Model", types: [], operations: operations(modelMethods, query) },
];

const evidence: Evidence[] = [
  {
    kind: "documentation",
    where: "https://www.prisma.io/docs/orm/prisma-client/queries/transactions",
    says: "Interactive transactions are given a client of their own, and queries in them run one after the other.",
  },
  {
    kind: "issue",
    where: "https://github.com/prisma/prisma/issues/12277",
    says: "The outer client used inside a transaction makes it expire.",
  },
  {
    kind: "issue",
    where: "https://github.com/prisma/prisma/issues/13713",
    says: "A query that is not awaited inside a transaction.",
  },
];

export const contracts: Contract[] = [
  {
    package: "@prisma/client",
    versions: ">=4.7.0",
    status: "documented",
    modules: [
      "@prisma/client",
      "@prisma/client/*",
      ".prisma/client",
      ".prisma/client/*",
      "*/generated/prisma*",
      "*/prisma/client*",
      "*/prisma-client*",
    ],
    declaredIn: ["@prisma/client", ".prisma", ".prisma/client", "."],
    evidence,
    exports: { PrismaClient: { kind: "class", type: "PrismaClient" } },
    handles: [transaction, transactionModel],
    sources,
  },
];
