/** A process that looks at mutants of files, a batch at a time: see `helper.mjs`. */

import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { createReader, createSettings, look } from "@holdfast/workspace";
import { mutated, randomFrom } from "./mutate.mjs";

const { files, seconds } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const settings = createSettings({ confidence: "possible" }, "/", createReader(), () => {});
const texts = new Map();

function textOf(file) {
  if (!texts.has(file)) texts.set(file, readFileSync(file, "utf8"));
  return texts.get(file);
}

/** What became of the mutants with these seeds. */
process.on("message", ({ first, last }) => {
  const result = { candidates: 0, findings: 0, tooComplex: 0, failures: [], slow: [], heap: 0 };
  for (let seed = first; seed <= last; seed++) {
    const random = randomFrom(seed);
    const [file, other] = [0, 0].map(() => files[Math.floor(random() * files.length)]);
    const text = mutated(textOf(file), textOf(other), random);
    const began = performance.now();
    const { findings, failure, statistics } = look({ file: `/mutant${extname(file)}`, text }, settings, undefined);
    const took = (performance.now() - began) / 1000;
    if (statistics?.candidate) result.candidates++;
    result.findings += findings.length;
    const isTold = failure?.includes("too complex") === true;
    if (isTold) result.tooComplex++;
    else if (failure !== undefined) result.failures.push(`seed ${seed}, ${file}: ${failure}`);
    if (took > seconds) result.slow.push(`seed ${seed}, ${file}: ${took.toFixed(1)} s${isTold ? ", given up" : ""}`);
  }
  result.heap = process.memoryUsage().heapUsed / 2 ** 20;
  process.send(result);
});
