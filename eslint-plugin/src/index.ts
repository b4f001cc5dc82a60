import { readFileSync } from "node:fs";
import { ruleDescriptions } from "@holdfast/rules";
import type { ESLint, Linter, Rule } from "eslint";
import { noConcurrentUse } from "./rules/no-concurrent-use.js";
import { noEarlyRelease } from "./rules/no-early-release.js";
import { noLateLinger } from "./rules/no-late-linger.js";
import { noLateOption } from "./rules/no-late-option.js";
import { noUseAfterRelease } from "./rules/no-use-after-release.js";
import { suppression } from "./rules/suppression.js";
import type { HoldfastSettings } from "./settings.js";

export type { HoldfastSettings } from "./settings.js";

export type ConfigName = "recommended" | "recommendedTypeChecked" | "strict" | "strictTypeChecked" | "all";

export interface HoldfastPlugin extends ESLint.Plugin {
  meta: { name: string; version: string; namespace: string };
  rules: Record<string, Rule.RuleModule>;
  configs: Record<ConfigName, Linter.Config>;
}

const { name, version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  name: string;
  version: string;
};

const namespace = "holdfast";

const rules = {
  "no-concurrent-use": noConcurrentUse,
  "no-early-release": noEarlyRelease,
  "no-use-after-release": noUseAfterRelease,
  "no-late-linger": noLateLinger,
  "no-late-option": noLateOption,
  suppression,
};

/** ESLint wants configurations to hold the very plugin that they come with. */
const plugin: HoldfastPlugin = {
  meta: { name, version, namespace },
  // typescript-eslint and ESLint describe one and the same thing in types that do not fit together.
  rules: rules as unknown as HoldfastPlugin["rules"],
  /*
   * Whether a rule asks the type checker is said in so many words, by `settings.holdfast.types`;
   * it never depends on whether there happens to be one.
   */
  configs: {
    /** What is certain, without types. */
    recommended: config("recommended", { types: false }),
    /** What is certain, with types: needs typescript-eslint with `projectService`. */
    recommendedTypeChecked: config("recommendedTypeChecked", { types: true }),
    /** Also where one step is assumed. */
    strict: config("strict", { types: false, confidence: "likely" }),
    strictTypeChecked: config("strictTypeChecked", { types: true, confidence: "likely" }),
    /** Of every confidence: today the same as `strict`. */
    all: config("all", { types: false, confidence: "possible" }),
  },
};
for (const one of Object.values(plugin.configs)) one.plugins = { [namespace]: plugin };

function config(configName: ConfigName, settings: HoldfastSettings): Linter.Config {
  return {
    name: `${namespace}/${configName}`,
    settings: { [namespace]: settings },
    rules: Object.fromEntries(
      ruleDescriptions.map(({ id, severity }) => [`${namespace}/${id}`, severity === "error" ? "error" : "warn"]),
    ),
  };
}

export default plugin;
