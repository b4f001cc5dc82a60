/** Follows every way through a body and keeps, for each block, the states in which it can be reached. */

import type { KnownType } from "@holdfast/contracts";
import { unlike, unlikeOverlaps } from "./alike.js";
import { serve } from "./apply.js";
import { call } from "./calls.js";
import { countsOut, isFalse, isOfAnotherType, type Known, learn, outdated, raised, shutsOut } from "./conditions.js";
import type { Engine } from "./engine.js";
import { Facts } from "./facts.js";
import type { Asked, Block, BlockId, Body, Event, Register, Span, Step, Test, VariableId } from "./graph.js";
import { dispose, isInSection, mayBeOver, release, setOption } from "./operations.js";
import { type Shape, shapeOf } from "./order.js";
import { answerOf } from "./possibility.js";
import { outcomeOf, settle, start } from "./promises.js";
import { stateOf, tellsOtherwise } from "./state-properties.js";
import { type Released, State, type Token } from "./state.js";
import {
  type Effect,
  effectKey,
  emptySummary,
  type Overlapping,
  type Status,
  type Summary,
  type Way,
} from "./summaries.js";
import {
  type Deferred,
  type Identity,
  isOpenEnded,
  isWithin,
  join,
  nothing,
  optionsOf,
  thing,
  unknown,
  type Value,
} from "./values.js";

/** More states of one block than these are taken for one. */
const mostStates = 24;
/** More effects of calls than these are not worth the time either: functions that call each other breed them. */
const mostEffects = 20_000;
/** More rounds than these are not worth the time: the body stays silent. */
const mostRounds = 20_000;
/** Longer paths than these name nothing that anyone would follow. */
const longestPath = 5;

/** More ways through a body than these are told as one. */
const mostWays = 8;
/** No block has so many events. */
const mostEvents = 1 << 20;

/** A way out: with a value, or with an error. */
interface Exit {
  state: State;
  value: Value;
  fails?: true;
}

/** Where control may be: in front of an event of a block. */
interface Point {
  block: BlockId;
  event: number;
}

/** What is known of an effect while its body is being solved. */
interface KnownEffect {
  effect: Effect;
  key: string;
}

export class BodySolver {
  readonly effects = new Map<string, KnownEffect>();
  /** Pairs of operations that overlap, by their keys. */
  readonly overlaps = new Map<string, Overlapping>();
  /** What was found out; while states still change, to no avail. */
  facts = new Facts();
  private recording = false;
  private readonly states = new Map<number, Map<string, State>>();
  private exits: Exit[] = [];
  private failures: State[] = [];
  /** Other states in which the event at hand has left things. */
  private forks: State[] = [];
  private readonly queue: (Point & { signature: string })[] = [];
  private readonly shape: Shape;
  /** States in which a loop begins its next round; kept only for what outlasts its statement. */
  private turns: State[] = [];
  private current: Block | undefined;
  private waitsForSomething = false;
  private spent = 0;
  /** By the head of a loop: what was released at the end of a round, in each of its states. */
  private readonly roundsEnds = new Map<BlockId, ReadonlySet<Identity>[]>();
  rounds = 0;

  constructor(
    readonly engine: Engine,
    readonly body: Body,
  ) {
    this.shape = shapeOf(body);
  }

  /** Solves the body, and says what it does to what comes in. */
  solve(): Summary {
    this.reach(0, new State());
    for (let next = this.next(); next; next = this.next()) {
      const state = this.states.get(pointKey(next))?.get(next.signature);
      const block = this.body.blocks[next.block];
      if (!state || !block) continue;
      if (++this.rounds > mostRounds || this.isSpent()) return this.givenUp();
      this.engine.spend(block.events.length, this.body);
      this.run(block, state.clone(), next.event);
    }
    this.record();
    // What becomes of operations is told in the order of the blocks, and in a loop what comes first may come last.
    if (this.engine.facts.outlasting) this.record();
    return this.isSpent() ? this.givenUp() : this.summary();
  }

  /** Notes that the effect of a call is carried out here; false where that goes too far, and the body is given up. */
  spend(steps = 1): boolean {
    this.engine.spend(steps, this.body);
    this.spent++;
    return !this.isSpent();
  }

  private isSpent(): boolean {
    return this.spent > mostEffects;
  }

  /** Nothing is reported of a body that was not looked at to its end. */
  private givenUp(): Summary {
    this.facts = new Facts();
    this.engine.givenUp.add(this.body);
    return { ...emptySummary, async: this.body.async };
  }

  /** Once more through the states that last, to keep what happens in them. */
  private record(): void {
    this.recording = true;
    this.facts = new Facts(this.engine.facts.outlasting);
    this.effects.clear();
    this.overlaps.clear();
    [this.exits, this.failures, this.turns] = [[], [], []];
    const points = [...this.states.keys()].map(pointOf).sort((one, other) => this.order(one, other));
    for (const point of points) {
      const block = this.body.blocks[point.block];
      for (const state of this.states.get(pointKey(point))?.values() ?? []) {
        if (block) this.run(block, state.clone(), point.event);
      }
    }
  }

  private order(one: Point, other: Point): number {
    const rank = ({ block }: Point): number => this.shape.rank[block] ?? 0;
    return rank(one) - rank(other) || one.event - other.event;
  }

