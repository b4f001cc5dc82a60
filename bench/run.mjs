/** Runs every measurement whose input is there, and says of the others what they lack. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments, run } from "./lib/usage.mjs";

const usage =
  "npm run bench -- [--corpora <folder>] [--bugs <bugs.json>] [--mirrors <folder>] [--project <folder>] [--write]";

await run(() => {
  const { values } = readArguments(usage, {
    corpora: { type: "string" },
    bugs: { type: "string" },
    mirrors: { type: "string" },
    project: { type: "string" },
    write: { type: "boolean" },
  });
  const corpora = values.corpora ?? process.env.HOLDFAST_CORPORA;
  const inCorpora = (name) => (corpora === undefined ? undefined : join(corpora, name));
  const bugs = values.bugs ?? inCorpora("bugs.json");
  const mirrors = values.mirrors ?? corpora;
  const project = values.project ?? inCorpora("typeorm");
  const measurements = [
    { script: "fixes.mjs", needs: { "--bugs": bugs, "--mirrors": mirrors } },
    { script: "field.mjs", needs: { "--repositories": corpora } },
    { script: "time.mjs", needs: { "--project": project } },
    { script: "editor.mjs", needs: { "--project": project } },
  ];
  const codes = measurements.map((measurement) => start(measurement, values.write ? ["--write"] : []));
  if (codes.every((code) => code === undefined)) {
    console.error(`Nothing was measured. README.md in this folder says how to get the inputs.\n${usage}`);
    process.exitCode = 2;
  } else {
    process.exitCode = Math.max(...codes.map((code) => code ?? 0));
  }
});

/** The exit code of a measurement, or nothing if its inputs are not there. */
function start({ script, needs }, extra) {
  const missing = Object.entries(needs).filter(([, path]) => path === undefined || !existsSync(path));
  if (missing.length > 0) {
    const what = missing.map(([option, path]) =>
      path === undefined ? `${option} is not given` : `${option} is not there: ${resolve(path)}`,
    );
    console.log(`\n# ${script}: left out (${what.join("; ")})`);
    return undefined;
  }
  console.log(`\n# ${script}\n`);
  const args = Object.entries(needs).flat().concat(extra);
  return (
    spawnSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], { stdio: "inherit" })
      .status ?? 1
  );
}
