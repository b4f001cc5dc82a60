/** One process with several threads, and several copies of the runtime in one. */
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createProgram } from "./support/program.js";

const packages = fileURLToPath(new URL("../..", import.meta.url));

/** Releases a client of pg while it is used, and says what came of the query. */
const early = `const pool = new Pool({ user: "root", database: "test", host: "127.0.0.1" });
const client = await pool.connect();
const pending = client.query("SELECT 1 AS one");
client.release();
const { rows } = await pending;
await pool.end();
`;

describe("threads", () => {
  const program = createProgram({
    "app.mjs": `import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Pool } from "pg";
const worker = new Worker(new URL("worker.mjs", import.meta.url));
const [[message]] = await Promise.all([once(worker, "message"), once(worker, "exit")]);
${early}
console.log("worker", message, "main", rows[0].one);
`,
    "worker.mjs": `import { parentPort } from "node:worker_threads";
import { Pool } from "pg";
${early}
parentPort.postMessage(rows[0].one);
`,
  });

  it("are guarded each, and report to one file", async () => {
    const told = await program.violations("app.mjs");
    expect(told.map(({ rule, second }) => [rule, second.place?.file])).toEqual([
      ["no-early-release", join(program.directory, "worker.mjs")],
      ["no-early-release", join(program.directory, "app.mjs")],
    ]);
  });

  it("stand together in a report for code scanning, and nothing of an earlier run does", async () => {
    for (let run = 0; run < 2; run++) {
      await program.guarded("app.mjs", { HOLDFAST_REPORT: "threads.sarif", HOLDFAST_MODE: "observe" });
      const { runs } = JSON.parse(program.read("threads.sarif")) as { runs: { results: { ruleId: string }[] }[] };
      const rules = runs.map(({ results }) => results.map(({ ruleId }) => ruleId));
      expect(rules).toEqual([["no-early-release"], ["no-early-release"]]);
    }
  });

  it("wait each for itself", async () => {
    const { stdout } = await program.guarded("app.mjs", { HOLDFAST_MODE: "serialize" });
    expect(stdout).toBe("worker 1 main 1\n");
  });
});

describe("two copies of the runtime in one process", () => {
  const program = createProgram({
    "app.mjs": `import { Pair } from "zeromq";
import * as one from "@holdfast/runtime";
import * as other from "other";
const say = (...said) => console.log(...said);
const heard = [];
other.onViolation((violation) => heard.push(violation.rule));
const raw = new Pair();
const guarded = one.guard(raw);
say("copies", one.guard !== other.guard);
say("same", other.guard(raw) === guarded, other.guard(guarded) === guarded);
await guarded.bind("inproc://copies");
const peer = new Pair();
peer.connect("inproc://copies");
const send = async (text) => guarded.send(text);
const [, refused] = await Promise.allSettled([send("one"), send("two")]);
say("refused", refused.reason instanceof one.HandleViolation, refused.reason instanceof other.HandleViolation);
say("no violation", new Error("x") instanceof other.HandleViolation, null instanceof one.HandleViolation);
say("heard", heard.join());
const turns = other.exclusive(guarded);
say("turns", (await Promise.allSettled([turns.send("three"), guarded.send("four")])).map(({ status }) => status).join());
say("left", (await other.drain(guarded, { timeout: 1_000 })).left);
guarded.close();
peer.close();
`,
  });

  it("know each other's guards, listeners and violations", async () => {
    const other = join(program.directory, "node_modules/other");
    mkdirSync(join(other, "node_modules/@holdfast"), { recursive: true });
    cpSync(join(packages, "runtime/dist"), join(other, "dist"), { recursive: true });
    cpSync(join(packages, "runtime/package.json"), join(other, "package.json"));
    const contracts = join(other, "node_modules/@holdfast/contracts");
    mkdirSync(dirname(contracts), { recursive: true });
    symlinkSync(join(packages, "contracts"), contracts);

    const { code, stdout, stderr } = await program.bare("app.mjs");
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual([
      "copies true",
      "same true true",
      "refused true true",
      "no violation false false",
      "heard no-concurrent-use",
      "turns fulfilled,fulfilled",
      "left 0",
    ]);
    expect(code).toBe(0);
  });
});
