/**
 * ioredis. Ordinary commands share a connection without harm. What does not is state of the connection itself: what
 * WATCH saw, a transaction that is sent command by command, the selected database.
 */

import type { Contract, Evidence, Export, Handle, Lane, Operation, Release, Section } from "../contract.js";
import { operations } from "./shared.js";

const command: Operation = { lane: "command", settledBy: "either" };

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

/** Commands, and what belongs to the connection and so to nobody who shares it. A cluster has a connection to each node. */
const lanesOf = (inOrder: Pick<Lane, "inOrder">): Record<string, Lane> => ({
  command: { overlap: { outcome: "queues" }, ...inOrder },
  watch: {
    overlap: { outcome: "corrupts" },
    why: "WATCH holds for the connection: another user's EXEC drops it, and then a transaction that should have been refused succeeds.",
    ...inOrder,
  },
  database: {
    overlap: { outcome: "corrupts" },
    why: "The selected database belongs to the connection: the last `select` decides where all callers write.",
    ...inOrder,
  },
});

const subscriptions = ["subscribe", "psubscribe", "ssubscribe"];
const cancellations = ["unsubscribe", "punsubscribe", "sunsubscribe"];

/** Before version 6 a connection that has subscribed takes only commands about subscriptions. */
const subscriber: Lane = {
  overlap: { outcome: "queues" },
  blocks: ["command", "watch", "database"],
  blocked: {
    outcome: "rejects",
    error: "Connection in subscriber mode, only subscriber commands may be used",
  },
};

const subscribed: Section = {
  lane: "subscriber",
  begins: subscriptions,
  ends: cancellations,
  why: "From SUBSCRIBE to UNSUBSCRIBE a connection takes only commands about subscriptions.",
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
  drops: true,
  pending: { outcome: "rejects", error: connectionClosed },
  second: { outcome: "harmless" },
};

function connection(name: string, noun: string, lanes: Record<string, Lane>): Handle {
  return {
    name,
    noun,
    types: [{ name }],
    lanes,
    operations: {
      watch: { ...command, lane: "watch" },
      select: { ...command, lane: "database" },
      ...operations(["unwatch", "discard", "exec"], command),
      multi: { ...command, builds: { runs: ["exec"] } },
      ...operations(consuming, { ...command, consumes: true, endsWithHandle: true }),
      xread: { ...command, endsWithHandle: true },
      ...(lanes.subscriber && {
        ...operations([...subscriptions, ...cancellations], { ...command, lane: "subscriber" }),
        ping: { settledBy: "either" },
      }),
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
        stuckOn: ["blpop", "brpop", "blmove", "bzpopmin", "bzpopmax", "xread", "xreadgroup"],
        second:
          name === "Cluster"
            ? { outcome: "harmless" }
            : // As long as the connection is not told to be closed, it answers OK.
              { outcome: "rejects", error: connectionClosed, harmlessAfter: ["disconnect", "end"] },
      },
      disconnect: { ...disconnect, unless: { argument: 0, equals: true } },
      ...(name === "Redis" && { end: disconnect }),
    },
    reopenedBy: ["connect"],
    afterRelease: { outcome: "rejects", error: connectionClosed },
    states: { status: { true: "open", values: ["wait", "connecting", "connect", "ready", "reconnecting"] } },
    sections: [watch, ...(lanes.subscriber ? [subscribed] : [])],
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

const proof: Evidence = {
  kind: "proof",
  where: "proofs/ioredis.mjs",
  says: "Commands are answered in order, EXEC of another user drops what WATCH saw, quit waits and disconnect does not.",
};

function contract(versions: string, isProven: boolean, more: Record<string, Lane>): Contract {
  const lanes = { ...lanesOf({ inOrder: true }), ...more };
  const Redis: Export = { kind: "class", type: "Redis", members: { Cluster: { kind: "class", type: "Cluster" } } };
  return {
    package: "ioredis",
    versions,
    status: isProven ? "proven" : "documented",
    evidence: isProven ? [proof, ...evidence] : evidence,
    exports: { default: Redis, Redis, Cluster: { kind: "class", type: "Cluster" } },
    handles: [
      connection("Redis", "redis connection", lanes),
      connection("Cluster", "redis cluster connection", lanesOf({})),
    ],
  };
}

export const contracts: Contract[] = [contract(">=6", true, {}), contract(">=5 <6", false, { subscriber })];
