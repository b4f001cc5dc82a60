/** What Holdfast says of whole repositories, and what that costs. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { groupBy } from "./collections.mjs";
import { excerpt } from "./excerpt.mjs";
import { fingerprints } from "./fingerprint.mjs";
import { holdfast, measure } from "./measure.mjs";

/** `owner/name` of a repository of the list. */
export function nameOf({ url }) {
  return new URL(url).pathname.slice(1);
}

/** The checkout of a repository, if it is in a folder: as `<owner>+<name>`, or under its own name in the list. */
export function checkoutOf(folder, repository) {
  return [nameOf(repository).replace("/", "+"), repository.name]
    .filter((name) => name !== undefined)
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
}

/**
 * What became of a check: what it found, and the seconds (of the processor, and on the clock) and megabytes it took; or
 * `failure`, why there is no result.
 * @typedef {{ fingerprint: string, file: string, line: number, rule: string, confidence: string, contract: string,
 *   message: string, isTest: boolean, code: string }} FieldFinding
 * @typedef {{ files?: number, cpu?: number, seconds?: number, megabytes?: number, problems?: string[],
 *   findings?: FieldFinding[], failure?: string }} FieldResult
 */

/**
 * Runs `holdfast check` in a folder, in a process of its own.
 * @param {string} root
 * @param {AbortSignal} signal ends the process
 * @returns {Promise<FieldResult>}
 */
export async function check(root, signal) {
  try {
    const { output, errors, cpu, wall, memory } = await measure({
      script: holdfast,
      args: ["check", "--format", "json", "--confidence", "likely"],
      cwd: root,
      signal,
    });
    if (output === "") return { failure: firstLine(errors) };
    const { findings, summary } = JSON.parse(output);
    return {
      files: summary.files,
      cpu: Number(cpu.toFixed(1)),
      seconds: Number(wall.toFixed(1)),
      megabytes: Math.round(memory),
      problems: errors.split("\n").filter((line) => line !== ""),
      findings: identified(findings.map(inPlaces), root),
    };
  } catch (error) {
    return { failure: signal.aborted ? "stopped at the time limit" : firstLine(error.message) };
  }
}

/** A finding of a report in the shape that analysis gives it. */
function inPlaces({ rule, confidence, contract, message, file, line, endLine, witness }) {
  const steps = witness.map(({ message, file, line }) => ({ message, place: { file, line } }));
  return { rule, confidence, contract, message, place: { file, line, endLine }, witness: steps };
}

/** Findings with what they are recognised by, whether they are in tests, and the code to judge them by. */
function identified(findings, root) {
  return [...groupBy(findings, ({ place }) => place.file)].flatMap(([file, own]) => {
    const names = fingerprints(own, file, readFileSync(join(root, file), "utf8"));
    return own.map(({ place, ...finding }, index) => ({
      fingerprint: names[index],
      file,
      line: place.line,
      ...finding,
      isTest: isTest(file),
      code: codeOf(finding.witness, root),
    }));
  });
}

/** The code around the steps of a witness, file by file. */
function codeOf(witness, root) {
  return [...groupBy(witness, ({ place }) => place.file)]
    .map(([file, steps]) => {
      const marks = steps.map(({ message, place }) => ({ message, line: place.line }));
      return `  ${file}\n${excerpt(readFileSync(join(root, file), "utf8"), marks)}`;
    })
    .join("\n");
}

/** Whether a file of a repository is no product code: tests, what they need, and benchmarks. Examples are product code. */
export function isTest(file) {
  const folders = file.split("/").slice(0, -1);
  return (
    folders.some((folder) => /(^|[-_.])(tests?|specs?|e2e|fixtures?|mocks?|benchmarks?)_*$/i.test(folder)) ||
    /(^|[-_.])(tests?|spec|e2e|bench|benchmark)\.[cm]?[jt]sx?$/i.test(file.split("/").at(-1))
  );
}

/** The sentence that says most in what a process left on its standard error. */
function firstLine(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /FATAL ERROR|Error:/.test(line)) ?? lines[0] ?? "it ended without a message";
}
