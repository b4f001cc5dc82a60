/**
 * Time and memory of `holdfast check` on a project against `tsc --noEmit` on the same one: whole processes, in turn,
 * so that a machine that slows down slows both. Quote the ratio; the seconds are those of one machine.
 */

import { createRequire } from "node:module";
import { cpus } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { holdfast as holdfastScript, measure } from "./lib/measure.mjs";
import { keepResult, spread, table, today } from "./lib/report.mjs";
import { CannotRun, count, existing, readArguments, run } from "./lib/usage.mjs";

const usage = "node bench/time.mjs --project <folder> [--tsconfig tsconfig.json] [--rounds 5] [--write]";
const require = createRequire(import.meta.url);

await run(async () => {
  const { values } = readArguments(usage, {
    project: { type: "string" },
    tsconfig: { type: "string", default: "tsconfig.json" },
    rounds: { type: "string", default: "5" },
    write: { type: "boolean" },
  });
  const project = resolve(existing(values.project, "the folder of the project (--project)", usage));
  existing(join(project, values.tsconfig), "the project's configuration", usage);
  const report = await compare(project, values.tsconfig, count(values.rounds, "rounds"));
  console.log(report);
  if (values.write) await keepResult("time", `Measured on ${today()}.\n\n${report}`);
});

/** Measures both in turn, after a run of each that is not counted. */
async function compare(project, tsconfig, rounds) {
  const commands = [holdfast(tsconfig), compiler(tsconfig)];
  const runs = commands.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, command] of commands.entries()) {
      const result = await measure({ ...command, cwd: project });
      command.verify(result);
      if (round > 0) runs[index].push(result);
      console.error(
        `${command.name}, ${round === 0 ? "not counted" : `round ${round}`}: ${result.cpu.toFixed(2)} s CPU`,
      );
    }
  }
  return describe(basename(project), commands, runs);
}

function holdfast(tsconfig) {
  return {
    name: "holdfast check",
    script: holdfastScript,
    args: ["check", "--project", tsconfig, "--confidence", "likely", "--format", "json"],
    verify({ exitCode, errors }) {
      if (exitCode > 1) throw new CannotRun(`holdfast could not check the project: ${errors.trim()}`);
    },
  };
}

function compiler(tsconfig) {
  const { version } = require("typescript/package.json");
  return {
    name: `tsc ${version} --noEmit`,
    script: join(dirname(require.resolve("typescript/package.json")), "bin", "tsc"),
    // Options that TypeScript has announced to remove would end the run before anything is checked.
    args: ["-p", tsconfig, "--noEmit", "--incremental", "false", "--ignoreDeprecations", "6.0", "--diagnostics"],
    verify({ output }) {
      const checking = Number(/^Check time:\s+([\d.]+)s/m.exec(output)?.[1] ?? 0);
      if (checking === 0)
        throw new CannotRun(`tsc did not check the project:\n${output.split("\n").slice(0, 5).join("\n")}`);
    },
  };
}

function describe(project, commands, runs) {
  const figures = [
    ["CPU s", "cpu", 2],
    ["wall s", "wall", 2],
    ["peak MB", "memory", 0],
  ];
  const head = ["min / median / max", ...figures.map(([title]) => title)];
  const rows = commands.map(({ name }, index) => [
    name,
    ...figures.map(([, key, digits]) =>
      spread(
        runs[index].map((one) => one[key]),
        digits,
      ),
    ),
  ]);
  const ratios = figures.map(([, key]) => spread(runs[0].map((one, round) => one[key] / runs[1][round][key])));
  const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} processors`;
  return [
    `${project}, ${runs[0].length} rounds; ${machine}.`,
    table(head, [...rows, ["ratio, round by round", ...ratios]]),
    summaryOf(runs[0].at(-1)),
  ].join("\n\n");
}

/** What `holdfast check` says of its own work. */
function summaryOf({ output }) {
  const { files, analysed, findings, oracle } = JSON.parse(output).summary;
  return `Of ${files} files ${analysed} were analysed (types from: ${oracle}), with ${findings} findings.`;
}
