import { dirname, resolve } from "node:path";
import type { Catalog } from "@holdfast/contracts";
import {
  catalogFor,
  catalogOf,
  covers,
  findConfiguration,
  type FoundConfiguration,
  loadConfiguration,
  type ReadFile,
} from "@holdfast/rules";
import { memoized } from "../collections.js";
import { Problem } from "../problem.js";
import type { CheckOptions } from "./options.js";

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

type SettingsOptions = Pick<CheckOptions, "config" | "rules" | "confidence">;

/** `--rule` and `--confidence` go before what a configuration says; `--config` takes the place of the nearest one. */
export function createSettings(
  options: SettingsOptions,
  cwd: string,
  readFile: ReadFile,
  complain: (sentence: string) => void,
): Settings {
  const adjusted = new Map<string | undefined, FoundConfiguration>();
  const adjust = (found: FoundConfiguration): FoundConfiguration => {
    let known = adjusted.get(found.file);
    if (known === undefined) {
      found.problems.forEach(complain);
      known = withOptions(found, options);
      adjusted.set(found.file, known);
    }
    return known;
  };

  const given = options.config === undefined ? undefined : adjust(loadGiven(options.config, cwd, readFile));
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

/** The globs of a configuration that is named are relative to the working directory, wherever it lies. */
function loadGiven(config: string, cwd: string, readFile: ReadFile): FoundConfiguration {
  const found = loadConfiguration(resolve(cwd, config), readFile);
  if (found === undefined)
    throw new Problem(`there is no configuration file ${config}; check the path after --config.`);
  return { ...found, directory: cwd };
}

function withOptions(found: FoundConfiguration, { rules, confidence }: SettingsOptions): FoundConfiguration {
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
