/** Calls of functions whose bodies are known: what they do, done to what they are given. */

import type { Span, VariableId } from "./graph.js";
import { applyOption, begin, judgeOverlap, noteEarlyRelease, noteOverlap, release } from "./operations.js";
import type { BodySolver } from "./solver.js";
import type { Cell, State, Task, Token } from "./state.js";
import type { Effect, Overlapping, Summary, Way } from "./summaries.js";
import {
  type Deferred,
  type Identity,
  isWithin,
  join,
  optionsOf,
  type PromiseValue,
  thing,
  union,
  unknown,
  type Value,
} from "./values.js";

export type FunctionValue = Value & { kind: "function" };

/** How a function is called. */
export interface Application {
  arguments: readonly Value[];
  self?: Value;
  /** The call, where the code at hand calls it itself: findings show there. */
  at?: Span;
  statement?: Span;
  /** The place that tells this call from others. */
  place: Span;
  later?: boolean;
  locks?: ReadonlySet<string>;
  task?: Task;
  /** Tokens that are settled by the time it runs. */
  settled?: ReadonlySet<string>;
  /** It runs after a wait for something of which nothing is known. */
  open?: boolean;
  /** Variables of functions that have returned. */
  captures?: ReadonlyMap<VariableId, Value>;
}

/** What a call came to. */
export interface Applied {
  result: Value;
  /** Tokens that were begun, and of these the ones that nobody waits for. */
  begun: readonly string[];
  left: readonly string[];
  leftOnFailure: readonly string[];
  /** Releases that happen when it runs, which is not now. */
  deferred: readonly Deferred[];
  /** Releases in callbacks, which happen at a time that nobody knows. */
  eventual: readonly Deferred[];
}

/** Functions that call what they are given may go on for ever; so deep nobody follows. */
const deepestCall = 8;

/** So many pending operations are gone through in about the time of a step. */
const pendingInAStep = 10;

const silent: Applied = { result: unknown, begun: [], left: [], leftOnFailure: [], deferred: [], eventual: [] };

/** Calls a function value. */
export function apply(
  solver: BodySolver,
  state: State,
  callee: FunctionValue,
  application: Application,
  way?: Way,
): Applied {
  const body = solver.engine.graph.bodies[callee.body];
  if (!body || body.generator) return silent;
  if (solver.engine.depth >= deepestCall) return silent;
  const summary = solver.engine.summaryOf(callee.body);
  const bound = callee.bound ? [...callee.bound, ...application.arguments] : application.arguments;
  const self = callee.self ?? application.self;
  const { captures } = callee;
  solver.engine.depth++;
  const applied = new Call(solver, state, way ? { ...withoutEnd(summary), ...way } : summary, {
    ...application,
    arguments: bound,
    ...(self && { self }),
    ...(captures && { captures }),
  }).run();
  solver.engine.depth--;
  return applied;
}

function withoutEnd({ ends: _ends, ...summary }: Summary): Summary {
  return summary;
}

/** What a call came to on one of the ways through the function, and the state that it left. */
export interface Taken {
  state: State;
  applied: Applied;
  ends?: "returns" | "throws";
}

/** Calls a function value, each way through it in a state of its own; the first in the state that is given. */
export function applyEachWay(
  solver: BodySolver,
  state: State,
  callee: FunctionValue,
  application: Application,
): Taken[] {
  const body = solver.engine.graph.bodies[callee.body];
  const ways = !body || body.generator ? [] : solver.engine.summaryOf(callee.body).ways;
  if (ways.length === 0) return [{ state, applied: apply(solver, state, callee, application) }];
  const states = ways.map((_way, index) => (index === 0 ? state : state.clone()));
  return ways.map((way, index) => ({
    state: states[index]!,
    applied: apply(solver, states[index]!, callee, application, way),
    ...(way.ends && { ends: way.ends }),
  }));
}

/** Calls it twice, as two calls are the first that can meet each other: each is given values of its own. */
export function applyRepeatedly(
  solver: BodySolver,
  state: State,
  callee: FunctionValue,
  application: () => Application & { task: Task },
): Applied {
  const first = apply(solver, state, callee, application());
  const second = apply(solver, state, callee, application());
  if (application().task.isRequest) applyAfterwards(solver, state, callee, application, releasesOf(first));
  return {
    result: join(first.result, second.result),
    begun: union([first.begun, second.begun]),
    left: union([first.left, second.left]),
    leftOnFailure: union([first.leftOnFailure, second.leftOnFailure]),
    deferred: [],
    eventual: [],
  };
}

