import { dirname, resolve } from "node:path";
import { type Catalog, readRuntimeSettings } from "@holdfast/contracts";
import {
  catalogFor,
  catalogOf,
  covers,
  findConfiguration,
  type Confidence,
  type FoundConfiguration,
  packageNameOf,
  type ReadFile,
  type RuleSetting,
} from "@holdfast/rules";
import { memoized } from "./memoized.js";
import ts = require("typescript");

/** What holds for the files of a run. */
export interface Settings {
  /** The configuration that holds for a file, or nothing if it wants the file left alone. */
  forFile(file: string): FoundConfiguration | undefined;
  /** The contracts that hold for a file, for the versions of libraries that it would get. */
  contractsFor(file: string): Catalog;
  /** The name of the package that a file is part of: its own classes may be what a contract speaks of. */
  packageOf(file: string): string | undefined;
  /** The folder of the configuration that holds for a file; the working directory if there is none. */
  rootFor(file: string): string;
  /** The report that programs write of what was seen while they ran, as the configuration of a file says; it need not be there. */
  reportFor(file: string): string | undefined;
  /** All contracts of a configuration: enough to tell whether a file is worth a closer look. */
  allContracts(found: FoundConfiguration): Catalog;
}

/** What is said outside of configuration files, and goes before what they say. */
export interface Overrides {
  rules?: Record<string, RuleSetting>;
  confidence?: Confidence;
  /** Takes the place of the nearest configuration of each file. */
  given?: FoundConfiguration;
}

/** `cwd` is the folder that files are named from where there is no configuration. */
export function createSettings(
  overrides: Overrides,
  cwd: string,
  readFile: ReadFile,
  complain: (sentence: string) => void,
): Settings {
  const adjusted = new Map<string | undefined, FoundConfiguration>();
  const adjust = (found: FoundConfiguration): FoundConfiguration => {
    let known = adjusted.get(found.file);
    if (known === undefined) {
      found.problems.forEach(complain);
      known = withOverrides(found, overrides);
      adjusted.set(found.file, known);
    }
    return known;
  };

  const given = overrides.given && adjust(overrides.given);
  const forFolder = memoized((directory) => given ?? adjust(findConfiguration(directory, readFile)));
  const contractsForFolder = memoized((directory) =>
    catalogFor(forFolder(directory).configuration, directory, readFile),
  );
  const packageOfFolder = memoized((directory) => packageNameOf(directory, readFile));
  const reportIn = memoized((configFile) => reportNamedIn(configFile, readFile));
  return {
    forFile(file) {
      const found = forFolder(dirname(file));
      return covers(found, file) ? found : undefined;
    },
    rootFor(file) {
      const { file: configFile, directory } = forFolder(dirname(file));
      return configFile === undefined ? cwd : directory;
    },
    reportFor(file) {
      const { file: configFile } = forFolder(dirname(file));
      return configFile === undefined ? undefined : reportIn(configFile);
    },
    contractsFor: (file) => contractsForFolder(dirname(file)),
    packageOf: (file) => packageOfFolder(dirname(file)),
    allContracts: (found) => catalogOf(found.configuration),
  };
}

function withOverrides(found: FoundConfiguration, { rules, confidence }: Overrides): FoundConfiguration {
  const { configuration } = found;
  return {
    ...found,
    configuration: {
      ...configuration,
      rules: { ...configuration.rules, ...rules },
      confidence: confidence ?? configuration.confidence,
    },
  };
}

/** As the runtime reads it: its own settings in the configuration, relative to the folder that this lies in. */
function reportNamedIn(configFile: string, readFile: ReadFile): string | undefined {
  const json: unknown = ts.parseConfigFileTextToJson(configFile, readFile(configFile) ?? "").config;
  const { runtime } = (json ?? {}) as { runtime?: unknown };
  const { report } = readRuntimeSettings(runtime, []).settings;
  return report === undefined ? undefined : resolve(dirname(configFile), report);
}
