import { rule as noConcurrentUse } from "./no-concurrent-use.js";
import { rule as noEarlyRelease } from "./no-early-release.js";
import { rule as noLateLinger } from "./no-late-linger.js";
import { rule as noLateOption } from "./no-late-option.js";
import { rule as noUseAfterRelease } from "./no-use-after-release.js";
import type { Rule, RuleDescription } from "./rule.js";
import { runtimeRules } from "./runtime-rules.js";

export { runtimeRules };
export { documentationUrl, homepage, type Rule, type RuleDescription } from "./rule.js";

/** All rules, in the order in which lists show them. */
export const rules: readonly Rule[] = [noConcurrentUse, noEarlyRelease, noUseAfterRelease, noLateLinger, noLateOption];

/**
 * What is said about comments that suppress findings. It looks at comments, not at handles,
 * so it is no question to the analysis; in configurations and reports it is a rule like any other.
 */
export const suppression: RuleDescription = {
  id: "suppression",
  summary: "Disallow suppression comments that give no reason, name an unknown rule, or suppress nothing.",
  why:
    "A suppression outlives the code it was written for. Without a reason it is impossible to tell later whether it is still " +
    "needed; one that suppresses nothing hides the next finding in its place. " +
    "Write the reason after two hyphens, `// holdfast-disable-next-line no-early-release -- the pool waits`, and delete what is no longer needed.",
  severity: "warning",
  fixKinds: [],
};

/** What the linter reports. */
export const ruleDescriptions: readonly RuleDescription[] = [...rules, suppression];

/** Everything that a finding may name as its rule, and that can be set, suppressed and explained. */
export const allRules: readonly RuleDescription[] = [...ruleDescriptions, ...runtimeRules];

const byId = new Map(rules.map((rule) => [rule.id, rule]));

/** The rule of that name, if there is one. */
export function ruleById(id: string): Rule | undefined {
  return byId.get(id);
}
