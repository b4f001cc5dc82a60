import { expect, it } from "vitest";
import { drain, guard } from "../src/index.js";
import { deferred } from "./support/deferred.js";
import { WritableStreamDefaultWriter } from "./support/fake-writer.js";

it("waits until nothing is pending", async () => {
  const raw = new WritableStreamDefaultWriter();
  const writer = guard(raw);
  void writer.write("a");
  void writer.write("b");
  const drained = drain(writer);
  for (const write of raw.writes) write.resolve();
  expect(await drained).toEqual({ left: 0, pending: [], ended: "drained" });
});

it("comes to an end when its time is over, and tells what was left", async () => {
  const writer = guard(new WritableStreamDefaultWriter());
  void writer.write("a");
  const drained = await drain(writer, { timeout: 20 });
  expect(drained).toMatchObject({ left: 1, ended: "timeout", pending: [{ operation: "write" }] });
  expect(drained.pending[0]?.place?.file).toContain("drain.test.ts");
});

it("comes to an end when it is told to", async () => {
  const writer = guard(new WritableStreamDefaultWriter());
  void writer.write("a");
  expect(await drain(writer, { signal: AbortSignal.abort() })).toMatchObject({ left: 1, ended: "aborted" });
  const controller = new AbortController();
  const drained = drain(writer, { signal: controller.signal });
  controller.abort();
  expect(await drained).toMatchObject({ left: 1, ended: "aborted" });
});

it("asks the library, too, where that has a queue of its own", async () => {
  let queued = 3;
  const writer = guard(new WritableStreamDefaultWriter());
  expect(await drain(writer, { poll: 1, count: () => queued-- })).toMatchObject({ left: 0, ended: "drained" });
  expect(await drain(writer, { poll: 1, timeout: 20, count: () => 7 })).toMatchObject({ left: 7, ended: "timeout" });
});

/** Stands in for a channel of amqplib with confirms. */
class ConfirmChannel {
  readonly confirmed = deferred();
  waitForConfirms = (): Promise<void> => this.confirmed.promise;
}

it("flushes by the drain of the contract, and passes on what that fails with", async () => {
  const raw = new ConfirmChannel();
  const channel = guard(raw, { contract: "amqplib#ConfirmChannel" });
  expect(await drain(channel, { timeout: 20 })).toMatchObject({ left: 1, ended: "timeout" });
  const failure = new Error("nacked");
  const drained = drain(channel);
  raw.confirmed.reject(failure);
  expect(await drained).toEqual({ left: 0, pending: [], ended: "drained", error: failure });
});

/** Stands in for a producer of node-rdkafka, whose flush takes the time that it may take. */
class Producer {
  readonly flushes: { timeout: number; done: (error?: Error) => void }[] = [];
  flush(timeout: number, done: (error?: Error) => void): void {
    this.flushes.push({ timeout, done });
  }
}

it("tells a flush that takes a limit of time how long it may take", async () => {
  const raw = new Producer();
  const drained = drain(guard(raw, { contract: "node-rdkafka#Producer" }), { timeout: 5_000 });
  expect(raw.flushes).toMatchObject([{ timeout: 5_000 }]);
  raw.flushes[0]?.done();
  expect(await drained).toEqual({ left: 0, pending: [], ended: "drained" });
});

it("takes nothing for flushed when the library's own flush has run out of time", async () => {
  const raw = new Producer();
  raw.flush = (timeout, done) => {
    const end = performance.now() + timeout;
    // Without a turn of the event loop, so that it is told before the time of whoever waits for it is over.
    while (performance.now() < end);
    done(new Error("Local: Timed out"));
  };
  const drained = await drain(guard(raw, { contract: "node-rdkafka#Producer" }), { timeout: 20 });
  expect(drained).toMatchObject({ left: 1, ended: "timeout" });
});
