/** What a register or a place may hold, as far as handles and promises are concerned. Plain, immutable data. */

import type { Handle, KnownType, Operation, Release } from "@holdfast/contracts";
import type { BodyId, ClassId, Constant, Span, VariableId } from "./graph.js";
import type { Tells } from "./state-properties.js";

/** Names one handle within a body: the place where it was acquired, or the path by which it came in. */
export type Identity = string;
export type ObjectId = string;

/** A handle's part of a known type. */
export interface HandleType {
  kind: "handle";
  contract: KnownType["contract"];
  handle: Handle;
}

export type Outcome = "fulfils" | "rejects";

export type Combinator = "all" | "allSettled" | "race" | "any";

export type Value =
  | { kind: "unknown" }
  | { kind: "constant"; value: Constant }
  /** Something with an identity: a handle that was acquired here, or any value that came in by a path. */
  | {
      kind: "thing";
      id: Identity;
      type?: KnownType;
      fresh: boolean;
      exclusive?: boolean;
      phase?: string;
      tells?: Tells;
      /** Made by a constructor that is not known. */
      made?: true;
    }
  | PromiseValue
  | {
      kind: "function";
      body: BodyId;
      self?: Value;
      bound?: Value[];
      /** Variables of functions that have returned, as it was made with them. */
      captures?: ReadonlyMap<VariableId, Value>;
    }
  | BuilderValue
  /** Calling it releases the handle, or leaves the lock. */
  | { kind: "releaser"; of: Identity; type?: HandleType; release?: Release; name: string; lock?: string }
  | { kind: "object"; id: ObjectId }
  | { kind: "instance"; id: Identity; class: ClassId }
  | { kind: "timer"; tokens: readonly string[] }
  | { kind: "choice"; options: readonly Value[] };

export interface PromiseValue {
  kind: "promise";
  /** Tokens that settle with it. */
  tokens: readonly string[];
  result: Value;
  combinator?: Combinator;
  /** For a combinator: each of its promises (one that stands for many counts twice). */
  parts?: readonly (readonly string[])[];
  /** Releases that happen before it settles, by the body that it runs. */
  deferred?: readonly Deferred[];
  /** Releases that have not happened when it rejects, by their place. */
  undoneOnFailure?: readonly Span[];
  /** Tokens that stay pending when it rejects. */
  leftOnFailure?: readonly string[];
  /** Tokens that only end with it when it rejects: what it hands out ends them otherwise. */
  endsOnFailure?: readonly string[];
  /** It never fulfils: a time limit. */
  onlyRejects?: boolean;
  /** Of a race: all but one of its promises only reject, so that on success that one has settled. */
  decided?: boolean;
  /** Places from which promises came in that it waits for. */
  waitsFor?: readonly Identity[];
  /** It may be no promise at all: the result of a function that is not known. */
  guess?: boolean;
  /** How it ends, on the way at hand. */
  outcome?: Outcome;
  /** It waits for something of which nothing is known: time, an event, other people's work. */
  open?: boolean;
  /** Operations that go on when it settles, and that have begun by then. */
  leaves?: readonly string[];
}

/** A release on the way of a promise that nobody has awaited yet. */
export interface Deferred {
  identity: Identity;
  type: HandleType;
  release: Release;
  name: string;
  at: Span;
  chain: readonly Span[];
  certain: boolean;
  /** What it meets was noted already. */
  judged?: boolean;
  /** A failure may come before it. */
  undoneOnFailure?: boolean;
}

/** A query that was described and has not run yet. */
export interface BuilderValue {
  kind: "builder";
  of: Identity;
  type: KnownType;
  operation: Operation;
  name: string;
  at: Span;
  statement: Span;
  text: string;
  phase?: string;
  /** Running it releases the handle (`trx.commit().execute()`). */
  release?: { release: Release; type: HandleType };
}

export const unknown: Value = { kind: "unknown" };
export const nothing: Value = { kind: "constant", value: undefined };

export function thing(id: Identity, type?: KnownType): Value & { kind: "thing" } {
  return { kind: "thing", id, fresh: id.startsWith("@"), ...(type && { type }) };
}

const keys = new WeakMap<Value, string>();

/** Equal keys mean equal values. */
export function keyOf(value: Value): string {
  let key = keys.get(value);
  if (key === undefined) {
    key = spell(value);
    keys.set(value, key);
  }
  return key;
}

