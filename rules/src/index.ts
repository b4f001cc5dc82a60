export { analyse, type Analysis, type AnalysisInput, type Statistics } from "./analyse.js";
export { describeInspection } from "./describe.js";
export {
  applyFixes,
  fixAllUntilStable,
  fixUntilStable,
  type AppliedFix,
  type AppliedFixes,
  type FixChoice,
  type Outcome,
  type SkippedFix,
  type StableText,
} from "./fixes/apply.js";
export { type FixDescription, fixDescriptions } from "./fixes/descriptions.js";
export type { Confidence, Edit, Finding, Fix, Place, Severity, WitnessStep } from "./finding.js";
export type { PendingOperation } from "./pending.js";
export {
  allRules,
  documentationUrl,
  homepage,
  type Rule,
  ruleById,
  type RuleDescription,
  ruleDescriptions,
  rules,
  runtimeRules,
  suppression,
} from "./rules/index.js";
export {
  catalogFor,
  catalogOf,
  confidenceProblem,
  confidences,
  type Configuration,
  configurationFileName,
  configurationSchema,
  covers,
  defaultConfiguration,
  didYouMean,
  type FileSelection,
  findConfiguration,
  type FoundConfiguration,
  loadConfiguration,
  packageNameOf,
  readConfiguration,
  type ReadConfiguration,
  type ReadFile,
  type RuleSetting,
  ruleSettingProblem,
  withSettings,
} from "./configuration.js";
export {
  applySuppressions,
  byPlace,
  type CommentedSource,
  reportable,
  type Suppressed,
  type SuppressionOptions,
} from "./suppressions.js";
export { isCandidate } from "./candidates.js";
export { type FileInput } from "./types/file.js";
export { withoutDocComments } from "./types/older-compilers.js";
export { inspect, type Inspection, type Member } from "./types/inspect.js";
