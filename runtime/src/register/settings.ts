/** What register was told: by the environment, and by the nearest holdfast.config.json where that says nothing. */

import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  type Contract,
  contractNames,
  createCatalog,
  readOwnContracts,
  readRuntimeSettings,
  readRuntimeVariables,
  referenceTo,
  type RuntimeSettings,
  typesOf,
} from "@holdfast/contracts";
import { parseJson } from "./json.js";

export interface Settings {
  settings: RuntimeSettings;
  /** Contracts of the project's own. */
  contracts: Contract[];
  /** The folder that files of the project are named from. */
  root: string;
  /** One sentence for each thing that was not understood. */
  problems: string[];
}

const fileName = "holdfast.config.json";

/** Never fails: what is wrong is told and left out. */
export function readSettings(environment: NodeJS.ProcessEnv, cwd: string, program: string | undefined): Settings {
  const file = findFile(cwd) ?? (program === undefined ? undefined : findFile(dirname(resolve(cwd, program))));
  const root = file === undefined ? cwd : dirname(file);
  const problems: string[] = [];
  const complain = (sentence: string) => problems.push(`${file}: ${sentence}`);

  const json = file === undefined ? {} : readFile(file, complain);
  const own = readOwnContracts(json["contracts"]);
  const types = createCatalog(own.contracts).contracts.flatMap(typesOf);
  const names = contractNames(types.map(referenceTo));
  const configured = readRuntimeSettings(json["runtime"], names);
  const said = readRuntimeVariables(environment, names);

  [...own.problems, ...configured.problems].forEach(complain);
  problems.push(...said.problems);
  const settings = { ...configured.settings, ...said.settings };
  const folder = said.settings.report === undefined ? root : cwd;
  return {
    settings: { ...settings, ...(settings.report !== undefined && { report: resolve(folder, settings.report) }) },
    contracts: own.contracts,
    root,
    problems,
  };
}

/** The nearest configuration, in the folder or above it. */
function findFile(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, fileName);
    if (read(file) !== undefined) return file;
    if (folder === dirname(folder)) return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function readFile(file: string, complain: (sentence: string) => void): Record<string, unknown> {
  try {
    const json = parseJson(read(file) ?? "");
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
    complain(`the configuration must be an object, such as { "runtime": {} }.`);
  } catch (error) {
    complain(`this is not JSON: ${(error as Error).message}; it is ignored.`);
  }
  return {};
}
