/**
 * Kills `holdfast check --fix` at random moments: every file has to be as it was, or as it was meant to be, and nothing
 * may lie beside the files that a next run would take for sources.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdfast } from "./lib/measure.mjs";
import { randomFrom } from "./lib/mutate.mjs";
import { keepResult, list, table, today } from "./lib/report.mjs";
import { count, readArguments, run } from "./lib/usage.mjs";

const usage = "node bench/kills.mjs [--runs 1000] [--seed 1] [--jobs 2] [--write]";

/** Enough for a run to be writing for a while. */
const files = 20;

const nameOf = (index) => `table${index}`;
const fileOf = (index) => `${nameOf(index)}.ts`;

const broken = (name) => `import { Pool } from "pg";

const pool = new Pool();

export async function ${name}(id: string) {
  const client = await pool.connect();
  try {
    return client.query("SELECT id FROM ${name} WHERE id = $1", [id]);
  } finally {
    client.release();
  }
}
`;

await run(async () => {
  const { values } = readArguments(usage, {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    write: { type: "boolean" },
  });
  const [runs, seed, jobs] = ["runs", "seed", "jobs"].map((name) => count(values[name], name));
  const folder = mkdtempSync(join(tmpdir(), "holdfast-kills-"));
  try {
    const result = await killAll({ folder, runs, random: randomFrom(seed), jobs });
    const report = describe(result, runs, seed);
    console.log(report);
    if (values.write) await keepResult("kills", `Measured on ${today()}.\n\n${report}`);
    process.exitCode = result.damaged.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function killAll({ folder, runs, random, jobs }) {
  const took = await timeOfRun(folder);
  const sum = { killed: 0, before: 0, after: 0, mixed: 0, damaged: [] };
  let next = 1;
  const work = async () => {
    while (next <= runs) {
      const number = next++;
      await killOne(join(folder, String(number)), number, { at: momentIn(took, random), sum });
      if (number % 100 === 0) console.error(`${number} of ${runs}: ${sum.damaged.length} damaged`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return sum;
}

/** How long a run takes that nobody kills, in milliseconds: the shortest of three. */
async function timeOfRun(folder) {
  const times = [];
  for (const name of ["first", "second", "third"]) {
    const project = join(folder, name);
    prepare(project);
    const began = performance.now();
    await once(start(project), "close");
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}

/** Any moment of the run, or, as often, one near its end, when it writes. */
function momentIn(took, random) {
  return took * (random() < 0.5 ? random() : 0.85 + random() * 0.25);
}

async function killOne(project, number, { at, sum }) {
  prepare(project);
  const child = start(project);
  const timer = setTimeout(() => child.kill("SIGKILL"), at);
  const [, signal] = await once(child, "close");
  clearTimeout(timer);
  if (signal === "SIGKILL") sum.killed++;
  const states = Array.from({ length: files }, (_, index) => stateOf(join(project, fileOf(index)), nameOf(index)));
  const strangers = readdirSync(project).filter((name) => /\.[jt]s$/.test(name) && !/^table\d+\.ts$/.test(name));
  if (states.includes("damaged") || strangers.length > 0)
    sum.damaged.push(`run ${number}, killed after ${at.toFixed(0)} ms`);
  else sum[states.every((state) => state === states[0]) ? states[0] : "mixed"]++;
  rmSync(project, { recursive: true });
}

function prepare(project) {
  mkdirSync(project);
  for (let index = 0; index < files; index++) writeFileSync(join(project, fileOf(index)), broken(nameOf(index)));
}

function start(project) {
  return spawn(process.execPath, [holdfast, "check", "--fix", "--no-types"], { cwd: project, stdio: "ignore" });
}

function stateOf(file, name) {
  const text = readFileSync(file, "utf8");
  if (text === broken(name)) return "before";
  return text === broken(name).replace("return client", "return await client") ? "after" : "damaged";
}

function describe({ killed, before, after, mixed, damaged }, runs, seed) {
  const rows = [
    ["runs", runs],
    ["killed before their end", killed],
    ["all files as they were", before],
    ["some as they were, some mended", mixed],
    ["all files mended", after],
    ["a file that is neither", damaged.length],
  ];
  return [
    `Seed ${seed}, ${files} files a run.`,
    table(["", "number"], rows),
    list("Damaged", damaged.slice(0, 20), (line) => line),
  ].join("\n\n");
}
