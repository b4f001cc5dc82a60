/**
 * Looks at real files that were changed at random: none may make the analysis fail, and none may take longer than its
 * budget without a line that says so. The same seed makes the same files.
 */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { discoverFiles } from "@holdfast/workspace";
import { createHelper } from "./lib/helper.mjs";
import { keepResult, list, table, today } from "./lib/report.mjs";
import { count, existing, readArguments, run } from "./lib/usage.mjs";

const usage =
  "node bench/mutations.mjs --sources <folder> [--count 100000] [--seed 1] [--seconds 10] [--jobs 2] [--write]";

/** Files beyond this size, in bytes, are bundles; each mutant of one costs as much as a hundred others. */
const largest = 150_000;

/** What a file has to mention for its mutants to be worth a look. */
const isAboutHandles =
  /pg|redis|mysql|typeorm|drizzle|kysely|knex|mongo|kafka|amqp|zeromq|node:fs|fs\/promises|stream|http|playwright/;

const batch = 250;

await run(async () => {
  const { values } = readArguments(usage, {
    sources: { type: "string" },
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "10" },
    jobs: { type: "string", default: "2" },
    write: { type: "boolean" },
  });
  const sources = resolve(existing(values.sources, "the folder of source files (--sources)", usage));
  const [total, seed, seconds, jobs] = ["count", "seed", "seconds", "jobs"].map((name) => count(values[name], name));
  const files = filesIn(sources);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-mutations-"));
  try {
    const settings = join(folder, "settings.json");
    writeFileSync(settings, JSON.stringify({ files, seconds }));
    const result = await lookAtAll({ settings, total, seed, jobs });
    const report = describe(result, { files, total, seed, seconds });
    console.log(report);
    if (values.write) await keepResult("mutations", `Measured on ${today()}.\n\n${report}`);
    process.exitCode = result.failures.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function filesIn(folder) {
  const { files } = discoverFiles([folder], folder);
  return files
    .filter((file) => statSync(file).size < largest && isAboutHandles.test(readFileSync(file, "utf8")))
    .sort();
}

async function lookAtAll({ settings, total, seed, jobs }) {
  const sum = { candidates: 0, findings: 0, tooComplex: 0, failures: [], slow: [], heaps: [] };
  let next = seed;
  const end = seed + total - 1;
  const work = async () => {
    const helper = createHelper({
      script: new URL("lib/mutate-process.mjs", import.meta.url),
      args: [settings],
      seconds: 600,
    });
    while (next <= end) {
      const [first, last] = [next, Math.min(next + batch - 1, end)];
      next = last + 1;
      const result = await helper.ask({ first, last });
      if (result === undefined) sum.failures.push(`seeds ${first} to ${last}: the process ended, or took 600 s`);
      else add(sum, result);
      if (first % 5_000 < batch)
        console.error(`${first} of ${end}: ${sum.failures.length} failures, ${sum.slow.length} slow`);
    }
    helper.close();
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return sum;
}

function add(sum, { heap, failures, slow, ...counts }) {
  for (const [name, number] of Object.entries(counts)) sum[name] += number;
  sum.failures.push(...failures);
  sum.slow.push(...slow);
  sum.heaps.push(heap);
}

function describe({ candidates, findings, tooComplex, failures, slow, heaps }, { files, total, seed, seconds }) {
  const early = heaps.slice(0, Math.ceil(heaps.length / 10));
  const late = heaps.slice(-early.length);
  const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / Math.max(numbers.length, 1);
  const rows = [
    ["mutants of real files", total],
    ["files that they were made of", files.length],
    ["looked at closely", candidates],
    ["findings", findings],
    ["failures", failures.length],
    ["given up with a line that says so", tooComplex],
    [`longer than ${seconds} s`, slow.length],
    ["heap after the first and after the last tenth (MB)", `${mean(early).toFixed(0)} and ${mean(late).toFixed(0)}`],
  ];
  const kept = (title, lines) => list(title, lines.slice(0, 20), (line) => line);
  return [`Seed ${seed}.`, table(["", "number"], rows), kept("Failures", failures), kept("Slow", slow)].join("\n\n");
}
