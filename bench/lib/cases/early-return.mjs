/** Connections that go back to their pool before the message is acknowledged, against RabbitMQ: bare, leased and mended. */

import { lease, ledger } from "@holdfast/runtime";
import amqp from "amqplib";
import { table } from "../report.mjs";
import { close, consume, poolOf } from "./workers.mjs";

const ways = [
  { name: "goes back before it is acknowledged, bare pool", goesBackEarly: true, leased: false },
  { name: "goes back before it is acknowledged, leased pool", goesBackEarly: true, leased: true },
  { name: "acknowledged first, bare pool", goesBackEarly: false, leased: false },
  { name: "acknowledged first, leased pool", goesBackEarly: false, leased: true },
];

/** So many loans, and a channel is closed and another one opened in its place. */
const mostLoans = 1_000;

export async function earlyReturn({ messages }) {
  const rows = [];
  for (const way of ways) {
    const { received, settled, lost, left, told, seconds } = await deliver(messages, way);
    rows.push([way.name, received, settled, lost, left, told, (received / seconds).toFixed(0)]);
  }
  const head = ["program", "received", "acknowledged", "lost", "left in the queue", "violations", "messages a second"];
  return `${messages} messages, one for each loan of 16 channels, 64 at a time; a channel is retired after ${mostLoans} loans. The ledgers have counted what was received, acknowledged and lost, RabbitMQ what was left.\n\n${table(head, rows)}`;
}

/** Fills a queue, and receives as many messages as it was filled with, whether or not some of them come twice. */
async function deliver(messages, { goesBackEarly, leased }) {
  const connection = await amqp.connect(process.env.HOLDFAST_AMQP_URL ?? "amqp://127.0.0.1", { noDelay: true });
  const own = await connection.createConfirmChannel();
  const { queue } = await own.assertQueue("", { exclusive: true });
  await fill(own, queue, messages);

  const books = [];
  let toFetch = messages;
  const open = async () => {
    const book = ledger(await connection.createConfirmChannel());
    books.push(book);
    return new Consumer(book.handle, queue, () => toFetch-- > 0);
  };
  const bare = poolOf({ open, connections: 16, mostLoans });
  let told = 0;
  const pool = leased ? lease(bare, { onViolation: () => told++ }) : bare;
  const began = performance.now();
  await consume({ pool, workers: 64, goesBackEarly, work: ({ content }) => JSON.parse(content) });
  const seconds = (performance.now() - began) / 1_000;
  await close(bare);
  const { messageCount: left } = await own.checkQueue(queue);
  await connection.close();
  const sum = (count) => books.reduce((total, book) => total + book[count], 0);
  return { received: sum("received"), settled: sum("settled"), lost: sum("lost"), left, told, seconds };
}

const body = Buffer.from(JSON.stringify({ metric: "cpu", host: "web-12", values: [12, 14, 13] }));

async function fill(channel, queue, messages) {
  for (let left = messages; left > 0; left -= 10_000) {
    await Promise.all(Array.from({ length: Math.min(left, 10_000) }, () => publish(channel, "", queue, body)));
  }
}

/** It is over when the broker has the message. */
function publish(channel, exchange, key, content) {
  return new Promise((resolve, reject) => {
    channel.publish(exchange, key, content, {}, (error) => (error ? reject(error) : resolve()));
  });
}

/** What the pool holds: a channel, by which a message is acknowledged when the broker has what was made of it. */
class Consumer {
  constructor(channel, queue, isWanted) {
    Object.assign(this, { channel, queue, isWanted });
    // The broker's answer to what came too late; whoever has called is told by a rejection.
    channel.on("error", () => {});
  }

  async fetch() {
    const message = this.isWanted() && (await this.channel.get(this.queue));
    return message ? [message] : [];
  }

  async acknowledge(message) {
    await publish(this.channel, "amq.fanout", "", message.content);
    this.channel.ack(message);
  }

  close() {
    return this.channel.close();
  }
}
