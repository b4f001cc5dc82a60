/** Checks of what users write as contracts. A problem is one sentence: where it is, what is wrong, and what to do. */

import { overlapOutcomes, ownContractSchema } from "./own-schema.js";
import { nearest } from "./suggestions.js";

/** What JSON gives for an object. */
type Entry = Record<string, unknown>;

const keys = Object.keys(ownContractSchema.properties);

/** What is wrong with an entry of the `contracts` array that is found at the path; nothing if it is correct. */
export function checkOwnContract(entry: unknown, path: string): string[] {
  const problems: string[] = [];
  if (!isObject(entry)) return [`${path} must be an object, not ${kindOf(entry)}: write { "file": …, "type": … }.`];
  checkKeys(entry, keys, path, problems);
  for (const key of ["package", "file", "noun", "error", "reason"]) checkText(entry, key, path, problems);
  if (checkRequired(entry, "type", 'the name of the class or interface, such as "Socket"', path, problems)) {
    checkText(entry, "type", path, problems);
  }
  if ("package" in entry === "file" in entry) {
    const found = "package" in entry ? 'both "package" and "file"' : 'neither "package" nor "file"';
    problems.push(`${path} has ${found}: give one of them, to say where the type comes from.`);
  }
  const lanes = checkLanes(entry, path, problems);
  if ("operations" in entry) checkNames(entry.operations, `${path}.operations`, problems);
  checkOverlap(entry, lanes, path, problems);
  checkReleases(entry, path, problems);
  checkAcquire(entry, path, problems);
  checkOptions(entry, path, problems);
  if (!["lanes", "operations", "release", "options"].some((key) => key in entry)) {
    problems.push(`${path} says nothing about the type: add "lanes", "operations", "release" or "options".`);
  }
  return problems;
}

/** The names of the lanes, as far as they can be read. */
function checkLanes(entry: Entry, path: string, problems: string[]): string[] {
  if (!("lanes" in entry)) return [];
  const { lanes } = entry;
  if (!isObject(lanes)) {
    problems.push(`${path}.lanes must be an object, not ${kindOf(lanes)}: write { "send": ["send"] }, lane by lane.`);
    return [];
  }
  const laneOf = new Map<string, string>();
  for (const [lane, methods] of Object.entries(lanes)) {
    if (!checkNames(methods, `${path}.lanes.${lane}`, problems)) continue;
    for (const method of methods) {
      const other = laneOf.get(method);
      if (other !== undefined && other !== lane) {
        problems.push(
          `${path}.lanes.${lane} has "${method}", which is in lane "${other}" already: leave it in one of them.`,
        );
      }
      laneOf.set(method, lane);
    }
  }
  return Object.keys(lanes);
}

function checkOverlap(entry: Entry, lanes: string[], path: string, problems: string[]): void {
  if (!("overlap" in entry)) return;
  const { overlap } = entry;
  if (!isObject(overlap)) return checkOutcome(overlap, `${path}.overlap`, problems);
  for (const [lane, outcome] of Object.entries(overlap)) {
    if (!lanes.includes(lane)) {
      problems.push(sentence(`${path}.overlap.${lane} is no lane of this contract: ${advise(lane, lanes)}`));
    }
    checkOutcome(outcome, `${path}.overlap.${lane}`, problems);
  }
}

function checkOutcome(value: unknown, path: string, problems: string[]): void {
  if ((overlapOutcomes as readonly unknown[]).includes(value)) return;
  const advice = advise(typeof value === "string" ? value : "", overlapOutcomes);
  problems.push(sentence(`${path} must say what overlap does, and ${shown(value)} does not: ${advice}`));
}

function checkReleases(entry: Entry, path: string, problems: string[]): void {
  if (!("release" in entry)) return;
  const { release } = entry;
  if (!isObject(release)) {
    problems.push(`${path}.release must be an object, not ${kindOf(release)}: write { "close": { "waits": true } }.`);
    return;
  }
  for (const [method, facts] of Object.entries(release)) {
    const where = `${path}.release.${method}`;
    if (!isObject(facts)) {
      problems.push(`${where} must be an object, not ${kindOf(facts)}: write { "waits": true } or { "waits": false }.`);
      continue;
    }
    checkKeys(facts, ["waits"], where, problems);
    const advice = "true if the call waits for pending operations, false if not";
    if (checkRequired(facts, "waits", advice, where, problems)) checkBoolean(facts, "waits", where, problems);
  }
}

