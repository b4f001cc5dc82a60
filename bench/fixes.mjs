/**
 * Runs Holdfast over files in which people found bugs, and over the same files after the fix.
 * Prints how many of the bugs are found, and how many of the correct places are reported.
 */

import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { groupBy, inParallel } from "./lib/collections.mjs";
import { createHelper } from "./lib/helper.mjs";
import { judge, tally, total } from "./lib/judging.mjs";
import { keepResult, list, table, today } from "./lib/report.mjs";
import { gitDirectoryOf } from "./lib/trees.mjs";
import { CannotRun, count, existing, listIn, readArguments, run } from "./lib/usage.mjs";

const usage =
  "node bench/fixes.mjs --bugs <file.json> [--bugs …] --mirrors <folder> [--checkouts <folder>] [--only <id>] " +
  "[--without-types] [--jobs 2] [--time-limit 60] [--json <file>] [--missed] [--write]";

await run(async () => {
  const { values } = readArguments(usage, {
    bugs: { type: "string", multiple: true },
    mirrors: { type: "string" },
    checkouts: { type: "string", default: join(tmpdir(), "holdfast-fixes") },
    only: { type: "string", multiple: true },
    "without-types": { type: "boolean" },
    jobs: { type: "string", default: "2" },
    "time-limit": { type: "string", default: "60" },
    json: { type: "string" },
    missed: { type: "boolean" },
    write: { type: "boolean" },
  });
  if (values.write && values.only) throw new CannotRun("--write keeps the result of all entries; leave --only out.");
  const judgements = await judgeAll(readEntries(values.bugs ?? [undefined], values.only), {
    mirrors: resolve(existing(values.mirrors, "the folder of the repositories (--mirrors)", usage)),
    checkouts: resolve(values.checkouts),
    jobs: count(values.jobs, "jobs"),
    seconds: count(values["time-limit"], "time-limit"),
    types: !values["without-types"],
  });
  if (values.json) writeFileSync(values.json, `${JSON.stringify(judgements.map(raw), null, 1)}\n`);
  const report = [...groupBy(judgements, ({ entry }) => entry.list)].map(describe).join("\n\n");
  console.log(report);
  if (values.missed) console.log(`\n${list("Missed", missedOf(judgements), ({ entry }) => explained(entry))}`);
  if (values.write) await keepResult("fixes", `Measured on ${today()}.\n\n${report}`);
});

/** The entries of all lists, each with the name of its list. */
function readEntries(files, only) {
  const keys = ["id", "repo", "commit", "path", "line", "label", "class", "why"];
  const entries = files.flatMap((file) =>
    listIn(file, "the list of bugs (--bugs)", keys, usage).map((entry) => ({
      ...entry,
      list: basename(file, ".json"),
    })),
  );
  const chosen = entries.filter(({ id }) => only === undefined || only.includes(id));
  if (chosen.length === 0)
    throw new CannotRun(only ? `no list has an entry ${only.join(", ")}.` : "the list is empty.");
  return chosen;
}

/** The judgements on all entries, in their order. Each repository has a process of its own, for all its commits. */
async function judgeAll(entries, { jobs, ...options }) {
  const repositories = [...groupBy(entries, ({ repo }) => repo)];
  let done = 0;
  const judged = await inParallel(repositories, jobs, async ([repo, own]) => {
    const judgements = await judgeRepository(repo, own, options);
    done += own.length;
    console.error(`${done} of ${entries.length}: ${repo}`);
    return judgements;
  });
  const byEntry = new Map(judged.flat().map((judgement) => [judgement.entry, judgement]));
  return entries.map((entry) => byEntry.get(entry));
}

async function judgeRepository(repo, entries, { mirrors, checkouts, seconds, types }) {
  const gitDirectory = gitDirectoryOf(mirrors, repo);
  if (gitDirectory === undefined) return entries.map((entry) => unjudged(entry, `${repo} is not in the mirrors`));
  const helper = createHelper({
    script: new URL("lib/look-process.mjs", import.meta.url),
    args: [JSON.stringify({ confidence: "likely", types })],
    seconds,
  });
  const judgements = [];
  // Entries of one file are asked about once.
  for (const [, same] of groupBy(entries, ({ commit, path }) => `${commit} ${path}`)) {
    const [{ commit, path }] = same;
    const folder = join(checkouts, repo.replace("/", "+"), commit.slice(0, 12));
    const answer = await helper.ask({ tree: { gitDirectory, commit, folder }, path });
    judgements.push(...same.map((entry) => judgeAnswer(entry, answer, { folder, seconds })));
  }
  helper.close();
  return judgements;
}

