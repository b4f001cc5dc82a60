/** What a function does to the handles that come in by parameter, `this` or from outside: all that its callers need. */

import type { EarlyOption, Release } from "@holdfast/contracts";
import type { Span, VariableId } from "./graph.js";
import type { Cell, Token } from "./state.js";
import type { HandleType, Identity, ObjectId, Value } from "./values.js";

/** How an operation stands when the function has run. */
export type Status =
  /** Settled before it returns, or before its promise settles. */
  | "settled"
  /** It settles with the promise that the function returns. */
  | "carried"
  /** Nobody waits for it. */
  | "left";

export type Effect =
  | { kind: "operation"; token: Token; status: Status; leftOnFailure: boolean }
  | {
      kind: "release";
      identity: Identity;
      type: HandleType;
      release: Release;
      name: string;
      text: string;
      at: Span;
      site: Span;
      statement: Span;
      chain: readonly Span[];
      later: boolean;
      certain: boolean;
      aborts?: boolean;
      /** Whoever goes on after the call finds the handle unreleased. */
      onlyOnFailure?: boolean;
      /** A failure may come before it: whoever waits for the call in vain may find the handle unreleased. */
      undoneOnFailure?: boolean;
      /** It happens in a callback, at a time that nobody knows. */
      eventually?: true;
    }
  | {
      kind: "option";
      identity: Identity;
      type: HandleType;
      option: EarlyOption;
      value?: number;
      text: string;
      at: Span;
      statement: Span;
    }
  /** A function that came in is called. */
  | {
      kind: "invocation";
      callee: Identity;
      arguments: Value[];
      token: Token;
      status: Status;
      /** Tokens of the function that are pending when it calls. */
      pending: readonly string[];
      /** The name that the result has in the function. */
      result: Identity;
      /** Calls that go before it on some way. */
      after: readonly string[];
      key: string;
    }
  /** A promise that came in, or an array of such, is awaited. */
  | { kind: "settling"; path: Identity; at: Span }
  /** A field or an outer variable is assigned. */
  | { kind: "write"; path: Identity; value: Value; later: boolean; certain: boolean };

/** One of several ways through a function: what happens on it, and how it ends. */
export interface Way {
  effects: Effect[];
  /** For operations that are left out because others are alike: the key of the one that stands for them. */
  aliases: ReadonlyMap<string, string>;
  result: Value;
  /** Nothing, where it may end in both ways. */
  ends?: "returns" | "throws";
}

export interface Overlapping {
  first: Token;
  second: Token;
}

export interface Summary {
  /** Whatever happens on any way. */
  effects: Effect[];
  /** As for a way. */
  aliases: ReadonlyMap<string, string>;
  /** The ways that differ in what they release, leave pending or give; empty where all are alike. */
  ways: readonly Way[];
  /** What the call gives; for an async function, what its promise gives. */
  result: Value;
  /** Objects that the result is made of. */
  heap: ReadonlyMap<ObjectId, Cell>;
  async: boolean;
  /** It waits for something of which nothing is known. */
  open: boolean;
  /** It ends in an error, whatever happens. */
  ends?: "returns" | "throws";
  /** It never comes to an end: a loop that goes on for ever. */
  endless: boolean;
  parents: ReadonlyMap<Identity, Identity>;
  /** Its own variables, for functions that it hands out. */
  variables: ReadonlyMap<VariableId, Value>;
  /** Operations that overlap in it: what that does may depend on the phase that a caller has the handle in. */
  overlaps: readonly Overlapping[];
  /** What goes on when it is done. */
  tasks: Token[];
}

export const emptySummary: Summary = {
  effects: [],
  aliases: new Map(),
  ways: [],
  result: { kind: "unknown" },
  heap: new Map(),
  async: false,
  open: false,
  endless: false,
  parents: new Map(),
  variables: new Map(),
  overlaps: [],
  tasks: [],
};

/** Names a release among the effects of a body. */
export function effectKey({ at, identity }: { at: Span; identity: Identity }): string {
  return `release ${at.start} ${identity}`;
}
