/** Follows every way through a body and keeps, for each block, the states in which it can be reached. */

import type { KnownType } from "@holdfast/contracts";
import { call } from "./calls.js";
import type { Engine } from "./engine.js";
import type { Block, BlockId, Body, Event, Register, Span, Test, VariableId } from "./graph.js";
import { dispose, release, setOption } from "./operations.js";
import { type Shape, shapeOf } from "./order.js";
import { settle, start } from "./promises.js";
import { State, type Token } from "./state.js";
import { type Effect, effectKey, type Overlapping, type Status, type Summary } from "./summaries.js";
import { type Identity, join, nothing, optionsOf, thing, truthOf, unknown, type Value } from "./values.js";

/** More states of one block than these are taken for one. */
const mostStates = 24;
/** More rounds than these are not worth the time: the body stays silent. */
const mostRounds = 6000;
/** Longer paths than these name nothing that anyone would follow. */
const longestPath = 5;

interface Exit {
  state: State;
  value: Value;
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
  private readonly states = new Map<BlockId, Map<string, State>>();
  private readonly exits: Exit[] = [];
  private readonly failures: State[] = [];
  private readonly queue: { block: BlockId; signature: string }[] = [];
  private readonly shape: Shape;
  /** States in which a loop begins its next round; kept only for what outlasts its statement. */
  private readonly turns: State[] = [];
  private current: Block | undefined;
  rounds = 0;

  constructor(
    readonly engine: Engine,
    readonly body: Body,
  ) {
    this.shape = shapeOf(body);
  }

  /** Solves the body, and says what it does to what comes in. */
  solve(): Summary {
    const initial = new State();
    this.reach(0, initial);
    for (let next = this.next(); next; next = this.next()) {
      const state = this.states.get(next.block)?.get(next.signature);
      const block = this.body.blocks[next.block];
      if (!state || !block) continue;
      if (++this.rounds > mostRounds) break;
      this.run(block, state.clone());
    }
    return this.summary();
  }

  /** Takes the block out of the queue that goes before the others. */
  private next(): { block: BlockId; signature: string } | undefined {
    let best = 0;
    this.queue.forEach(({ block }, index) => {
      if ((this.shape.rank[block] ?? 0) < (this.shape.rank[this.queue[best]?.block ?? 0] ?? 0)) best = index;
    });
    return this.queue.splice(best, 1)[0];
  }

  /** Control may get there in this state. */
  reach(id: BlockId, from: State): void {
    if (this.engine.facts.outlasting && this.isTurn(id)) this.turns.push(from);
    const state = from.clone(this.shape.lasting);
    let states = this.states.get(id);
    if (!states) {
      states = new Map();
      this.states.set(id, states);
    }
    let signature = state.signature();
    let known = states.get(signature);
    if (!known && states.size >= mostStates) {
      const [first] = states.entries();
      if (!first) return;
      [signature, known] = first;
      if (!known.absorbDifferent(state)) return;
      this.enqueue(id, signature);
      return;
    }
    if (!known) {
      states.set(signature, state);
      this.enqueue(id, signature);
    } else if (known.absorb(state)) {
      this.enqueue(id, signature);
    }
  }

  /** Whether control goes back to where it was before. */
  private isTurn(id: BlockId): boolean {
    return this.current !== undefined && (this.shape.rank[id] ?? 0) <= (this.shape.rank[this.current.id] ?? 0);
  }

  private enqueue(block: BlockId, signature: string): void {
    if (!this.queue.some((entry) => entry.block === block && entry.signature === signature)) {
      this.queue.push({ block, signature });
    }
  }

  /** An exception leaves from here. */
  raise(state: State): void {
    const handler = this.current?.handler;
    if (handler === undefined) this.failures.push(state.clone(this.shape.lasting));
    else this.reach(handler, state);
  }