function spell(value: Value): string {
  switch (value.kind) {
    case "unknown":
      return "?";
    case "constant":
      return `=${typeof value.value} ${String(value.value)}`;
    case "thing":
      return `#${value.id}${value.type ? `:${nameOfType(value.type)}` : ""}${value.exclusive ? "!" : ""}`;
    case "promise":
      return `P(${[
        value.tokens.join(),
        value.combinator ?? "",
        keyOf(value.result),
        value.deferred?.length ?? 0,
        value.outcome ?? "",
        value.leaves?.join() ?? "",
        value.guess ? "?" : "",
        value.open ? "open" : "",
      ].join(";")})`;
    case "function":
      return `F${value.body}(${value.self ? keyOf(value.self) : ""};${(value.bound ?? []).map(keyOf).join()})`;
    case "builder":
      return `B${value.of}@${value.at.start}`;
    case "releaser":
      return `R${value.of}${value.lock ?? ""}`;
    case "object":
      return `O${value.id}`;
    case "instance":
      return `I${value.id}`;
    case "timer":
      return `T${value.tokens.join()}`;
    case "choice":
      return `(${value.options.map(keyOf).sort().join("|")})`;
  }
}

function nameOfType(type: KnownType): string {
  if (type.kind === "handle") return type.handle.name;
  return type.kind === "source" ? type.source.name : type.guard.name;
}

const mostOptions = 4;

/** One of two values: which of them is not known. */
export function join(left: Value, right: Value): Value {
  if (left === right) return left;
  const options = new Map<string, Value>();
  for (const value of [left, right]) {
    for (const option of value.kind === "choice" ? value.options : [value]) options.set(keyOf(option), option);
  }
  const promises = [...options.values()].filter((option) => option.kind === "promise");
  if (promises.length > 1) return joinPromises(options, promises);
  if (options.size === 1) return [...options.values()][0] ?? unknown;
  // What is awaited there settles, should it be the promise.
  if (options.has("?") && promises.length === 0) return unknown;
  if (options.size > mostOptions) return unknown;
  return { kind: "choice", options: [...options.values()] };
}

/** Several promises in one place: whoever awaits the place awaits the one that is there. */
function joinPromises(options: Map<string, Value>, promises: readonly PromiseValue[]): Value {
  const merged: PromiseValue = {
    kind: "promise",
    tokens: union(promises.map(({ tokens }) => tokens)),
    result: promises.map(({ result }) => result).reduce(join),
    deferred: promises.flatMap(({ deferred }) => deferred ?? []),
    leftOnFailure: union(promises.map(({ leftOnFailure }) => leftOnFailure ?? [])),
    leaves: union(promises.map(({ leaves }) => leaves ?? [])),
    ...(promises.some(({ open }) => open) && { open: true }),
    ...joinedOutcome(promises),
    ...joinedParts(promises),
  };
  const others = [...options.values()].filter((option) => option.kind !== "promise");
  return others.length === 0 ? merged : { kind: "choice", options: [merged, ...others].slice(0, mostOptions) };
}

function joinedOutcome([first, ...others]: readonly PromiseValue[]): { outcome?: Outcome } {
  const outcome = first?.outcome;
  return outcome && others.every((other) => other.outcome === outcome) ? { outcome } : {};
}

/** Where one of them may be a combinator, the failure of one of its parts leaves the others pending. */
function joinedParts(promises: readonly PromiseValue[]): Pick<PromiseValue, "combinator" | "parts"> {
  const combined = promises.find(({ combinator }) => combinator !== undefined);
  if (!combined?.combinator) return {};
  return { combinator: combined.combinator, ...(combined.parts && { parts: combined.parts }) };
}

export function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}

/** The possibilities of a value. */
export function optionsOf(value: Value): readonly Value[] {
  return value.kind === "choice" ? value.options : [value];
}

/** Whether an await waits for something of which nothing is known. */
export function isOpenEnded(value: Value): boolean {
  return value.kind === "unknown" || value.kind === "thing" || (value.kind === "promise" && value.open === true);
}

/** Whether a name is that of a handle, or of a part of it. */
export function isWithin(name: Identity, id: Identity): boolean {
  return name === id || name.startsWith(`${id}.`);
}

/** Whether a test for truth can only have one outcome. */
export function truthOf(value: Value): boolean | undefined {
  switch (value.kind) {
    case "constant":
      return Boolean(value.value);
    case "promise":
      return value.guess ? undefined : true;
    case "function":
    case "builder":
    case "releaser":
    case "object":
    case "instance":
    case "timer":
      return true;
    case "thing":
      return value.fresh && value.type !== undefined ? true : undefined;
    case "choice": {
      const truths = new Set(value.options.map(truthOf));
      return truths.size === 1 ? [...truths][0] : undefined;
    }
    case "unknown":
      return undefined;
  }
}
