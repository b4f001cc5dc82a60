/**
 * How long an editor waits for Holdfast, and what the language server takes: from an edit to its diagnostics in a big and
 * in a small file of a project, from the start to the first finding, and the memory beside that of TypeScript's own server,
 * which is asked the same. Quote the ratio; the milliseconds are those of one machine.
 */

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join, resolve } from "node:path";
import { memoryOf, startHoldfast, startTsserver } from "./lib/editor-clients.mjs";
import { keepResult, table, today } from "./lib/report.mjs";
import { count, existing, readArguments, run } from "./lib/usage.mjs";

const usage =
  "node bench/editor.mjs --project <folder> [--big <file>] [--small <file>] [--edits 50] [--write]\n" +
  "The files are relative to the folder; by default they are those of typeorm.";

/** Breaks a contract whatever stands before it: the query is pending when the client goes back to its pool. */
const broken = `
export async function measured(pool: import("pg").Pool): Promise<unknown> {
  const client = await pool.connect();
  try {
    return client.query("SELECT 1");
  } finally {
    client.release();
  }
}
`;

await run(async () => {
  const { values } = readArguments(usage, {
    project: { type: "string" },
    big: { type: "string", default: "src/driver/postgres/PostgresQueryRunner.ts" },
    small: { type: "string", default: "src/persistence/EntityPersistExecutor.ts" },
    edits: { type: "string", default: "50" },
    write: { type: "boolean" },
  });
  const project = resolve(existing(values.project, "the folder of the project (--project)", usage));
  const files = [values.big, values.small].map((name) => ({
    name,
    path: existing(join(project, name), "the file", usage),
  }));
  const report = await compare(project, files, count(values.edits, "edits"));
  console.log(report);
  if (values.write) await keepResult("editor", `Measured on ${today()}.\n\n${report}`);
});

async function compare(project, files, edits) {
  const firstFinding = await timeToFirstFinding(project, files[0].path);
  const ours = await work(await startHoldfast(project), files, edits);
  const theirs = await work(startTsserver(), files, edits);
  const { version } = JSON.parse(readFileSync(new URL("../node_modules/typescript/package.json", import.meta.url)));
  const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} processors`;
  const times = files.map(({ name }, index) => {
    const { lines, median, late } = ours.times[index];
    const other = theirs.times[index];
    return [`${basename(name)}, ${lines} lines`, median, late, other.median, other.late];
  });
  return [
    `${basename(project)}, ${edits} edits in each file, after one that is not counted; ${machine}.`,
    table(
      [
        "from an edit to its diagnostics, ms",
        "Holdfast median",
        "95th percentile",
        `tsserver ${version} median`,
        "95th percentile ",
      ],
      times.map(([name, ...numbers]) => [name, ...numbers.map((number) => number.toFixed(0))]),
    ),
    table(
      ["memory, MB", "at the end", "at most"],
      [
        ["Holdfast", ours.memory.now.toFixed(0), ours.memory.peak.toFixed(0)],
        [`tsserver ${version}`, theirs.memory.now.toFixed(0), theirs.memory.peak.toFixed(0)],
        ["ratio", (ours.memory.now / theirs.memory.now).toFixed(2), (ours.memory.peak / theirs.memory.peak).toFixed(2)],
      ],
    ),
    `From the start of the server to the first finding in the big file: ${(firstFinding / 1000).toFixed(1)} s.`,
  ].join("\n\n");
}

async function timeToFirstFinding(project, file) {
  const began = performance.now();
  const editor = await startHoldfast(project);
  await editor.open(file, readFileSync(file, "utf8") + broken);
  const items = await editor.diagnostics(file);
  if (!items.some(({ code }) => code === "no-early-release")) throw new Error("the server found nothing");
  const took = performance.now() - began;
  await editor.stop();
  return took;
}

/** Edits the files in turn, and asks for the diagnostics of each edit. */
async function work(editor, files, edits) {
  const times = [];
  for (const { path } of files) {
    const text = readFileSync(path, "utf8");
    await editor.open(path, text);
    await editor.diagnostics(path);
    const took = [];
    for (let edit = 0; edit <= edits; edit += 1) {
      const began = performance.now();
      await editor.change(path, edit + 2, ...editNumber(edit, text));
      await editor.diagnostics(path);
      if (edit > 0) took.push(performance.now() - began);
    }
    took.sort((one, other) => one - other);
    times.push({
      lines: text.split("\n").length,
      median: took[Math.floor(took.length / 2)],
      late: took[Math.ceil(took.length * 0.95) - 1],
    });
  }
  const memory = memoryOf(editor.pid);
  await editor.stop();
  return { times, memory };
}

/** Types a statement at the end of the file, a character at a time, and takes it away again. */
function editNumber(edit, text) {
  const statement = "void 0;";
  const lines = text.split("\n");
  const place = { line: lines.length - 1, character: lines.at(-1).length };
  const typed = edit % (statement.length + 1);
  const at = { line: place.line, character: place.character + typed };
  return typed < statement.length ? [{ start: at, end: at }, statement[typed]] : [{ start: place, end: at }, ""];
}
