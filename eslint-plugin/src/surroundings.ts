import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Catalog } from "@holdfast/contracts";
import {
  catalogFor,
  catalogOf,
  type Configuration,
  covers,
  defaultConfiguration,
  findConfiguration,
  type FoundConfiguration,
  packageNameOf,
  type ReadFile,
} from "@holdfast/rules";
import type { EffectiveSettings } from "./settings.js";

/** What holds for a file, by the folder that it lies in. */
export interface Surroundings {
  configuration: Configuration;
  /** Enough to tell whether a file is worth a closer look. */
  allContracts: Catalog;
  /** Those for the versions of libraries that the file would get. */
  contracts(): Catalog;
  /** The name of the package that the file is part of, if there is one. */
  packageName(): string | undefined;
}

type Confidences = Pick<EffectiveSettings, "confidence" | "defaultConfidence">;

/** What holds for a file; nothing if its configuration wants it left alone. */
export function surroundingsOf(fileName: string, confidences: Confidences): Surroundings | undefined {
  const directory = dirname(fileName);
  const key = [confidences.confidence, confidences.defaultConfidence, directory].join();
  const found = remembered(configurations, key, (readFile) => configurationFor(directory, confidences, readFile));
  if (!covers(found, fileName)) return undefined;
  const { configuration } = found;
  return {
    configuration,
    allContracts: catalogOf(configuration),
    contracts: () => contractsFor(configuration, directory),
    packageName: () => remembered(packageNames, directory, (readFile) => packageNameOf(directory, readFile)),
  };
}

const configurations = new Map<string, Remembered<FoundConfiguration>>();
const packageNames = new Map<string, Remembered<string | undefined>>();
const catalogs = new WeakMap<Configuration, Map<string, Remembered<Catalog>>>();
const adjusted = new WeakMap<Configuration, Map<string, Configuration>>();

function configurationFor(
  directory: string,
  { confidence, defaultConfidence }: Confidences,
  readFile: ReadFile,
): FoundConfiguration {
  const base = withConfidence(defaultConfiguration, defaultConfidence);
  const found = findConfiguration(directory, readFile, base);
  for (const problem of found.problems) warnOnce(problem);
  return { ...found, configuration: withConfidence(found.configuration, confidence) };
}

function contractsFor(configuration: Configuration, directory: string): Catalog {
  const known = mapFor(catalogs, configuration);
  return remembered(known, directory, (readFile) => catalogFor(configuration, directory, readFile));
}

/** The same configuration with another confidence: always the same object, as catalogs are kept by it. */
function withConfidence(
  configuration: Configuration,
  confidence: Configuration["confidence"] | undefined,
): Configuration {
  if (confidence === undefined) return configuration;
  const known = mapFor(adjusted, configuration);
  let result = known.get(confidence);
  if (result === undefined) known.set(confidence, (result = { ...configuration, confidence }));
  return result;
}

function mapFor<Key extends object, T>(maps: WeakMap<Key, Map<string, T>>, key: Key): Map<string, T> {
  let map = maps.get(key);
  if (map === undefined) maps.set(key, (map = new Map<string, T>()));
  return map;
}

const warnings = new Set<string>();

/** What is wrong with a configuration file is no finding in the file that is linted. */
function warnOnce(problem: string): void {
  if (warnings.has(problem)) return;
  warnings.add(problem);
  process.emitWarning(problem, { type: "Holdfast" });
}

/** A result, and the state of the files that it was made from. */
interface Remembered<T> {
  result: T;
  states: Map<string, string>;
}

/** Editors keep the process for days, so a result is good as long as the files that it was made from stay as they are. */
function remembered<T>(memory: Map<string, Remembered<T>>, key: string, make: (readFile: ReadFile) => T): T {
  const known = memory.get(key);
  if (known !== undefined && [...known.states].every(([path, state]) => stateOf(path) === state)) return known.result;
  const states = new Map<string, string>();
  const result = make((path) => {
    const state = stateOf(path);
    states.set(path, state);
    return state === "" ? undefined : readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  });
  memory.set(key, { result, states });
  return result;
}

/** Changes whenever a file does; empty if there is no such file. */
function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? `${stats.mtimeMs} ${stats.size}` : "";
}
