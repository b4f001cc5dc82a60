/**
 * Published failures that Holdfast comes from, against the real libraries and servers: the program as it failed, the same
 * under the runtime, and the program mended.
 */

import { resolve } from "node:path";
import { earlyReturn } from "./lib/cases/early-return.mjs";
import { inMemory } from "./lib/cases/in-memory.mjs";
import { oneProducer } from "./lib/cases/one-producer.mjs";
import { oneSocket } from "./lib/cases/one-socket.mjs";
import { keepResult, today } from "./lib/report.mjs";
import { CannotRun, count, existing, readArguments, run } from "./lib/usage.mjs";

const usage = `node bench/cases.mjs [one-socket] [one-producer] [early-return] [in-memory] [--requests 32000] [--rounds 5]
  [--rdkafka <folder>] [--messages 100000] [--millions 10] [--rate 120000] [--runs 5] [--write]`;

const cases = {
  "one-socket": ({ requests, rounds }) =>
    oneSocket({ requests: count(requests, "requests"), rounds: count(rounds, "rounds") }),
  "one-producer": ({ rdkafka }) =>
    oneProducer({ rdkafka: rdkafka && resolve(existing(rdkafka, "The folder with node-rdkafka", usage)) }),
  "early-return": ({ messages }) => earlyReturn({ messages: count(messages, "messages") }),
  "in-memory": ({ millions, rate, runs }) =>
    inMemory({
      messages: count(millions, "millions") * 1_000_000,
      rate: count(rate, "rate"),
      runs: count(runs, "runs"),
    }),
};

await run(async () => {
  const { values, positionals } = readArguments(
    usage,
    {
      requests: { type: "string", default: "32000" },
      rounds: { type: "string", default: "5" },
      rdkafka: { type: "string" },
      messages: { type: "string", default: "100000" },
      millions: { type: "string", default: "10" },
      rate: { type: "string", default: "120000" },
      runs: { type: "string", default: "5" },
      write: { type: "boolean" },
    },
    { positionals: true },
  );
  const unknown = positionals.find((name) => !(name in cases));
  if (unknown !== undefined) throw new CannotRun(`There is no case "${unknown}".\n${usage}`);
  for (const [name, measure] of Object.entries(cases)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const text = `Measured on ${today()} with Node ${process.versions.node}.\n\n${await measure(values)}`;
    console.log(`\n# ${name}\n\n${text}`);
    if (values.write) await keepResult(name, text);
  }
});
