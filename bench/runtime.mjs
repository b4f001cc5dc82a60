/**
 * What a guard costs: nanoseconds for an operation of a handle that does next to nothing, against other ways to keep
 * operations apart, and requests per second through real libraries. All of it in one run, in turns.
 */

import { exclusive, guard } from "@holdfast/runtime";
import { Mutex } from "async-mutex";
import pLimit from "p-limit";
import { Bench } from "tinybench";
import { keepResult, median, table, today } from "./lib/report.mjs";
import { postgres, zeromq } from "./lib/requests.mjs";
import { count, readArguments, run } from "./lib/usage.mjs";

const usage = "node bench/runtime.mjs [--rounds 5] [--requests 4000] [--write]";

/** So many operations are one sample: a clock is too coarse for one. */
const batch = 1_000;

/** By its name a writer of a web stream, whose contract has operations without a lane. */
class WritableStreamDefaultWriter {
  async write() {}
  async close() {}
  async abort() {}
  releaseLock() {}
}

/** By its name an observer of a socket, whose `receive` has a lane. */
class Observer {
  async receive() {}
  close() {}
  [Symbol.asyncIterator]() {}
}

const writer = () => new WritableStreamDefaultWriter();
const observer = () => new Observer();
const observed = "zeromq#Observer";

/** Each gives one operation to await. */
const ways = {
  bare: () => {
    const handle = writer();
    return () => handle.write();
  },
  ...Object.fromEntries(
    ["observe", "warn", "throw", "serialize"].map((mode) => [
      `guard, ${mode}`,
      () => {
        const handle = guard(writer(), { mode });
        return () => handle.write();
      },
    ]),
  ),
  "guard, throw, in a lane": () => {
    const handle = guard(observer(), { contract: observed });
    return () => handle.receive();
  },
  exclusive: () => {
    const handle = exclusive(observer(), { contract: observed });
    return () => handle.receive();
  },
  "promise chain by hand": () => {
    const handle = writer();
    let last = Promise.resolve();
    return () => (last = last.then(() => handle.write()));
  },
  "p-limit(1)": () => {
    const handle = writer();
    const limit = pLimit(1);
    return () => limit(() => handle.write());
  },
  "async-mutex": () => {
    const handle = writer();
    const mutex = new Mutex();
    return () => mutex.runExclusive(() => handle.write());
  },
};

await run(async () => {
  const { values } = readArguments(usage, {
    rounds: { type: "string", default: "5" },
    requests: { type: "string", default: "4000" },
    write: { type: "boolean" },
  });
  const rounds = count(values.rounds, "rounds");
  const requests = count(values.requests, "requests");
  const text = [
    `Measured on ${today()} with Node ${process.versions.node}; medians of ${rounds} rounds.`,
    await operations(rounds),
    await realRequests(rounds, requests),
  ].join("\n\n");
  console.log(text);
  if (values.write) await keepResult("runtime", text);
});

/** Nanoseconds for one operation, each way. */
async function operations(rounds) {
  const samples = new Map(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const bench = new Bench({ time: 300, warmupTime: 100 });
    for (const [name, prepare] of Object.entries(ways)) {
      const operation = prepare();
      bench.add(name, async () => {
        for (let done = 0; done < batch; done++) await operation();
      });
    }
    await bench.run();
    for (const { name, result } of bench.tasks) samples.get(name).push((result.latency.p50 * 1e6) / batch);
  }
  const bare = median(samples.get("bare"));
  const rows = [...samples].map(([name, all]) => [name, median(all).toFixed(0), (median(all) - bare).toFixed(0)]);
  return table(["an awaited operation", "ns", "over bare"], rows);
}

/** Requests per second, bare and guarded. */
async function realRequests(rounds, requests) {
  const rows = [];
  for (const [name, open] of Object.entries({ zeromq, postgres })) {
    const { handle, request, close } = await open();
    const kinds = { bare: handle, "guard, throw": guard(handle) };
    const rates = new Map(Object.keys(kinds).map((kind) => [kind, []]));
    // In turns, first the one and then the other first: a machine that grows slower or faster favours neither.
    for (let round = 0; round < 2 * rounds; round++) {
      const turn = Object.entries(kinds);
      if (round % 2 === 1) turn.reverse();
      for (const [kind, value] of turn) rates.get(kind).push(await rate(() => request(value), requests));
    }
    const [bare, guarded] = [...rates.values()].map(median);
    const overhead = `${((bare / guarded - 1) * 100).toFixed(1)} %`;
    rows.push([name, bare.toFixed(0), guarded.toFixed(0), (1e6 / bare).toFixed(0), overhead]);
    await close();
  }
  return table(["requests a second", "bare", "guarded", "µs a request", "overhead"], rows);
}

async function rate(request, requests) {
  const began = performance.now();
  for (let done = 0; done < requests; done++) await request();
  return (requests * 1_000) / (performance.now() - began);
}
