import { dirname, join, relative } from "node:path";
import {
  type Catalog,
  type Contract,
  contractNames,
  createCatalog,
  ownContractSchema,
  readOwnContracts,
  readRuntimeSettings,
  referenceTo,
  runtimeSettingsSchema,
  typesOf,
  inRange,
  rangeOf,
} from "@holdfast/contracts";
import { closest, distance } from "fastest-levenshtein";
import picomatch from "picomatch";
import ts = require("typescript");
import type { Confidence, Finding, Severity } from "./finding.js";
import { allRules } from "./rules/index.js";

/** The severity of a rule. Without one, the contract that is broken decides the severity of each finding. */
export type RuleSetting = "off" | "warn" | "error";

/** What a `holdfast.config.json` says, with everything filled in that it left out. */
export interface Configuration {
  rules: Record<string, RuleSetting>;
  /** Findings of less confidence are not reported. */
  confidence: Confidence;
  /** Contracts of the user's own. */
  contracts: Contract[];
  /** Globs, relative to the folder of the configuration. */
  files: FileSelection;
}

export interface FileSelection {
  include: string[];
  exclude: string[];
}

/** What was understood of a configuration, and one sentence for each thing that was not. */
export interface ReadConfiguration {
  configuration: Configuration;
  problems: string[];
}

/** A configuration and where it comes from. */
export interface FoundConfiguration extends ReadConfiguration {
  /** The file; absent if there is none and the default holds. */
  file?: string;
  /** The folder that its globs are relative to. */
  directory: string;
}

/** Gives the text of a file, or nothing if there is no such file. The analysis reads no files itself. */
export type ReadFile = (path: string) => string | undefined;

export const configurationFileName = "holdfast.config.json";

export const defaultConfiguration: Configuration = {
  rules: {},
  confidence: "certain",
  contracts: [],
  files: { include: ["**"], exclude: [] },
};

/** From the highest on. No rule reports `possible` today; formats and settings know it. */
export const confidences: readonly Confidence[] = ["certain", "likely", "possible"];
const settings: readonly RuleSetting[] = ["off", "warn", "error"];
const severities: Record<Exclude<RuleSetting, "off">, Severity> = { warn: "warning", error: "error" };

/** As a part of a schema it cannot say which kind of schema it is. */
const { $schema: _, ...contractSchema } = ownContractSchema;

/** The JSON schema of `holdfast.config.json`. */
export const configurationSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Configuration of Holdfast",
  description: "What Holdfast reports in this folder and the folders below it.",
  type: "object",
  additionalProperties: false,
  properties: {
    $schema: { type: "string", description: "The address of this schema, for editors." },
    rules: {
      type: "object",
      description: "Severity per rule: `off`, `warn` or `error`. Default: depends on how much harm the library does.",
      additionalProperties: false,
      properties: Object.fromEntries(allRules.map(({ id, summary }) => [id, { description: summary, enum: settings }])),
    },
    confidence: {
      description:
        "Minimum confidence. `certain`: every step is proven. `likely`: one step is assumed. `possible`: the same as `likely` today, as no rule reports less.",
      enum: confidences,
      default: defaultConfiguration.confidence,
    },
    contracts: {
      type: "array",
      description: "Contracts of your own classes, and of libraries that Holdfast does not know.",
      items: contractSchema,
    },
    files: {
      type: "object",
      description: "Which files to check, as globs relative to the folder of this file.",
      additionalProperties: false,
      properties: {
        include: {
          type: "array",
          description: "Only files that match one of these.",
          items: { type: "string" },
          default: defaultConfiguration.files.include,
        },
        exclude: {
          type: "array",
          description: "Skip files that match one of these.",
          items: { type: "string" },
          default: defaultConfiguration.files.exclude,
        },
      },
    },
    runtime: runtimeSettingsSchema,
  },
} as const;

/**
 * Reads parsed JSON as a configuration. What is wrong is left out, told in one sentence each that begins with `where`,
 * and does not keep the rest from being read. `base` says what holds for settings that are absent.
 */
