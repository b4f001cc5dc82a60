/** Counts what a consumer receives against what it settles, and raises an alarm when the two part. */

import { channel } from "node:diagnostics_channel";
import type { Settlement } from "@holdfast/contracts";
import { planOf } from "./recognise.js";
import { happening } from "./life.js";
import { publishMetrics } from "./metrics.js";
import { Trace } from "./place.js";
import type { Plan } from "./plan.js";
import { guardedBy, isObject } from "./registry.js";
import { type Listener, report } from "./reporter.js";
import type { Method } from "./method.js";
import type { Happening, ViolationFacts } from "./violation.js";

/** Every alarm of every ledger is published here, as a `LedgerEvent`. */
export const ledgerChannel = channel("holdfast:ledger");

/** Messages since the ledger was opened. */
export interface Counts {
  received: number;
  /** Acknowledged or rejected, once each. */
  settled: number;
  /** Answers beyond the first. */
  settledTwice: number;
  /** Never answered: the channel has closed, or no code can answer any more. */
  lost: number;
}

export interface LedgerEvent extends Counts {
  /** `package#Handle`. */
  contract: string;
  /** Received, and not answered yet. */
  open: number;
  /** Why it is told: a message has waited too long, was answered twice, or is lost. */
  reason: "overdue" | "settled twice" | "lost";
}

export interface LedgerOptions {
  /** The contract of the handle, as `package#Type`; without it, the one that its class and its methods fit. */
  contract?: string;
  /** So many milliseconds a message may wait for its answer; 30,000 unless something else is said. */
  overdue?: number;
  /** Is told of each alarm. */
  onAlarm?: (event: LedgerEvent) => void;
  /** Is told of messages that are settled twice or lost, as violations of `require-settlement`. */
  onViolation?: Listener;
}

/** What is known of the messages of one channel or consumer. */
export interface Ledger<T> extends Readonly<Counts> {
  /** The channel or consumer: what is received and settled by it is counted. */
  readonly handle: T;
  /** Received, and not answered yet. */
  readonly open: number;
}

/**
 * Opens a ledger for a channel or consumer whose contract says that its messages must be settled. Use its `handle` in
 * place of the one given.
 *
 * The counts are published as metrics, too, where the program has `@opentelemetry/api`.
 *
 * @throws TypeError if no contract is known for the handle, or if its messages need no settlement.
 */
export function ledger<T extends object>(handle: T, options: LedgerOptions = {}): Ledger<T> {
  const plan = guardedBy(handle)?.plan ?? planOf(handle, options.contract);
  const settlement = plan.handle?.settlement;
  if (settlement === undefined) throw new TypeError(`The messages of a ${plan.noun} need no settlement.`);
  const book = new Book(plan, options);
  publishMetrics(plan.reference, book);
  return Object.assign(Object.create(book) as Book, { handle: bookkeeping(handle, plan, settlement, book) });
}

class Book implements Counts {
  received = 0;
  settled = 0;
  settledTwice = 0;
  lost = 0;
  /** Messages that are owed an answer, the oldest first, with the time at which each came. */
  private readonly owed = new Map<object, number>();
  private readonly answered = new WeakSet<object>();
  private watch: NodeJS.Timeout | undefined;
  private isOverdue = false;

  constructor(
    private readonly plan: Plan,
    private readonly options: LedgerOptions,
  ) {}

  get open(): number {
    return this.owed.size;
  }

  receive(message: object): void {
    this.received++;
    this.owed.set(message, Date.now());
    this.watch ??= setTimeout(this.look, this.patience).unref();
  }

  settle(message: object, answer: string): void {
    if (this.owed.delete(message)) {
      this.settled++;
      this.answered.add(message);
    } else if (this.answered.has(message)) {
      this.settledTwice++;
      this.raise("settled twice", happening(answer), happening(answer, new Trace()));
    }
  }

  settleAll(upTo?: object): void {
    for (const message of [...this.owed.keys()]) {
      this.settle(message, "");
      if (message === upTo) break;
    }
  }

  /** Nobody can answer any more. */
  lose(end: string): void {
    const { open } = this;
    if (open === 0) return;
    this.lost += open;
    this.owed.clear();
    this.raise("lost", { operation: `${open} messages` }, happening(end, new Trace()));
  }

  /** Whether the oldest message has waited too long. Told once, until all of them are answered in time again. */
  private readonly look = (): void => {
    this.watch = undefined;
    const [oldest] = this.owed.values();
    if (oldest === undefined) return void (this.isOverdue = false);
    const waits = Date.now() - oldest;
    if (waits >= this.patience && !this.isOverdue) {
      this.isOverdue = true;
      this.tell("overdue");
    } else if (waits < this.patience) this.isOverdue = false;
    const next = waits >= this.patience ? this.patience : this.patience - waits;
    this.watch = setTimeout(this.look, next).unref();
  };

