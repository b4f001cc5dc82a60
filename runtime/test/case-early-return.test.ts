/**
 * Workers take a channel of RabbitMQ from a pool, fetch a message, and give the channel back before the message is acknowledged.
 * The pool closes channels that have been lent often enough, and an acknowledgement that is under way by one of them is lost.
 */
import amqp, { type ChannelModel, type ConfirmChannel, type GetMessage } from "amqplib";
import { createPool, type Pool } from "generic-pool";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type HandleViolation, lease, type Ledger, ledger } from "../src/index.js";

const messages = 2_000;
const mostLoans = 50;
const workers = 32;

let connection: ChannelModel;
let own: ConfirmChannel;
let queue: string;
let books: Ledger<ConfirmChannel>[];

beforeEach(async () => {
  connection = await amqp.connect(process.env["HOLDFAST_AMQP_URL"] ?? "amqp://127.0.0.1", { noDelay: true });
  own = await connection.createConfirmChannel();
  ({ queue } = await own.assertQueue("", { exclusive: true }));
  books = [];
});
afterEach(() => connection.close());

/** What the pool holds: a channel, by which a message is acknowledged when the broker has what was made of it. */
class Consumer {
  loans = 0;

  constructor(private readonly channel: ConfirmChannel) {}

  async fetch(): Promise<GetMessage | false> {
    return this.channel.get(queue);
  }

  async acknowledge(message: GetMessage): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.channel.publish("amq.fanout", "", message.content, {}, (error: Error | null) =>
        error === null ? resolve() : reject(error),
      );
    });
    this.channel.ack(message);
  }

  close(): Promise<void> {
    return this.channel.close();
  }
}

function createConsumers(): Pool<Consumer> {
  return createPool<Consumer>(
    {
      create: async () => {
        const book = ledger(await connection.createConfirmChannel());
        books.push(book);
        return new Consumer(book.handle);
      },
      validate: (consumer) => Promise.resolve(consumer.loans++ < mostLoans),
      destroy: (consumer) => consumer.close(),
    },
    { max: 8, testOnBorrow: true },
  );
}

async function fill(count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) own.sendToQueue(queue, Buffer.from(String(sent)));
  await own.waitForConfirms();
}

/** Fetches as many messages as there are, and gives each channel back while the acknowledgement is under way. */
async function consume(pool: Pool<Consumer>): Promise<void> {
  let left = messages;
  const worker = async () => {
    while (left-- > 0) {
      const consumer: Consumer = await pool.acquire();
      const message = await consumer.fetch();
      const acknowledged = message ? consumer.acknowledge(message).catch(() => undefined) : undefined;
      await pool.release(consumer);
      await acknowledged;
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

/** What the ledgers have counted when all channels are closed, and what RabbitMQ has left. */
async function outcome(pool: Pool<Consumer>) {
  await pool.drain();
  await pool.clear();
  const sum = (count: "received" | "settled" | "settledTwice" | "lost" | "open") =>
    books.reduce((total, book) => total + book[count], 0);
  return {
    received: sum("received"),
    settled: sum("settled"),
    settledTwice: sum("settledTwice"),
    lost: sum("lost"),
    open: sum("open"),
    left: (await own.checkQueue(queue)).messageCount,
  };
}

it("bare: acknowledgements are lost, and their messages are still in the queue", async () => {
  await fill(messages);
  const pool = createConsumers();
  await consume(pool);
  const { received, settled, lost, open, left } = await outcome(pool);
  expect(received).toBe(messages);
  expect(lost).toBeGreaterThan(0);
  expect(settled).toBe(messages - lost);
  expect(left).toBe(lost);
  expect(open).toBe(0);
});

it("leased: the same program loses none, and is told of each early return", async () => {
  await fill(messages);
  const seen: HandleViolation[] = [];
  const bare = createConsumers();
  await consume(lease(bare, { onViolation: (violation) => seen.push(violation) }));
  expect(await outcome(bare)).toEqual({
    received: messages,
    settled: messages,
    settledTwice: 0,
    lost: 0,
    open: 0,
    left: 0,
  });
  expect(seen).toHaveLength(messages);
  expect(seen[0]).toMatchObject({
    rule: "no-early-release",
    contract: "generic-pool#Resource",
    first: { operation: "acknowledge", place: { file: import.meta.filename } },
    second: { operation: "release", place: { file: import.meta.filename } },
  });
});

it("leased: an acknowledgement that is begun after the return is refused, and its message is told to be lost", async () => {
  await fill(1);
  const seen: HandleViolation[] = [];
  const bare = createConsumers();
  const pool = lease(bare, { onViolation: (violation) => seen.push(violation) });
  const consumer = await pool.acquire();
  const message = await consumer.fetch();
  await pool.release(consumer);
  await expect(consumer.acknowledge(message as GetMessage)).rejects.toBe(seen[0]);
  expect(seen).toMatchObject([
    { rule: "no-use-after-release", first: { operation: "release" }, second: { operation: "acknowledge" } },
  ]);
  expect(await outcome(bare)).toMatchObject({ received: 1, settled: 0, lost: 1, left: 1 });
});
