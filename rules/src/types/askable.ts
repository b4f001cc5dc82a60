/** Names that are worth asking a checker about: what its answer can make a handle of, and nothing else. */

import {
  type Call,
  type Catalog,
  definition,
  type EarlyOption,
  type Guard,
  type Handle,
  type KnownType,
  type Source,
  typesOf,
} from "@holdfast/contracts";

const known = new WeakMap<Catalog, ReadonlySet<string>>();
/** By package, the names of what its declarations can be. */
const knownByPackage = new WeakMap<Catalog, Map<string, readonly string[]>>();

/**
 * Operations, releases and options of handles whose type says that they are one, and calls that lead to a handle.
 * A type that is shared with what is no handle tells nothing: such handles are traced from where they were acquired.
 */
export function askableNames(catalog: Catalog): ReadonlySet<string> {
  let names = known.get(catalog);
  if (!names) {
    names = new Set(catalog.contracts.flatMap(typesOf).flatMap((type) => namesOf(type, catalog)));
    known.set(catalog, names);
  }
  return names;
}

/**
 * Those of them that contracts have to do with whose types are declared in one of the packages: about the others a
 * checker would be asked in vain.
 */
export function namesDeclaredIn(packages: ReadonlySet<string>, catalog: Catalog): ReadonlySet<string> {
  return new Set([...packages].flatMap((name) => namesFrom(name, catalog)));
}

function namesFrom(packageName: string, catalog: Catalog): readonly string[] {
  let byPackage = knownByPackage.get(catalog);
  if (!byPackage) knownByPackage.set(catalog, (byPackage = new Map<string, readonly string[]>()));
  let names = byPackage.get(packageName);
  if (!names) {
    const types = catalog.contracts
      .map(typesOf)
      .filter((all) => all.some((type) => isDeclaredIn(packageName, type, catalog)))
      .flat();
    const askable = [...askableNames(catalog)];
    const mentioned = new Set(types.flatMap(mentionedBy));
    names = types.some(takesAnyMethod) ? askable : askable.filter((name) => mentioned.has(name));
    byPackage.set(packageName, names);
  }
  return names;
}

function isDeclaredIn(packageName: string, type: KnownType, catalog: Catalog): boolean {
  return definition(type).types.some(({ name }) =>
    catalog
      .declared({ package: packageName, name })
      .some((match) => !match.pattern.shared && definition(match.type) === definition(type)),
  );
}

/** Whether any name behind a value of the type may be an operation. */
export function takesAnyMethod(type: KnownType): boolean {
  return type.kind === "handle" && (type.handle.anyMethod ?? type.handle.operations["()"]) !== undefined;
}

/** All names that mean something behind a value of the type, or where one is passed along. */
function mentionedBy(type: KnownType): string[] {
  if (type.kind === "guard") return [...enteringNames(type.guard), ...(type.guard.leaves ?? [])];
  const { methods = {}, releases = {}, operations = {}, properties = {}, states = {} } = definition(type) as Source;
  const members = [methods, releases, operations, properties, states].flatMap(Object.keys);
  return type.kind === "source" ? members : [...members, ...furtherNames(type.handle)];
}

function enteringNames({ runs = {}, enters = [] }: Guard): string[] {
  return [...Object.keys(runs), ...enters];
}

function furtherNames({ options = [], passedAs, drains = [], reopenedBy = [], settlement }: Handle): string[] {
  const { acknowledges = [], rejects = [], answersAll = [] } = settlement ?? {};
  return [
    ...optionNames(options),
    ...passingNames(passedAs),
    drains,
    reopenedBy,
    acknowledges,
    rejects,
    answersAll,
  ].flat();
}

function optionNames(options: readonly EarlyOption[]): string[] {
  return options.map(({ set }) => ("property" in set ? set.property : set.method));
}

function passingNames(passedAs: Handle["passedAs"]): string[] {
  return [passedAs?.property, passedAs?.method].filter((name) => name !== undefined);
}

function namesOf(type: KnownType, catalog: Catalog): string[] {
  if (type.kind === "guard") return enteringNames(type.guard);
  if (type.kind === "source") {
    const { methods = {}, operations = {}, releases = {} } = type.source;
    const leading = Object.entries({ ...methods, ...operations }).filter(([, call]) =>
      leadsToHandle(call, type, catalog),
    );
    return [...leading.map(([name]) => name), ...Object.keys(releases)];
  }
  const { handle } = type;
  if (!handle.types.some(({ shared }) => !shared)) return [];
  return [
    ...Object.keys(handle.operations),
    ...Object.keys(handle.releases),
    ...Object.keys(handle.states ?? {}),
    ...optionNames(handle.options ?? []),
    ...passingNames(handle.passedAs),
  ];
}

function leadsToHandle(call: Call, from: KnownType, catalog: Catalog): boolean {
  if (call.callbacks) return true;
  const returned = call.returns && catalog.resolve(call.returns.type, from.contract);
  if (returned?.kind === "handle") return true;
  return returned?.kind === "source" && Object.values(returned.source.methods ?? {}).some(({ callbacks }) => callbacks);
}
