/**
 * Twenty clients publish fifty messages each on one confirm channel, which is closed when they are done: bounded by time, and
 * with nothing lost that nobody is told of.
 */
import amqp, { type Channel, type ChannelModel, type ConfirmChannel } from "amqplib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { drain, guard } from "../src/index.js";

const clients = 20;
const requests = 50;
const total = clients * requests;

let connection: ChannelModel;
let other: ChannelModel;
let reader: Channel;
let producer: ConfirmChannel;
let queue: string;

beforeEach(async () => {
  const url = process.env["HOLDFAST_AMQP_URL"] ?? "amqp://127.0.0.1";
  [connection, other] = [await amqp.connect(url), await amqp.connect(url)];
  reader = await other.createChannel();
  ({ queue } = await reader.assertQueue("", { exclusive: true }));
  producer = guard(await connection.createConfirmChannel(), { places: "always" });
});
afterEach(() => other.close());

/** Whoever asks for a message to be published does not wait for the broker. Counts what becomes of them. */
async function publishAll() {
  const outcomes = { confirmed: 0, failed: 0 };
  const client = async () => {
    for (let request = 0; request < requests; request++) {
      producer.sendToQueue(queue, Buffer.alloc(100), {}, (error: unknown) =>
        error ? outcomes.failed++ : outcomes.confirmed++,
      );
      await Promise.resolve();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return outcomes;
}

const arrived = async () => (await reader.checkQueue(queue)).messageCount;

it("closed at once, all of it is lost", async () => {
  const outcomes = await publishAll();
  await connection.close();
  expect(outcomes).toEqual({ confirmed: 0, failed: total });
  expect(await arrived()).toBe(0);
});

it("drained with time enough, nothing is left and all of it has arrived", async () => {
  const outcomes = await publishAll();
  expect(await drain(producer)).toEqual({ left: 0, pending: [], ended: "drained" });
  expect(outcomes).toEqual({ confirmed: total, failed: 0 });
  await connection.close();
  expect(await arrived()).toBe(total);
});

it("drained with too little time, it tells how many are left", async () => {
  const outcomes = await publishAll();
  const { left, pending, ended } = await drain(producer, { timeout: 1 });
  expect(ended).toBe("timeout");
  expect(left).toBe(total - outcomes.confirmed);
  expect(left).toBeGreaterThan(0);
  expect(pending).toHaveLength(left);
  expect(pending.at(-1)).toMatchObject({ operation: "sendToQueue", place: { file: import.meta.filename } });
  await connection.close();
  // What is not confirmed may have arrived; what is confirmed has.
  expect(await arrived()).toBeGreaterThanOrEqual(outcomes.confirmed);
  expect(outcomes.confirmed + outcomes.failed).toBe(total);
});

it("told to stop, it tells that all of them are left", async () => {
  await publishAll();
  const drained = await drain(producer, { signal: AbortSignal.abort() });
  expect(drained).toMatchObject({ left: total, ended: "aborted" });
  await connection.close();
});