/** A function that is called for each event, after it has done with the last one. */
export function serve(solver: BodySolver, state: State, callee: Value, at: Span): void {
  if (callee.kind !== "function") return;
  const task: Task = { kind: "listener", at, id: `listener ${at.start}`, isRequest: true };
  const application = () => ({ arguments: [], place: at, later: true, task });
  const served = state.clone();
  const releases = releasesOf(apply(solver, served, callee, application()));
  applyAfterwards(solver, served, callee, application, releases);
}

function releasesOf({ deferred, eventual, result }: Applied): readonly Deferred[] {
  return [...deferred, ...eventual, ...(result.kind === "promise" ? (result.deferred ?? []) : [])];
}

/** One request may come long after another, and meets what that has released of what they share. */
function applyAfterwards(
  solver: BodySolver,
  state: State,
  callee: FunctionValue,
  application: () => Application & { task: Task },
  releases: readonly Deferred[],
): void {
  const next = application();
  const isItsOwn = (identity: Identity): boolean =>
    next.arguments.some((given) => given.kind === "thing" && isWithin(identity, given.id));
  const lasting = releases.filter(
    ({ identity, certain }) => certain && !isItsOwn(identity) && isTheSame(solver, state, identity),
  );
  if (lasting.length === 0 || solver.engine.summaryOf(callee.body).endless) return;
  const afterwards = state.clone();
  afterwards.pending.clear();
  for (const { identity, type, at, name, chain, certain } of lasting) {
    const request = next.task.at;
    afterwards.released.set(identity, { type, at, name, chain, certain, waited: true, request });
  }
  apply(solver, afterwards, callee, next);
}

/** Whether the next run finds this very handle again, and not another one in its place. */
function isTheSame(solver: BodySolver, state: State, identity: Identity): boolean {
  const held = [...state.variables.values(), ...state.fields.values()].filter(({ kind }) => kind === "choice");
  const isOneOfSeveral = held
    .flatMap(optionsOf)
    .some((option) => option.kind === "thing" && isWithin(identity, option.id));
  return !isOneOfSeveral && !solver.isReassignable(identity);
}

/** One call: gives the names in a summary the values that they have here. */
class Call {
  private readonly tokens = new Map<string, string>();
  private readonly own = new Set<string>();
  private readonly left: string[] = [];
  private readonly leftOnFailure: string[] = [];
  private readonly carried: string[] = [];
  private readonly deferred: Deferred[] = [];
  private readonly eventual: Deferred[] = [];
  /** Handles released by functions that came in, and by which call. */
  private readonly releases = new Map<Identity, string>();
  /** Handles that this run has released. */
  private readonly released = new Set<Identity>();
  /** Where that was, of what a failure may come before. */
  private readonly undone: Span[] = [];
  /** What calls of functions that came in gave. */
  private readonly results = new Map<Identity, Value>();
  private readonly objects = new Map<string, string>();
  private readonly aged = new Set<Identity>();
  private readonly suffix: string;
  /** What had been done to handles before this run. */
  private readonly done: ReadonlyMap<Identity, ReadonlyMap<string, Span>>;

  constructor(
    private readonly solver: BodySolver,
    private readonly state: State,
    private readonly summary: Summary,
    private readonly application: Application,
  ) {
    this.suffix = `^${application.place.start}`;
    this.done = new Map(state.done);
  }

  run(): Applied {
    for (const [child, parent] of this.summary.parents) {
      const [derived, from] = [this.identity(child), this.identity(parent)];
      if (derived !== undefined && from !== undefined) this.state.parents.set(derived, from);
    }
    for (const effect of this.summary.effects) if (this.solver.spend()) this.take(effect);
    for (const overlapping of this.summary.overlaps) this.judge(overlapping);
    return {
      result: this.result(),
      begun: [...this.own],
      left: this.left,
      leftOnFailure: this.leftOnFailure,
      deferred: this.summary.async ? [] : this.deferred,
      eventual: this.eventual,
    };
  }

