/**
 * All contracts, found by what an analyser has in its hands: a module specifier, a global, the declaration of a type,
 * or the name by which one contract refers to another. Look-ups only; what a contract says is in its data.
 */

import type { Contract, Export, Guard, Handle, Source, TypeName, TypePattern } from "./contract.js";
import { libraries } from "./libraries/index.js";
import { matchesPattern, patternSource } from "./patterns.js";
import { rangesOverlap } from "./versions.js";

/** A type that a contract describes, with the contract that does. */
export type KnownType =
  | { kind: "handle"; contract: Contract; handle: Handle }
  | { kind: "source"; contract: Contract; source: Source }
  | { kind: "guard"; contract: Contract; guard: Guard };

/** Where a type checker says that a type was declared. */
export interface Declaration {
  /** The package whose declaration files hold it: `pg`, `@types/pg`, `@types/node`. */
  package: string;
  /** The name of the type, or of its alias. */
  name: string;
  /** The declaring file inside the package; without it, patterns that name a file match as well. */
  file?: string;
  /** The names of its type arguments, where they have names. */
  arguments?: readonly string[];
}

/** A known type, and the pattern by which its declaration was recognised. */
export interface TypeMatch {
  type: KnownType;
  pattern: TypePattern;
}

/** An export of a module, with the contract whose types it names. */
export interface KnownExport {
  contract: Contract;
  export: Export;
}

/** What an analyser prints of a catalog: `holdfast contracts --format json`. */
export interface CatalogDescription {
  version: 1;
  contracts: Pick<Contract, "package" | "versions" | "status" | "handles">[];
}

export interface Catalog {
  /** The user's own first, then by package; of one package the newest first. Where several answer, the first does. */
  readonly contracts: readonly Contract[];
  /**
   * Names of all operations, releases and early options. A file in which none of them occurs uses no handle, unless one
   * that takes any method (ioredis) or is called itself (knex): such a file imports the library, or names its types.
   */
  readonly names: ReadonlySet<string>;
  /** Matches a whole module specifier that leads to some contract. */
  readonly specifiers: RegExp;
  /** Contracts that a module specifier leads to. */
  forModule(specifier: string): readonly Contract[];
  /** What a module exports under a name; `default` for the default export and for what `require` returns. */
  exported(specifier: string, name: string): KnownExport | undefined;
  /** The value of a name that needs no import. */
  global(name: string): KnownExport | undefined;
  /** The type that a contract refers to: a name of its own, or `package#Type`. */
  resolve(name: TypeName, from: Contract): KnownType | undefined;
  /** The type that goes by the name `package#Type`. */
  named(reference: string): KnownType | undefined;
  /** What the declaration of a type may be. Several answers mean that only the way it was acquired tells. */
  declared(declaration: Declaration): readonly TypeMatch[];
  /** Whether a type so declared says of the handle inside that its lanes queue. */
  serialises(declaration: Declaration): boolean;
  /** Contracts of a package, by its npm name. */
  ofPackage(name: string): readonly Contract[];
  /** The same catalog without contracts for other versions than those installed; unknown versions change nothing. */
  installed(versionOf: (packageName: string) => string | undefined): Catalog;
}

/** The catalog of all libraries, and of contracts of the user's own, which come first. */
export function createCatalog(extra: readonly Contract[] = []): Catalog {
  return index([...extra, ...libraries]);
}

/** What the catalog knows, as one plain object. */
export function describe(catalog: Catalog, packageName?: string): CatalogDescription {
  return {
    version: 1,
    contracts: catalog.contracts
      .filter((contract) => packageName === undefined || contract.package === packageName)
      .map(({ package: name, versions, status, handles }) => ({ package: name, versions, status, handles })),
  };
}

/** The module specifiers of a contract; `*` matches any run of characters. */
export function modulesOf(contract: Contract): readonly string[] {
  return contract.modules ?? [contract.package, `${contract.package}/*`];
}

/** The packages whose declaration files declare the types of a contract. */
export function declaringPackagesOf(contract: Contract): readonly string[] {
  return contract.declaredIn ?? [contract.package, typesPackage(contract.package)];
}

/** The name under which DefinitelyTyped publishes types: `@types/pg`, `@types/scope__name`. */
function typesPackage(name: string): string {
  return `@types/${name.replace(/^@([^/]+)\//, "$1__")}`;
}

