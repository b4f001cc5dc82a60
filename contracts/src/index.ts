/** What libraries say about their handles: the vocabulary, the contracts, and how to find them. */

export * from "./contract.js";
export {
  createCatalog,
  declaringPackagesOf,
  definition,
  describe,
  modulesOf,
  typesOf,
  type Catalog,
  type CatalogDescription,
  type Declaration,
  type KnownExport,
  type KnownType,
  type TypeMatch,
} from "./catalog.js";
export { contractOf, readOwnContracts } from "./own.js";
export { overlapOutcomes, ownContractSchema, type OverlapOutcome, type OwnContract } from "./own-schema.js";
export { contractFromTags, holdfastTags, type DocTag, type TaggedMember, type TaggedType } from "./tags.js";
export { inRange } from "./versions.js";
