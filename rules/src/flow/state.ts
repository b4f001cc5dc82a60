/** What is true at a point of a body: values, what is pending, what was released, which locks are held. */

import type { LateOutcome, Operation } from "@holdfast/contracts";
import { eitherKnown, type Known, sameKnown } from "./conditions.js";
import type { BlockId, Register, Span, VariableId } from "./graph.js";
import { type HandleType, type Identity, join, keyOf, type ObjectId, type Value } from "./values.js";

/** How an operation came to run beside others, where that is not plain from its place. */
export type TaskKind = "repeated" | "listener" | "timer" | "delayed" | "call";

/** What runs beside the code that starts it. */
export interface Task {
  kind: TaskKind;
  at: Span;
  id: string;
  /** It runs once, when a clock says so. */
  byClock?: boolean;
  /** It runs for each request, of which there will be others. */
  isRequest?: boolean;
}

/** An operation that may be pending. */
export interface Token {
  key: string;
  identity: Identity;
  type?: HandleType;
  lane?: string;
  operation: Operation;
  name: string;
  /** The text of the receiver: how the code calls the handle. */
  text: string;
  /** Where it shows in the body at hand: the operation, or the call that leads to it. */
  at: Span;
  /** Where the operation itself stands. */
  site: Span;
  statement: Span;
  /** The calls that lead from `at` to the operation. */
  chain: readonly Span[];
  /** It starts after its task has waited for something. */
  later: boolean;
  locks: ReadonlySet<string>;
  phase?: string;
  task?: Task;
  /** What keeps it pending is an assumption. */
  guessed?: boolean;
  /** It is pending until this derived handle is released. */
  until?: Identity;
  /** That handle was read since, and may have come to its end by itself; in a loop it was read for that. */
  mayBeOver?: "read once" | "read in a loop";
  /** It tells its end to a function that it was given. */
  toCallback?: boolean;
  /** Its sibling failed: whoever awaited it went on without it. */
  orphan?: boolean;
  /** Calls of functions that came in which go before it on some way. */
  after?: readonly string[];
  /** It starts when an operation that only waits for others has been awaited. */
  answered?: boolean;
  /** Code has waited since for something that may have let it finish. */
  waited?: boolean;
  /** It began in an earlier round of a loop. */
  turned?: boolean;
  /** It has lost a race: whoever waited for it went on without it, and is not told what becomes of it. */
  lost?: boolean;
  /** What it handed over is out, for all that is known. */
  out?: boolean;
  /** Handles that the task was given. */
  uses?: readonly Identity[];
  /** It happens on every way that leads here. */
  certain: boolean;
}

export interface Released {
  type: HandleType;
  at: Span;
  name: string;
  chain: readonly Span[];
  certain: boolean;
  /** It happened in an earlier round of the loop with this head. */
  round?: BlockId;
  /** It happened while an earlier request was served: what serves each of them. */
  request?: Span;
  /** Releasing it ended this handle, from which it is derived. */
  through?: Identity;
  /** Something was awaited since: the release may be done, and the handle somebody else's. */
  waited?: boolean;
  /** It was an abort that was meant: what an operation after it comes to. */
  afterwards?: LateOutcome;
}

/** An object or array made by the code itself. */
export interface Cell {
  properties: ReadonlyMap<string, Value>;
  elements?: Value;
  /** Elements may be more than one. */
  many: boolean;
}

/** An early option that was set, and may be too late. */
export interface OptionSet {
  identity: Identity;
  at: Span;
  statement: Span;
  text: string;
  type: HandleType;
  option: string;
  /** The call that it should have preceded. */
  after?: { at: Span; name: string };
  value?: number;
  sentBefore: boolean;
}

