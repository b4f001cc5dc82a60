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
export { lateOutcome, secondOutcome, type LateCall } from "./late.js";
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
export { inRange, rangeOf } from "./versions.js";
export {
  afterReleaseWords,
  coded,
  disposalSentence,
  drainSentence,
  endSentences,
  freeOperations,
  guardSentence,
  lanesOf,
  lateSentences,
  laneSentences,
  limitWords,
  nounOf,
  optionGroups,
  optionSentences,
  latePhrase,
  outcomeWords,
  overlapPhrase,
  pendingPhrase,
  secondPhrase,
  overlapWords,
  phaseSentence,
  releaseWords,
  secondWords,
  sentence,
  settlementSentence,
  settlingWords,
  spoken,
  stateSentence,
  withArticle,
  type LaneFacts,
  type OptionGroup,
} from "./words.js";