export function readConfiguration(
  json: unknown,
  where: string,
  base: Configuration = defaultConfiguration,
): ReadConfiguration {
  const problems: string[] = [];
  const complain = (sentence: string) => problems.push(`${where}: ${sentence}`);
  if (!isRecord(json)) {
    complain('the configuration must be an object, such as { "rules": {} }.');
    return { configuration: base, problems };
  }

  complainAboutUnknownKeys(json, Object.keys(configurationSchema.properties), "the configuration", complain);
  const own = readOwnContracts(json["contracts"]);
  own.problems.forEach(complain);
  complainAboutRuntime(json["runtime"], own.contracts, complain);
  return {
    configuration: {
      rules: { ...base.rules, ...readRules(json["rules"], complain) },
      confidence: readConfidence(json["confidence"], complain) ?? base.confidence,
      contracts: [...base.contracts, ...own.contracts],
      files: { ...base.files, ...readFiles(json["files"], complain) },
    },
    problems,
  };
}

/**
 * Finds the configuration that holds for the files of a folder: the nearest `holdfast.config.json`
 * in it or above it, or else `base`.
 */
export function findConfiguration(
  startDirectory: string,
  readFile: ReadFile,
  base: Configuration = defaultConfiguration,
): FoundConfiguration {
  for (let directory = startDirectory; ; directory = dirname(directory)) {
    const found = loadConfiguration(join(directory, configurationFileName), readFile, base);
    if (found !== undefined) return found;
    if (directory === dirname(directory)) return { directory: startDirectory, configuration: base, problems: [] };
  }
}

const notAnObject = 5092;

/** Reads one configuration file; nothing if there is no such file. */
export function loadConfiguration(
  file: string,
  readFile: ReadFile,
  base: Configuration = defaultConfiguration,
): FoundConfiguration | undefined {
  const text = readFile(file);
  if (text === undefined) return undefined;
  const found = { file, directory: dirname(file) };
  const parsed = ts.parseConfigFileTextToJson(file, text);
  const { error } = parsed;
  // The compiler wants an object, and says so in words about tsconfig.json.
  if (error?.code === notAnObject) return { ...found, ...readConfiguration(null, file, base) };
  if (error === undefined) return { ...found, ...readConfiguration(parsed.config as unknown, file, base) };
  const { line, character } = ts.getLineAndCharacterOfPosition(
    ts.createSourceFile(file, text, ts.ScriptTarget.JSON),
    error.start ?? 0,
  );
  const reason = ts.flattenDiagnosticMessageText(error.messageText, " ").replace(/\.$/, "");
  return {
    ...found,
    configuration: base,
    problems: [`${file}:${line + 1}:${character + 1}: this is not JSON: ${reason}.`],
  };
}

/** Whether a configuration wants a file to be looked at. */
export function covers({ configuration, directory }: FoundConfiguration, fileName: string): boolean {
  const path = relative(directory, fileName).replaceAll("\\", "/");
  const { include, exclude } = configuration.files;
  return matches(path, include) && !matches(path, exclude);
}

/** What a configuration makes of findings: rules turned off or up, less sure findings left out. */
export function withSettings(findings: readonly Finding[], { rules, confidence }: Configuration): Finding[] {
  const floor = confidences.indexOf(confidence);
  return findings.flatMap((finding) => {
    const setting = rules[finding.rule];
    if (setting === "off" || confidences.indexOf(finding.confidence) > floor) return [];
    return [setting === undefined ? finding : { ...finding, severity: severities[setting] }];
  });
}

const catalogs = new WeakMap<Configuration, Map<string, Catalog>>();

/** All contracts of a configuration, whatever versions are installed. */
export function catalogOf(configuration: Configuration): Catalog {
  return knownCatalog(configuration, "", () => createCatalog(configuration.contracts));
}

/**
 * The contracts that hold for a folder: the configuration's own, and those of the libraries in the versions
 * that are installed where its files would find them. Where the package of the folder wants others, those count.
 */