  private result(): Value {
    const value = this.rename(this.summary.result);
    if (!this.summary.async) return value;
    const flat = value.kind === "promise" ? value : undefined;
    const { ends } = this.summary;
    const outcome = ends === "throws" ? "rejects" : flat ? flat.outcome : ends && "fulfils";
    const promise: PromiseValue = {
      kind: "promise",
      tokens: union([this.carried, flat?.tokens ?? []]),
      result: flat ? flat.result : value,
      deferred: [...this.deferred, ...(flat?.deferred ?? [])],
      leftOnFailure: this.leftOnFailure,
      leaves: union([this.left, flat?.leaves ?? []]),
      ...(this.undone.length > 0 && { undoneOnFailure: this.undone }),
      ...((this.summary.open || flat?.open) && { open: true }),
      ...(outcome && { outcome }),
    };
    return promise;
  }

  /** Judges an overlap in the function by the phase that the handle is in here. */
  private judge({ first, second }: Overlapping): void {
    if (second.phase !== undefined) return;
    for (const { id } of this.things(second.identity)) {
      const phase = this.state.phases.get(id);
      const here = { first: { ...first, identity: id }, second: { ...second, identity: id } };
      noteOverlap(this.solver, this.state, here);
      if (phase !== undefined) judgeOverlap(this.solver, this.state, here, phase);
    }
  }

  private take(effect: Effect): void {
    switch (effect.kind) {
      case "operation":
        this.operation(effect);
        break;
      case "release":
        this.release(effect);
        break;
      case "option":
        for (const thing of this.things(effect.identity)) {
          const value: Value = effect.value === undefined ? unknown : { kind: "constant", value: effect.value };
          const { text, at, statement } = effect;
          // What this run has done itself was judged where it was solved.
          const isNew = [...this.aged].some((made) => isWithin(thing.id, made));
          const done = (isNew ? undefined : this.done.get(thing.id)) ?? new Map<string, Span>();
          const where = { text, at, statement, done };
          applyOption(this.solver, this.state, thing.id, effect.type, effect.option, value, where);
        }
        break;
      case "invocation":
        this.invocation(effect);
        break;
      case "write":
        this.write(effect);
        break;
      case "settling":
        this.settling(effect);
        break;
    }
  }

  private settling({ path, at }: Effect & { kind: "settling" }): void {
    const keys = this.solver.tokensOf(this.state, this.resolve(path));
    this.carried.push(...keys);
    this.solver.facts.outlasting?.waitedFor(keys, at);
  }

  private operation(effect: Effect & { kind: "operation" }): void {
    for (const handle of this.things(effect.token.identity)) {
      const token = this.begin(effect.token, handle);
      this.solver.operationEffect(this.state, token);
      this.place(token.key, effect.status, effect.leftOnFailure);
    }
  }

  private begin(original: Token, handle: Value & { kind: "thing" }): Token {
    const { key: _key, lane, until, ...facts } = original;
    const { application } = this;
    const type = facts.type;
    const waitsFor = until === undefined ? undefined : this.identity(until);
    const placed = this.placed(original);
    const beginning = {
      ...facts,
      ...placed,
      identity: handle.id,
      ...(lane !== undefined && !handle.exclusive && { lane }),
      later: facts.later || application.later === true,
      locks: this.locks(original),
      ...((application.task ?? original.task) ? { task: application.task ?? original.task } : {}),
      ...(waitsFor !== undefined && { until: waitsFor }),
      own: this.own,
      ...(this.isAnswered(original, handle.id) && { answered: true }),
      past: this.past(original.after ?? []),
      ...(application.settled && { settled: application.settled }),
    };
    const token = type ? begin(this.solver, this.state, { ...beginning, type }) : this.pseudo(original, beginning);
    this.tokens.set(original.key, token.key);
    this.own.add(token.key);
    return token;
  }

  /** Whether it begins when an operation that only waits for others is over. */
  private isAnswered({ answered }: Token, identity: Identity): boolean {
    if (answered) return true;
    return [...(this.application.settled ?? [])].some((key) => {
      const token = this.state.pending.get(key);
      return token?.identity === identity && token.operation.waiter === true;
    });
  }

  /** A call of something unknown, pending like an operation. */
  private pseudo(original: Token, beginning: object): Token {
    const uses = (original.uses ?? []).map((used) => this.identity(used)).filter((used) => used !== undefined);
    const token: Token = {
      ...original,
      ...beginning,
      key: `${original.key}${this.suffix}`,
      ...(uses.length > 0 && { uses }),
    };
    this.state.pending.set(token.key, token);
    return token;
  }

