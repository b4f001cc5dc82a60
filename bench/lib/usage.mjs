/** What the scripts of this folder are told on the command line, and how they say that something is missing. */

import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** A script cannot do its work; the message says in one sentence what it lacks. */
export class CannotRun extends Error {}

/** Reads the command line; a wrong option ends the script with the way to call it. */
export function readArguments(usage, options, { positionals = false } = {}) {
  try {
    return parseArgs({ options, allowPositionals: positionals });
  } catch (error) {
    throw new CannotRun(`${error.message}\n${usage}`);
  }
}

/** The value of an option that names a file or folder, if that exists. */
export function existing(path, what, usage) {
  if (path === undefined) throw new CannotRun(`${what} is not given.\n${usage}`);
  if (!existsSync(path)) throw new CannotRun(`${what} is not there: ${path}`);
  return path;
}

/** The array of objects in a JSON file, each of which has these keys. */
export function listIn(path, what, keys, usage) {
  const text = readFileSync(existing(path, what, usage), "utf8");
  const list = parsed(text);
  if (!Array.isArray(list)) throw new CannotRun(`${path} is not a JSON array.`);
  for (const [index, element] of list.entries()) {
    const missing = keys.filter((key) => element?.[key] === undefined);
    if (missing.length > 0) throw new CannotRun(`${path}: element ${index + 1} has no ${missing.join(", ")}.`);
  }
  return list;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    // The caller says what was expected instead.
    return undefined;
  }
}

/** A whole number from 1 on, given as text. */
export function count(text, option) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new CannotRun(`--${option} must be a whole number from 1 on, not "${text}".`);
  return number;
}

/** Runs a script; exit code 2 and a sentence where it cannot do its work. */
export async function run(script) {
  try {
    await script();
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