  private get patience(): number {
    return this.options.overdue ?? 30_000;
  }

  private raise(reason: "settled twice" | "lost", first: Happening, second: Happening): void {
    this.tell(reason);
    const { reference: contract, noun, handle } = this.plan;
    const facts: ViolationFacts = {
      rule: "require-settlement",
      severity: "error",
      contract,
      noun,
      first,
      second,
      what:
        reason === "lost" ? "%1 were left without an answer by %2" : "%2 answers a message that was answered already",
      consequence: reason === "lost" ? "they are delivered again, or gone" : "the broker refuses the second answer",
      ...(reason === "settled twice" && { libraryText: handle?.settlement?.second.error }),
    };
    report(facts, "observe", this.options.onViolation);
  }

  private tell(reason: LedgerEvent["reason"]): void {
    const { received, settled, settledTwice, lost, open } = this;
    const event = { contract: this.plan.reference, received, settled, settledTwice, lost, open, reason };
    try {
      this.options.onAlarm?.(event);
    } catch (error) {
      process.emitWarning(`A listener to alarms has thrown: ${String(error)}`, "HoldfastWarning");
    }
    if (ledgerChannel.hasSubscribers) ledgerChannel.publish(event);
  }
}

/** The handle, whose deliveries, answers and releases are entered in the book. */
function bookkeeping<T extends object>(handle: T, plan: Plan, settlement: Settlement, book: Book): T {
  const known = new Map<PropertyKey, Method>();
  const proxy: T = new Proxy(handle, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function" || key === "constructor") return value;
      let method = known.get(key);
      if (method === undefined) {
        const entered =
          typeof key === "string" ? entering(key, value as Method, handle, plan, settlement, book) : undefined;
        known.set(key, (method = entered ?? passing(value as Method, target, () => proxy)));
      }
      return method;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
  return proxy;
}

/** The method, with its entry in the book; nothing for one that the book is not about. */
function entering(
  name: string,
  method: Method,
  handle: object,
  { handle: contract }: Plan,
  settlement: Settlement,
  book: Book,
): Method | undefined {
  const { delivers, acknowledges, rejects, answersAll = [] } = settlement;
  const call = (given: unknown[]) => Reflect.apply(method, handle, given);
  const andThen = (enter: (given: unknown[]) => void): Method => {
    return (...given) => {
      const result = call(given);
      enter(given);
      return result;
    };
  };
  if (delivers.includes(name)) return (...given) => deliver(book, settlement, name, call, given);
  if (acknowledges.includes(name) || rejects.includes(name))
    return andThen((given) => answer(book, settlement, name, given));
  if (answersAll.includes(name)) return andThen(() => book.settleAll());
  if (contract === undefined || !(name in contract.releases)) return undefined;
  return (...given) => {
    book.lose(name);
    return call(given);
  };
}

function passing(method: Method, target: object, itself: () => object): Method {
  return (...given) => {
    const result = Reflect.apply(method, target, given);
    return result === target ? itself() : result;
  };
}

/** What a delivery hands to its callback, or promises, is received; unless it was asked for without answers. */
function deliver(
  book: Book,
  { notWhen = [] }: Settlement,
  name: string,
  call: (given: unknown[]) => unknown,
  given: unknown[],
): unknown {
  const isFree = notWhen.some(
    ({ method, argument, property, equals }) =>
      method === name && (given[argument] as Record<string, unknown> | undefined)?.[property] === equals,
  );
  if (isFree) return call(given);
  const index = given.findIndex((argument) => typeof argument === "function");
  if (index >= 0) return call(given.with(index, receiving(book, given[index] as Method)));
  const result = call(given);
  if (!(result instanceof Promise)) return result;
  return result.then((message: unknown) => {
    if (isObject(message)) book.receive(message);
    return message;
  });
}

function receiving(book: Book, callback: Method): Method {
  return function (this: unknown, ...received) {
    for (const item of received) if (isObject(item)) book.receive(item);
    return Reflect.apply(callback, this, received);
  };
}

function answer(book: Book, { answersAllBefore: all }: Settlement, name: string, given: unknown[]): void {
  const [message] = given;
  if (!isObject(message)) return;
  if (all !== undefined && given[all.argument] === all.equals) book.settleAll(message);
  else book.settle(message, name);
}