/** The look-up tables of a list of contracts, made once. */
function index(contracts: readonly Contract[]): Catalog {
  const byReference = new Map<string, KnownType>();
  const byTypeName = new Map<string, TypeMatch[]>();
  const byPackage = new Map<string, Contract[]>();
  const names = new Set<string>();
  const byModule = new Map<string, readonly Contract[]>();

  for (const contract of contracts) {
    append(byPackage, contract.package, contract);
    for (const type of typesOf(contract)) {
      const { types } = definition(type);
      const reference = referenceTo(type);
      if (!byReference.has(reference)) byReference.set(reference, type);
      for (const pattern of types) append(byTypeName, pattern.name, { type, pattern });
      for (const name of namesOf(type)) names.add(name);
    }
  }

  const specifiers = new RegExp(
    `^(?:node:)?(?:${[...new Set(contracts.flatMap(modulesOf))].map(withoutNode).map(patternSource).join("|") || "(?!)"})$`,
  );

  const forModule = (specifier: string): readonly Contract[] => {
    const plain = withoutNode(specifier);
    let found = byModule.get(plain);
    if (found === undefined) {
      found = specifiers.test(plain)
        ? contracts.filter((contract) =>
            modulesOf(contract).some((module) => matchesPattern(withoutNode(module), plain)),
          )
        : [];
      byModule.set(plain, found);
    }
    return found;
  };

  return {
    contracts,
    names,
    specifiers,
    forModule,
    exported: (specifier, name) => firstWith(forModule(specifier), (contract) => own(contract.exports, name)),
    global: (name) => firstWith(contracts, (contract) => own(contract.globals ?? {}, name)),
    resolve: (name, from) => {
      const reference = name.includes("#") ? name : `${from.package}#${name}`;
      // The contract itself goes first: one for another version may mean something else by the same name.
      return typesOf(from).find((type) => referenceTo(type) === reference) ?? byReference.get(reference);
    },
    named: (reference) => byReference.get(reference),
    declared: (declaration) =>
      (byTypeName.get(declaration.name) ?? []).filter(({ type, pattern }) =>
        isDeclaredSo(type.contract, pattern, declaration),
      ),
    serialises: (declaration) =>
      contracts.some((contract) =>
        (contract.serialising ?? []).some(
          (pattern) => pattern.name === declaration.name && isDeclaredSo(contract, pattern, declaration),
        ),
      ),
    ofPackage: (name) => byPackage.get(name) ?? [],
    installed: (versionOf) =>
      index(
        contracts.filter((contract) => {
          const version = versionOf(contract.package);
          return version === undefined || rangesOverlap(version, contract.versions) !== false;
        }),
      ),
  };
}

const types = new WeakMap<Contract, readonly KnownType[]>();

/** Whether the declaration is where the contract says that its type is declared. */
function isDeclaredSo(contract: Contract, pattern: TypePattern, declaration: Declaration): boolean {
  const { package: packageName, file, arguments: given = [] } = declaration;
  return (
    (pattern.argument === undefined || given.includes(pattern.argument)) &&
    declaringPackagesOf(contract).some((declaring) => matchesPattern(declaring, packageName)) &&
    (pattern.file === undefined || file === undefined || matchesPattern(pattern.file, withoutExtension(file)))
  );
}

/** All types that a contract describes; the same objects each time. */
export function typesOf(contract: Contract): readonly KnownType[] {
  let known = types.get(contract);
  if (known === undefined) types.set(contract, (known = describeTypes(contract)));
  return known;
}

function describeTypes(contract: Contract): KnownType[] {
  return [
    ...contract.handles.map((handle): KnownType => ({ kind: "handle", contract, handle })),
    ...(contract.sources ?? []).map((source): KnownType => ({ kind: "source", contract, source })),
    ...(contract.guards ?? []).map((guard): KnownType => ({ kind: "guard", contract, guard })),
  ];
}

/** The part of a type that handles, sources and guards have in common. */
export function definition(type: KnownType): { name: TypeName; types: TypePattern[] } {
  switch (type.kind) {
    case "handle":
      return type.handle;
    case "source":
      return type.source;
    case "guard":
      return type.guard;
  }
}

/** The name by which everybody refers to a type: `package#Type`. */
export function referenceTo(type: KnownType): string {
  return `${type.contract.package}#${definition(type).name}`;
}

/** The names by which a file that uses the type gives itself away. */
function namesOf(type: KnownType): string[] {
  if (type.kind === "guard") return [];
  if (type.kind === "source") {
    const { methods = {}, operations = {}, releases = {} } = type.source;
    return [methods, operations, releases].flatMap(Object.keys).filter(isMethodName);
  }
  const { operations, methods = {}, releases, options = [], settlement, passedAs } = type.handle;
  return [
    ...[operations, releases].flatMap(Object.keys).filter(isMethodName),
    ...Object.keys(methods).filter((name) => isMethodName(name) && methods[name]?.returns !== undefined),
    ...options.map(({ set }) => ("property" in set ? set.property : set.method)),
    ...(settlement ? [...settlement.acknowledges, ...settlement.rejects, ...(settlement.answersAll ?? [])] : []),
    ...[passedAs?.property, passedAs?.method].filter((name) => name !== undefined),
  ];
}

/** Whether a key of a record of operations is a method name, and not a call of the value or a loop over it. */
function isMethodName(key: string): boolean {
  return /^[\w$]+$/.test(key);
}

function firstWith(contracts: readonly Contract[], find: (contract: Contract) => Export | undefined) {
  for (const contract of contracts) {
    const found = find(contract);
    if (found !== undefined) return { contract, export: found };
  }
  return undefined;
}

/** A property of the record itself, never one that every object inherits, such as `constructor`. */
function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function withoutNode(specifier: string): string {
  return specifier.startsWith("node:") ? specifier.slice("node:".length) : specifier;
}

function withoutExtension(file: string): string {
  return file.replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
}
