import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Problem } from "../problem.js";

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
}

/** The violations of a report, JSON lines or SARIF; each once, however often it is told. Throws a `Problem` if it is none. */
export function readViolations(file: string, cwd: string): Violation[] {
  const text = readText(file, cwd);
  const all = file.endsWith(".sarif") ? readSarif(text, file) : readLines(text, file);
  const known = new Map<string, Violation>();
  for (const violation of all) {
    const { rule, contract, first, second, count } = violation;
    const key = JSON.stringify([rule, contract, first, second]);
    const before = known.get(key);
    if (before === undefined) known.set(key, violation);
    else before.count = Math.max(before.count, count);
  }
  return [...known.values()];
}

function readText(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw new Problem(
        `there is no file ${file}; HOLDFAST_REPORT=${file} node --import @holdfast/runtime/register app.js writes one.`,
      );
    }
    throw new Problem(`${file} cannot be read (${code}); name the report that the runtime has written.`);
  }
}

function readLines(text: string, file: string): Violation[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const json = parse(line);
    if (!isReported(json)) {
      throw new Problem(
        `${file}:${index + 1} is no violation; name a report that the runtime has written, as JSON lines or SARIF.`,
      );
    }
    const { rule, severity, contract, message, first, second, count = 1 } = json;
    return [
      { rule, severity, contract, message, first: sideOf(first), second: sideOf(second), count, line: index + 1 },
    ];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Reported = Omit<Violation, "count" | "line"> & { count?: number };

function isReported(json: unknown): json is Reported {
  if (!isRecord(json)) return false;
  const texts = ["rule", "contract", "message"].every((name) => typeof json[name] === "string");
  const isLoud = json["severity"] === "error" || json["severity"] === "warning";
  return texts && isLoud && isSide(json["first"]) && isSide(json["second"]);
}

function isSide(json: unknown): json is Side {
  if (!isRecord(json) || typeof json["operation"] !== "string") return false;
  const { place } = json;
  if (place === undefined) return true;
  return (
    isRecord(place) && typeof place["file"] === "string" && isPosition(place["line"]) && isPosition(place["column"])
  );
}

function isPosition(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function sideOf({ operation, place }: Side): Side {
  return { operation, ...(place && { place: { file: place.file, line: place.line, column: place.column } }) };
}

/** What is read of a log that the runtime has written. */
interface Log {
  runs: {
    originalUriBaseIds?: Record<string, { uri?: string }>;
    results?: {
      ruleId?: string;
      level?: string;
      message?: { text?: string };
      locations?: Location[];
      relatedLocations?: Location[];
      occurrenceCount?: number;
      properties?: { contract?: string; first?: string; second?: string };
    }[];
  }[];
}

interface Location {
  id?: number;
  physicalLocation?: {
    artifactLocation?: { uri?: string; uriBaseId?: string };
    region?: { startLine?: number; startColumn?: number };
  };
}

function readSarif(text: string, file: string): Violation[] {
  const log = parse(text);
  const refuse = (): never => {
    throw new Problem(`${file} is no report of the runtime; name one that it has written, as JSON lines or SARIF.`);
  };
  if (!isRecord(log) || !Array.isArray(log["runs"])) return refuse();
  return (log as unknown as Log).runs.flatMap(({ results = [], originalUriBaseIds = {} }) =>
    results.map(({ ruleId, level, message, relatedLocations = [], occurrenceCount = 1, properties = {} }) => {
      const side = (operation: string | undefined, id: number): object => ({
        operation,
        ...placeIn(
          relatedLocations.find((location) => location.id === id),
          originalUriBaseIds,
        ),
      });
      const json = {
        rule: ruleId,
        severity: level,
        contract: properties.contract,
        message: message?.text,
        first: side(properties.first, 0),
        second: side(properties.second, 1),
      };
      return isReported(json) ? { ...json, count: occurrenceCount, line: 1 } : refuse();
    }),
  );
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