  /** A direct call shows where it stands; the body of a callback shows itself. */
  private placed(original: Token): Pick<Token, "at" | "statement" | "chain"> {
    const { at, statement } = this.application;
    const livesOn = original.task !== undefined && original.task.kind !== "repeated";
    if (!at || livesOn) return { at: original.at, statement: original.statement, chain: original.chain };
    const chain = original.at.start === original.site.start ? original.chain : [original.at, ...original.chain];
    return { at, statement: statement ?? at, chain };
  }

  private locks(original: Token): Set<string> {
    const renamed = [...original.locks].map((lock) => this.lock(lock));
    return new Set([...this.state.locks, ...(this.application.locks ?? []), ...renamed]);
  }

  /** A lock goes by the identity of its guard, with what was said of the key behind it. */
  private lock(lock: string): string {
    const [, prefix = "", identity = lock, rest = ""] = /^((?:flag|chain):)?([^[\]]*)(.*)$/.exec(lock) ?? [];
    // A flag is known by its place, whatever that holds.
    const [root = "", ...path] = identity.split(".");
    if (prefix !== "" && /^v\d+$/.test(root)) return lock;
    if (prefix !== "" && path.length > 0) return `${prefix}${[this.identity(root) ?? root, ...path].join(".")}${rest}`;
    return `${prefix}${this.identity(identity) ?? identity}${rest}`;
  }

  private place(key: string, status: "settled" | "carried" | "left", leftOnFailure: boolean): void {
    if (status === "left") {
      this.left.push(key);
      for (const lock of this.application.locks ?? []) this.solver.unguard(this.state, lock, [key]);
    } else if (this.summary.async || status === "carried") this.carried.push(key);
    else this.state.pending.delete(key);
    if (leftOnFailure) this.leftOnFailure.push(key);
  }

  private release(effect: Effect & { kind: "release" }): void {
    const { application } = this;
    // What a function releases on some ways only, its result tells, or something else that is not followed here.
    if (effect.onlyOnFailure || !effect.certain) return;
    for (const handle of this.things(effect.identity)) {
      const placed = application.at
        ? {
            at: application.at,
            statement: application.statement ?? application.at,
            chain: [effect.at, ...effect.chain],
          }
        : { at: effect.at, statement: effect.statement, chain: effect.chain };
      const releasing = {
        ...effect,
        ...placed,
        identity: handle.id,
        end: "release" as const,
        own: this.own,
        past: this.released,
        ...(application.open && { open: true }),
        ...(application.settled && { settled: application.settled }),
      };
      if (effect.eventually) {
        const { type, release: how, name, certain } = effect;
        this.eventual.push({ identity: handle.id, type, release: how, name, certain, ...placed });
        this.solver.releaseEventually(this.state, this.eventual.slice(-1));
        continue;
      }
      if (application.later || (this.summary.async && effect.later)) {
        const { type, release: how, name, certain, undoneOnFailure = false } = effect;
        // In a chain it is known what has settled before; elsewhere that is judged when somebody waits.
        const judged = application.settled !== undefined && application.task === undefined;
        if (judged) noteEarlyRelease(this.solver, this.state, releasing);
        const { id: identity } = handle;
        this.deferred.push({ identity, type, release: how, name, certain, judged, undoneOnFailure, ...placed });
        continue;
      }
      release(this.solver, this.state, releasing);
      if (effect.undoneOnFailure) this.undone.push(placed.at);
      this.released.add(handle.id);
    }
  }

  private invocation(effect: Effect & { kind: "invocation" }): void {
    const callee = this.resolve(effect.callee);
    const pending = new Set(effect.pending.map((key) => this.token(key) ?? key));
    const isSettled = (key: string): boolean =>
      (this.own.has(key) && !pending.has(key)) || this.application.settled?.has(key) === true;
    const given = effect.arguments.map((argument) => this.rename(argument));
    for (const option of optionsOf(callee)) {
      if (option.kind === "function") {
        this.invoke(effect, option, given, this.settled(pending));
      } else if (option.kind === "releaser") {
        this.solver.releaseBy(this.state, option, {
          at: this.application.at ?? effect.token.at,
          statement: effect.token.statement,
          text: effect.token.text,
          settled: this.settled(pending),
          past: this.past(effect.after),
        });
        this.releases.set(option.of, effect.key);
      } else if (option.kind === "thing") {
        this.passOn(effect, option, given, isSettled);
      }
    }
  }

  /** What was over when the callee was called: what this run had begun, but for what was pending. */
  private settled(pending: ReadonlySet<string>): ReadonlySet<string> {
    return new Set([...[...this.own].filter((key) => !pending.has(key)), ...(this.application.settled ?? [])]);
  }

