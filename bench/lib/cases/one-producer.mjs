/** Twenty clients produce on one producer, which is closed when they are done: what arrives, and what is told of the rest. */

import { drain, guard } from "@holdfast/runtime";
import amqp from "amqplib";
import { createRequire } from "node:module";
import { join } from "node:path";
import { table } from "../report.mjs";

const clients = 20;
const requests = 50;

/** Ways to close a producer that was given all messages a moment ago. Each says what it tells of those that are left. */
const closings = {
  "closed at once": async () => "–",
  "drained for 1 ms": async (producer) => left(await drain(producer, { timeout: 1 })),
  "drained for up to 10 s": async (producer) => left(await drain(producer)),
};

const left = (drained) => String(drained.left);

/** `rdkafka` is a folder in which node-rdkafka is installed, if there is one. */
export async function oneProducer({ rdkafka }) {
  const brokers = { "RabbitMQ, a confirm channel of amqplib": rabbit };
  if (rdkafka !== undefined) brokers["Kafka, a producer of node-rdkafka against its mock cluster"] = kafka(rdkafka);
  const rows = [];
  for (const [name, open] of Object.entries(brokers)) {
    for (const [closing, close] of Object.entries(closings)) {
      const { produce, producer, abort, arrived } = await open();
      const outcomes = { confirmed: 0, failed: 0 };
      await Promise.all(Array.from({ length: clients }, () => client(produce, outcomes)));
      const told = await close(producer);
      await abort();
      rows.push([name, closing, told, outcomes.confirmed, await arrived()]);
    }
  }
  const leftOut = rdkafka === undefined ? "\n\nKafka is left out: no folder with node-rdkafka was given." : "";
  const head = ["broker and producer", "close", "told to be left", "confirmed", "arrived"];
  return `${clients} clients, ${requests} messages each, on one guarded producer.\n\n${table(head, rows)}${leftOut}`;
}

/** Produces one message after the other, as its requests come in; who asked for it does not wait for the broker. */
async function client(produce, outcomes) {
  for (let request = 0; request < requests; request++) {
    produce((error) => (error ? outcomes.failed++ : outcomes.confirmed++));
    await Promise.resolve();
  }
}

/** A queue at `HOLDFAST_AMQP_URL`, or at the usual address. */
async function rabbit() {
  const url = process.env.HOLDFAST_AMQP_URL ?? "amqp://127.0.0.1";
  const [connection, other] = [await amqp.connect(url), await amqp.connect(url)];
  const channel = await other.createChannel();
  const { queue } = await channel.assertQueue("", { exclusive: true });
  const producer = guard(await connection.createConfirmChannel());
  return {
    producer,
    produce: (confirm) => producer.sendToQueue(queue, Buffer.alloc(100), {}, confirm),
    abort: () => connection.close(),
    async arrived() {
      const { messageCount } = await channel.checkQueue(queue);
      await other.close();
      return messageCount;
    },
  };
}

/** A cluster that librdkafka plays, in this process. It is another producer's, which outlives the one that is closed. */
function kafka(folder) {
  const { HighLevelProducer, KafkaConsumer, Producer } = createRequire(join(folder, "package.json"))("node-rdkafka");
  const quiet = { log_level: 0 };
  const answersLate = { "test.mock.broker.rtt": 100 };
  const connected = (client) =>
    new Promise((resolve, reject) => {
      client.connect({ timeout: 10_000 }, (error, metadata) => (error ? reject(error) : resolve(metadata)));
    });
  const disconnected = (client, ...given) => new Promise((resolve) => client.disconnect(...given, () => resolve()));

  return async () => {
    const cluster = new Producer({ ...quiet, "test.mock.num.brokers": 1, ...answersLate, "bootstrap.servers": "mock" });
    const { brokers } = await connected(cluster);
    const servers = { ...quiet, "bootstrap.servers": `${brokers[0].host}:${brokers[0].port}` };
    const bare = new HighLevelProducer({ ...servers, "linger.ms": 5 });
    await connected(bare);
    await new Promise((resolve) => bare.getMetadata({ topic: "metrics", timeout: 5_000 }, resolve));
    const producer = guard(bare);
    return {
      producer,
      produce: (confirm) => producer.produce("metrics", 0, Buffer.alloc(100), null, Date.now(), confirm),
      abort: () => disconnected(bare, 1),
      async arrived() {
        const consumer = new KafkaConsumer({ ...servers, "group.id": "count" }, {});
        await connected(consumer);
        const { highOffset } = await new Promise((resolve, reject) => {
          consumer.queryWatermarkOffsets("metrics", 0, 5_000, (error, offsets) =>
            error ? reject(error) : resolve(offsets),
          );
        });
        await disconnected(consumer);
        await disconnected(cluster);
        return highOffset;
      },
    };
  };
}
