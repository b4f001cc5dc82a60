import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import amqp, { type Channel, type ConsumeMessage } from "amqplib";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type HandleViolation, ledger, type LedgerEvent } from "../src/index.js";

let connection: Awaited<ReturnType<typeof amqp.connect>>;
let channel: Channel;
let queue: string;

beforeEach(async () => {
  connection = await amqp.connect("amqp://127.0.0.1");
  channel = await connection.createChannel();
  ({ queue } = await channel.assertQueue("", { exclusive: true }));
});
afterEach(() => connection.close());

const send = (count: number) => {
  for (let number = 0; number < count; number++) channel.sendToQueue(queue, Buffer.from(String(number)));
};

it("counts what is received and settled, each way", async () => {
  const book = ledger(channel);
  const messages: ConsumeMessage[] = [];
  await book.handle.consume(queue, (message) => message && messages.push(message));
  send(6);
  await vi.waitFor(() => expect(book).toMatchObject({ received: 6, settled: 0, open: 6 }));
  book.handle.ack(messages[0]!);
  book.handle.nack(messages[1]!, false, false);
  book.handle.reject(messages[2]!, false);
  expect(book).toMatchObject({ settled: 3, open: 3 });
  book.handle.ack(messages[4]!, true);
  expect(book).toMatchObject({ settled: 5, open: 1 });
  book.handle.ackAll();
  expect(book).toMatchObject({ received: 6, settled: 6, open: 0, settledTwice: 0, lost: 0 });
});

it("raises an alarm for what is lost with its channel", async () => {
  const violations: HandleViolation[] = [];
  const alarms: LedgerEvent[] = [];
  const published: unknown[] = [];
  const listener = (event: unknown) => void published.push(event);
  subscribe("holdfast:ledger", listener);
  const book = ledger(channel, {
    onAlarm: (event) => alarms.push(event),
    onViolation: (violation) => violations.push(violation),
  });
  await book.handle.consume(queue, () => undefined);
  send(2);
  await vi.waitFor(() => expect(book.open).toBe(2));
  await book.handle.close();
  unsubscribe("holdfast:ledger", listener);
  expect(book).toMatchObject({ received: 2, settled: 0, lost: 2, open: 0 });
  expect(alarms).toEqual([
    { contract: "amqplib#Channel", received: 2, settled: 0, settledTwice: 0, lost: 2, open: 0, reason: "lost" },
  ]);
  expect(published).toEqual(alarms);
  expect(violations).toMatchObject([{ rule: "require-settlement", second: { operation: "close" } }]);
});

it("raises an alarm for what waits too long, once", async () => {
  const alarms: LedgerEvent[] = [];
  const book = ledger(channel, { overdue: 20, onAlarm: (event) => alarms.push(event) });
  await book.handle.consume(queue, () => undefined);
  send(1);
  await vi.waitFor(() => expect(alarms).toMatchObject([{ reason: "overdue", open: 1 }]));
});

it("tells of a message that is settled twice", async () => {
  const alarms: LedgerEvent[] = [];
  const book = ledger(channel, { onAlarm: (event) => alarms.push(event) });
  const message = await new Promise<ConsumeMessage>((resolve) => {
    void book.handle.consume(queue, (received) => received && resolve(received));
    send(1);
  });
  channel.once("error", () => undefined);
  book.handle.ack(message);
  book.handle.ack(message);
  expect(alarms).toMatchObject([{ reason: "settled twice", settled: 1, settledTwice: 1 }]);
  connection.once("error", () => undefined);
});

it("owes nothing for messages that were asked for without answers", async () => {
  const book = ledger(channel);
  const seen: unknown[] = [];
  await book.handle.consume(queue, (message) => seen.push(message), { noAck: true });
  send(1);
  await vi.waitFor(() => expect(seen).toHaveLength(1));
  expect(book).toMatchObject({ received: 0, open: 0 });
});

it("publishes its counts as metrics, where the program has OpenTelemetry", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  const book = ledger(channel);
  await book.handle.consume(queue, () => undefined);
  send(3);
  await vi.waitFor(() => expect(book.open).toBe(3));
  book.handle.ackAll();
  await provider.forceFlush();
  const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const values = Object.fromEntries(all.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints[0]?.value]));
  expect(values).toEqual({
    "holdfast.messages.received": 3,
    "holdfast.messages.settled": 3,
    "holdfast.messages.settled_twice": 0,
    "holdfast.messages.lost": 0,
    "holdfast.messages.open": 0,
  });
  expect(all[0]?.dataPoints[0]?.attributes).toEqual({ contract: "amqplib#Channel" });
  await provider.shutdown();
  metrics.disable();
});

it("is for handles whose messages need settlement", () => {
  expect(() => ledger({}, { contract: "pg#Client" })).toThrow(/need no settlement/);
});