  /** Handles that were released in this run, but not on the way to what comes after these calls. */
  private past(after: readonly string[]): Set<Identity> {
    const elsewhere = [...this.releases].filter(([, key]) => !after.includes(key)).map(([identity]) => identity);
    return new Set([...this.released, ...elsewhere]);
  }

  private invoke(
    effect: Effect & { kind: "invocation" },
    callee: FunctionValue,
    given: readonly Value[],
    settled: ReadonlySet<string>,
  ): void {
    const { application } = this;
    const applied = apply(this.solver, this.state, callee, {
      arguments: given,
      place: effect.token.site,
      settled,
      ...(application.task && { task: application.task }),
      later: application.later === true || effect.token.later,
      locks: this.locks(effect.token),
    });
    const waited = new Set(this.solver.tokensOf(this.state, applied.result));
    for (const key of applied.begun) {
      this.own.add(key);
      if (!this.state.pending.has(key)) continue;
      this.place(key, waited.has(key) ? effect.status : "left", false);
    }
    if (applied.result.kind === "promise" && effect.status !== "left") {
      this.deferred.push(...(applied.result.deferred ?? []));
    }
    this.results.set(effect.result, applied.result.kind === "promise" ? applied.result.result : applied.result);
  }

  /** A function that came in from further out. */
  private passOn(
    effect: Effect & { kind: "invocation" },
    callee: Value & { kind: "thing" },
    given: readonly Value[],
    isSettled: (key: string) => boolean,
  ): void {
    // Each such call remembers all that was pending: where there are many, that is what the work is.
    this.solver.spend(1 + Math.floor(this.state.pending.size / pendingInAStep));
    const pending = [...this.state.pending.keys()].filter((key) => !isSettled(key));
    const token = this.begin(effect.token, thing(`call:${callee.id}`));
    this.solver.effect(this.state, `invocation ${token.key}`, {
      kind: "invocation",
      callee: callee.id,
      arguments: [...given],
      token,
      status: "left",
      pending,
      result: effect.result,
      after: effect.after,
      key: effect.key,
    });
    this.place(token.key, effect.status, false);
  }

  private write(effect: Effect & { kind: "write" }): void {
    const value = this.rename(effect.value);
    const later = effect.later || this.application.later === true;
    const sure = effect.certain && !later;
    if (sure) this.solver.guardByFlag(this.state, effect.path, value);
    const variable = /^v(\d+)$/.exec(effect.path)?.[1];
    if (variable !== undefined) {
      const id = Number(variable);
      const earlier = this.state.variables.get(id);
      if (sure) this.solver.renew(this.state, effect.path);
      this.state.variables.set(id, sure || !earlier ? value : join(earlier, value));
      const info = this.solver.engine.graph.variables.get(id);
      if (info && info.owner !== this.solver.body.id) {
        this.solver.effect(this.state, `write ${effect.path}`, { ...effect, value });
      }
      if (!later) this.solver.forgetFacts(this.state, (fact) => fact.includes(`v${id}`));
      return;
    }
    const dot = effect.path.lastIndexOf(".");
    const owner = this.resolve(effect.path.slice(0, dot));
    const name = effect.path.slice(dot + 1);
    if (owner.kind !== "thing" && owner.kind !== "instance") return;
    const path = `${owner.id}.${name}`;
    const earlier = this.state.fields.get(path);
    if (sure) this.solver.renew(this.state, path);
    this.state.fields.set(path, sure || !earlier ? value : join(earlier, value));
    if (!later) this.solver.forgetFacts(this.state, (fact) => fact.includes(`.${name}`));
    if (!path.startsWith("@")) this.solver.effect(this.state, `write ${path}`, { ...effect, path, value });
  }

  /** The handles that an identity of the function stands for. */
  private things(identity: Identity): (Value & { kind: "thing" })[] {
    return optionsOf(this.resolve(identity)).filter((option) => option.kind === "thing");
  }

  private identity(identity: Identity): Identity | undefined {
    const value = this.resolve(identity);
    return value.kind === "thing" || value.kind === "instance" ? value.id : undefined;
  }