function checkAcquire(entry: Entry, path: string, problems: string[]): void {
  if (!("acquire" in entry)) return;
  const { acquire } = entry;
  if (!Array.isArray(acquire)) {
    problems.push(`${path}.acquire must be an array, not ${kindOf(acquire)}: write ["createSocket"].`);
    return;
  }
  acquire.forEach((item: unknown, index) => {
    const where = `${path}.acquire[${index}]`;
    if (typeof item === "string" && item !== "") return;
    if (!isObject(item)) {
      problems.push(
        `${where} must name a function, and ${shown(item)} does not: write "createSocket" or { "name": "openSocket", "promised": true }.`,
      );
      return;
    }
    checkKeys(item, ["name", "promised"], where, problems);
    if (checkRequired(item, "name", "the name of the function", where, problems))
      checkText(item, "name", where, problems);
    checkBoolean(item, "promised", where, problems);
  });
}

function checkOptions(entry: Entry, path: string, problems: string[]): void {
  if (!("options" in entry)) return;
  const { options } = entry;
  if (!isObject(options)) {
    problems.push(
      `${path}.options must be an object, not ${kindOf(options)}: write { "linger": { "precedes": ["connect"] } }.`,
    );
    return;
  }
  for (const [name, facts] of Object.entries(options)) {
    const where = `${path}.options.${name}`;
    if (!isObject(facts)) {
      problems.push(`${where} must be an object, not ${kindOf(facts)}: write { "precedes": ["connect"] }.`);
      continue;
    }
    checkKeys(facts, ["precedes", "method"], where, problems);
    const advice = "the methods that the setting must precede";
    if (checkRequired(facts, "precedes", advice, where, problems))
      checkNames(facts.precedes, `${where}.precedes`, problems);
    checkBoolean(facts, "method", where, problems);
  }
}

function checkKeys(entry: Entry, known: readonly string[], path: string, problems: string[]): void {
  for (const key of Object.keys(entry)) {
    if (!known.includes(key)) problems.push(sentence(`${path}.${key} is not known: ${advise(key, known)}`));
  }
}

function checkRequired(entry: Entry, key: string, what: string, path: string, problems: string[]): boolean {
  if (key in entry) return true;
  problems.push(`${path} lacks "${key}": add ${what}.`);
  return false;
}

function checkText(entry: Entry, key: string, path: string, problems: string[]): void {
  const value = entry[key];
  if (!(key in entry) || (typeof value === "string" && value !== "")) return;
  problems.push(`${path}.${key} must be a text, not ${shown(value)}: write it in quotation marks, and not empty.`);
}

function checkBoolean(entry: Entry, key: string, path: string, problems: string[]): void {
  if (!(key in entry) || typeof entry[key] === "boolean") return;
  problems.push(`${path}.${key} must be true or false, not ${shown(entry[key])}: write it without quotation marks.`);
}

function checkNames(value: unknown, path: string, problems: string[]): value is string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string" && name !== ""))
    return true;
  const found = Array.isArray(value) ? "this array is empty or holds something else" : `not ${shown(value)}`;
  problems.push(`${path} must be a list of method names, ${found}: write ["send"].`);
  return false;
}

/** What to write instead of a word that is not among the known ones. */
function advise(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  if (guess !== undefined) return `did you mean "${guess}"?`;
  return known.length > 0 ? `known are ${known.join(", ")}` : "remove it";
}

/** Ends with a full stop, unless it is a question. */
function sentence(text: string): string {
  return text.endsWith("?") ? text : `${text}.`;
}

function isObject(value: unknown): value is Entry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function shown(value: unknown): string {
  return isObject(value) || Array.isArray(value) ? kindOf(value) : JSON.stringify(value);
}