export class State {
  registers = new Map<Register, Value>();
  variables = new Map<VariableId, Value>();
  /** Fields of things and instances that were assigned here, by path. */
  fields = new Map<string, Value>();
  heap = new Map<ObjectId, Cell>();
  pending = new Map<string, Token>();
  released = new Map<Identity, Released>();
  phases = new Map<Identity, string>();
  locks = new Set<string>();
  /** What tests have told about places, as far as it still holds. */
  facts = new Map<string, Known>();
  /** What was known of a flag when it was raised to keep others out, by its lock. */
  flags = new Map<string, Known>();
  /** Facts found out since code last waited. */
  fresh = new Set<string>();
  /** Operations done so far, by handle and name: the last place. */
  done = new Map<Identity, ReadonlyMap<string, Span>>();
  /** Calls that options have to precede, by handle and name, as far as they were made. */
  headed = new Set<string>();
  options = new Map<string, OptionSet>();
  /** Keys of overlaps that happened on some way here, in a phase that is not known; since then nobody else had the handle. */
  met = new Set<string>();
  parents = new Map<Identity, Identity>();
  /** Ids of tasks that were ended (`clearInterval`). */
  ended = new Set<string>();
  /** Types of which a value was made. */
  made = new Map<string, Span>();
  /** Names of handles and other values that were given away here. */
  born = new Set<Identity>();
  suspended = false;
  /** States that differ were taken for one: what may be pending need not be. */
  merged = false;
  /** Handles on which an operation that only waits for others has been awaited. */
  answered = new Set<Identity>();
  /** Effects that happened on every way here. */
  effects = new Set<string>();
  /** Effects that happened on some way here. */
  happened = new Set<string>();

  /** The same state, to go on from; of the registers only those that are asked for, if it is said which. */
  clone(registers?: ReadonlySet<Register>): State {
    const copy = new State();
    copy.registers = registers ? this.only(registers) : new Map(this.registers);
    copy.variables = new Map(this.variables);
    copy.fields = new Map(this.fields);
    copy.heap = new Map(this.heap);
    copy.pending = new Map(this.pending);
    copy.released = new Map(this.released);
    copy.phases = new Map(this.phases);
    copy.locks = new Set(this.locks);
    copy.facts = new Map(this.facts);
    copy.flags = new Map(this.flags);
    copy.fresh = new Set(this.fresh);
    copy.done = new Map(this.done);
    copy.headed = new Set(this.headed);
    copy.options = new Map(this.options);
    copy.met = new Set(this.met);
    copy.parents = new Map(this.parents);
    copy.ended = new Set(this.ended);
    copy.made = new Map(this.made);
    copy.born = new Set(this.born);
    copy.suspended = this.suspended;
    copy.merged = this.merged;
    copy.effects = new Set(this.effects);
    copy.answered = new Set(this.answered);
    copy.happened = new Set(this.happened);
    return copy;
  }

  /** A value turns out to be another one, wherever it is. */
  replace(from: Value, by: Value): void {
    for (const map of [this.registers, this.variables, this.fields] as Map<unknown, Value>[]) {
      for (const [key, value] of map) if (value === from) map.set(key, by);
    }
  }

  private only(registers: ReadonlySet<Register>): Map<Register, Value> {
    const kept = new Map<Register, Value>();
    for (const register of registers) {
      const value = this.registers.get(register);
      if (value) kept.set(register, value);
    }
    return kept;
  }

  /** States with the same signature are taken together. */
  signature(): string {
    return [
      [...this.pending.keys()].sort().join(),
      [...this.released]
        .map(([id, { at }]) => `${id}@${at.start}`)
        .sort()
        .join(),
      [...this.locks].sort().join(),
      [...this.phases]
        .map(([id, phase]) => `${id}=${phase}`)
        .sort()
        .join(),
      [...this.options.keys()].sort().join(),
      [...this.headed].sort().join(),
      this.suspended ? "s" : "",
      this.outstanding(),
    ].join("/");
  }

  /** How promises end that nobody has awaited yet, and what is released by then. */
  private outstanding(): string {
    const marks = new Set<string>();
    for (const map of [this.registers, this.variables]) {
      for (const value of map.values()) {
        if (value.kind !== "promise" || (!value.outcome && !value.deferred?.length)) continue;
        const releases = (value.deferred ?? []).map(({ identity, at }) => `${identity}@${at.start}`);
        marks.add(`${value.outcome ?? ""}(${value.tokens.join()};${releases.join()})`);
      }
    }
    return [...marks].sort().join();
  }

