/** kafkajs: producers and their transactions, consumers, and the admin client. */

import type { Contract, Evidence, Handle, Hands, Release, Source } from "../contract.js";
import { operations } from "./shared.js";

const disconnect: Release = {
  waits: true,
  kind: "graceful",
  promised: true,
  pending: { outcome: "finishes" },
  second: { outcome: "harmless" },
};

const disconnectProducer: Release = {
  ...disconnect,
  bounded:
    "It waits for the requests that are on the wire: a send that still looks for the leader of its partition fails.",
};

const ended = "Cannot continue to use transaction once ended";

const endsTransaction: Release = {
  waits: false,
  kind: "graceful",
  promised: true,
  second: { outcome: "rejects", error: ended },
};

const producer: Handle = {
  name: "Producer",
  noun: "kafka producer",
  types: [{ name: "Producer", alias: true }],
  lanes: {
    transaction: {
      overlap: {
        outcome: "rejects",
        error:
          "There is already an ongoing transaction for this producer. Please end the transaction before beginning another.",
      },
      why: "A producer has one transaction at a time, from its beginning to its commit or abort.",
    },
  },
  operations: {
    connect: {},
    send: {},
    sendBatch: {},
    transaction: {
      lane: "transaction",
      settledBy: "close",
      returns: { type: "Transaction", promised: true, derived: true },
    },
  },
  releases: { disconnect: disconnectProducer },
  reopenedBy: ["connect"],
  afterRelease: { outcome: "rejects", error: "The producer is disconnected" },
};

const transaction: Handle = {
  name: "Transaction",
  noun: "kafka transaction",
  types: [{ name: "Transaction", alias: true }],
  lanes: {},
  operations: operations(["send", "sendBatch", "sendOffsets"], {}),
  releases: {
    // One that fails leaves the transaction open at the broker.
    commit: { ...endsTransaction, failsOpen: true },
    abort: { ...endsTransaction, kind: "abort" },
  },
  afterRelease: { outcome: "rejects", error: ended },
  states: { isActive: { true: "open", method: true } },
};

const oneAtATime = { timing: "one at a time", unlessMore: "partitionsConsumedConcurrently" } as const;

const consumer: Handle = {
  name: "Consumer",
  noun: "kafka consumer",
  types: [{ name: "Consumer", alias: true }],
  lanes: {},
  operations: {
    connect: {},
    subscribe: {},
    run: {
      callbacks: [
        { argument: 0, property: "eachMessage", ...oneAtATime },
        { argument: 0, property: "eachBatch", ...oneAtATime },
      ],
    },
    stop: {},
    commitOffsets: {},
    describeGroup: {},
  },
  releases: { disconnect },
  reopenedBy: ["connect"],
  afterRelease: { outcome: "works" },
  options: [
    {
      name: "subscribe",
      set: { method: "subscribe" },
      precedes: ["run"],
      tooLate: "Cannot subscribe to topic while consumer is running",
    },
  ],
};

const admin: Handle = {
  name: "Admin",
  noun: "kafka admin client",
  types: [{ name: "Admin", alias: true }],
  lanes: {},
  operations: { connect: {} },
  anyMethod: {},
  methods: { on: {}, logger: {} },
  releases: { disconnect },
  reopenedBy: ["connect"],
  afterRelease: { outcome: "works" },
};

const hands = (type: string): { returns: Hands } => ({ returns: { type } });

const kafka: Source = {
  name: "Kafka",
  types: [{ name: "Kafka" }],
  methods: { producer: hands("Producer"), consumer: hands("Consumer"), admin: hands("Admin") },
};

const evidence: Evidence[] = [
  {
    kind: "source",
    where: "kafkajs/src/producer/index.js",
    says: "One transaction at a time, and nothing on it once it ended.",
  },
  {
    kind: "source",
    where: "kafkajs/src/network/connection.js",
    says: "disconnect waits for the requests that are pending on the connection.",
  },
  {
    kind: "source",
    where: "kafkajs/src/consumer/index.js",
    says: "Cannot subscribe to topic while consumer is running.",
  },
  {
    kind: "documentation",
    where: "https://kafka.js.org/docs/transactions",
    says: "A transaction is committed or aborted.",
  },
];

export const contracts: Contract[] = [
  {
    package: "kafkajs",
    versions: ">=2",
    status: "documented",
    evidence,
    exports: { Kafka: { kind: "class", type: "Kafka" } },
    handles: [producer, transaction, consumer, admin],
    sources: [kafka],
  },
];
