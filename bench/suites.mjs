/**
 * Runs the tests of programs that nobody here wrote, without and with `@holdfast/runtime/register`, and says what has
 * become of each test and what was reported. `lib/suites-programs.mjs` says how each program is prepared.
 */

import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { table } from "./lib/report.mjs";
import { suites } from "./lib/suites-programs.mjs";
import { testsOf } from "./lib/suites-runners.mjs";
import { CannotRun, existing, readArguments, run } from "./lib/usage.mjs";

const usage = `node bench/suites.mjs --suites <folder> [--modes warn,observe,throw,serialize] [--leaks] [names…]
The folder holds checkouts with their dependencies installed, at the commits of bench/repositories.json:
${suites.map(({ name, config, needs }) => `  ${name}, ${config}: ${needs}`).join("\n")}`;

await run(() => {
  const { values, positionals } = readArguments(
    usage,
    { suites: { type: "string" }, modes: { type: "string", default: "warn" }, leaks: { type: "boolean" } },
    { positionals: true },
  );
  const folder = resolve(existing(values.suites, "--suites", usage));
  const wanted = suites.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const there = wanted.filter(({ name }) => existsSync(join(folder, name, "node_modules")));
  if (there.length === 0) throw new CannotRun(`No suite is there, with its dependencies installed.\n${usage}`);

  const modes = values.modes.split(",");
  const rows = there.map((suite) => {
    const bare = testsOf(suite, { suites: folder });
    const guarded = modes.map((mode) => {
      const settings = { HOLDFAST_MODE: mode, ...(values.leaks && { HOLDFAST_LEAKS: "1" }) };
      const tests = testsOf(suite, { suites: folder, settings });
      tellDifferences(suite, mode, bare, tests, (files) => testsOf(suite, { suites: folder, settings, files }));
      for (const kind of kindsOf(tests.violations, join(folder, suite.name))) console.log(`${mode}: ${kind}`);
      return tests;
    });
    const counts = guarded.map((tests) => passed(tests));
    return [`${suite.name}, ${suite.config}`, passed(bare), ...counts, ...guarded.map((tests) => byRule(tests))];
  });
  const columns = [...modes, ...modes.map((mode) => `Violations under ${mode}`)];
  console.log(`\n${table(["Suite", "Passed bare", ...columns], rows)}`);
});

/** Tells which tests end otherwise than bare. Whether that was by chance shows when their files are run once more. */
function tellDifferences({ name }, mode, bare, guarded, again) {
  const tests = new Set([...bare.results.keys(), ...guarded.results.keys()]);
  const statusOf = ({ results }, test) => results.get(test)?.status ?? "absent";
  const different = [...tests].filter((test) => statusOf(bare, test) !== statusOf(guarded, test));
  if (different.length === 0) return;
  const files = different.map((test) => (guarded.results.get(test) ?? bare.results.get(test)).file);
  const repeated = again([...new Set(files)]);
  for (const test of different) {
    const statuses = [bare, guarded, repeated].map((each) => statusOf(each, test));
    console.log(`${name}: ${test}: ${statuses[0]} bare, ${statuses[1]} under ${mode}, then ${statuses[2]}`);
  }
}

/** Each kind of violation once, with the two places that it is about, the most frequent first. */
function kindsOf(violations, folder) {
  const counts = new Map();
  for (const { rule, contract, first, second } of violations) {
    const [from, to] = [first, second].map(({ operation, place }) => {
      return place === undefined ? operation : `${operation} (${relative(folder, place.file)}:${place.line})`;
    });
    const kind = `${rule} of ${contract}: ${from}, then ${to}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one).map(([kind, count]) => `${count} × ${kind}`);
}

function passed({ results }) {
  return [...results.values()].filter(({ status }) => status === "passed").length;
}

function byRule({ violations }) {
  const rules = [...new Set(violations.map(({ rule }) => rule))];
  return rules.map((rule) => `${rule} ${violations.filter((each) => each.rule === rule).length}`).join(", ") || "none";
}