export function catalogFor(configuration: Configuration, directory: string, readFile: ReadFile): Catalog {
  const all = catalogOf(configuration);
  const packages = [...new Set(all.contracts.map((contract) => contract.package))];
  const versions = versionsFor(packages, directory, readFile);
  const key = packages.map((name) => `${name}@${versions.get(name) ?? "*"}`).join(" ");
  return knownCatalog(configuration, key, () => all.installed((name) => versions.get(name)));
}

/** Catalogs have large tables; folders with the same versions share one. */
function knownCatalog(configuration: Configuration, key: string, create: () => Catalog): Catalog {
  let known = catalogs.get(configuration);
  if (known === undefined) catalogs.set(configuration, (known = new Map<string, Catalog>()));
  let catalog = known.get(key);
  if (catalog === undefined) known.set(key, (catalog = create()));
  return catalog;
}

/** `; did you mean "x"?` if one of the names looks like it, or else nothing. */
export function didYouMean(name: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const nearest = closest(name, [...names]);
  return distance(name, nearest) <= Math.max(2, nearest.length / 3) ? `; did you mean "${nearest}"?` : "";
}

type Complain = (sentence: string) => void;

function readRules(json: unknown, complain: Complain): Record<string, RuleSetting> {
  const read: Record<string, RuleSetting> = {};
  for (const [id, setting] of Object.entries(asRecord(json, "rules", complain))) {
    const problem = ruleSettingProblem(id, setting);
    if (problem === undefined) read[id] = setting as RuleSetting;
    else complain(problem.startsWith("expected") ? `"rules.${id}" is ${shown(setting)}; ${problem}` : problem);
  }
  return read;
}

/** What is wrong with a setting for a rule, as a sentence; nothing if all is well. */
export function ruleSettingProblem(id: string, setting: unknown): string | undefined {
  const ids = allRules.map((rule) => rule.id);
  if (!ids.includes(id))
    return sentence(`there is no rule "${id}"`, didYouMean(id, ids) || `; the rules are ${ids.join(", ")}`);
  return isOneOf(setting, settings) ? undefined : `expected ${alternatives(settings)}.`;
}

/** What is wrong with a confidence, as a sentence; nothing if all is well. */
export function confidenceProblem(value: unknown): string | undefined {
  return isOneOf(value, confidences) ? undefined : `expected ${alternatives(confidences)}.`;
}

function readConfidence(json: unknown, complain: Complain): Confidence | undefined {
  if (json === undefined) return undefined;
  const problem = confidenceProblem(json);
  if (problem === undefined) return json as Confidence;
  complain(`"confidence" is ${shown(json)}; ${problem}`);
  return undefined;
}

function readFiles(json: unknown, complain: Complain): Partial<FileSelection> {
  const files = asRecord(json, "files", complain);
  complainAboutUnknownKeys(files, Object.keys(defaultConfiguration.files), '"files"', complain);
  const read: Partial<FileSelection> = {};
  for (const key of ["include", "exclude"] as const) {
    const globs = files[key];
    if (globs === undefined) continue;
    if (Array.isArray(globs) && globs.every((glob) => typeof glob === "string")) read[key] = globs;
    else complain(`"files.${key}" must be an array of globs, such as ["src/**"].`);
  }
  return read;
}

/** The analysis does not need these settings; it only says what is wrong with them where people look. */
function complainAboutRuntime(json: unknown, own: readonly Contract[], complain: Complain): void {
  if (json === undefined) return;
  const types = createCatalog(own).contracts.flatMap(typesOf);
  readRuntimeSettings(json, contractNames(types.map(referenceTo))).problems.forEach(complain);
}

/** An absent value counts as empty. */
function asRecord(json: unknown, name: string, complain: Complain): Record<string, unknown> {
  if (json === undefined) return {};
  if (isRecord(json)) return json;
  complain(`"${name}" must be an object.`);
  return {};
}

function complainAboutUnknownKeys(
  record: Record<string, unknown>,
  known: readonly string[],
  place: string,
  complain: Complain,
): void {
  for (const key of Object.keys(record)) {
    if (known.includes(key)) continue;
    complain(sentence(`${place} has no setting "${key}"`, didYouMean(key, known) || `; it has ${known.join(", ")}`));
  }
}

