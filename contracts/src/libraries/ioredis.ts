/**
 * ioredis. Ordinary commands share a connection without harm. What does not is state of the connection itself: what
 * WATCH saw, a transaction that is sent command by command, the selected database.
 */

import type { Contract, Evidence, Handle, Lane, Operation, Release, Section } from "../contract.js";
import { operations } from "./shared.js";

const command: Operation = { settledBy: "either" };

/** Commands that wait for an element, and take it. */
const consuming = ["blpop", "brpop", "blmove", "blmpop", "brpoplpush", "bzpopmin", "bzpopmax", "bzmpop", "xreadgroup"];

/** Methods that send nothing, or whose result is not a reply. */
const others = [
  "on",
  "once",
  "off",
  "addListener",
  "prependListener",
  "prependOnceListener",
  "removeListener",
  "removeAllListeners",
  "emit",
  "eventNames",
  "listeners",
  "rawListeners",
  "listenerCount",
  "getMaxListeners",
  "setMaxListeners",
  "pipeline",
  "defineCommand",
  "scanStream",
  "scanBufferStream",
  "sscanStream",
  "sscanBufferStream",
  "hscanStream",
  "hscanBufferStream",
  "zscanStream",
  "zscanBufferStream",
  "monitor",
  "getBuiltinCommands",
  "addBuiltinCommand",
  "createBuiltinCommand",
  "nodes",
];

/** What belongs to the connection, and so to nobody who shares it. */
const lanes: Record<string, Lane> = {
  watch: {
    overlap: { outcome: "corrupts" },
    why: "WATCH holds for the connection: another user's EXEC drops it, and then a transaction that should have been refused succeeds.",
  },
  database: {
    overlap: { outcome: "corrupts" },
    why: "The selected database belongs to the connection: whoever selects last decides where all of them write.",
  },
};

const watch: Section = {
  lane: "watch",
  begins: ["watch"],
  ends: ["exec", "unwatch", "discard"],
  why: "From WATCH to EXEC the connection belongs to one user.",
};

const connectionClosed = "Connection is closed.";

const disconnect: Release = {
  waits: false,
  kind: "abort",
  graceful: "quit",
  pending: { outcome: "rejects", error: connectionClosed },
  second: { outcome: "harmless" },
};

function connection(name: string, noun: string): Handle {
  return {
    name,
    noun,
    types: [{ name }],
    lanes,
    operations: {
      watch: { lane: "watch", ...command },
      select: { lane: "database", ...command },
      ...operations(["unwatch", "discard", "exec"], command),
      multi: { ...command, builds: { runs: ["exec"] } },
      ...operations(consuming, { ...command, consumes: true, endsWithHandle: true }),
      xread: { ...command, endsWithHandle: true },
    },
    anyMethod: command,
    methods: {
      ...Object.fromEntries(others.map((method) => [method, {}])),
      duplicate: { returns: { type: name } },
    },
    releases: {
      quit: {
        waits: true,
        kind: "graceful",
        promised: true,
        pending: { outcome: "finishes" },
        // As long as the connection is not told to be closed, it answers OK.
        second: { outcome: "rejects", error: connectionClosed, harmlessAfter: ["disconnect", "end"] },
      },
      disconnect: { ...disconnect, unless: { argument: 0, equals: true } },
      end: disconnect,
    },
    reopenedBy: ["connect"],
    afterRelease: { outcome: "rejects", error: connectionClosed },
    sections: [watch],
  };
}

const evidence: Evidence[] = [
  {
    kind: "documentation",
    where: "https://github.com/redis/ioredis#transaction",
    says: "Transactions, and multi without pipeline.",
  },
  {
    kind: "documentation",
    where: "https://redis.io/docs/latest/develop/using-commands/transactions/",
    says: "When EXEC is called, all keys are unwatched, whether the transaction was aborted or not.",
  },
  {
    kind: "source",
    where: "ioredis/built/Redis.js",
    says: "disconnect flushes the queues with an error; quit goes through the command queue, and is answered at once on a stream that is no longer writable.",
  },
];

export const contracts: Contract[] = [
  {
    package: "ioredis",
    versions: ">=5",
    status: "documented",
    evidence,
    exports: {
      default: {
        kind: "class",
        type: "Redis",
        members: { Cluster: { kind: "class", type: "Cluster" } },
      },
      Redis: { kind: "class", type: "Redis", members: { Cluster: { kind: "class", type: "Cluster" } } },
      Cluster: { kind: "class", type: "Cluster" },
    },
    handles: [connection("Redis", "redis connection"), connection("Cluster", "redis cluster connection")],
  },
];
