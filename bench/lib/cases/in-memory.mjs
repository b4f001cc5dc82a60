/** The same with a broker in memory: many more messages, and nothing but the pool and its connections to spend time on. */

import { lease } from "@holdfast/runtime";
import { createHistogram } from "node:perf_hooks";
import { median, table } from "../report.mjs";
import { close, consume, poolOf } from "./workers.mjs";

/** So many messages at most come with one fetch, and so with one loan. */
const batch = 10;
const workers = 64;
const mostLoans = 1_000;

/** Messages are sent by the clock, and the broker answers after a millisecond, as one nearby does. */
const steady = { name: "sent by the clock", soon: (answer) => setTimeout(answer, 1) };
/** All messages are there, and the broker answers in the next turn of the event loop. */
const flat = { name: "all there at once", rate: Infinity, soon: (answer) => setImmediate(answer) };

const faulty = { program: "goes back before it is acknowledged", goesBackEarly: true };
const mended = { program: "acknowledged first", goesBackEarly: false };

/** All messages go through the lease in each run, a tenth of them in all that it is compared with; `rate` is that of the clock. */
export async function inMemory({ messages, rate, runs }) {
  const few = Math.ceil(messages / 10);
  const onTime = { ...steady, rate };
  const early = [];
  for (const leased of [false, true]) early.push(await deliver(few, { ...faulty, ...onTime, leased }));
  const bare = [];
  const leased = [];
  for (let run = 0; run < runs; run++) {
    bare.push(await deliver(few, { ...mended, ...onTime, leased: false }));
    leased.push(await deliver(messages, { ...mended, ...onTime, leased: true }));
  }
  const busy = [];
  for (const leased of [false, true]) busy.push(await deliver(few, { ...mended, ...flat, leased }));

  const throughput = (all) => median(all.map(({ throughput }) => throughput));
  const change = ((throughput(leased) / throughput(bare) - 1) * 100).toFixed(1);
  return `${[
    `Up to ${batch} messages a loan, at most ${workers} loans at a time; a connection is retired after ${mostLoans} loans.`,
    `By the clock means ${rate} messages a second.`,
    `Throughput of the leased runs against that of the bare ones: ${change} % (medians of ${runs}).`,
  ].join(" ")}\n\n${describe([...early, ...bare, ...leased, ...busy])}`;
}

function describe(runs) {
  const head = [
    "program",
    "messages",
    "received",
    "acknowledged",
    "lost",
    "violations",
    "acknowledged a second",
    "ms to it, median",
    "99th percentile",
    "µs of processor a message",
  ];
  const rows = runs.map(({ program, name, received, acknowledged, told, throughput, latency, cpu }) => [
    program,
    name,
    received,
    acknowledged,
    received - acknowledged,
    told,
    throughput.toFixed(0),
    ...[50, 99].map((percentile) => (name === flat.name ? "–" : (latency.percentile(percentile) / 1_000).toFixed(1))),
    cpu.toFixed(2),
  ]);
  return table(head, rows);
}

async function deliver(messages, { program, name, goesBackEarly, leased, rate, soon }) {
  const broker = new Broker(messages, rate, soon);
  const bare = poolOf({ open: () => new Connection(broker), connections: workers, mostLoans });
  let told = 0;
  const pool = leased ? lease(bare, { onViolation: () => told++ }) : bare;
  const before = process.cpuUsage();
  await consume({ pool, workers, goesBackEarly, work: ({ body }) => JSON.parse(body) });
  const seconds = broker.now() / 1_000;
  const { user, system } = process.cpuUsage(before);
  await close(bare);
  const { received, acknowledged, latency } = broker;
  return {
    program: `${program}, ${leased ? "leased" : "bare"} pool`,
    name,
    received,
    acknowledged,
    told,
    throughput: acknowledged / seconds,
    latency,
    cpu: (user + system) / received,
  };
}

/** Sends so many messages at a rate, and counts. Whoever asks in the meantime is answered with the others. */
class Broker {
  received = 0;
  acknowledged = 0;
  /** Microseconds from when a message was sent until it was acknowledged. */
  latency = createHistogram();
  #began = performance.now();
  #answer;

  constructor(messages, rate, soon) {
    Object.assign(this, { messages, rate, soon });
  }

  now() {
    return performance.now() - this.#began;
  }

  answer() {
    this.#answer ??= new Promise((resolve) => {
      this.soon(() => {
        this.#answer = undefined;
        resolve();
      });
    });
    return this.#answer;
  }

  /** Messages that have been sent and not been received, and none only when there will be no more. */
  async take() {
    for (;;) {
      await this.answer();
      const sent = Math.min(this.messages, Math.floor((this.now() / 1_000) * this.rate));
      const count = Math.min(batch, sent - this.received);
      if (count > 0 || this.received === this.messages) return Array.from({ length: count }, () => this.#message());
    }
  }

  #message() {
    const id = this.received++;
    return { id, body: `{"metric":"cpu","id":${id},"values":[12,14,13]}` };
  }

  acknowledge({ id }) {
    this.acknowledged++;
    // One of each batch is enough to know.
    if (id % batch === 0) this.latency.record(Math.max(1, Math.round((this.now() - (id / this.rate) * 1_000) * 1_000)));
  }
}

/** Each call is a round trip to the broker, and fails if the connection is closed before the answer. */
class Connection {
  #isClosed = false;
  #broker;

  constructor(broker) {
    this.#broker = broker;
  }

  async fetch() {
    return this.#broker.take();
  }

  async acknowledge(message) {
    await this.#broker.answer();
    if (this.#isClosed) throw new Error("Connection closed");
    this.#broker.acknowledge(message);
  }

  async close() {
    this.#isClosed = true;
  }
}
