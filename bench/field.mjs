/**
 * Runs Holdfast over public repositories and compares each finding with the verdict of the person who has read it.
 * Prints the findings that are not judged yet, with their code, and how many of the others are true.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { groupBy, inParallel } from "./lib/collections.mjs";
import { check, checkoutOf, nameOf } from "./lib/field.mjs";
import { tableBy, tableOfRepositories } from "./lib/field-report.mjs";
import { keepResult, list, today } from "./lib/report.mjs";
import { CannotRun, count, existing, listIn, readArguments, run } from "./lib/usage.mjs";
import { lostVerdicts, withOpinions, withVerdicts } from "./lib/verdicts.mjs";

const usage = `node bench/field.mjs --repositories <folder> [--time-limit 600] [--jobs 1] [--most 10] [--write] [owner/name…]
node bench/field.mjs --kept [--most 10] [--write] [owner/name…]
node bench/field.mjs judge <fingerprint> true|harmless|false "<reason>"
node bench/field.mjs judge --verdicts <file.json>`;
const inBench = (name) => fileURLToPath(new URL(name, import.meta.url));
const verdictsFile = inBench("verdicts.json");
/** The findings of the last run, so that they can be judged and counted without another. */
const resultsFile = inBench("results/field.json");

await run(async () => {
  const { values, positionals } = readArguments(
    usage,
    {
      repositories: { type: "string" },
      kept: { type: "boolean" },
      "time-limit": { type: "string", default: "600" },
      jobs: { type: "string", default: "1" },
      most: { type: "string", default: "10" },
      verdicts: { type: "string" },
      write: { type: "boolean" },
    },
    { positionals: true },
  );
  if (positionals[0] === "judge") return keepVerdicts(givenVerdicts(positionals.slice(1), values.verdicts));
  if (values.write && positionals.length > 0)
    throw new CannotRun("--write keeps the result of all repositories; leave the names out.");
  const wanted = chosen(positionals);
  const most = count(values.most, "most");
  if (!values.kept) {
    const folder = resolve(existing(values.repositories, "the folder of the repositories (--repositories)", usage));
    await checkAll(wanted, folder, count(values.jobs, "jobs"), count(values["time-limit"], "time-limit"));
  }
  const kept = new Map(readResults().map((result) => [result.repository, result]));
  const results = wanted.map((repository) => kept.get(nameOf(repository))).filter(Boolean);
  if (results.length === 0) throw new CannotRun(`no result is kept yet; run it with --repositories first.\n${usage}`);
  const verdicts = readJson(verdictsFile);
  const findings = withOpinions(results, verdicts);
  const summary = summaryOf(results, findings);
  console.log([...notJudged(findings, most), lostTrue(results, verdicts), summary].join("\n\n"));
  if (values.write) await keepResult("field", `Measured on ${today()}.\n\n${summary}`);
});

/** The repositories that are named, or all of the list. */
function chosen(names) {
  const known = readJson(inBench("repositories.json"));
  const unknown = names.filter((name) => !known.some((repository) => nameOf(repository) === name));
  if (unknown.length > 0) throw new CannotRun(`repositories.json has no ${unknown.join(", ")}.\n${usage}`);
  return known.filter((repository) => names.length === 0 || names.includes(nameOf(repository)));
}

/** Checks the repositories that are there, and keeps each result as soon as it is known. */
async function checkAll(repositories, folder, jobs, seconds) {
  const missing = repositories.filter((repository) => checkoutOf(folder, repository) === undefined);
  for (const { url, commit } of missing) console.error(`left out, as it is not in ${folder}: ${url} at ${commit}`);
  const there = repositories.filter((repository) => !missing.includes(repository));
  if (there.length === 0) throw new CannotRun(`none of the repositories is in ${folder}.`);
  await inParallel(there, jobs, async (repository) => {
    const { commit } = repository;
    const result = await check(checkoutOf(folder, repository), AbortSignal.timeout(seconds * 1000));
    keepOne({ repository: nameOf(repository), commit, ...result });
    console.error(`${nameOf(repository)}: ${result.failure ?? `${result.files} files, ${result.seconds} s`}`);
    for (const problem of result.problems ?? []) console.error(`  ${problem}`);
  });
}

function readResults() {
  return existsSync(resultsFile) ? readJson(resultsFile) : [];
}

/** Keeps the result of a repository in place of the one before. */
function keepOne(result) {
  const others = readResults().filter(({ repository }) => repository !== result.repository);
  mkdirSync(dirname(resultsFile), { recursive: true });
  writeFileSync(resultsFile, JSON.stringify([...others, result], null, 1));
}

/** The verdicts on the command line: one, or a file of them. */
function givenVerdicts([fingerprint, verdict, reason], file) {
  const keys = ["fingerprint", "verdict", "reason"];
  if (file !== undefined) return listIn(file, "the file of verdicts (--verdicts)", keys, usage);
  if (reason === undefined) throw new CannotRun(`a verdict needs a fingerprint, an opinion and a reason.\n${usage}`);
  return [{ fingerprint, verdict, reason }];
}

function keepVerdicts(given) {
  const verdicts = withVerdicts(readJson(verdictsFile), given, readResults());
  writeFileSync(verdictsFile, `${JSON.stringify(verdicts, null, 2)}\n`);
  console.log(`Verdicts recorded: ${given.length}; there are ${verdicts.length} now.`);
}

/** The findings that are not judged yet, to be read: so many of each rule in a repository, those in tests last. */
function notJudged(findings, most) {
  const fresh = findings
    .filter(({ opinion }) => opinion === undefined)
    .sort((a, b) => Number(a.isTest) - Number(b.isTest));
  const families = groupBy(fresh, ({ repository, rule, isTest }) => JSON.stringify([repository, rule, isTest]));
  return [...families.values()].flatMap((family) => {
    const [{ repository, rule, isTest }] = family;
    return [
      `## ${repository}: ${rule}${isTest ? ", in tests" : ""}, ${family.length} not judged yet`,
      ...family.slice(0, most).map(toRead),
      ...(family.length > most ? [`and ${family.length - most} more; a higher --most shows them.`] : []),
    ];
  });
}

function toRead({ fingerprint, file, line, confidence, contract, message, code }) {
  return `${fingerprint} ${file}:${line} ${confidence} ${contract}\n  ${message}\n${code}`;
}

function lostTrue(results, verdicts) {
  const lost = lostVerdicts(results, verdicts).filter(({ verdict }) => verdict === "true");
  return list(
    "True, but no longer found",
    lost,
    ({ repository, file, line, rule, reason }) => `${repository}/${file}:${line} ${rule}: ${reason}`,
  );
}

function summaryOf(results, findings) {
  return [
    "Each cell is true / harmless / false / not judged.",
    tableBy("rule", findings, ({ rule }) => rule),
    tableBy("library", findings, ({ contract }) => contract.split("#")[0]),
    tableOfRepositories(results, findings),
  ].join("\n\n");
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
