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

const usage = "node bench/runtime.mjs [--rounds 5] [--requests 20000] [--write]";

/** So many operations are one sample: a clock is too coarse for one. */
const batch = 1_000;

/** So many requests are one turn. */
const turn = 100;

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
    requests: { type: "string", default: "20000" },
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

/**
 * Requests per second, bare and guarded. Where a request takes its time from other processes, no two seconds are alike;
 * so short turns are held against the turns beside them, and the overhead is the median over all such pairs.
 */
async function realRequests(rounds, requests) {
  const rows = [];
  for (const [name, open] of Object.entries({ zeromq, postgres })) {
    const { handle, request, close } = await open();
    const guarded = guard(handle);
    const pairs = [];
    const time = async (value) => {
      const began = performance.now();
      for (let done = 0; done < turn; done++) await request(value);
      return ((performance.now() - began) * 1_000) / turn;
    };
    for (let pair = 0; pair < (rounds * requests) / turn; pair++) {
      // First the one and then the other first: a machine that grows slower or faster favours neither.
      if (pair % 2 === 0) pairs.push({ bare: await time(handle), guarded: await time(guarded) });
      else pairs.push({ guarded: await time(guarded), bare: await time(handle) });
    }
    const middle = (read) => median(pairs.map(read));
    const overheads = pairs.map(({ bare, guarded: under }) => (under / bare - 1) * 100);
    rows.push([
      name,
      (1e6 / middle(({ bare }) => bare)).toFixed(0),
      (1e6 / middle(({ guarded: under }) => under)).toFixed(0),
      middle(({ bare }) => bare).toFixed(0),
      `${median(overheads).toFixed(1)} ± ${uncertainty(overheads).toFixed(1)} %`,
    ]);
    await close();
  }
  return table(["requests a second", "bare", "guarded", "µs a request", "overhead"], rows);
}

/** How far the median of so many values may be off: 95 of 100 times no further. */
function uncertainty(values) {
  const middle = median(values);
  // The first number makes a standard deviation of a median deviation, the second a standard error of the median of it.
  const deviation = 1.4826 * median(values.map((value) => Math.abs(value - middle)));
  return (1.96 * 1.2533 * deviation) / Math.sqrt(values.length);
}
