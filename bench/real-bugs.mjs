/**
 * Runs Holdfast over files in which people found bugs, and over the same files mended, once with types and once without.
 * Prints how many of the bugs are found, and how many of the places that are right are reported all the same.
 */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createCatalog } from "@holdfast/contracts";
import { findingsOf } from "./lib/findings.mjs";
import { hasRule, judge, tally, total } from "./lib/judging.mjs";
import { optionsOf, programs } from "./lib/programs.mjs";
import { keepResult, table, today } from "./lib/report.mjs";
import { CannotRun, existing, readArguments, run } from "./lib/usage.mjs";

const usage = "node bench/real-bugs.mjs --bugs <real-bugs.json> --sources <folder> [--only <id>] [--verbose] [--write]";

await run(async () => {
  const { values } = readArguments(usage, {
    bugs: { type: "string" },
    sources: { type: "string" },
    only: { type: "string", multiple: true },
    verbose: { type: "boolean" },
    write: { type: "boolean" },
  });
  if (values.write && values.only) throw new CannotRun("--write keeps the result of all entries; leave --only out.");
  const sources = resolve(existing(values.sources, "the folder of the sources (--sources)", usage));
  const entries = readEntries(existing(values.bugs, "the list of bugs (--bugs)", usage), values.only);
  const modes = judgeAll(entries, sources, values.verbose);
  const report = modes.map(describe).join("\n\n");
  console.log(report);
  if (values.write) await keepResult("real-bugs", `Measured on ${today()}.\n\n${report}`);
});

function readEntries(file, only) {
  const entries = JSON.parse(readFileSync(file, "utf8"));
  const chosen = entries.filter((entry) => only === undefined || only.includes(entry.id));
  if (chosen.length === 0) throw new CannotRun(`there is no entry ${only?.join(", ") ?? ""} in ${file}.`);
  return chosen;
}

/** The judgements on all entries, with types and without. */
function judgeAll(entries, sources, verbose) {
  const catalog = createCatalog();
  const createProgram = programs();
  const modes = [
    { name: "with types", judgements: [] },
    { name: "without types", judgements: [] },
  ];
  for (const entry of entries) {
    const folder = join(sources, entry.id);
    const fileName = existing(join(folder, entry.path), `the source of ${entry.id}`, usage);
    const text = readFileSync(fileName, "utf8");
    const program = createProgram(
      [fileName],
      optionsOf(existing(join(folder, "tsconfig.json"), `the project of ${entry.id}`, usage)),
    );
    for (const mode of modes) {
      const findings = findingsOf({
        fileName,
        text,
        program: mode.name === "with types" ? program : undefined,
        catalog,
      });
      mode.judgements.push(judge(entry, findings));
      if (verbose) for (const finding of findings) console.error(`${entry.id} ${mode.name}: ${shown(finding)}`);
    }
  }
  return modes;
}

function describe({ name, judgements }) {
  const current = judgements.filter(({ entry }) => hasRule(entry.class));
  const later = judgements.filter(({ entry }) => !hasRule(entry.class));
  const missed = current.filter(({ entry, confidence }) => entry.label === "bug" && confidence === undefined);
  const wrong = judgements.filter(({ entry, confidence }) => entry.label === "ok" && confidence !== undefined);
  return [
    `#### Real bugs, ${name}`,
    tableOf(current),
    list("Missed", missed, ({ entry }) => `${place(entry)}: ${entry.why}`),
    list("Wrongly reported", wrong, ({ entry, meeting }) => `${place(entry)}: ${meeting.map(shown).join("; ")}`),
    ...(later.length > 0 ? [`Classes that no rule looks for yet, ${name}:`, tableOf(later)] : []),
  ].join("\n\n");
}

function tableOf(judgements) {
  const rows = tally(judgements);
  const cells = ({ bugs, certain, likely, ok, wrong }) => [bugs, certain, likely, ok, wrong];
  return table(
    ["class", "evidence", "bugs", "found certain", "found likely", "ok places", "wrongly reported"],
    [...rows.map((row) => [row.class, row.evidence, ...cells(row)]), ["**all**", "", ...cells(total(rows))]],
  );
}

function list(title, judgements, line) {
  if (judgements.length === 0) return `${title}: none.`;
  return [`${title}:`, "", ...judgements.map((judgement) => `- ${line(judgement)}`)].join("\n");
}

function place({ id, repo, path, line }) {
  return `${id} \`${repo}/${path}:${line}\``;
}

function shown({ rule, confidence, place, message, witness }) {
  const steps = witness.map((step) => `${step.place.line} ${step.message}`).join(", ");
  return `${rule} ${confidence} at ${place.line}, ${message} (${steps})`;
}
