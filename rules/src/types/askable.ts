/** Names that are worth asking a checker about: what its answer can make a handle of, and nothing else. */

import { type Call, type Catalog, type KnownType, typesOf } from "@holdfast/contracts";

const known = new WeakMap<Catalog, ReadonlySet<string>>();

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

function namesOf(type: KnownType, catalog: Catalog): string[] {
  if (type.kind === "guard") return [...Object.keys(type.guard.runs ?? {}), ...(type.guard.enters ?? [])];
  if (type.kind === "source") {
    const { methods = {}, operations = {}, releases = {} } = type.source;
    const leading = Object.entries({ ...methods, ...operations }).filter(([, call]) =>
      leadsToHandle(call, type, catalog),
    );
    return [...leading.map(([name]) => name), ...Object.keys(releases)];
  }
  const { handle } = type;
  if (!handle.types.some(({ shared }) => !shared)) return [];
  const options = (handle.options ?? []).map(({ set }) => ("property" in set ? set.property : set.method));
  const passed = [handle.passedAs?.property, handle.passedAs?.method].filter((name) => name !== undefined);
  return [...Object.keys(handle.operations), ...Object.keys(handle.releases), ...options, ...passed];
}

function leadsToHandle(call: Call, from: KnownType, catalog: Catalog): boolean {
  if (call.callbacks) return true;
  const returned = call.returns && catalog.resolve(call.returns.type, from.contract);
  if (returned?.kind === "handle") return true;
  return returned?.kind === "source" && Object.values(returned.source.methods ?? {}).some(({ callbacks }) => callbacks);
}
