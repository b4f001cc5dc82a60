/** Finds out which contract a value falls under, by its class and by what it can do. */

import { definition, type KnownType, typesOf } from "@holdfast/contracts";
import { contracts, type Plan, planFor, planNamed } from "./plan.js";
import { isObject } from "./registry.js";

/**
 * The plan of a value: of the contract that is named as `package#Type`, or else of the one that its class and its
 * methods fit.
 *
 * @throws TypeError if there is none: what is not understood is not guarded in silence.
 */
export function planOf(value: object, contract?: string): Plan {
  if (!isObject(value)) throw new TypeError(`${String(value)} is no handle.`);
  const plan = contract === undefined ? recognise(value) : planNamed(contract);
  if (plan !== undefined) return plan;
  throw new TypeError(
    contract === undefined
      ? `No contract is known for ${nameOf(value)}: name one, such as { contract: "pg#Client" }.`
      : `There is no contract "${contract}": write it as package#Type, such as "pg#Client".`,
  );
}

/** The plan of a value whose class and methods fit a contract. */
export function recognise(value: object): Plan | undefined {
  for (const name of classNames(value)) {
    const type = candidates(name).find(
      (candidate) => fits(value, candidate) && (ownNames(candidate).includes(name) || isLent(value, candidate)),
    );
    if (type !== undefined) return planFor(type);
  }
  const type = tellingTypes().find((candidate) => fits(value, candidate));
  return type && planFor(type);
}

function nameOf(value: object): string {
  return classNames(value)[0] ?? "a value without a class";
}

function classNames(value: object): string[] {
  return prototypesOf(value)
    .map(className)
    .filter((name) => name !== "" && name !== "Object");
}

/** What the value inherits from, the nearest first. */
export function prototypesOf(value: object): object[] {
  const prototypes: object[] = [];
  for (let next: unknown = Object.getPrototypeOf(value); isObject(next); next = Object.getPrototypeOf(next)) {
    prototypes.push(next);
  }
  return prototypes;
}

/** The name of the class that the prototype belongs to. */
export function className(prototype: object): string {
  const { constructor } = prototype as { constructor?: { name?: unknown } };
  return typeof constructor?.name === "string" ? constructor.name : "";
}

/** The classes that values of the type are of: by the names in declarations, or by that of the contract itself. */
export function classNamesOf(type: KnownType): string[] {
  const { name, types } = definition(type);
  return [name, ...types.flatMap((pattern) => (pattern.argument === undefined ? [pattern.name] : []))];
}

interface Index {
  catalog: unknown;
  byClass: Map<string, KnownType[]>;
  telling: KnownType[];
}

let indexed: Index | undefined;

function index(): Index {
  if (indexed?.catalog !== contracts()) {
    const types = contracts().contracts.flatMap(typesOf);
    const telling = types.filter((type) => ownNames(type).length > 0 && callsOf(type).length >= mostAreTelling);
    indexed = { catalog: contracts(), byClass: indexByClass(), telling };
  }
  return indexed;
}

/** What an instance of a class of this name may be. One class can be several types: a client, and a client of a pool. */
function candidates(name: string): readonly KnownType[] {
  return index().byClass.get(name) ?? [];
}

/** Who can do so much can be nothing else, by whatever name: the class of an interface, or one put together from others. */
const mostAreTelling = 30;

function tellingTypes(): readonly KnownType[] {
  return index().telling;
}

function indexByClass(): Map<string, KnownType[]> {
  const byClass = new Map<string, KnownType[]>();
  for (const contract of contracts().contracts) {
    const types = typesOf(contract).filter(({ kind }) => kind !== "guard");
    const names = new Set(types.flatMap(ownNames));
    for (const name of names) {
      const named = types.filter((type) => ownNames(type).includes(name));
      const variants = types.filter((type) => !named.includes(type) && named.some((other) => isVariant(other, type)));
      byClass.set(name, [...(byClass.get(name) ?? []), ...variants, ...named]);
    }
  }
  return byClass;
}

/** The classes that tell what a value is; of one that is shared, only the way in which it was acquired does. */
function ownNames(type: KnownType): string[] {
  const { name, types } = definition(type);
  const own = types.flatMap((pattern) => (pattern.shared || pattern.argument !== undefined ? [] : [pattern.name]));
  return own.length === 0 ? [] : [...new Set([name, ...own])];
}

/** Whether it is the same with another release: a client, and a client that a pool has lent. */
function isVariant(type: KnownType, other: KnownType): boolean {
  if (type.kind !== "handle" || other.kind !== "handle") return false;
  const names = Object.keys(other.handle.operations);
  const releases = Object.keys(other.handle.releases);
  return (
    names.length > 0 &&
    names.every((name) => name in type.handle.operations) &&
    releases.some((name) => !(name in type.handle.releases))
  );
}

/** Whether the value has been given the other release by whoever lends it: its class alone does not have it. */
function isLent(value: object, type: KnownType): boolean {
  return type.kind === "handle" && Object.keys(type.handle.releases).some((name) => Object.hasOwn(value, name));
}

/** So many of the operations that a contract lists have to be there: not every version of a library has all of them. */
const share = 0.8;

function fits(value: object, type: KnownType): boolean {
  if (type.kind === "guard") return false;
  const isThere = (name: string) => isSpecial(name) || typeof (value as Record<string, unknown>)[name] === "function";
  const calls = callsOf(type);
  const releases = Object.keys((type.kind === "handle" ? type.handle : type.source).releases ?? {});
  if (calls.length + releases.length === 0) return false;
  return releases.every(isThere) && calls.filter(isThere).length >= share * calls.length;
}

/** What a contract says that it can do, releases aside. */
function callsOf(type: KnownType): string[] {
  if (type.kind === "guard") return [];
  const { operations = {}, methods = {} } = type.kind === "handle" ? type.handle : type.source;
  return [...Object.keys(operations), ...Object.keys(methods)];
}

/** Keys that are no names of methods. */
function isSpecial(name: string): boolean {
  return name === "()" || name.startsWith("[");
}
