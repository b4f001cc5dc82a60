/** What tracing finds out about a value: more than contracts need, because the way to a handle leads through modules, classes and functions. */

import { definition } from "@holdfast/contracts";
import type { Hands, KnownExport, KnownType } from "@holdfast/contracts";
import type ts from "typescript";
import type { ValueType } from "./oracle.js";

/** What is around a value, from the outside in: an array in a promise is `["promise", "array"]`. */
export type Wrapping = "promise" | "array";

export type Core =
  /** A value of a type that a contract describes. */
  | { kind: "known"; type: KnownType; phase?: string; exclusive?: true }
  /** An export of a contract. */
  | { kind: "export"; entry: KnownExport }
  /** A module, or its default export, which `require` and interop imports do not tell apart. */
  | { kind: "module"; specifier: string }
  | { kind: "function"; node: ts.SignatureDeclaration; self?: Value }
  | { kind: "class"; node: ts.ClassLikeDeclaration }
  /** Something with the members of a class or interface of this file. */
  | { kind: "instance"; node: ts.ClassLikeDeclaration | ts.InterfaceDeclaration | ts.TypeLiteralNode }
  | { kind: "object"; node: ts.ObjectLiteralExpression }
  | { kind: "tuple"; elements: readonly (Value | undefined)[] }
  /** A map or a record: whatever the key, the value. */
  | { kind: "dictionary"; value: Value | undefined }
  /** A method of a known type, without its receiver being called yet. */
  | { kind: "method"; of: Value; name: string }
  /** A value that certainly has no contract: null, a text, a number. */
  | { kind: "plain" }
  /** Nobody knows; only what is around it is known. */
  | { kind: "unknown" };

export interface Value {
  core: Core;
  around: readonly Wrapping[];
}

export function bare(core: Core): Value {
  return { core, around: [] };
}

export const plain: Value = bare({ kind: "plain" });

export function wrapped(wrapping: Wrapping, value: Value | undefined): Value {
  const { core, around } = value ?? bare({ kind: "unknown" });
  return { core, around: [wrapping, ...around] };
}

/** A promise of the value; promises do not nest. */
export function promised(value: Value | undefined): Value {
  return value?.around[0] === "promise" ? value : wrapped("promise", value);
}

/** What `await` gives. */
export function awaited(value: Value | undefined): Value | undefined {
  if (value?.around[0] !== "promise") return value;
  return known({ core: value.core, around: value.around.slice(1) });
}

/** What an element of an array is; of a tuple the one at the index, or what all have in common. */
export function elementOf(value: Value | undefined, index?: number): Value | undefined {
  if (!value) return undefined;
  if (value.around[0] === "array") return known({ core: value.core, around: value.around.slice(1) });
  if (value.around.length > 0) return undefined;
  // A map is iterated by its entries.
  if (value.core.kind === "dictionary") return bare({ kind: "tuple", elements: [plain, value.core.value] });
  if (value.core.kind !== "tuple") return undefined;
  return index === undefined ? firstKnown(value.core.elements) : value.core.elements[index];
}

/** Undefined for a value of which nothing is known. */
function known(value: Value): Value | undefined {
  return value.core.kind === "unknown" && value.around.length === 0 ? undefined : value;
}

/** Of several possible values the first that says something: a plain value is only what a variable holds meanwhile. */
export function firstKnown(values: readonly (Value | undefined)[]): Value | undefined {
  let fallback: Value | undefined;
  let allPlain = values.length > 0;
  for (const value of values) {
    if (!value) allPlain = false;
    else if (value.core.kind === "unknown") fallback ??= value;
    else if (value.core.kind !== "plain") return value;
    if (value && value.core.kind !== "plain") allPlain = false;
  }
  return fallback ?? (allPlain ? values[0] : undefined);
}

const canonicalTypes = new WeakMap<object, KnownType>();

/** One object for each type of a contract, so that types can be compared. */
function canonical(type: KnownType): KnownType {
  const key = definition(type);
  const known = canonicalTypes.get(key);
  if (known) return known;
  canonicalTypes.set(key, type);
  return type;
}

/** A value of a known type, if it is one. */
export function asValueType(value: Value | undefined): ValueType | undefined {
  if (value?.core.kind !== "known") return undefined;
  const { type, phase, exclusive } = value.core;
  const isPromise = value.around[0] === "promise";
  const isArray = value.around.includes("array");
  return {
    type: canonical(type),
    ...(isPromise && { promised: true }),
    ...(isArray && { array: true }),
    ...(phase !== undefined && { phase }),
    ...(exclusive && { exclusive }),
  };
}

/** What a contract hands out. */
export function handedOut(hands: Hands, type: KnownType | undefined, phase?: string): Value | undefined {
  if (hands.releases !== undefined) return plain;
  if (!type) return undefined;
  const phased = hands.phase ?? (hands.view ? phase : undefined);
  return {
    core: { kind: "known", type, ...(phased !== undefined && { phase: phased }) },
    around: [...(hands.promised ? ["promise" as const] : []), ...(hands.array ? ["array" as const] : [])],
  };
}
