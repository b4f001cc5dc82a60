import { dirname } from "node:path";
import { type Catalog, type Contract, describe } from "@holdfast/contracts";
import { catalogOf, didYouMean, findConfiguration } from "@holdfast/rules";
import { createReader } from "@holdfast/workspace";
import { ExitCode, Problem } from "../problem.js";
import { coloursFor, say, type Terminal } from "../terminal.js";
import { describeContract, listContracts } from "./page.js";

/** `holdfast contracts`: prints what is known of all libraries or of one, contracts of the user's own included. */
export function runContracts(
  packageName: string | undefined,
  typed: Record<string, unknown>,
  terminal: Terminal,
): ExitCode {
  const format = readFormat(typed["format"]);
  const { catalog, problems } = ownCatalog(terminal);
  for (const problem of problems) say(terminal, problem);
  const contracts = packageName === undefined ? catalog.contracts : contractsOf(packageName, catalog);
  terminal.stdout.write(
    format === "json"
      ? `${JSON.stringify(describe(catalog, packageName), undefined, 2)}\n`
      : printContracts(contracts, packageName, terminal, typed["color"] !== false),
  );
  return problems.length > 0 ? ExitCode.problem : ExitCode.clean;
}

/** The contracts that hold in the working directory. */
export function ownCatalog({ cwd }: Terminal): { catalog: Catalog; problems: string[] } {
  const { file, configuration, problems } = findConfiguration(cwd, createReader());
  const folder = file === undefined ? cwd : dirname(file);
  return {
    catalog: catalogOf(configuration),
    problems: problems.map((problem) => problem.replaceAll(`${folder}/`, "")),
  };
}

function readFormat(typed: unknown): "pretty" | "json" {
  if (typed === undefined || typed === "pretty") return "pretty";
  if (typed === "json") return "json";
  throw new Problem(
    `contracts are not printed as "${typeof typed === "string" ? typed : JSON.stringify(typed)}"; write --format pretty or --format json.`,
  );
}

function contractsOf(packageName: string, catalog: Catalog): readonly Contract[] {
  const found = catalog.ofPackage(packageName);
  if (found.length > 0) return found;
  const names = [...new Set(catalog.contracts.map((contract) => contract.package))];
  const hint = didYouMean(packageName, names) || "; `holdfast contracts` lists all of them.";
  throw new Problem(`there is no contract for "${packageName}"${hint}`);
}

function printContracts(
  contracts: readonly Contract[],
  packageName: string | undefined,
  terminal: Terminal,
  wanted: boolean,
): string {
  const colours = coloursFor(terminal, wanted);
  if (packageName === undefined) return listContracts(contracts, colours);
  return contracts.map((contract) => describeContract(contract, colours)).join("\n");
}