  /** Takes in a state of the same signature. Tells whether anything changed. */
  absorb(other: State): boolean {
    let changed = joinMaps(this.registers, other.registers);
    changed = joinMaps(this.variables, other.variables) || changed;
    changed = joinMaps(this.fields, other.fields) || changed;
    changed = this.absorbHeap(other) || changed;
    changed = joinFacts(this.facts, other.facts) || changed;
    for (const [lock, known] of other.flags) if (!this.flags.has(lock)) this.flags.set(lock, known);
    changed = intersectSets(this.fresh, other.fresh) || changed;
    changed = intersectSets(this.effects, other.effects) || changed;
    changed = intersectSets(this.ended, other.ended) || changed;
    changed = intersectSets(this.answered, other.answered) || changed;
    changed = uniteSets(this.happened, other.happened) || changed;
    changed = uniteSets(this.met, other.met) || changed;
    for (const [key, token] of other.pending) {
      const mine = this.pending.get(key);
      if (mine && mine.orphan !== token.orphan && mine.orphan) {
        this.pending.set(key, token);
        changed = true;
      }
    }
    for (const [id, calls] of other.done) {
      const mine = this.done.get(id);
      if (!mine) {
        this.done.set(id, calls);
        changed = true;
      } else if ([...calls.keys()].some((name) => !mine.has(name))) {
        this.done.set(id, new Map([...calls, ...mine]));
        changed = true;
      }
    }
    for (const id of other.born) this.born.add(id);
    for (const [child, parent] of other.parents) if (!this.parents.has(child)) this.parents.set(child, parent);
    for (const [name, at] of other.made) if (!this.made.has(name)) this.made.set(name, at);
    if (other.merged && !this.merged) {
      this.merged = true;
      changed = true;
    }
    return changed;
  }

  /** Takes in a state that differs: from here on what may be is taken for what is possible only. */
  absorbDifferent(other: State): boolean {
    const before = this.signature();
    for (const [key, token] of other.pending) if (!this.pending.has(key)) this.pending.set(key, token);
    for (const [id, released] of [...this.released])
      if (!other.released.has(id)) this.released.set(id, { ...released, certain: false });
    for (const [id, released] of other.released) {
      if (!this.released.has(id)) this.released.set(id, { ...released, certain: false });
    }
    intersectSets(this.locks, other.locks);
    for (const [id, phase] of [...this.phases]) if (other.phases.get(id) !== phase) this.phases.delete(id);
    for (const key of [...this.options.keys()]) if (!other.options.has(key)) this.options.delete(key);
    for (const call of other.headed) this.headed.add(call);
    this.suspended ||= other.suspended;
    this.merged = true;
    const changed = this.absorb(other);
    return changed || this.signature() !== before;
  }

  private absorbHeap(other: State): boolean {
    let changed = false;
    for (const [id, cell] of other.heap) {
      const mine = this.heap.get(id);
      if (!mine) {
        this.heap.set(id, cell);
        changed = true;
        continue;
      }
      const properties = new Map(mine.properties);
      let grown = joinMaps(properties, cell.properties);
      const elements =
        mine.elements && cell.elements ? join(mine.elements, cell.elements) : (mine.elements ?? cell.elements);
      if (elements && (!mine.elements || keyOf(elements) !== keyOf(mine.elements))) grown = true;
      if (cell.many && !mine.many) grown = true;
      if (grown) {
        this.heap.set(id, { properties, ...(elements && { elements }), many: mine.many || cell.many });
        changed = true;
      }
    }
    return changed;
  }
}

/** Values that differ become a choice; what only one side knows stays, as the other side never reads it. */
function joinMaps<K>(into: Map<K, Value>, from: ReadonlyMap<K, Value>): boolean {
  let changed = false;
  for (const [key, value] of from) {
    const mine = into.get(key);
    if (mine === undefined) {
      into.set(key, value);
      changed = true;
    } else if (mine !== value) {
      const joined = join(mine, value);
      if (keyOf(joined) !== keyOf(mine)) {
        into.set(key, joined);
        changed = true;
      }
    }
  }
  return changed;
}

function joinFacts(into: Map<string, Known>, from: ReadonlyMap<string, Known>): boolean {
  let changed = false;
  for (const [key, known] of [...into]) {
    const either = eitherKnown(known, from.get(key));
    if (either && sameKnown(either, known)) continue;
    if (either) into.set(key, either);
    else into.delete(key);
    changed = true;
  }
  return changed;
}

function uniteSets<T>(into: Set<T>, from: ReadonlySet<T>): boolean {
  const before = into.size;
  for (const item of from) into.add(item);
  return into.size > before;
}

function intersectSets<T>(into: Set<T>, from: ReadonlySet<T>): boolean {
  let changed = false;
  for (const item of [...into]) {
    if (!from.has(item)) {
      into.delete(item);
      changed = true;
    }
  }
  return changed;
}
