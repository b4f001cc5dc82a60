import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import {
  allRules,
  documentationUrl,
  type Edit,
  type Finding,
  type Fix,
  homepage,
  type Place,
  type RuleDescription,
} from "@holdfast/rules";
import type {
  CodeFlow,
  Fix as SarifFix,
  Location,
  Log,
  PhysicalLocation,
  Region,
  ReportingDescriptor,
  Result,
} from "sarif";
import { explainInMarkdown, explainInText } from "../explain/page.js";
import { version } from "../version.js";
import { linesOf } from "@holdfast/workspace";
import { addressOf, type Reportable } from "./report.js";

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const root = "SRCROOT";

/** How much a finding of a confidence is worth looking at, on SARIF's scale up to 100. */
const ranks = { certain: 100, likely: 60, possible: 20 } as const;

/** A SARIF 2.1.0 log, for code scanning and for the viewers of editors. */
export function printSarif(result: Reportable): string {
  return `${JSON.stringify(createLog(result), undefined, 2)}\n`;
}

function createLog(result: Reportable): Log {
  return {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Holdfast",
            semanticVersion: version,
            informationUri: homepage,
            rules: allRules.map(describeRule),
          },
        },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { [root]: { uri: pathToFileURL(`${result.cwd}/`).href } },
        invocations: [
          {
            executionSuccessful: result.problems.length === 0,
            toolExecutionNotifications: [
              ...result.problems.map((text) => ({ level: "error" as const, message: { text } })),
              ...result.notes.map((text) => ({ level: "warning" as const, message: { text } })),
            ],
          },
        ],
        results: createResults(result),
      },
    ],
  };
}

function describeRule(rule: RuleDescription): ReportingDescriptor {
  return {
    id: rule.id,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.why },
    help: { text: explainInText(rule), markdown: explainInMarkdown(rule) },
    helpUri: documentationUrl(rule.id),
    defaultConfiguration: { level: rule.severity },
    properties: { tags: ["concurrency", "reliability"] },
  };
}

function createResults(run: Reportable): Result[] {
  const fingerprint = createFingerprints();
  return run.shown.map((finding) => ({
    ruleId: finding.rule,
    ruleIndex: allRules.findIndex(({ id }) => id === finding.rule),
    level: finding.severity,
    rank: ranks[finding.confidence],
    message: { text: finding.message },
    locations: [{ physicalLocation: physicalLocation(finding.place, run) }],
    relatedLocations: finding.witness.map((step, index) => location(step, run, index)),
    codeFlows: codeFlows(finding, run),
    fixes: finding.fixes.map((fix) => createFix(fix, run)),
    partialFingerprints: { "holdfastFinding/v1": fingerprint(finding, run) },
    properties: { confidence: finding.confidence, ...(finding.contract !== "" && { contract: finding.contract }) },
  }));
}

/** The witness once more, as a path that viewers can step through. */
function codeFlows({ message, witness }: Finding, run: Reportable): CodeFlow[] {
  if (witness.length === 0) return [];
  const locations = witness.map((step, index) => ({ location: location(step, run), executionOrder: index + 1 }));
  return [{ message: { text: message }, threadFlows: [{ locations }] }];
}

function location({ message, place }: Finding["witness"][number], run: Reportable, id?: number): Location {
  return {
    ...(id !== undefined && { id }),
    message: { text: message },
    physicalLocation: physicalLocation(place, run),
  };
}

function physicalLocation(place: Place, run: Reportable): PhysicalLocation {
  return {
    artifactLocation: artifact(place.file, run.cwd),
    region: { startLine: place.line, startColumn: place.column, endLine: place.endLine, endColumn: place.endColumn },
  };
}

function artifact(file: string, cwd: string) {
  return { uri: addressOf(file, cwd).split("/").map(encodeURIComponent).join("/"), uriBaseId: root };
}

function createFix({ title, edits }: Fix, run: Reportable): SarifFix {
  const files = [...new Set(edits.map((edit) => edit.file))];
  return {
    description: { text: title },
    artifactChanges: files.map((file) => ({
      artifactLocation: artifact(file, run.cwd),
      replacements: edits
        .filter((edit) => edit.file === file)
        .map((edit) => ({ deletedRegion: regionOf(edit, run.textOf(file)), insertedContent: { text: edit.text } })),
    })),
  };
}

/** Some readers understand offsets only, others lines only. */
function regionOf({ start, end }: Edit, text: string | undefined): Region {
  const offsets = { charOffset: start, charLength: end - start };
  if (text === undefined) return offsets;
  const from = lineAndColumn(text, start);
  const to = lineAndColumn(text, end);
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column, ...offsets };
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const lines = linesOf(text.slice(0, offset));
  return { line: lines.length, column: (lines.at(-1)?.text.length ?? 0) + 1 };
}

/**
 * Recognises a finding after lines were added above it: by its rule, its file and the code in its line.
 * Where several are alike they are counted.
 */
function createFingerprints(): (finding: Finding, run: Reportable) => string {
  const counts = new Map<string, number>();
  return ({ rule, place }, run) => {
    const line = linesOf(run.textOf(place.file) ?? "")[place.line - 1]?.text ?? "";
    const key = [rule, addressOf(place.file, run.cwd), line.replaceAll(/\s+/g, " ").trim()].join("\n");
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return `${createHash("sha256").update(key).digest("hex").slice(0, 32)}:${count}`;
  };
}
