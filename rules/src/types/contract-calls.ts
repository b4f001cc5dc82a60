/** What contracts say about the members and calls of their types. */

import { definition } from "@holdfast/contracts";
import type { Call, Callback, Catalog, Export, KnownType, Property } from "@holdfast/contracts";
import type { DeclaredType } from "./oracle.js";

/** What a call of this method takes and gives; undefined if the contract does not know the method. */
export function callOf(type: KnownType, method: string): Call | undefined {
  if (type.kind === "guard") return undefined;
  if (type.kind === "source") {
    const { methods, operations, releases } = type.source;
    return member(methods, method) ?? member(operations, method) ?? (member(releases, method) ? {} : undefined);
  }
  const { methods, operations, releases, anyMethod } = type.handle;
  return (
    member(operations, method) ?? member(methods, method) ?? (member(releases, method) ? {} : undefined) ?? anyMethod
  );
}

/** A property whose value has a contract too. Methods are none, even where any other property is one. */
export function propertyOf(type: KnownType, name: string): Property | undefined {
  if (type.kind === "guard") return undefined;
  const { properties, anyProperty } = type.kind === "source" ? type.source : type.handle;
  const property = member(properties, name);
  if (property) return property;
  const isMethod = type.kind === "handle" && type.handle.anyMethod ? false : callOf(type, name) !== undefined;
  return isMethod ? undefined : anyProperty;
}

/** What the functions given to a call or constructor are. */
export function callbacksOf(entry: Export): readonly Callback[] {
  if (entry.kind === "function") return entry.callbacks ?? [];
  return entry.kind === "class" ? (entry.construct?.callbacks ?? []) : [];
}

/** Whether a callback stands at this argument of a call with so many. */
export function isAt(callback: { argument: number }, index: number, count: number): boolean {
  return callback.argument === index || callback.argument + count === index;
}

/**
 * The type that a declaration means. One that matches only as shared is left out: such a value may as well be no handle,
 * and only the way it was acquired tells.
 */
export function declaredType(
  catalog: Catalog,
  declaration: Pick<DeclaredType, "package" | "name" | "file">,
): KnownType | undefined {
  return catalog.declared(declaration).find(({ pattern }) => !pattern.shared)?.type;
}

/** Whether a handle shares its declared type with the other one: a transaction's manager, and any manager. */
export function sharesTypeWith(handle: KnownType, other: KnownType): boolean {
  if (handle.contract.package !== other.contract.package) return false;
  return definition(handle).types.some(
    ({ shared, name }) => shared && definition(other).types.some((pattern) => pattern.name === name),
  );
}

function member<T>(record: Record<string, T> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
