import { type Deferred, deferred } from "./deferred.js";

/** Stands in for a writer of a web stream, of whose class it has the name: the test says when a write is over. */
export class WritableStreamDefaultWriter {
  readonly calls: string[] = [];
  readonly writes: Deferred<void>[] = [];

  write(chunk: string): Promise<void> {
    this.calls.push(`write ${chunk}`);
    const pending = deferred();
    this.writes.push(pending);
    return pending.promise;
  }

  close(): Promise<void> {
    this.calls.push("close");
    return Promise.resolve();
  }

  abort(): Promise<void> {
    this.calls.push("abort");
    return Promise.resolve();
  }

  releaseLock(): void {
    this.calls.push("releaseLock");
  }
}