function judgeAnswer(entry, answer, { folder, seconds }) {
  if (answer === undefined) return unjudged(entry, `stopped after ${seconds} seconds, or crashed`);
  if (answer.failure !== undefined) return unjudged(entry, answer.failure.replace(`${folder}/`, ""));
  const { confidence, meeting } = judge(entry, answer.findings);
  return {
    entry,
    confidence,
    meeting: meeting.map((finding) => shownIn(folder, finding)),
    elsewhere: answer.findings.filter((finding) => !meeting.includes(finding)).map((one) => shownIn(folder, one)),
    libraries: answer.libraries,
  };
}

/** An entry of which nothing can be said. */
function unjudged(entry, failure) {
  return { entry, failure, meeting: [], elsewhere: [], libraries: [] };
}

/** A finding as lists show it. */
function shownIn(folder, { rule, confidence, contract, message, place, witness }) {
  const steps = witness.map((step) => `${relative(folder, step.place.file)}:${step.place.line} ${step.message}`);
  return { rule, confidence, contract, line: place.line, message, steps };
}

/** What `--json` keeps of a judgement. */
function raw({ entry, confidence, ...others }) {
  return { ...entry, outcome: others.failure === undefined ? (confidence ?? "none") : "not judged", ...others };
}

function describe([name, all]) {
  const judgements = all.filter(({ failure }) => failure === undefined);
  const reported = (label) =>
    judgements.filter(({ entry, confidence }) => entry.label === label && confidence !== undefined);
  return [
    `#### ${name}`,
    tableOf(
      "class",
      tally(judgements, ({ entry }) => [entry.class]),
      total(judgements),
    ),
    "By library that the file imports; an entry counts for each of them.",
    tableOf("library", tally(judgements, librariesOf), total(judgements)),
    list("Found", reported("bug"), ({ entry, meeting }) => `${place(entry)}: ${meeting.map(shown).join("; ")}`),
    list(
      "Wrongly reported",
      reported("ok"),
      ({ entry, meeting }) => `${explained(entry)}; ${meeting.map(shown).join("; ")}`,
    ),
    list(
      "Not judged",
      all.filter(({ failure }) => failure !== undefined),
      ({ entry, failure }) => `${place(entry)}: ${failure}`,
    ),
  ].join("\n\n");
}

/** The libraries that the file imports, and those whose contracts are broken: their handles may come from elsewhere. */
function librariesOf({ libraries, meeting }) {
  // The modules of Node share one contract package, and are always imported.
  const broken = meeting.map(({ contract }) => contract.split("#")[0]).filter((name) => !["", "node"].includes(name));
  const all = new Set([...libraries, ...broken]);
  return all.size > 0 ? [...all] : ["none with a contract"];
}

function tableOf(title, rows, sum) {
  const cells = ({ bugs, certain, likely, ok, wrongCertain, wrongLikely }) => [
    bugs,
    certain,
    likely,
    ok,
    wrongCertain,
    wrongLikely,
  ];
  return table(
    [title, "bugs", "found certain", "found likely", "ok places", "wrong certain", "wrong likely"],
    [...rows.map((row) => [row.name, ...cells(row)]), ["**all**", ...cells(sum)]],
  );
}

function missedOf(judgements) {
  return judgements.filter(
    ({ entry, confidence, failure }) => entry.label === "bug" && confidence === undefined && failure === undefined,
  );
}

function explained(entry) {
  return `${place(entry)}: ${entry.class}, ${entry.why}`;
}

function place({ id, repo, path, line }) {
  return `${id} \`${repo}/${path}:${line}\``;
}

function shown({ rule, confidence, line, message }) {
  return `${rule} ${confidence} on line ${line}, ${message}`;
}