const matchers = new WeakMap<readonly string[], (path: string) => boolean>();

/** Whether one of the globs matches; a folder's name stands for all that is in it. */
function matches(path: string, globs: readonly string[]): boolean {
  // Files that lie outside the folder of the configuration are covered by this one only.
  if (globs.includes("**")) return true;
  let matcher = matchers.get(globs);
  if (matcher === undefined) {
    const plain = globs.map((glob) => glob.replace(/^\.\//, "").replace(/\/$/, ""));
    matcher = picomatch(
      plain.flatMap((glob) => [glob, `${glob}/**`]),
      { dot: true },
    );
    matchers.set(globs, matcher);
  }
  return matcher(path);
}

/** For each package the version that is installed, or the range that the folder's own package asks for instead. */
function versionsFor(
  packages: readonly string[],
  directory: string,
  readFile: ReadFile,
): ReadonlyMap<string, string | undefined> {
  const wanted = wantedRanges(directory, readFile);
  return new Map(
    packages.map((name) => {
      const version = installedVersion(name, directory, readFile);
      const range = wanted.get(name);
      // Something else is installed at the top of a monorepo: what the package will get is what it asks for.
      const isOther = version !== undefined && range !== undefined && inRange(version, range) === false;
      return [name, isOther ? range : version];
    }),
  );
}

const dependencyKinds = ["peerDependencies", "optionalDependencies", "devDependencies", "dependencies"];

/** The name of the package that a folder belongs to, if its nearest `package.json` says one. */
export function packageNameOf(directory: string, readFile: ReadFile): string | undefined {
  const manifest = nearestManifest(directory, readFile);
  const name = manifest === undefined ? undefined : parsed(manifest)?.name;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** The ranges that the nearest `package.json` asks for, as far as they are ranges. */
function wantedRanges(directory: string, readFile: ReadFile): ReadonlyMap<string, string> {
  const manifest = nearestManifest(directory, readFile);
  return manifest === undefined ? new Map() : rangesIn(manifest);
}

function nearestManifest(startDirectory: string, readFile: ReadFile): string | undefined {
  for (let directory = startDirectory; ; directory = dirname(directory)) {
    const manifest = readFile(join(directory, "package.json"));
    if (manifest !== undefined || directory === dirname(directory)) return manifest;
  }
}

function rangesIn(manifest: string): ReadonlyMap<string, string> {
  const content = parsed(manifest);
  const groups = dependencyKinds.map((kind) => content?.[kind]).filter(isRecord);
  return new Map(
    groups.flatMap((group) =>
      Object.entries(group).flatMap(([name, text]): [string, string][] => {
        const range = typeof text === "string" ? rangeOf(text) : undefined;
        return range === undefined ? [] : [[name, range]];
      }),
    ),
  );
}

/** The version of a package that modules of a folder would get. */
function installedVersion(packageName: string, startDirectory: string, readFile: ReadFile): string | undefined {
  for (let directory = startDirectory; ; directory = dirname(directory)) {
    const manifest = readFile(join(directory, "node_modules", packageName, "package.json"));
    if (manifest !== undefined) return versionIn(manifest);
    if (directory === dirname(directory)) return undefined;
  }
}

function versionIn(manifest: string): string | undefined {
  const version = parsed(manifest)?.version;
  return typeof version === "string" ? version : undefined;
}

/** What a manifest holds; one that is broken tells nothing. */
function parsed(manifest: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(manifest);
    return isRecord(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOneOf<T extends string>(value: unknown, values: readonly T[]): value is T {
  return values.some((other) => other === value);
}

function shown(value: unknown): string {
  return value === undefined ? "undefined" : JSON.stringify(value);
}

function alternatives(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value}"`);
  return `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** A question ends itself. */
function sentence(...parts: string[]): string {
  const text = parts.join("");
  return text.endsWith("?") ? text : `${text}.`;
}
