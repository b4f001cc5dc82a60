/**
 * Runs tests of programs that nobody here wrote, without and with `@holdfast/runtime/register`, and says what has become
 * of them and what was reported. Each program is a checkout with its dependencies installed; databases are to be running.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { table } from "./lib/report.mjs";
import { CannotRun, existing, readArguments, run } from "./lib/usage.mjs";

const usage = "node bench/suites.mjs --suites <folder> [--mode warn|observe|throw|serialize] [--leaks] [names…]";
const register = pathToFileURL(fileURLToPath(new URL("../runtime/dist/register/index.js", import.meta.url))).href;

/** Each run: the checkout, the configuration of Vitest in it, and the test files that use connections most. */
const suites = [
  { name: "bullmq", config: "vitest.config.ts", files: ["queue", "bulk", "pause", "events", "scripts", "obliterate"] },
  { name: "bullmq", config: "vitest.ioredis.config.ts", files: ["connection", "ioredis-client"] },
  { name: "bullmq", config: "vitest.postgres.smoke.config.ts", files: ["migration", "operations", "worker"] },
  {
    name: "pg-boss",
    config: "vitest.config.ts",
    files: ["databaseTest", "dbListenTest", "listenNotifyTest", "notifierTest", "opsTest", "bamTest", "flowTest"],
  },
];

await run(() => {
  const { values, positionals } = readArguments(
    usage,
    { suites: { type: "string" }, mode: { type: "string", default: "warn" }, leaks: { type: "boolean" } },
    { positionals: true },
  );
  const folder = resolve(existing(values.suites, "--suites", usage));
  const wanted = suites.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const there = wanted.filter(({ name }) => existsSync(join(folder, name, "node_modules")));
  if (there.length === 0) throw new CannotRun(`No suite is there, with its dependencies installed.\n${usage}`);

  const environment = { HOLDFAST_MODE: values.mode, ...(values.leaks && { HOLDFAST_LEAKS: "1" }) };
  const rows = there.map((suite) => {
    const bare = testsOf(suite, folder, {});
    const guarded = testsOf(suite, folder, environment);
    const names = [...new Set([...bare.results.keys(), ...guarded.results.keys()])];
    for (const name of names.filter((each) => bare.results.get(each) !== guarded.results.get(each)))
      console.log(
        `${suite.name}: ${name}: ${bare.results.get(name)} without, ${guarded.results.get(name)} with register`,
      );
    for (const message of new Set(guarded.violations.map((violation) => violation.message))) console.log(message);
    return [`${suite.name}, ${suite.config}`, passed(bare), passed(guarded), byRule(guarded.violations)];
  });
  console.log(`\n${table(["Suite", "Passed without", "Passed with register", "Violations"], rows)}`);
});

/** The result of each test, and what was reported while they ran. */
function testsOf({ name, config, files }, folder, environment) {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-suites-"));
  const [output, report] = [join(directory, "tests.json"), join(directory, "report.jsonl")];
  const isGuarded = "HOLDFAST_MODE" in environment;
  const filters = files.map((file) => `/${file}`);
  const vitest = join(folder, name, "node_modules/vitest/vitest.mjs");
  const options = ["--config", config, "--no-file-parallelism", "--reporter=json", `--outputFile=${output}`];
  spawnSync(process.execPath, [vitest, "run", ...options, ...filters], {
    cwd: join(folder, name),
    env: {
      ...process.env,
      ...(isGuarded && { NODE_OPTIONS: `--import=${register}`, HOLDFAST_REPORT: report, ...environment }),
    },
    stdio: "ignore",
  });
  if (!existsSync(output)) throw new CannotRun(`${name}: its tests do not run with ${config}.`);
  const { testResults } = JSON.parse(readFileSync(output, "utf8"));
  const results = new Map(
    testResults.flatMap((file) =>
      file.assertionResults.map(({ fullName, status }) => [`${file.name.split("/").at(-1)} ${fullName}`, status]),
    ),
  );
  const lines = existsSync(report) ? readFileSync(report, "utf8").split("\n") : [];
  const violations = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  rmSync(directory, { recursive: true });
  return { results, violations };
}

function passed({ results }) {
  return [...results.values()].filter((status) => status === "passed").length;
}

function byRule(violations) {
  const rules = [...new Set(violations.map(({ rule }) => rule))];
  return rules.map((rule) => `${rule} ${violations.filter((each) => each.rule === rule).length}`).join(", ") || "none";
}
