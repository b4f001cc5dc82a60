import { EventEmitter } from "node:events";
import { type Deferred, deferred } from "./deferred.js";

/** Names of calls in the order in which the library got them, and the operations whose end the test decides. */
export class Record {
  readonly calls: string[] = [];
  readonly pending: Deferred<unknown>[] = [];

  begin(call: string): Promise<unknown> {
    this.calls.push(call);
    const operation = deferred<unknown>();
    this.pending.push(operation);
    return operation.promise;
  }
}

/** Stands in for a dealer of zeromq: overlapping sends throw, close does not wait. */
export class Dealer extends EventEmitter {
  readonly record = new Record();
  linger = -1;
  routingId = "";
  #closed = false;
  #label = "fake";

  get closed(): boolean {
    return this.#closed;
  }

  get label(): string {
    return this.#label;
  }

  set label(value: string) {
    this.#label = value;
  }

  send(message: unknown): Promise<unknown> {
    return this.record.begin(`send ${String(message)}`);
  }

  receive(): Promise<unknown> {
    return this.record.begin("receive");
  }

  bind(): Promise<unknown> {
    return this.record.begin("bind");
  }

  unbind(): Promise<unknown> {
    return this.record.begin("unbind");
  }

  bindSync(): void {
    this.record.calls.push("bindSync");
  }

  unbindSync(): void {
    this.record.calls.push("unbindSync");
  }

  connect(): void {
    this.record.calls.push("connect");
  }

  disconnect(): void {
    this.record.calls.push("disconnect");
  }

  close(): void {
    this.record.calls.push("close");
    this.#closed = true;
  }

  secret(): string {
    return `${this.#label} of ${this.constructor.name}`;
  }

  self(): this {
    return this;
  }

  isSame(other: unknown): boolean {
    return other === this;
  }

  isIn({ handle }: { handle: unknown }): boolean {
    return handle === this;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return {
      next: async () =>
        this.#closed ? { done: true, value: undefined } : { done: false, value: await this.receive() },
      return: async () => {
        this.record.calls.push("return");
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }
}

/** Stands in for a file handle: overlapping writes interleave, close waits. */
export class FileHandle {
  readonly record = new Record();

  write(text: string, position?: number | null): Promise<unknown> {
    return this.record.begin(`write ${text}${position == null ? "" : ` at ${position}`}`);
  }

  read(): Promise<unknown> {
    return this.record.begin("read");
  }

  writeFile(text: string): Promise<unknown> {
    return this.record.begin(`writeFile ${text}`);
  }

  stat(): Promise<unknown> {
    return this.record.begin("stat");
  }

  close(): Promise<unknown> {
    return this.record.begin("close");
  }

  [Symbol.asyncDispose](): Promise<unknown> {
    return this.close();
  }
}

type QueryCallback = (error: Error | undefined, result?: unknown) => unknown;

/** Stands in for a client out of a pool of pg: statements queue, release gives it back as it is. */
export class PoolClient {
  readonly record = new Record();

  query(text: string): Promise<unknown>;
  query(text: string, callback: QueryCallback): void;
  query(text: string, callback?: QueryCallback): unknown {
    const pending = this.record.begin(text);
    if (callback === undefined) return pending;
    pending.then(
      (result) => callback(undefined, result),
      (error: unknown) => callback(error as Error),
    );
    return undefined;
  }

  release(): void {
    this.record.calls.push("release");
  }
}
