/** Solves the bodies of a file, each once, and keeps what they do to what comes in. */

import type { Catalog, Contract, KnownType } from "@holdfast/contracts";
import { Facts } from "./facts.js";
import type { Body, BodyId, Graph, Span, VariableId, VariableInfo } from "./graph.js";
import type { OutlastingOperations } from "./outlasting.js";
import { BodySolver } from "./solver.js";
import { emptySummary, type Summary } from "./summaries.js";
import { learnReleasers } from "./releasers.js";
import { findTaskConflicts } from "./tasks.js";
import type { Value } from "./values.js";

/**
 * More work than this is not worth the wait: the file is given up. The largest bundle of 71 repositories, of 425 kB, takes
 * less than half of it, and a step takes about 0.02 ms.
 */
const defaultMostSteps = 1_000_000;

/** Thrown where a file takes more work than it is worth; the message is a sentence for people. */
export class TooMuchWork extends Error {}

/** So often a body that calls itself is solved: what a call does, what the calls in it do, and what comes of both. */
const looks = 3;

/** What a body does, and what was found out about it. */
interface Solved {
  summary: Summary;
  facts: Facts;
}

export class Engine {
  readonly facts: Facts;
  /** Values of variables and fields that never change, such as locks, and handles that do one operation at a time. */
  readonly constants = new Map<string, Value>();
  /** Whether a guard lets only one in at a time, by identity. */
  readonly exclusive = new Map<string, boolean>();
  /** Options that handles or their sources were made with in this file, as `name=value`. */
  readonly madeWith = new Set<string>();
  /** Whole calls, by where the name in them begins. */
  readonly calls = new Map<number, Span>();
  /** Methods whose argument decides whether callbacks run one at a time. */
  readonly serialisers: ReadonlySet<string>;
  rounds = 0;
  /** Events and effects that were carried out. */
  steps = 0;
  /** Bodies that are too complex: nothing is known of them. */
  readonly givenUp = new Set<Body>();
  /** How many calls deep the solver is. */
  depth = 0;
  private readonly solved = new Map<BodyId, Solved>();
  private readonly solving = new Set<BodyId>();
  /** Bodies that call themselves, and what a first look at them told. */
  private readonly recursive = new Set<BodyId>();
  /** Within a later look everything has been looked at before: once is enough, or functions that call each other never end. */
  private isLookedAtAgain = false;
  private readonly provisional = new Map<BodyId, Summary>();
  private readonly readers: ReadonlyMap<VariableId, ReadonlySet<BodyId>>;

  constructor(
    readonly graph: Graph,
    readonly catalog: Catalog,
    outlasting?: OutlastingOperations,
    private readonly mostSteps = defaultMostSteps,
  ) {
    this.facts = new Facts(outlasting);
    this.readers = readersIn(graph);
    this.serialisers = serialisersOf(catalog);
  }

  /** Solves everything. Code that others rely on goes first: the top level and constructors make locks and handles. */
  run(): void {
    if (!this.graph.concerned) return;
    learnReleasers(this);
    const first = this.graph.bodies.filter(({ kind }) => kind === "module" || kind === "constructor");
    for (const { id } of [...first, ...this.graph.bodies]) this.summaryOf(id);
    for (const { facts } of this.solved.values()) this.facts.add(facts);
    findTaskConflicts(this);
  }

  /** What a body does. While it is being solved, a call of itself does nothing yet. */
  summaryOf(id: BodyId): Summary {
    const known = this.solved.get(id);
    if (known) return known.summary;
    const body = this.graph.bodies[id];
    if (!body) return emptySummary;
    if (this.solving.has(id)) {
      this.recursive.add(id);
      return this.provisional.get(id) ?? { ...emptySummary, async: body.async };
    }
    this.solving.add(id);
    const before = this.solved.size;
    let solved = this.solve(body);
    if (this.recursive.has(id) && !this.isLookedAtAgain) {
      // Again, with what the inner calls are now known to do, also in what was solved on the way.
      // What the earlier looks found rests on calls that did nothing, or too little, and is dropped.
      this.isLookedAtAgain = true;
      for (let look = 1; look < looks; look++) {
        this.provisional.set(id, solved.summary);
        for (const known of [...this.solved.keys()].slice(before)) this.solved.delete(known);
        solved = this.solve(body);
      }
      this.isLookedAtAgain = false;
    }
    this.solving.delete(id);
    this.solved.set(id, solved);
    return solved.summary;
  }

