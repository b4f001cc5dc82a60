/**
 * Shows what Holdfast finds in the example project, and what its fixes make of it. The example itself stays as it is:
 * everything happens in a copy.
 */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import { rules } from "@holdfast/rules";
import { diffLines, hunks } from "./lib/diff.mjs";
import { holdfast, root } from "./lib/holdfast.mjs";

const example = join(root, "examples/shop");
const colours = process.env.NO_COLOR === undefined || process.env.NO_COLOR === "";
const paint = (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text);

const started = performance.now();
const copy = mkdtempSync(join(tmpdir(), "holdfast-demo-"));
try {
  cpSync(example, copy, { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "junction");

  heading("1", "A shop that compiles and passes its tests");
  typeCheck();
  for (const file of sources()) console.log(`  ${file}`);

  heading("2", "holdfast check");
  process.stdout.write(holdfast(["check"], { cwd: copy, colours }).stdout);
  const { findings } = JSON.parse(holdfast(["check", "--format", "json"], { cwd: copy }).stdout);
  const silent = rules.filter(({ id }) => !findings.some(({ rule }) => rule === id));
  if (silent.length > 0) throw new Error(`nothing was found by ${silent.map(({ id }) => id).join(", ")}`);

  heading("3", "holdfast check --fix --fix-suggestions");
  const after = holdfast(["check", "--fix", "--fix-suggestions"], { cwd: copy, colours }).stdout;
  for (const file of sources()) showChanges(file);

  heading("4", "What is left");
  process.stdout.write(after);
  typeCheck();
  console.log(`\nThe fixed shop compiles. That took ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  console.log("Its code is in examples/shop; `npx holdfast explain <rule>` says more about each rule.");
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function heading(number, text) {
  console.log(`\n${paint(["bold", "inverse"], ` ${number} `)} ${paint("bold", text)}\n`);
}

function sources() {
  return readdirSync(join(copy, "src"))
    .sort()
    .map((name) => `src/${name}`);
}

function showChanges(file) {
  const [before, after] = [example, copy].map((folder) => readFileSync(join(folder, file), "utf8"));
  if (before === after) return;
  console.log(paint("bold", file));
  for (const line of hunks(diffLines(before, after))) {
    if (line === undefined) console.log(paint("dim", "       ⋮"));
    else if (line.sign === "=") console.log(`${paint("dim", String(line.line).padStart(5))}   ${line.text}`);
    else if (line.sign === "-")
      console.log(`${paint("dim", String(line.line).padStart(5))} ${paint("red", `- ${line.text}`)}`);
    else console.log(`      ${paint("green", `+ ${line.text}`)}`);
  }
  console.log("");
}

/** Neither the bugs nor the fixes keep it from compiling. */
function typeCheck() {
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", copy], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the shop does not compile:\n${stdout}`);
}
