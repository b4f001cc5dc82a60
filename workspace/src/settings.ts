import { dirname } from "node:path";
import type { Catalog } from "@holdfast/contracts";
import {
  catalogFor,
  catalogOf,
  covers,
  findConfiguration,
  type Confidence,
  type FoundConfiguration,
  type ReadFile,
  type RuleSetting,
} from "@holdfast/rules";
import { memoized } from "./memoized.js";

/** What holds for the files of a run. */
export interface Settings {
  /** The configuration that holds for a file, or nothing if it wants the file left alone. */
  forFile(file: string): FoundConfiguration | undefined;
  /** The contracts that hold for a file, for the versions of libraries that it would get. */
  contractsFor(file: string): Catalog;
  /** The folder of the configuration that holds for a file; the working directory if there is none. */
  rootFor(file: string): string;
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
  return {
    forFile(file) {
      const found = forFolder(dirname(file));
      return covers(found, file) ? found : undefined;
    },
    rootFor(file) {
      const { file: configFile, directory } = forFolder(dirname(file));
      return configFile === undefined ? cwd : directory;
    },
    contractsFor: (file) => contractsForFolder(dirname(file)),
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
