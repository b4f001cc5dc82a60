/** node-rdkafka: what is produced waits in a queue of the process until it is flushed; what is consumed has one reader. */

import type { Contract, Evidence, Handle, Operation, StateProperty } from "../contract.js";
import { operations, release } from "./shared.js";

const called: Operation = { settledBy: "callback" };

const connected: StateProperty = { true: "open", method: true };

const transactionCalls = ["initTransactions", "beginTransaction", "commitTransaction", "abortTransaction"];

function producer(name: string, produce: Operation): Handle {
  return {
    name,
    noun: "kafka producer",
    types: [{ name }],
    lanes: {
      transaction: {
        overlap: { outcome: "rejects", error: "Local: Erroneous state" },
        why: "A producer has one transaction at a time, and one call about it at a time.",
      },
    },
    operations: {
      connect: called,
      produce,
      flush: called,
      poll: { settledBy: "return" },
      getMetadata: called,
      queryWatermarkOffsets: called,
      ...operations(transactionCalls, { lane: "transaction", ...called }),
      sendOffsetsToTransaction: { lane: "transaction", ...called },
    },
    releases: {
      disconnect: {
        waits: true,
        kind: "graceful",
        pending: { outcome: "finishes" },
        bounded: "It flushes for five seconds unless told otherwise, and then drops what is left without saying so.",
        second: { outcome: "throws", error: "Producer not connected" },
      },
    },
    reopenedBy: ["connect"],
    drains: ["flush"],
    states: { isConnected: connected },
    afterRelease: { outcome: "throws", error: "Producer not connected" },
  };
}

const consumer: Handle = {
  name: "KafkaConsumer",
  noun: "kafka consumer",
  types: [{ name: "KafkaConsumer" }],
  lanes: {
    consume: {
      overlap: { outcome: "swaps" },
      why: "Of two consume calls at the same time the first gets the messages of the second, out of order and without an error.",
    },
  },
  operations: {
    connect: called,
    consume: { lane: "consume", ...called },
    committed: called,
    seek: called,
    offsetsForTimes: called,
    queryWatermarkOffsets: called,
    getMetadata: called,
    ...operations(
      ["subscribe", "unsubscribe", "assign", "unassign", "commit", "commitSync", "commitMessage", "commitMessageSync"],
      { settledBy: "return" },
    ),
  },
  releases: { disconnect: release({ waits: true, kind: "graceful", pending: { outcome: "finishes" } }) },
  reopenedBy: ["connect"],
  afterRelease: { outcome: "throws", error: "KafkaConsumer is disconnected" },
  states: { isConnected: connected },
};

const evidence: Evidence[] = [
  {
    kind: "source",
    where: "node-rdkafka/lib/producer.js",
    says: "disconnect flushes with a timeout of five seconds, and ignores what the flush says.",
  },
  {
    kind: "documentation",
    where: "https://github.com/Blizzard/node-rdkafka#readme",
    says: "Without polling, the queue of delivery reports fills up; a full queue throws.",
  },
];

export const contracts: Contract[] = [
  {
    package: "node-rdkafka",
    versions: ">=2",
    status: "documented",
    evidence,
    exports: {
      Producer: { kind: "class", type: "Producer" },
      HighLevelProducer: { kind: "class", type: "HighLevelProducer" },
      KafkaConsumer: { kind: "class", type: "KafkaConsumer" },
    },
    handles: [
      producer("Producer", { settledBy: "return", handsOver: true }),
      producer("HighLevelProducer", { settledBy: "callback", handsOver: true }),
      consumer,
    ],
  },
];