  /** Takes the point out of the queue that goes before the others. */
  private next(): (Point & { signature: string }) | undefined {
    let best = 0;
    this.queue.forEach((point, index) => {
      const first = this.queue[best];
      if (first && this.order(point, first) < 0) best = index;
    });
    return this.queue.splice(best, 1)[0];
  }

  /** Control may get there in this state. */
  reach(block: BlockId, from: State, event = 0): void {
    if (this.recording) {
      if (event === 0 && this.facts.outlasting && this.isTurn(block)) this.turns.push(from);
      return;
    }
    const state = from.clone(event === 0 ? this.shape.lasting : undefined);
    if (event === 0 && this.isTurn(block)) this.turn(state, block);
    const point = { block, event };
    let states = this.states.get(pointKey(point));
    if (!states) {
      states = new Map();
      this.states.set(pointKey(point), states);
    }
    let signature = state.signature();
    let known = states.get(signature);
    if (!known && states.size >= mostStates) {
      const [first] = states.entries();
      if (!first) return;
      [signature, known] = first;
      if (!known.absorbDifferent(state)) return;
      this.enqueue(point, signature);
      return;
    }
    if (!known) {
      states.set(signature, state);
      this.enqueue(point, signature);
    } else if (known.absorb(state)) {
      this.enqueue(point, signature);
    }
  }

  /** The event at hand may also have come to this. */
  fork(state: State): void {
    this.forks.push(state);
  }

  /** A loop begins its next round: what this one has released, the next one meets. */
  private turn(state: State, head: BlockId): void {
    const mine = this.roundsEnds.get(head) ?? [];
    if (mine.length === 0) this.roundsEnds.set(head, mine);
    mine.push(new Set(state.released.keys()));
    for (const [key, token] of state.pending) if (!token.turned) state.pending.set(key, { ...token, turned: true });
    for (const [id, released] of state.released) {
      if (released.round === undefined) state.released.set(id, { ...released, round: head });
    }
  }

  /** Whether it was released in a round of a loop, under a condition that may well hold in the last one only. */
  isOfSomeRounds(id: Identity, { round }: Released): boolean {
    return round !== undefined && (this.roundsEnds.get(round) ?? []).some((released) => !released.has(id));
  }

  /** Whether control goes back to where it was before. */
  private isTurn(id: BlockId): boolean {
    return this.current !== undefined && (this.shape.rank[id] ?? 0) <= (this.shape.rank[this.current.id] ?? 0);
  }