  private run(block: Block, state: State): void {
    this.current = block;
    for (const event of block.events) {
      if (!this.step(event, state)) return;
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
    this.engine.facts.outlasting?.waitedFor(this.tokensOf(state, value), at);
    this.exits.push({ state, value: value.kind === "builder" && this.body.async ? start(this, state, value) : value });
  }

  private branch(state: State, condition: Register, test: Test | undefined, then: BlockId, otherwise: BlockId): void {
    const value = this.value(state, condition);
    const truth = test?.place !== undefined || !test ? truthOf(value) : undefined;
    const known = test ? state.facts.get(test.key) : undefined;
    for (const outcome of [true, false]) {
      if (truth !== undefined && truth !== outcome) continue;
      const fact = test && outcome !== test.negated;
      if (known !== undefined && known !== fact) continue;
      const next = truth === undefined && known === undefined ? state.clone() : state;
      if (test && fact !== undefined) {
        next.facts.set(test.key, fact);
        next.fresh.add(test.key);
        this.refine(next, test, fact);
      }
      this.reach(outcome ? then : otherwise, next);
    }
  }

  /** A variable that was tested holds only what passes the test. */
  private refine(state: State, test: Test, truth: boolean): void {
    const [variable, ...others] = test.variables;
    if (variable === undefined || others.length > 0 || test.key !== `v${variable}`) return;
    const value = state.variables.get(variable);
    if (value?.kind !== "choice") return;
    const left = value.options.filter((option) => truthOf(option) !== !truth);
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
        this.write(state, event.variable, this.value(state, event.value), event.span);
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
      case "call":
        state.registers.set(event.into, call(this, state, event));
        break;
      case "over":
        this.engine.facts.outlasting?.statementIsOver(event.statement, state.pending.values());
        break;
    }
    return true;
  }

  private read(state: State, variable: number): Value {
    if (variable < 0) return thing(`p${-1 - variable}`);
    const known = state.variables.get(variable);
    if (known) return known;
    const info = this.engine.graph.variables.get(variable);
    if (info?.class !== undefined) return { kind: "instance", id: "%class", class: info.class };
    if (info?.function !== undefined) return { kind: "function", body: info.function };
    return this.engine.constants.get(`v${variable}`) ?? thing(`v${variable}`);
  }

  write(state: State, variable: number, value: Value, span: Span): void {
    const given = value.kind === "unknown" ? thing(`@${this.body.id}:${span.start}`) : value;
    if (value.kind === "unknown") this.age(state, `@${this.body.id}:${span.start}`);
    const key = `v${variable}`;
    this.guardByFlag(state, key, given);
    this.forgetFacts(state, (fact) => mentions(fact, key));
    state.variables.set(variable, given);
    const info = this.engine.graph.variables.get(variable);
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

  /** A flag tested and set with no wait between keeps others out until it is reset. */
  guardByFlag(state: State, key: string, value: Value): void {
    const lock = `flag:${key}`;
    if (value.kind === "constant") {
      if (value.value === true && state.facts.get(key) === false && state.fresh.has(key)) state.locks.add(lock);
      if (!value.value && state.locks.delete(lock)) this.unguard(state, lock);
      return;
    }
    if (value.kind !== "promise" || state.facts.get(key) !== false || !state.fresh.has(key)) return;
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
    }
    const owner = object.type ?? objectType;
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
    if (object.kind === "thing" && object.id === "this") this.guardByFlag(state, `this.${event.name}`, value);
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
    this.noteSettling(state, value, span);
    const failed = state.clone(this.shape.lasting);
    const canFail = settle(this, failed, value, "failure", span);
    this.suspend(failed);
    if (canFail) this.raise(failed);
    settle(this, state, value, "success", span);
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

  /** Other code runs: what it can change is no longer known. */
  suspend(state: State): void {
    state.suspended = true;
    state.fresh.clear();
    for (const fact of [...state.facts.keys()]) if (this.isShared(fact)) state.facts.delete(fact);
    for (const id of [...state.released.keys()]) if (this.isReassignable(id)) state.released.delete(id);
  }

  /** Whether code that runs meanwhile may change the answer to a condition. */
  private isShared(fact: string): boolean {
    if (fact.includes("this.") || /v\d+\./.test(fact)) return true;
    return [...fact.matchAll(/v(\d+)/g)].some(([, id]) => {
      const info = this.engine.graph.variables.get(Number(id));
      return (
        info !== undefined && info.reassigned && (info.owner !== this.body.id || this.engine.isWrittenElsewhere(info))
      );
    });
  }

  private isReassignable(id: Identity): boolean {
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
    if (at) this.engine.facts.outlasting?.waitedFor(keys, at);
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
    if (!state.born.has(id)) {
      state.born.add(id);
      return;
    }
    const earlier = `${id}~`;
    const rename = (value: Value): Value => renameIdentity(value, id, earlier);
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
      const identity = token.identity === id ? earlier : token.identity;
      state.pending.set(key, { ...token, identity, locks });
    }
    state.released.delete(id);
    state.phases.delete(id);
    state.done.delete(id);
    for (const [key, option] of state.options) if (option.identity === id) state.options.delete(key);
    for (const path of [...state.fields.keys()]) if (path.startsWith(`${id}.`)) state.fields.delete(path);
  }

