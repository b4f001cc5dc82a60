import { readFileSync } from "node:fs";
import { ruleDescriptions } from "@holdfast/rules";
import type { TSESLint } from "@typescript-eslint/utils";
import type { HoldfastSettings } from "./settings.js";
import { noConcurrentUse } from "./rules/no-concurrent-use.js";
import { noEarlyRelease } from "./rules/no-early-release.js";
import { noLateLinger } from "./rules/no-late-linger.js";
import { noLateOption } from "./rules/no-late-option.js";
import { noUseAfterRelease } from "./rules/no-use-after-release.js";
import { suppression } from "./rules/suppression.js";

const { name, version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  name: string;
  version: string;
};

const namespace = "holdfast";

const plugin = {
  meta: { name, version, namespace },
  rules: {
    "no-concurrent-use": noConcurrentUse,
    "no-early-release": noEarlyRelease,
    "no-use-after-release": noUseAfterRelease,
    "no-late-linger": noLateLinger,
    "no-late-option": noLateOption,
    suppression,
  },
};

/**
 * The configurations. Whether a rule asks the type checker is said in so many words, by `settings.holdfast.types`;
 * it never depends on whether there happens to be one.
 */
const configs = {
  /** What is certain, without types. */
  recommended: config("recommended", { types: false }),
  /** What is certain, with types: needs typescript-eslint with `projectService`. */
  recommendedTypeChecked: config("recommendedTypeChecked", { types: true }),
  /** Also where one step is assumed. */
  strict: config("strict", { types: false, confidence: "likely" }),
  strictTypeChecked: config("strictTypeChecked", { types: true, confidence: "likely" }),
  /** Whatever is worth a look. */
  all: config("all", { types: false, confidence: "possible" }),
};

function config(configName: string, settings: HoldfastSettings): TSESLint.FlatConfig.Config {
  return {
    name: `${namespace}/${configName}`,
    plugins: { [namespace]: plugin },
    settings: { [namespace]: settings },
    rules: Object.fromEntries(
      ruleDescriptions.map(({ id, severity }) => [`${namespace}/${id}`, severity === "error" ? "error" : "warn"]),
    ),
  };
}

export type { HoldfastSettings } from "./settings.js";
export default { ...plugin, configs };