  /** Whether control may come here again from here. */
  isInLoop(): boolean {
    const { current } = this;
    if (current === undefined) return false;
    const seen = new Set<BlockId>();
    const open = successors(current);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === current.id) return true;
      const block = seen.has(id) ? undefined : this.body.blocks.find((candidate) => candidate.id === id);
      seen.add(id);
      if (block) open.push(...successors(block));
    }
    return false;
  }

  private enqueue({ block, event }: Point, signature: string): void {
    const isQueued = this.queue.some(
      (entry) => entry.block === block && entry.event === event && entry.signature === signature,
    );
    if (!isQueued) this.queue.push({ block, event, signature });
  }

  /** An exception leaves from here. */
  raise(state: State): void {
    const handler = this.current?.handler;
    if (handler === undefined) this.failures.push(state.clone(this.shape.lasting));
    else this.reach(handler, state);
  }

  private run(block: Block, state: State, from: number): void {
    this.current = block;
    for (const [offset, event] of block.events.slice(from).entries()) {
      const goesOn = this.step(event, state);
      const forks = this.forks;
      this.forks = [];
      if (forks.length > 0) {
        for (const fork of [...(goesOn ? [state] : []), ...forks]) this.reach(block.id, fork, from + offset + 1);
        return;
      }
      if (!goesOn) return;
    }
    const { end } = block;
    switch (end.kind) {
      case "jump":
        this.reach(end.to, state);
        break;
      case "branch":
        this.branch(state, end.condition, end.test, end.then, end.else);
        break;
      case "return":
        this.leave(state, end.value, end.span);
        break;
      case "throw":
        this.raise(state);
        break;
      case "unreachable":
        break;
    }
  }

  /** An async function that returns a lazy query runs it. */
  private leave(state: State, register: Register | undefined, at: Span): void {
    const value = register === undefined ? nothing : this.value(state, register);
    this.facts.outlasting?.waitedFor(this.tokensOf(state, value), at);
    this.exits.push({ state, value: value.kind === "builder" && this.body.async ? start(this, state, value) : value });
  }

  private branch(state: State, condition: Register, test: Test | undefined, then: BlockId, otherwise: BlockId): void {
    const asks: Asked = test?.asks ?? { kind: "truth" };
    const register = test ? test.place : condition;
    const value = register === undefined ? unknown : this.value(state, register);
    const sure = answerOf(value, asks);
    for (const outcome of [true, false]) {
      const answer = outcome !== (test?.negated ?? false);
      if ((sure !== undefined && sure !== answer) || tellsOtherwise(state, value, asks, answer)) continue;
      if (test && isOfAnotherType(state.facts, test, answer)) continue;
      const known = test && learn(state.facts.get(test.key), asks, answer);
      if (test && !known) continue;
      const next = state.clone();
      if (test && known) {
        next.facts.set(test.key, known);
        next.fresh.add(test.key);
        this.refine(next, test, answer);
      }
      this.reach(outcome ? then : otherwise, next);
    }
  }

  /** A variable that was tested holds only what passes the test. */
  private refine(state: State, test: Test, answer: boolean): void {
    const [variable, ...others] = test.variables;
    if (variable === undefined || others.length > 0 || test.key !== `v${variable}`) return;
    const value = state.variables.get(variable);
    if (value?.kind !== "choice") return;
    const left = value.options.filter((option) => answerOf(option, test.asks) !== !answer);
    if (left.length > 0) state.variables.set(variable, left.reduce(join));
  }

  value(state: State, register: Register): Value {
    return state.registers.get(register) ?? unknown;
  }

  /** Carries out one event. Tells whether control goes on behind it. */
  private step(event: Event, state: State): boolean {
    switch (event.kind) {
      case "constant":
        state.registers.set(event.into, { kind: "constant", value: event.value });
        break;
      case "unknown":
      case "caught":
        state.registers.set(event.into, unknown);
        break;
      case "copy":
        state.registers.set(event.into, this.value(state, event.from));
        break;
      case "read":
        state.registers.set(event.into, this.read(state, event.variable));
        break;
      case "write":
        this.write(state, event.variable, this.value(state, event.value), event.span, event.step);
        break;
      case "this":
        state.registers.set(event.into, thing("this"));
        break;
      case "get":
        state.registers.set(
          event.into,
          this.get(state, this.value(state, event.object), event.name, event.objectType?.type, event.type?.type),
        );
        break;
      case "set":
        this.set(state, event);
        break;
      case "object": {
        const properties = new Map(
          event.properties.map(({ name, value, type }) => [name, typed(this.value(state, value), type?.type)]),
        );
        state.registers.set(event.into, this.allocate(state, event.span, { properties, many: false }));
        for (const spread of event.spreads) {
          const from = this.value(state, spread);
          const cell = from.kind === "object" ? state.heap.get(from.id) : undefined;
          if (cell) for (const [name, value] of cell.properties) if (!properties.has(name)) properties.set(name, value);
        }
        break;
      }
      case "array":
        state.registers.set(event.into, this.array(state, event.span, event.elements, event.spreads));
        break;
      case "element":
        state.registers.set(event.into, this.element(state, this.value(state, event.of), event.index, event.into));
        break;
      case "function":
        state.registers.set(event.into, { kind: "function", body: event.body, self: thing("this") });
        break;
      case "await":
        return this.await(state, event.into, event.value, event.span);
      case "suspend":
        this.suspend(state);
        break;
      case "escape":
        this.escape(state, this.value(state, event.value));
        break;
      case "dispose":
        dispose(this, state, this.value(state, event.value), event.async, event.span);
        break;
      case "call": {
        const value = call(this, state, event);
        if (!value) return false;
        state.registers.set(event.into, value);
        break;
      }
      case "serve":
        serve(this, state, this.value(state, event.function), event.at);
        break;
      case "forget":
        state.facts.delete(event.key);
        break;
      case "over":
        this.facts.outlasting?.statementIsOver(event.statement, state.pending.values());
        break;
    }
    return true;
  }

  private read(state: State, variable: number): Value {
    if (variable < 0) return this.parameter(-1 - variable);
    const known = state.variables.get(variable);
    if (known) return known;
    const info = this.engine.graph.variables.get(variable);
    if (info?.class !== undefined) return { kind: "instance", id: "%class", class: info.class };
    if (info?.function !== undefined) return { kind: "function", body: info.function };
    return this.engine.constants.get(`v${variable}`) ?? thing(`v${variable}`);
  }

  private parameter(index: number): Value {
    const ofClass = this.body.parameterClasses.get(index);
    return ofClass === undefined ? thing(`p${index}`) : { kind: "instance", id: `p${index}`, class: ofClass };
  }

  write(state: State, variable: number, value: Value, span: Span, step?: Step): void {
    const given = value.kind === "unknown" ? thing(`@${this.body.id}:${span.start}`) : value;
    if (value.kind === "unknown") this.age(state, `@${this.body.id}:${span.start}`);
    const key = `v${variable}`;
    const info = this.engine.graph.variables.get(variable);
    // What only this run of the body knows keeps nobody else out.
    const isShared = info?.owner !== this.body.id || this.engine.isReadOutside(this.body.id, variable);
    if (isShared) this.guardByFlag(state, key, given, step);
    this.forgetFacts(state, (fact) => mentions(fact, key));
    // A variable of its own is known by what it holds.
    if (info && info.owner !== this.body.id) this.renew(state, key);
    state.variables.set(variable, given);
    if (info && info.owner !== this.body.id) {
      this.effect(state, `write ${key}`, {
        kind: "write",
        path: key,
        value: given,
        later: state.suspended,
        certain: true,
      });
    }
    this.engine.learn(key, given, info?.reassigned === false);
  }

  /**
   * A flag, state or counter that is tested and changed with no wait between, so that the test would now be failed, keeps
   * others out until it is changed back.
   */
  guardByFlag(state: State, key: string, value: Value, step?: Step): void {
    const lock = `flag:${key}`;
    const known = state.facts.get(key);
    const isFresh = known !== undefined && state.fresh.has(key);
    if (value.kind === "constant" || step !== undefined) {
      const before = state.flags.get(lock);
      if (state.locks.has(lock) && before && !keepsOut(before, value, step)) {
        state.locks.delete(lock);
        state.flags.delete(lock);
        this.unguard(state, lock);
      } else if (isFresh && keepsOut(known, value, step)) {
        state.locks.add(lock);
        state.flags.set(lock, step === undefined ? known : raised(known, step));
      }
      return;
    }
    if (value.kind !== "promise" || !isFresh || !isFalse(known)) return;
    for (const token of value.tokens) {
      const pending = state.pending.get(token);
      if (pending) {
        const locked = { ...pending, locks: new Set([...pending.locks, lock]) };
        state.pending.set(token, locked);
        this.relock(locked);
      }
    }
  }

  /** The effect of an operation that turned out to be guarded. */
  private relock(token: Token): void {
    const known = this.effects.get(`operation ${token.key}`);
    if (known?.effect.kind === "operation") {
      known.effect = { ...known.effect, token: { ...known.effect.token, locks: token.locks } };
    }
  }

  get(state: State, object: Value, name: string, objectType?: KnownType, type?: KnownType): Value {
    switch (object.kind) {
      case "choice":
        return object.options.map((option) => this.get(state, option, name, objectType, type)).reduce(join);
      case "object":
        return state.heap.get(object.id)?.properties.get(name) ?? unknown;
      case "instance":
        return (
          state.fields.get(`${object.id}.${name}`) ??
          this.method(object.class, name, object) ??
          thing(`${object.id}.${name}`, type)
        );
      case "thing":
        return this.propertyOf(state, object, name, objectType, type);
      case "promise":
        // What wraps a promise (`promise.should.be.rejected`) waits for it.
        return object;
      default:
        return unknown;
    }
  }

  private propertyOf(
    state: State,
    object: Value & { kind: "thing" },
    name: string,
    objectType?: KnownType,
    type?: KnownType,
  ): Value {
    const path = `${object.id}.${name}`;
    const assigned = state.fields.get(path);
    if (assigned) return assigned;
    if (object.id === "this" && this.body.class !== undefined) {
      const method = this.method(this.body.class, name, object);
      if (method) return method;
      const constant = this.engine.constants.get(`${this.body.class}#${path}`);
      if (constant) return constant;
      const ofClass = this.engine.graph.classes[this.body.class]?.fieldClasses.get(name);
      if (ofClass !== undefined) return { kind: "instance", id: path, class: ofClass };
    }
    // Whoever releases a handle knows its type, also where nobody else does.
    const owner = object.type ?? objectType ?? state.released.get(object.id)?.type;
    const told = owner && stateOf(owner, name, false);
    if (told) return { ...thing(path), tells: { of: object.id, property: told } };
    const property = owner && this.engine.property(owner, name);
    if (property) return property.view ? { ...object, type: property.type } : thing(path, property.type);
    if (path.split(".").length > longestPath) return unknown;
    return thing(path, type);
  }

  /** A method of a class of this file, or of the one that it extends. */
  method(ofClass: number, name: string, self: Value): Value | undefined {
    const declared = this.engine.graph.classes[ofClass];
    if (!declared) return undefined;
    const body = declared.methods.get(name);
    if (body !== undefined) return { kind: "function", body, self };
    const base = declared.base === undefined ? undefined : this.engine.graph.variables.get(declared.base)?.class;
    return base === undefined || base === ofClass ? undefined : this.method(base, name, self);
  }

  private set(state: State, event: Event & { kind: "set" }): void {
    const object = this.value(state, event.object);
    const value = this.value(state, event.value);
    if (object.kind === "thing" && object.id === "this") {
      this.guardByFlag(state, `this.${event.name}`, value, event.step);
    }
    this.forgetFacts(state, (fact) => fact.includes(`.${event.name}`));
    if (object.kind === "object") {
      const cell = state.heap.get(object.id);
      if (cell) state.heap.set(object.id, { ...cell, properties: new Map([...cell.properties, [event.name, value]]) });
      return;
    }
    if (object.kind !== "thing" && object.kind !== "instance") {
      this.escape(state, value);
      return;
    }
    const path = `${object.id}.${event.name}`;
    const type = object.kind === "thing" ? (object.type ?? event.objectType?.type) : undefined;
    if (type) {
      setOption(this, state, object.id, type, event.name, value, {
        text: event.objectText,
        at: event.span,
        statement: event.statement,
      });
    }
    const given = value.kind === "unknown" ? thing(`@${this.body.id}:${event.span.start}`) : value;
    this.renew(state, path);
    state.fields.set(path, given);
    for (const key of [...state.fields.keys()]) if (key.startsWith(`${path}.`)) state.fields.delete(key);
    if (!path.startsWith("@")) {
      this.effect(state, `write ${path}`, { kind: "write", path, value: given, later: state.suspended, certain: true });
    }
    if (object.id === "this" && this.body.class !== undefined) {
      const stable = !this.engine.graph.classes[this.body.class]?.reassigned.has(event.name);
      this.engine.learn(`${this.body.class}#${path}`, given, stable);
    }
  }

  /** An object of the code's own. */
  allocate(state: State, span: Span, cell: import("./state.js").Cell): Value {
    const id = `o${this.body.id}:${span.start}`;
    state.heap.set(id, cell);
    return { kind: "object", id };
  }

  private array(state: State, span: Span, elements: Register[], spreads: Register[]): Value {
    const properties = new Map<string, Value>();
    elements.forEach((element, index) => properties.set(String(index), this.value(state, element)));
    let rest: Value | undefined;
    for (const spread of spreads) {
      const value = this.element(state, this.value(state, spread), undefined, spread);
      rest = rest ? join(rest, value) : value;
    }
    return this.allocate(state, span, { properties, ...(rest && { elements: rest }), many: rest !== undefined });
  }

  /** An element of a collection; one at an unknown place is a value of its own each time. */
  element(state: State, of: Value, index: number | undefined, register: Register): Value {
    if (of.kind === "object") {
      const cell = state.heap.get(of.id);
      if (!cell) return unknown;
      const known = index === undefined ? undefined : cell.properties.get(String(index));
      if (known) return known;
      const all = [...cell.properties.values(), ...(cell.elements ? [cell.elements] : [])];
      if (all.length === 0) return unknown;
      const element = all.reduce(join);
      const things = optionsOf(element).filter((option) => option.kind === "thing");
      const [first] = things;
      const isAny = things.length === optionsOf(element).length && (cell.many || all.length > 1);
      return first && isAny ? this.oneOf(state, first, register) : element;
    }
    if (of.kind === "thing" && index !== undefined) return thing(`${of.id}.${index}`);
    return of.kind === "thing" ? this.oneOf(state, thing(of.id), register) : unknown;
  }

  /** One of many handles: nobody knows which, but until the next one is taken it is the same. */
  private oneOf(state: State, element: Value & { kind: "thing" }, register: Register): Value {
    const id = `@${this.body.id}:e${register}`;
    this.age(state, id);
    return thing(id, element.type);
  }

  private await(state: State, into: Register, register: Register, span: Span): boolean {
    const value = this.value(state, register);
    for (const [id, released] of state.released) {
      if (!released.waited) state.released.set(id, { ...released, waited: true });
    }
    this.noteSettling(state, value, span);
    const outcome = outcomeOf(value);
    // What has been awaited tells states apart no longer.
    if (!this.shape.lasting.has(register)) state.registers.delete(register);
    if (outcome !== "fulfils") {
      const failed = state.clone(this.shape.lasting);
      const canFail = settle(this, failed, value, "failure", span);
      this.waited(failed, value);
      this.suspend(failed);
      if (canFail) this.raise(failed);
    }
    if (outcome === "rejects") return false;
    settle(this, state, value, "success", span);
    this.waited(state, value);
    this.suspend(state);
    state.registers.set(
      into,
      optionsOf(value)
        .map((option) => this.awaited(option))
        .reduce(join),
    );
    return true;
  }

  /** A promise that came in is awaited: callers settle what it carries by waiting for this body. */
  private noteSettling(state: State, value: Value, at: Span): void {
    for (const option of optionsOf(value)) {
      const paths = option.kind === "thing" ? [option.id] : option.kind === "promise" ? (option.waitsFor ?? []) : [];
      for (const path of paths) {
        if (!path.startsWith("@")) this.effect(state, `settling ${path}`, { kind: "settling", path, at });
      }
    }
  }

  private awaited(value: Value): Value {
    return value.kind === "promise" ? value.result : value.kind === "builder" ? unknown : value;
  }

  /** Code has waited for something: meanwhile what is pending may have finished. */
  private waited(state: State, value: Value): void {
    const isOpen = optionsOf(value).some(isOpenEnded);
    if (isOpen) this.waitsForSomething = true;
    const known = new Set([...this.tokensOf(state, value), ...optionsOf(value).flatMap(leftBy)]);
    mayBeOver(state, ({ key }) => !known.has(key), isOpen);
  }

  /** Other code runs: what it can change is no longer known. */
  suspend(state: State): void {
    state.suspended = true;
    state.fresh.clear();
    for (const [fact, known] of [...state.facts]) {
      if (this.isShared(fact)) state.facts.delete(fact);
      else if (/v\d+\./.test(fact)) {
        const left = outdated(known);
        if (left) state.facts.set(fact, left);
        else state.facts.delete(fact);
      }
    }
    for (const id of [...state.released.keys()]) if (this.isReassignable(id)) state.released.delete(id);
  }

  /** Whether code that runs meanwhile may change the answer to a condition. */
  private isShared(fact: string): boolean {
    if (fact.includes("this.")) return true;
    return [...fact.matchAll(/v(\d+)/g)].some(([, id]) => {
      const info = this.engine.graph.variables.get(Number(id));
      return (
        info !== undefined && info.reassigned && (info.owner !== this.body.id || this.engine.isWrittenElsewhere(info))
      );
    });
  }

  /** Whether a name may stand for another handle the next time. */
  isReassignable(id: Identity): boolean {
    const field = /^this\.([^.]+)/.exec(id)?.[1];
    if (field !== undefined && this.body.class !== undefined) {
      return this.engine.graph.classes[this.body.class]?.reassigned.has(field) ?? false;
    }
    const variable = /^v(\d+)/.exec(id)?.[1];
    return variable !== undefined && (this.engine.graph.variables.get(Number(variable))?.reassigned ?? false);
  }

  forgetFacts(state: State, concerns: (fact: string) => boolean): void {
    for (const fact of [...state.facts.keys()]) {
      if (concerns(fact)) {
        state.facts.delete(fact);
        state.fresh.delete(fact);
      }
    }
  }

  /** The value goes where nobody follows it: whoever gets a promise may wait for it. */
  escape(state: State, value: Value, at?: Span): void {
    const keys = this.tokensOf(state, value);
    if (at) this.facts.outlasting?.waitedFor(keys, at);
    for (const key of keys) state.pending.delete(key);
    if (value.kind !== "thing") return;
    // Whoever got what was handed out may see to its end.
    for (const [key, token] of state.pending) if (token.until === value.id) state.pending.delete(key);
  }

  /** All tokens of promises that can be reached from a value. */
  tokensOf(state: State, value: Value, depth = 3): string[] {
    switch (value.kind) {
      case "promise":
        return [...value.tokens, ...(depth > 0 ? this.tokensOf(state, value.result, depth - 1) : [])];
      case "choice":
        return value.options.flatMap((option) => this.tokensOf(state, option, depth));
      case "object": {
        const cell = state.heap.get(value.id);
        if (!cell || depth === 0) return [];
        const parts = [...cell.properties.values(), ...(cell.elements ? [cell.elements] : [])];
        return parts.flatMap((part) => this.tokensOf(state, part, depth - 1));
      }
      default:
        return [];
    }
  }

  /** A handle is acquired where one was before: the earlier one goes by another name from here on. */
  age(state: State, id: Identity): void {
    if (!state.born.has(id)) state.born.add(id);
    else this.renew(state, id);
  }

  /** From here on the name stands for another handle. */
  renew(state: State, id: Identity): void {
    const older = (name: Identity): Identity => (isWithin(name, id) ? `${id}~${name.slice(id.length)}` : name);
    const rename = (value: Value): Value => mapIdentities(value, older);
    for (const map of [state.registers, state.variables, state.fields] as Map<unknown, Value>[]) {
      for (const [key, value] of map) map.set(key, rename(value));
    }
    for (const [key, cell] of state.heap) {
      const properties = new Map([...cell.properties].map(([name, value]) => [name, rename(value)]));
      state.heap.set(key, { ...cell, properties, ...(cell.elements && { elements: rename(cell.elements) }) });
    }
    for (const [key, token] of state.pending) {
      const locks = new Set(
        [...token.locks].map((lock) => (lock === id || lock.startsWith(`${id}[`) ? `${lock}~` : lock)),
      );
      const until = token.until === undefined ? undefined : older(token.until);
      state.pending.set(key, {
        ...token,
        identity: older(token.identity),
        locks,
        ...(until !== undefined && { until }),
      });
    }
    for (const map of [state.released, state.phases, state.done, state.fields] as Map<string, unknown>[]) {
      for (const name of [...map.keys()]) if (isWithin(name, id)) map.delete(name);
    }
    for (const name of [...state.answered]) if (isWithin(name, id)) state.answered.delete(name);
    for (const [key, option] of state.options) if (isWithin(option.identity, id)) state.options.delete(key);
  }

  /** Notes what callers have to know. */
  effect(state: State, key: string, effect: Effect): void {
    const known = this.effects.get(key)?.effect;
    // Where the call that releases has failed, nobody knows; where it has not, it has.
    const isSurer = known?.kind === "release" && effect.kind === "release" && effect.certain && !known.certain;
    if (!known || isSurer) this.effects.set(key, { effect, key });
    state.effects.add(key);
    state.happened.add(key);
  }

  /** What a variable of another body holds, as far as it is known here. */
  outer(state: State, variable: number): Value {
    return this.read(state, variable);
  }

  /** Calls a function that was handed out to release something. */
  releaseBy(
    state: State,
    releaser: Value & { kind: "releaser" },
    where: {
      at: Span;
      statement: Span;
      text: string;
      settled?: ReadonlySet<string>;
      past?: ReadonlySet<Identity>;
    },
  ): void {
    if (releaser.lock !== undefined && state.locks.delete(releaser.lock)) this.unguard(state, releaser.lock);
    const { type, release: contract } = releaser;
    if (!type || !contract) return;
    release(this, state, {
      identity: releaser.of,
      type,
      release: contract,
      name: releaser.name,
      site: where.at,
      chain: [],
      certain: true,
      end: "release",
      ...where,
    });
  }

  /** Notes releases that happen in a callback: callers may learn that they have happened by then. */
  releaseEventually(state: State, releases: readonly Deferred[]): void {
    for (const { type, at, chain, ...release } of releases) {
      const where = { text: "", at, site: at, statement: at, chain };
      const effect = { kind: "release" as const, ...release, type, ...where, later: true, eventually: true as const };
      this.effect(state, `eventual ${effectKey(effect)}`, effect);
    }
  }

  /** Notes an operation on something that came in; what is done to a handle of its own stays its own. */
  operationEffect(state: State, token: Token): void {
    const later = token.later || state.suspended;
    const key = `operation ${token.key}`;
    const known = this.effects.get(key)?.effect;
    if (later && known?.kind === "operation" && !known.token.later) known.token.later = true;
    const after = [...state.effects].filter((done) => done.startsWith("invocation"));
    this.effect(state, key, {
      kind: "operation",
      token: { ...token, later, ...(after.length > 0 && { after }) },
      status: "left",
      leftOnFailure: false,
    });
  }

  /** The lock is free again: what is still pending is not guarded by it any more. */
  unguard(state: State, lock: string, keys: Iterable<string> = [...state.pending.keys()]): void {
    for (const key of keys) {
      const token = state.pending.get(key);
      if (!token?.locks.has(lock) || token.orphan || isInSection(token)) continue;
      const open = { ...token, locks: new Set([...token.locks].filter((held) => held !== lock)) };
      state.pending.set(key, open);
      this.relock(open);
    }
  }

  private summary(): Summary {
    const exits = this.exits.filter(({ fails }) => !fails);
    const effects = [...this.effects.values()].map(({ effect, key }) =>
      this.withFailures(this.conclude(effect, key, exits)),
    );
    const values = this.exits.map(({ value }) => value);
    const heap = new Map(this.exits.flatMap(({ state }) => [...state.heap]));
    const parents = new Map(this.exits.flatMap(({ state }) => [...state.parents]));
    const left = new Map(
      this.exits.flatMap(({ state, value }) => {
        const carried = new Set(this.tokensOf(state, value));
        return [...state.pending].filter(([key]) => !carried.has(key));
      }),
    );
    this.noteEnds(left);
    return {
      ...unlike(effects),
      ways: this.ways(),
      result: values.length === 0 ? unknown : values.reduce(join),
      heap,
      async: this.body.async,
      open: this.waitsForSomething,
      endless: this.exits.length === 0,
      ...(this.exits.length === 0 && this.failures.length > 0 && { ends: "throws" as const }),
      parents,
      variables: new Map(
        this.exits.flatMap(({ state }) =>
          [...state.variables].filter(([id]) => this.engine.graph.variables.get(id)?.owner === this.body.id),
        ),
      ),
      overlaps: unlikeOverlaps(this.overlaps.values()),
      tasks: [...left.values()].filter(({ task }) => task !== undefined).map((token) => this.kept(token)),
    };
  }

  /** Where the ways are not told apart, a release is one of those that fail only if each of them has come to it. */
  private withFailures(effect: Effect): Effect {
    if (effect.kind !== "release" || !this.body.async) return effect;
    const { failures } = this;
    return {
      ...effect,
      undoneOnFailure: failures.length === 0 || !failures.every((state) => hasReleased(state, effect)),
    };
  }

  /** The ways through the body, where they differ in what callers have to know. */
  private ways(): Way[] {
    const groups = new Map<string, Exit[]>();
    const put = (key: string, exit: Exit): void => {
      groups.set(key, [...(groups.get(key) ?? []), exit]);
    };
    for (const exit of this.exits) put(`${this.mark(exit)} ${resultMark(exit.value)}`, exit);
    const returning = [...groups];
    for (const state of this.failures) {
      const exit: Exit = { state, value: unknown, fails: true };
      const alike = returning.filter(([, [first]]) => first && this.mark(first) === this.mark(exit));
      for (const [key] of alike) put(key, exit);
      if (alike.length === 0) put(`${this.mark(exit)} throws`, exit);
    }
    const onlyThrows = this.exits.length === 0 && groups.size === 1;
    if (groups.size > mostWays || (groups.size < 2 && !onlyThrows)) return [];
    return [...groups.values()].map((exits) => this.way(exits));
  }

  private way(exits: readonly Exit[]): Way {
    const [first] = exits;
    const ends = exits.every(({ fails }) => fails)
      ? "throws"
      : exits.some(({ fails }) => fails)
        ? undefined
        : "returns";
    const ways = ends === "throws" ? exits : exits.filter(({ fails }) => !fails);
    const happened = new Set(ways.flatMap(({ state }) => [...state.happened]));
    const effects = [...this.effects.values()]
      .filter(({ key }) => happened.has(key))
      .map(({ effect, key }) => this.conclude(effect, key, ways));
    return {
      ...unlike(effects),
      result: ends === "throws" ? unknown : ways.map(({ value }) => value).reduce(join, first?.value ?? unknown),
      ...(ends && { ends }),
    };
  }

  /** What tells a way from others: releases, calls of what came in, and what is left pending. */
  private mark({ state, value }: Exit): string {
    const carried = new Set(this.tokensOf(state, value));
    const marks = [...state.happened].flatMap((key) => {
      const effect = this.effects.get(key)?.effect;
      if (effect?.kind === "release") return isOwn(effect.identity) || effect.eventually ? [] : [key];
      if (effect?.kind === "option") return [key];
      if (effect?.kind !== "operation" && effect?.kind !== "invocation") return [];
      const { token } = effect;
      if (effect.kind === "operation" && isOwn(token.identity)) return [];
      const pending = state.pending.get(token.key);
      const status = pending ? (carried.has(token.key) ? "carried" : pending.orphan ? "orphan" : "left") : "settled";
      return status === "settled" && effect.kind === "operation" ? [] : [`${key} ${status}`];
    });
    return marks.sort().join();
  }

  /** A handle of its own that the body keeps in a field or an outer variable goes by that name to others. */
  private kept(token: Token): Token {
    const names = new Map(
      this.exits.flatMap(({ state }) => [
        ...[...state.fields].map(([path, value]): [string, string] => [value.kind === "thing" ? value.id : "", path]),
        ...[...state.variables].map(([id, value]): [string, string] => [
          value.kind === "thing" ? value.id : "",
          `v${id}`,
        ]),
      ]),
    );
    const name = (id: Identity): Identity => (/^(@|p\d)/.test(id) ? (names.get(id) ?? id) : id);
    return { ...token, identity: name(token.identity), locks: new Set([...token.locks].map(name)) };
  }

  private noteEnds(left: ReadonlyMap<string, Token>): void {
    for (const token of left.values()) this.facts.ended(token, "never");
    const { outlasting } = this.facts;
    if (!outlasting) return;
    const ways = this.exits.length > 0 ? this.exits : this.turns.map((state) => ({ state, value: nothing }));
    for (const { state, value } of ways) {
      const held = new Set([...this.tokensOf(state, value), ...this.keptTokens(state)]);
      for (const [key, token] of state.pending) if (!held.has(key)) outlasting.left(token);
    }
  }

  /** Operations whose promises other code can get at when this body is left. */
  private keptTokens(state: State): string[] {
    const variables = [...state.variables].filter(([id]) => this.isSeenOutside(id)).map(([, value]) => value);
    return [...state.fields.values(), ...variables].flatMap((value) => this.tokensOf(state, value));
  }

  /** Whether others can read a variable: another body, or, of those of the module, another file. */
  private isSeenOutside(id: VariableId): boolean {
    const owner = this.engine.graph.variables.get(id)?.owner;
    return this.body.kind === "module" || owner !== this.body.id || this.engine.isReadOutside(this.body.id, id);
  }

  private conclude(effect: Effect, key: string, exits: readonly Exit[]): Effect {
    const certain = exits.every(({ state }) => state.effects.has(key));
    if (effect.kind === "write") return { ...effect, certain };
    if (effect.kind === "release") return concludeRelease(effect, exits, certain);
    if (effect.kind !== "operation" && effect.kind !== "invocation") return effect;
    const status = this.status(effect.token.key, exits);
    const ends = exits.map(({ state }) => state.pending.get(effect.token.key));
    const hasWaited = ends.some((token) => token?.waited);
    const isOrphan = ends.length > 0 && ends.every((token) => token?.orphan);
    const leftOnFailure = this.failures.some((state) => {
      const token = state.pending.get(effect.token.key);
      return token !== undefined && !token.orphan;
    });
    if (effect.kind === "invocation") return { ...effect, status };
    const token = { ...effect.token, ...(hasWaited && { waited: true }), ...(isOrphan && { orphan: true }) };
    return { ...effect, token, status, leftOnFailure };
  }

  private status(token: string, exits: readonly Exit[]): Status {
    let status: Status = "settled";
    for (const { state, value } of exits) {
      if (!state.pending.has(token)) continue;
      if (!this.tokensOf(state, value).includes(token)) return "left";
      status = "carried";
    }
    return status;
  }
}

