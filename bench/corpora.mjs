/**
 * Runs Holdfast over whole repositories and holds each finding against the verdict of whoever has read it before.
 * Prints only what nobody has judged yet, what is no longer found, and how many are right and wrong.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { catalogFor, defaultConfiguration } from "@holdfast/rules";
import ts from "typescript";
import { findingsOf } from "./lib/findings.mjs";
import { fingerprints } from "./lib/fingerprint.mjs";
import { confidences } from "./lib/judging.mjs";
import { optionsOf, programs, sourceFiles } from "./lib/programs.mjs";
import { keepResult, table, today } from "./lib/report.mjs";
import { CannotRun, existing, readArguments, run } from "./lib/usage.mjs";
import { compareWithVerdicts, withNew } from "./lib/verdicts.mjs";

const usage =
  "node bench/corpora.mjs --repositories <folder> [--confidence certain|likely|possible] [--without-types] [--record] [--write] [names…]";
const verdictsFile = new URL("verdicts.json", import.meta.url);

await run(async () => {
  const { values, positionals } = readArguments(
    usage,
    {
      repositories: { type: "string" },
      confidence: { type: "string", default: "likely" },
      "without-types": { type: "boolean" },
      record: { type: "boolean" },
      write: { type: "boolean" },
    },
    { positionals: true },
  );
  if (!confidences.includes(values.confidence))
    throw new CannotRun(`--confidence must be one of ${confidences.join(", ")}.`);
  if (values.write && positionals.length > 0)
    throw new CannotRun("--write keeps the result of all repositories; leave the names out.");
  const folder = resolve(existing(values.repositories, "the folder of the repositories (--repositories)", usage));
  let verdicts = JSON.parse(readFileSync(verdictsFile, "utf8"));
  const rows = [];
  for (const repository of chosen(folder, positionals)) {
    const results = check(repository, join(folder, repository.name), values.confidence, !values["without-types"]);
    const comparison = compareWithVerdicts(repository, results.findings, verdicts, values.confidence);
    console.log(describe(repository, results, comparison));
    rows.push(row(repository, results, comparison));
    if (values.record) verdicts = withNew(verdicts, repository, comparison.fresh);
  }
  const summary = table(
    [
      "repository",
      "files",
      "seconds",
      "certain",
      "likely",
      "right",
      "wrong",
      "wrong and certain",
      "unsure",
      "not judged",
    ],
    rows,
  );
  console.log(`\n${summary}`);
  if (values.record) writeFileSync(verdictsFile, `${JSON.stringify(verdicts, null, 2)}\n`);
  if (values.write) await keepResult("corpora", `Measured on ${today()}.\n\n${summary}`);
});

/** The repositories to look at: those named, or all of the list that are there. */
function chosen(folder, names) {
  const known = JSON.parse(readFileSync(new URL("repositories.json", import.meta.url), "utf8"));
  const unknown = names.filter((name) => !known.some((repository) => repository.name === name));
  if (unknown.length > 0) throw new CannotRun(`repositories.json has no ${unknown.join(", ")}.`);
  const wanted = known.filter(({ name }) => names.length === 0 || names.includes(name));
  const [there, missing] = [true, false].map((is) =>
    wanted.filter(({ name }) => existsSync(join(folder, name)) === is),
  );
  for (const { name, url, commit } of missing)
    console.error(`${name} is not there: check out ${commit} of ${url} as ${join(folder, name)}.`);
  if (there.length === 0) throw new CannotRun(`none of the repositories is in ${folder}.`);
  return there;
}

/** Every finding in the source files of a repository, with its fingerprint. */
function check({ project, compilerOptions, folders }, root, confidence, withTypes) {
  const started = performance.now();
  const files = folders.flatMap((folder) => (existsSync(join(root, folder)) ? sourceFiles(join(root, folder)) : []));
  const typed = files.filter((file) => /\.[cm]?tsx?$/.test(file));
  const program = withTypes ? programs()(typed, optionsOf(join(root, project), compilerOptions)) : undefined;
  const catalog = catalogFor(defaultConfiguration, root, (file) => ts.sys.readFile(file));
  const findings = files.flatMap((fileName) => {
    const text = readFileSync(fileName, "utf8");
    const file = relative(root, fileName).replaceAll("\\", "/");
    const found = findingsOf({
      fileName,
      text,
      program: program?.getSourceFile(fileName) && program,
      catalog,
      confidence,
    });
    const names = fingerprints(found, file, text);
    return found.map((finding, index) => ({
      ...finding,
      file,
      fingerprint: names[index],
      source: lineOf(text, finding.place.line),
    }));
  });
  return { files: files.length, seconds: (performance.now() - started) / 1000, findings };
}

function describe({ name }, { files, findings }, { fresh, lost, mended }) {
  return [
    `\n## ${name}: ${findings.length} findings in ${files} files, ${fresh.length} of them not judged yet`,
    ...fresh.map((finding) =>
      [
        `\n${finding.file}:${finding.place.line} ${finding.rule} ${finding.confidence} ${finding.fingerprint}`,
        `  ${finding.message}`,
        `  > ${finding.source}`,
        ...finding.witness.map(({ place, message }) => `  ${place.line}: ${message}`),
      ].join("\n"),
    ),
    ...lost.map(
      ({ file, line, rule, reason }) => `\nno longer found, though right: ${file}:${line} ${rule} (${reason})`,
    ),
    ...(mended.length > 0 ? [`\n${mended.length} that were wrong are no longer reported`] : []),
  ].join("\n");
}

function row({ name }, { files, seconds, findings }, { counts, fresh }) {
  const sure = (level) => findings.filter(({ confidence }) => confidence === level).length;
  return [
    name,
    files,
    seconds.toFixed(1),
    sure("certain"),
    sure("likely"),
    counts.right,
    counts.wrong,
    counts.wrongCertain,
    counts.unsure,
    fresh.length,
  ];
}

function lineOf(text, line) {
  return (text.split(/\r\n|\n|\r/)[line - 1] ?? "").trim();
}
