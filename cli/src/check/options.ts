import type { Confidence, RuleSetting } from "@holdfast/rules";
import { confidenceProblem, ruleSettingProblem } from "@holdfast/rules";
import { Problem } from "../problem.js";
import { type Format, formatNamed } from "../report/formats.js";

/** What `holdfast check` was asked to do. */
export interface CheckOptions {
  /** Files, folders and globs; none means the project, or the working directory. */
  paths: string[];
  /** The `tsconfig.json` that all files belong to, instead of the nearest of each. */
  project?: string;
  format: Format;
  rules: Record<string, RuleSetting>;
  confidence?: Confidence;
  /** Which fixes to apply: none, those that cannot make behaviour worse, or the best of each finding. */
  fix: "none" | "safe" | "any";
  /** More warnings than that count as a failure; without it, any does. */
  maxWarnings?: number;
  /** The configuration file that holds for all files, instead of the nearest of each. */
  config?: string;
  /** Ask the type checker where there is a `tsconfig.json`. */
  types: boolean;
  /** Report errors only. */
  quiet: boolean;
  stats: boolean;
  colour: boolean;
}

/** Makes sense of what was typed; throws a `Problem` where there is none. */
export function readCheckOptions(paths: readonly string[], typed: Record<string, unknown>): CheckOptions {
  return {
    paths: paths.map(String),
    project: single(typed, "project"),
    format: formatNamed(typed["format"]),
    rules: readRules(list(typed["rule"])),
    confidence: readConfidence(single(typed, "confidence")),
    fix: typed["fixSuggestions"] === true ? "any" : typed["fix"] === true ? "safe" : "none",
    maxWarnings: readCount(single(typed, "maxWarnings")),
    config: single(typed, "config"),
    types: typed["types"] !== false,
    quiet: typed["quiet"] === true,
    stats: typed["stats"] === true,
    colour: typed["color"] !== false,
  };
}

/** The value of an option that may be given once. */
function single(typed: Record<string, unknown>, name: string): string | undefined {
  const value = typed[name];
  if (Array.isArray(value)) throw new Problem(`${flag(name)} was given ${value.length} times; give it once.`);
  return value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value);
}

/** `maxWarnings` as it is typed: `--max-warnings`. */
function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function list(value: unknown): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function readRules(settings: readonly string[]): Record<string, RuleSetting> {
  const rules: Record<string, RuleSetting> = {};
  for (const setting of settings) {
    const [id = "", value] = setting.split(":");
    if (value === undefined) {
      const [name = ""] = id.split("=");
      throw new Problem(`--rule ${setting} has no severity; write --rule ${name}:off, ${name}:warn or ${name}:error.`);
    }
    const problem = ruleSettingProblem(id, value);
    if (problem !== undefined) throw new Problem(`--rule ${setting}: ${problem}`);
    rules[id] = value as RuleSetting;
  }
  return rules;
}

function readConfidence(value: string | undefined): Confidence | undefined {
  if (value === undefined) return undefined;
  const problem = confidenceProblem(value);
  if (problem !== undefined) throw new Problem(`--confidence ${value}: ${problem}`);
  return value as Confidence;
}

function readCount(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value))
    throw new Problem(`--max-warnings ${value} is not a whole number; write --max-warnings 0 or more.`);
  return Number(value);
}