/** Whether the handle is released on every way out, on some, or only where the body fails. */
function concludeRelease(effect: Effect & { kind: "release" }, exits: readonly Exit[], isOnEveryWay: boolean): Effect {
  if (effect.eventually) return { ...effect, certain: effect.certain && isOnEveryWay };
  const isReleased = ({ state }: Exit): boolean => hasReleased(state, effect);
  return {
    ...effect,
    certain: effect.certain && exits.every(isReleased),
    onlyOnFailure: exits.length > 0 && !exits.some(isReleased),
  };
}

function hasReleased(state: State, effect: Effect & { kind: "release" }): boolean {
  return state.released.has(effect.identity) || state.effects.has(effectKey(effect));
}

/** A handle that was acquired in the body: callers cannot name it. */
function isOwn(identity: Identity): boolean {
  return identity.startsWith("@");
}

/** What a result tells callers of the way that was taken. */
function resultMark(value: Value): string {
  if (value.kind === "constant") return `=${String(Boolean(value.value))}`;
  return value.kind === "promise" && value.outcome ? value.outcome : "";
}

/** Whether a place that was so when it was tested would fail the test after this assignment. */
function keepsOut(known: Known, value: Value, step: Step | undefined): boolean {
  if (step !== undefined) return countsOut(known, step);
  return value.kind === "constant" && shutsOut(known, value.value);
}