  private solve(body: Body): Solved {
    const solver = new BodySolver(this, body);
    const summary = solver.solve();
    this.rounds += solver.rounds;
    return { summary, facts: solver.facts };
  }

  /** Notes work on a body. Throws `TooMuchWork` where that exceeds what a file may take. */
  spend(steps: number, { name }: Body): void {
    this.steps += steps;
    if (this.steps <= this.mostSteps) return;
    const where = name === undefined ? "its functions are" : `\`${name}\` and what it calls are`;
    throw new TooMuchWork(`not analysed, because ${where} too complex; split it up, or exclude the file`);
  }

  /** The property of a type that has a contract of its own. */
  property(type: KnownType, name: string): { type: KnownType; view: boolean } | undefined {
    if (type.kind === "guard") return undefined;
    const model = type.kind === "handle" ? type.handle : type.source;
    const isMethod = (record: object | undefined): boolean => record !== undefined && Object.hasOwn(record, name);
    const property = model.properties && Object.hasOwn(model.properties, name) ? model.properties[name] : undefined;
    const methods = [model.methods, model.operations, model.releases];
    const found = property ?? (methods.some(isMethod) || name.startsWith("$") ? undefined : model.anyProperty);
    const resolved = found && this.catalog.resolve(found.type, type.contract);
    return resolved ? { type: resolved, view: found.view ?? false } : undefined;
  }

  resolve(name: string, from: Contract): KnownType | undefined {
    return this.catalog.resolve(name, from);
  }

  /** A variable or field holds this for good. */
  learn(key: string, value: Value, stable: boolean): void {
    if (!stable) return;
    if (value.kind === "constant") this.constants.set(key, value);
    if (value.kind !== "thing" || (value.type?.kind !== "guard" && !value.exclusive)) return;
    const isOneAtATime = this.exclusive.get(value.id);
    const place = key.includes("#") ? key.slice(key.indexOf("#") + 1) : key;
    // Fields of two classes may share a name: where they differ, silence is the safe side.
    if (isOneAtATime !== undefined) this.exclusive.set(place, isOneAtATime || this.exclusive.get(place) === true);
    this.constants.set(key, { ...value, id: place, fresh: false });
  }

  /** Whether anything reads a variable. */
  isRead(variable: VariableId): boolean {
    return this.readers.has(variable);
  }

  /** Whether a body other than this one reads a variable. */
  isReadOutside(body: BodyId, variable: VariableId): boolean {
    const readers = this.readers.get(variable) ?? new Set();
    return readers.size > (readers.has(body) ? 1 : 0);
  }

  /** Whether a variable is assigned by a function that may run while others wait. */
  isWrittenElsewhere(info: VariableInfo): boolean {
    return info.reassigned && this.graph.bodies.some(({ parent }) => parent === info.owner);
  }
}

/** By variable, the bodies that read it. */
function readersIn({ bodies }: Graph): Map<VariableId, Set<BodyId>> {
  const readers = new Map<VariableId, Set<BodyId>>();
  for (const { id, blocks } of bodies) {
    for (const event of blocks.flatMap(({ events }) => events)) {
      if (event.kind === "read") readers.set(event.variable, (readers.get(event.variable) ?? new Set()).add(id));
    }
  }
  return readers;
}

const serialisers = new WeakMap<Catalog, ReadonlySet<string>>();

function serialisersOf(catalog: Catalog): ReadonlySet<string> {
  let methods = serialisers.get(catalog);
  if (!methods) {
    const operations = catalog.contracts
      .flatMap(({ handles }) => handles)
      .flatMap(({ operations: all }) => Object.values(all));
    const callbacks = operations.flatMap((operation) => operation.callbacks ?? []);
    methods = new Set(callbacks.flatMap(({ serialisedBy }) => (serialisedBy ? [serialisedBy.method] : [])));
    serialisers.set(catalog, methods);
  }
  return methods;
}