  /** Notes what callers have to know. */
  effect(state: State, key: string, effect: Effect): void {
    if (!this.effects.has(key)) this.effects.set(key, { effect, key });
    state.effects.add(key);
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
    const effects = [...this.effects.values()].map(({ effect, key }) => this.conclude(effect, key));
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
      effects,
      result: values.length === 0 ? unknown : values.reduce(join),
      heap,
      async: this.body.async,
      endless: this.exits.length === 0,
      parents,
      variables: new Map(
        this.exits.flatMap(({ state }) =>
          [...state.variables].filter(([id]) => this.engine.graph.variables.get(id)?.owner === this.body.id),
        ),
      ),
      overlaps: [...this.overlaps.values()],
      tasks: [...left.values()].filter(({ task }) => task !== undefined).map((token) => this.kept(token)),
    };
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
    for (const token of left.values()) this.engine.facts.ended(token, "never");
    const { outlasting } = this.engine.facts;
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

  private conclude(effect: Effect, key: string): Effect {
    const certain = this.exits.every(({ state }) => state.effects.has(key));
    if (effect.kind === "write") return { ...effect, certain };
    if (effect.kind === "release") return this.concludeRelease(effect);
    if (effect.kind !== "operation" && effect.kind !== "invocation") return effect;
    const status = this.status(effect.token.key);
    const leftOnFailure = this.failures.some((state) => {
      const token = state.pending.get(effect.token.key);
      return token !== undefined && !token.orphan;
    });
    return effect.kind === "operation" ? { ...effect, status, leftOnFailure } : { ...effect, status };
  }

  /** Whether the handle is released on every way out, on some, or only where the body fails. */
  private concludeRelease(effect: Effect & { kind: "release" }): Effect {
    const isReleased = ({ state }: Exit): boolean =>
      state.released.has(effect.identity) || state.effects.has(effectKey(effect));
    return {
      ...effect,
      certain: effect.certain && this.exits.every(isReleased),
      onlyOnFailure: this.exits.length > 0 && !this.exits.some(isReleased),
    };
  }

  private status(token: string): Status {
    let status: Status = "settled";
    for (const { state, value } of this.exits) {
      if (!state.pending.has(token)) continue;
      if (!this.tokensOf(state, value).includes(token)) return "left";
      status = "carried";
    }
    return status;
  }
}

/** A value of which nothing but its place is known, with the type that it is declared to have. */
function typed(value: Value, type: KnownType | undefined): Value {
  return value.kind === "thing" && !value.type && type ? { ...value, type } : value;
}

/** A section that is still open here ends with the error that brought control here. */
function isInSection({ type, name }: Token): boolean {
  return type?.handle.sections?.some(({ begins }) => begins.includes(name)) ?? false;
}

function mentions(fact: string, key: string): boolean {
  return fact.split(/[ .=]+/).includes(key);
}

/** The value with another name for one of the identities in it. */
function renameIdentity(value: Value, from: Identity, to: Identity): Value {
  return mapIdentities(value, (id) => (id === from ? to : id));
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
