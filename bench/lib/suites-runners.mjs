/** Runs the tests of a program by its own runner, bare or guarded, and reads what has become of each. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CannotRun } from "./usage.mjs";

const register = fileURLToPath(new URL("../../runtime/dist/register/", import.meta.url));

/** A machine that is busy with something else is to fail no test. */
const patience = "--testTimeout=60000";

/** How each runner is called, and how it is guarded. */
const runners = {
  vitest: {
    command: ({ folder, config, options, output }) => [
      join(folder, "node_modules/vitest/vitest.mjs"),
      ...["run", "--config", config, patience, "--hookTimeout=60000", "--reporter=json", `--outputFile=${output}`],
      ...options,
    ],
    guarded: { NODE_OPTIONS: `--import=${pathToFileURL(join(register, "index.js")).href}` },
  },
  jest: {
    command: ({ folder, config, options, output, isGuarded, scratch }) => [
      "--experimental-vm-modules",
      join(folder, "node_modules/jest/bin/jest.js"),
      ...["--config", isGuarded ? withRuntime(folder, config, scratch) : config],
      ...[patience, "--json", `--outputFile=${output}`, ...options],
    ],
    guarded: {},
  },
};

/** The same configuration of Jest, with the runtime that guards. */
function withRuntime(folder, config, scratch) {
  const file = join(scratch, "jest.config.cjs");
  const [own, runtime] = [resolve(folder, config), join(register, "jest.js")].map((path) => JSON.stringify(path));
  writeFileSync(
    file,
    `module.exports = { ...require(${own}), rootDir: ${JSON.stringify(folder)}, runtime: ${runtime} };\n`,
  );
  return file;
}

/**
 * The result of each test by its name, and what was reported while they ran. `settings` are the variables that the
 * runtime is told by; without them the tests run bare. `files` are those to run, or else all.
 */
export function testsOf({ name, runner, config, options }, { suites, settings, files = [] }) {
  const folder = join(suites, name);
  const scratch = mkdtempSync(join(tmpdir(), "holdfast-suites-"));
  const [output, report] = [join(scratch, "tests.json"), join(scratch, "report.jsonl")];
  const isGuarded = settings !== undefined;
  const { command, guarded } = runners[runner];
  spawnSync(process.execPath, [...command({ folder, config, options, output, isGuarded, scratch }), ...files], {
    cwd: folder,
    env: { ...process.env, CI: "1", ...(isGuarded && { HOLDFAST_REPORT: report, ...guarded, ...settings }) },
    stdio: "ignore",
  });
  if (!existsSync(output)) throw new CannotRun(`${name}: its tests do not run with ${config}.`);
  const { testResults } = JSON.parse(readFileSync(output, "utf8"));
  const lines = existsSync(report) ? readFileSync(report, "utf8").split("\n") : [];
  rmSync(scratch, { recursive: true });
  return { results: resultsOf(testResults), violations: lines.filter(Boolean).map((line) => JSON.parse(line)) };
}

/** By file and name; a file that could not be loaded has a result of its own. */
function resultsOf(testResults) {
  return new Map(
    testResults.flatMap(({ name: file, status, assertionResults }) =>
      assertionResults.length === 0
        ? [[file, { file, status }]]
        : assertionResults.map((test) => [`${file} ${test.fullName}`, { file, status: test.status }]),
    ),
  );
}
