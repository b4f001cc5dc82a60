/** What the runtime has written of the violations that it saw: its reports, as JSON lines or as SARIF. */

import { fileURLToPath } from "node:url";

/** One of the two sides of a violation, as a report has it. */
export interface Side {
  operation: string;
  place?: { file: string; line: number; column: number };
}

/** A violation as the runtime has reported it. */
export interface Violation {
  rule: string;
  severity: "error" | "warning";
  contract: string;
  message: string;
  first: Side;
  second: Side;
  /** How often it was seen. */
  count: number;
  /** The line of the report that tells of it. */
  line: number;
  /** When it was seen first, in milliseconds since 1970, if the report tells. */
  time?: number;
  /** When the program began that it was seen in, likewise. */
  started?: number;
}

/** Whether a report is SARIF, by its name; any other has a violation in each line. */
export function isSarif(file: string): boolean {
  return file.endsWith(".sarif");
}

/**
 * The violations that a report tells of, one after the other, and a sentence for each part of it that tells of none.
 * The same one may come several times: when it was first seen, and with a count at the end of the program.
 */
export function* violationsIn(text: string, file: string): Generator<Violation | string> {
  yield* isSarif(file) ? readSarif(text, file) : readLines(text, file);
}

/** Equal violations as one, which tells how often it was seen in all runs of the program. */
export function countEqual(violations: readonly Violation[]): Violation[] {
  // What a run tells last has the whole number of it.
  const ofRuns = merge(violations, ({ time, started }) => [time, started], Math.max);
  return merge(
    ofRuns,
    () => [],
    (one, other) => one + other,
  );
}

function merge(
  violations: readonly Violation[],
  moreOf: (violation: Violation) => unknown[],
  add: (one: number, other: number) => number,
): Violation[] {
  const known = new Map<string, Violation>();
  for (const violation of violations) {
    const { rule, contract, first, second, count } = violation;
    const key = JSON.stringify([rule, contract, first, second, ...moreOf(violation)]);
    const before = known.get(key);
    known.set(key, before === undefined ? violation : { ...before, count: add(before.count, count) });
  }
  return [...known.values()];
}

function* readLines(text: string, file: string): Generator<Violation | string> {
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    if (line.trim() === "") continue;
    yield (
      violationOf(parse(line), number) ??
      `${file}:${number} is not a violation; name a report that @holdfast/runtime wrote, as JSON lines or SARIF.`
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Nothing if it is none. */
function violationOf(json: unknown, line: number): Violation | undefined {
  if (!isReported(json)) return undefined;
  const { rule, severity, contract, message, first, second, count, time, started } = json;
  return {
    ...{ rule, severity, contract, message, first: sideOf(first), second: sideOf(second) },
    count: isPosition(count) ? count : 1,
    line,
    ...timeIn("time", time),
    ...timeIn("started", started),
  };
}

type Reported = Pick<Violation, "rule" | "severity" | "contract" | "message" | "first" | "second"> &
  Record<"count" | "time" | "started", unknown>;

function isReported(json: unknown): json is Reported {
  if (!isRecord(json)) return false;
  const texts = ["rule", "contract", "message"].every((name) => isLine(json[name])) && isName(json["rule"]);
  const isLoud = json["severity"] === "error" || json["severity"] === "warning";
  return texts && isLoud && isSide(json["first"]) && isSide(json["second"]);
}

function isSide(json: unknown): json is Side {
  if (!isRecord(json) || !isLine(json["operation"])) return false;
  const { place } = json;
  if (place === undefined) return true;
  return (
    isRecord(place) && typeof place["file"] === "string" && isPosition(place["line"]) && isPosition(place["column"])
  );
}

/** Text as the runtime writes it: one line. */
function isLine(value: unknown): value is string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return typeof value === "string" && !/[\u0000-\u001F\u007F]/.test(value);
}

/** The name of a rule becomes part of an address. */
function isName(value: unknown): boolean {
  return typeof value === "string" && /^[\w-]+$/.test(value);
}

function isPosition(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function sideOf({ operation, place }: Side): Side {
  return { operation, ...(place && { place: { file: place.file, line: place.line, column: place.column } }) };
}

function timeIn(name: "time" | "started", said: unknown): Pick<Violation, "time" | "started"> {
  const time = typeof said === "string" ? Date.parse(said) : NaN;
  return Number.isNaN(time) ? {} : { [name]: time };
}

/** What is read of a log that the runtime has written; whatever of it may be missing. */
interface Run {
  originalUriBaseIds?: Record<string, { uri?: string }>;
  results?: Result[];
}

interface Result {
  ruleId?: string;
  level?: string;
  message?: { text?: string };
  relatedLocations?: Location[];
  occurrenceCount?: number;
  properties?: { contract?: string; first?: string; second?: string; time?: string; started?: string };
}

interface Location {
  id?: number;
  physicalLocation?: {
    artifactLocation?: { uri?: string; uriBaseId?: string };
    region?: { startLine?: number; startColumn?: number };
  };
}

function* readSarif(text: string, file: string): Generator<Violation | string> {
  const problem = `${file} is not a report; name one that @holdfast/runtime wrote, as JSON lines or SARIF.`;
  const log = parse(text);
  const runs = isRecord(log) && Array.isArray(log["runs"]) ? (log["runs"].filter(isRecord) as Run[]) : undefined;
  if (runs === undefined) yield problem;
  for (const run of runs ?? []) {
    for (const result of resultsOf(run)) yield readResult(result, run) ?? problem;
  }
}

function resultsOf({ results = [] }: Run): Result[] {
  return Array.isArray(results) ? results : [];
}

function readResult(result: Result, run: Run): Violation | undefined {
  try {
    return violationOf(reportedIn(result, run), 1);
  } catch {
    // Whatever stands there in place of what the runtime writes, it is no violation.
    return undefined;
  }
}

/** A result as the line that a report of lines would have. */
function reportedIn(result: Result, { originalUriBaseIds = {} }: Run): object {
  const { ruleId, level, message, relatedLocations = [], occurrenceCount, properties = {} } = result;
  const { contract, time, started } = properties;
  const side = (id: 0 | 1, operation: string | undefined) => {
    const location = relatedLocations.find((related) => related.id === id);
    return { operation, ...placeIn(location, originalUriBaseIds) };
  };
  return {
    ...{ rule: ruleId, severity: level, contract, message: message?.text, time, started },
    first: side(0, properties.first),
    second: side(1, properties.second),
    count: occurrenceCount,
  };
}

/** The place of a location, on this disk. */
function placeIn(location: Location | undefined, bases: Record<string, { uri?: string }>): Pick<Side, "place"> {
  const { artifactLocation: { uri, uriBaseId = "" } = {}, region: { startLine, startColumn } = {} } =
    location?.physicalLocation ?? {};
  const base = bases[uriBaseId]?.uri;
  if (uri === undefined || startLine === undefined || !URL.canParse(uri, base)) return {};
  const url = new URL(uri, base);
  return url.protocol === "file:"
    ? { place: { file: fileURLToPath(url), line: startLine, column: startColumn ?? 1 } }
    : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