function leftBy(value: Value): readonly string[] {
  return value.kind === "promise" ? (value.leaves ?? []) : [];
}

function pointKey({ block, event }: Point): number {
  return block * mostEvents + event;
}

function pointOf(key: number): Point {
  return { block: Math.floor(key / mostEvents), event: key % mostEvents };
}

/** A value of which nothing but its place is known, with the type that it is declared to have. */
function typed(value: Value, type: KnownType | undefined): Value {
  return value.kind === "thing" && !value.type && type ? { ...value, type } : value;
}

function successors({ end }: Block): BlockId[] {
  return end.kind === "jump" ? [end.to] : end.kind === "branch" ? [end.then, end.else] : [];
}

function mentions(fact: string, key: string): boolean {
  return fact.split(/[ .=]+/).includes(key);
}

function mapIdentities(value: Value, rename: (id: Identity) => Identity): Value {
  switch (value.kind) {
    case "thing":
    case "instance": {
      const id = rename(value.id);
      return id === value.id ? value : { ...value, id };
    }
    case "promise": {
      const result = mapIdentities(value.result, rename);
      return result === value.result ? value : { ...value, result };
    }
    case "function":
      return value.self ? { ...value, self: mapIdentities(value.self, rename) } : value;
    case "builder":
    case "releaser": {
      const of = rename(value.of);
      return of === value.of ? value : { ...value, of };
    }
    case "choice":
      return value.options.map((option) => mapIdentities(option, rename)).reduce(join);
    default:
      return value;
  }
}
