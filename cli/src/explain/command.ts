import { allRules, didYouMean } from "@holdfast/rules";
import { ownCatalog } from "../contracts/command.js";
import { ExitCode, Problem } from "../problem.js";
import { coloursFor, type Terminal } from "../terminal.js";
import { explainInTerminal } from "./page.js";

/** `holdfast explain`: prints the page of a rule. */
export function runExplain(name: string, typed: Record<string, unknown>, terminal: Terminal): ExitCode {
  const id = name.replace(/^holdfast\//, "");
  const rule = allRules.find((description) => description.id === id);
  if (rule === undefined) {
    const ids = allRules.map((description) => description.id);
    throw new Problem(`there is no rule "${name}"${didYouMean(id, ids) || `; the rules are ${ids.join(", ")}.`}`);
  }
  const { catalog } = ownCatalog(terminal);
  terminal.stdout.write(explainInTerminal(rule, catalog.contracts, coloursFor(terminal, typed["color"] !== false)));
  return ExitCode.clean;
}