  /** What a path of the function leads to here. */
  private resolve(identity: Identity): Value {
    const given = this.results.get(identity);
    if (given) return given;
    if (identity.startsWith("call:")) return this.freshThing(`${identity}${this.suffix}`);
    if (identity.startsWith("@")) return this.freshPart(identity);
    const [root = "", ...path] = identity.replace(/~/, "").split(".");
    let value = this.root(root);
    for (const name of path) value = this.solver.get(this.state, value, name);
    return identity.includes("~") ? unknown : value;
  }

  /** A part of something that the function acquires. */
  private freshPart(identity: Identity): Value {
    const dot = identity.indexOf(".");
    if (dot < 0) return this.freshThing(`${identity}${this.suffix}`);
    this.freshThing(`${identity.slice(0, dot)}${this.suffix}`);
    return thing(`${identity.slice(0, dot)}${this.suffix}${identity.slice(dot)}`);
  }

  /** What the function acquires is new with each call. */
  private freshThing(id: Identity): Value {
    if (!this.aged.has(id)) {
      this.aged.add(id);
      this.solver.age(this.state, id);
    }
    return thing(id);
  }

  private root(root: string): Value {
    const index = root.slice(1);
    if (root === "this") return this.application.self ?? unknown;
    if (/^p\d+$/.test(root)) return this.application.arguments[Number(index)] ?? unknown;
    if (/^v\d+$/.test(root)) {
      return this.application.captures?.get(Number(index)) ?? this.solver.outer(this.state, Number(index));
    }
    return thing(root);
  }

  /** A value of the function, in the names that hold here. */
  private rename(value: Value, depth = 4): Value {
    switch (value.kind) {
      case "thing": {
        const resolved = this.resolve(value.id);
        if (resolved.kind !== "thing") return resolved;
        return { ...resolved, ...(value.type && { type: value.type }), ...(value.exclusive && { exclusive: true }) };
      }
      case "promise":
        return {
          ...value,
          tokens: this.renameTokens(value.tokens),
          result: this.rename(value.result, depth),
          ...(value.parts && { parts: value.parts.map((part) => this.renameTokens(part)) }),
          ...(value.leftOnFailure && { leftOnFailure: this.renameTokens(value.leftOnFailure) }),
          deferred: (value.deferred ?? []).flatMap((deferred) => {
            const identity = this.identity(deferred.identity);
            return identity === undefined ? [] : [{ ...deferred, identity }];
          }),
        };
      case "object":
        return depth <= 0 ? unknown : this.renameObject(value.id, depth);
      case "function":
        return this.renameFunction(value, depth);
      case "builder":
      case "releaser": {
        const of = this.identity(value.of);
        return of === undefined
          ? unknown
          : { ...value, of, ...("lock" in value && { lock: this.lock(value.lock ?? "") }) };
      }
      case "timer":
        return { ...value, tokens: this.renameTokens(value.tokens) };
      case "instance": {
        const resolved = this.resolve(value.id);
        return resolved.kind === "thing" ? { ...value, id: resolved.id } : value;
      }
      case "choice":
        return value.options.map((option) => this.rename(option, depth)).reduce(join);
      default:
        return value;
    }
  }

  /** A function that is handed out keeps the variables that it was made with. */
  private renameFunction(value: FunctionValue, depth: number): Value {
    if (depth <= 0) return value;
    const captures = new Map(value.captures);
    for (const [variable, captured] of this.summary.variables) {
      if (captured.kind !== "function") captures.set(variable, this.rename(captured, depth - 2));
    }
    const self = value.self && this.rename(value.self, depth - 1);
    return { ...value, ...(self && { self }), ...(captures.size > 0 && { captures }) };
  }

  private renameObject(id: string, depth: number): Value {
    const renamed = this.objects.get(id) ?? `${id}${this.suffix}`;
    if (!this.objects.has(id)) {
      this.objects.set(id, renamed);
      const cell = this.summary.heap.get(id);
      if (cell) this.state.heap.set(renamed, this.renameCell(cell, depth - 1));
    }
    return { kind: "object", id: renamed };
  }

  private renameCell(cell: Cell, depth: number): Cell {
    return {
      ...cell,
      properties: new Map([...cell.properties].map(([name, value]) => [name, this.rename(value, depth)])),
      ...(cell.elements && { elements: this.rename(cell.elements, depth) }),
    };
  }

  /** What an operation of the function goes by here. */
  private token(key: string): string | undefined {
    return this.tokens.get(this.summary.aliases.get(key) ?? key);
  }

  private renameTokens(tokens: readonly string[]): string[] {
    return tokens.map((token) => this.token(token)).filter((token) => token !== undefined);
  }
}
