/** Properties by which code asks how far a handle is, held against what is known of it. */

import type { KnownType, StateProperty } from "@holdfast/contracts";
import type { Asked } from "./graph.js";
import { own } from "./records.js";
import type { State } from "./state.js";
import type { Identity, Value } from "./values.js";

/** The value of such a property: of which handle, and what it says. */
export interface Tells {
  of: Identity;
  property: StateProperty;
}

/** What the contract says of a property, or of a method without arguments, as a state of its handle. */
export function stateOf(type: KnownType, name: string, isMethod: boolean): StateProperty | undefined {
  if (type.kind === "guard") return undefined;
  const states = type.kind === "handle" ? type.handle.states : type.source.states;
  const property = own(states ?? {}, name);
  return property && (property.method ?? false) === isMethod ? property : undefined;
}

/** Whether what has happened to the handle rules this answer out. */
export function tellsOtherwise(state: State, value: Value, asks: Asked, answer: boolean): boolean {
  if (value.kind !== "thing" || !value.tells) return false;
  const { of, property } = value.tells;
  const isTrue = truthOf(property, asks, answer);
  if (isTrue === undefined || (property.late && !isTrue)) return false;
  switch (property.true) {
    case "released":
      return !isTrue && isReleased(state, of, property);
    case "open":
      return isTrue && isReleased(state, of, property);
    case "begun":
      return !isTrue && hasBegun(state, of, property);
  }
}

/** What an answer says of the property, as a boolean. */
function truthOf({ values }: StateProperty, asks: Asked, answer: boolean): boolean | undefined {
  if (!values) {
    if (asks.kind === "truth") return answer;
    if (asks.kind === "equals" && asks.value === "true") return answer;
    return asks.kind === "equals" && asks.value === "false" ? !answer : undefined;
  }
  if (asks.kind !== "equals") return undefined;
  const isOne = values.some((value) => JSON.stringify(value) === asks.value);
  if (answer) return isOne;
  return values.length === 1 && isOne ? false : undefined;
}

function isReleased(state: State, of: Identity, { by }: StateProperty): boolean {
  const released = state.released.get(of);
  return released !== undefined && released.certain && !released.through && (by?.includes(released.name) ?? true);
}

function hasBegun(state: State, of: Identity, { calls, phase }: StateProperty): boolean {
  const done = state.done.get(of);
  if (calls?.some((call) => done?.has(call))) return true;
  return phase !== undefined && state.phases.get(of) === phase;
}
