/** What libraries say about their handles: the vocabulary, the contracts, and how to find them. */

export * from "./contract.js";
export {
  createCatalog,
  declaringPackagesOf,
  definition,
  describe,
  modulesOf,
  referenceTo,
  typesOf,
  type Catalog,
  type CatalogDescription,
  type Declaration,
  type KnownExport,
  type KnownType,
  type TypeMatch,
} from "./catalog.js";
export { documentationUrl, homepage } from "./pages.js";
export { contractOf, readOwnContracts } from "./own.js";
export { overlapOutcomes, ownContractSchema, type OverlapOutcome, type OwnContract } from "./own-schema.js";
export { contractFromTags, holdfastTags, type DocTag, type TaggedMember, type TaggedType } from "./tags.js";
export {
  contractNames,
  readRuntimeSettings,
  readRuntimeVariables,
  type RuntimeSettings,
  runtimeSettings,
  runtimeSettingsSchema,
} from "./runtime-settings.js";
export { inRange } from "./versions.js";
export {
  afterReleaseWords,
  coded,
  disposalSentence,
  drainSentence,
  freeOperations,
  guardSentence,
  lanesOf,
  laneSentences,
  limitWords,
  nounOf,
  optionGroups,
  optionSentences,
  outcomeWords,
  overlapPhrase,
  overlapWords,
  phaseSentence,
  releaseWords,
  sentence,
  settlementSentence,
  settlingWords,
  spoken,
  withArticle,
  type LaneFacts,
  type OptionGroup,
} from "./words.js";
