import { once } from "node:events";
import { inspect } from "node:util";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it, vi } from "vitest";
import {
  exclusive,
  guard,
  type GuardOptions,
  HandleViolation,
  type Mode,
  onViolation as onAnyViolation,
} from "../src/index.js";
import { Dealer, FileHandle, PoolClient } from "./support/fakes.js";
import { deferred } from "./support/deferred.js";
import { collecting, here, rejectionOf, thrownBy, turn, violation } from "./support/violations.js";

const file = import.meta.filename;
const passive: Mode[] = ["observe", "warn"];
const modes: Mode[] = ["throw", "serialize", ...passive];

/** A guarded handle, the handle itself, and the violations that are told of it. */
function guarded<T extends object>(raw: T, options: GuardOptions = {}) {
  const found = collecting();
  return { raw, handle: guard(raw, { onViolation: found.onViolation, ...options }), ...found };
}

const dealer = (options?: GuardOptions) => guarded(new Dealer(), options);
const fileHandle = (options?: GuardOptions) => guarded(new FileHandle(), { contract: "node#FileHandle", ...options });
const client = (options?: GuardOptions) => guarded(new PoolClient(), { contract: "pg#PoolClient", ...options });

describe("the guarded handle", () => {
  it("is of the same class", () => {
    const { handle } = dealer();
    expect(handle).toBeInstanceOf(Dealer);
    expect(handle.constructor).toBe(Dealer);
    expect(Object.getPrototypeOf(handle)).toBe(Dealer.prototype);
    const typed: Dealer = handle;
    expect(typed).toBe(handle);
  });

  it("reaches private fields in methods, getters and setters", () => {
    const { raw, handle } = dealer();
    expect(handle.secret()).toBe("fake of Dealer");
    expect(handle.label).toBe("fake");
    handle.label = "other";
    expect(raw.label).toBe("other");
    handle.close();
    expect(handle.closed).toBe(true);
  });

  it("is given back where the library gives back the handle, and given to it as the handle", () => {
    const { raw, handle } = dealer();
    expect(handle.self()).toBe(handle);
    expect(handle.isSame(handle)).toBe(true);
    expect(raw.isSame(handle)).toBe(false);
  });

  it("is given to the library as the handle among options, which stay what they are", () => {
    const { handle } = dealer();
    const options = {
      handle,
      get lazy() {
        throw new Error("nobody asked");
      },
    };
    expect(handle.isIn(options)).toBe(true);
    expect(options.handle).toBe(handle);
  });

  it("shows the same method at every look", () => {
    const { handle } = dealer();
    for (const name of ["send", "secret", "on", "close"])
      expect(Reflect.get(handle, name)).toBe(Reflect.get(handle, name));
  });

  it("emits events, and its listeners come and go", async () => {
    const { raw, handle } = dealer();
    const heard: unknown[] = [];
    const listener = (event: unknown) => void heard.push(event);
    expect(handle.on("news", listener)).toBe(handle);
    expect(handle.once("other", listener).listenerCount("other")).toBe(1);
    expect(handle.listeners("news")).toEqual([listener]);
    raw.emit("news", 1);
    handle.emit("news", 2);
    expect(handle.off("news", listener)).toBe(handle);
    raw.emit("news", 3);
    expect(heard).toEqual([1, 2]);
    const next = once(handle, "later");
    raw.emit("later", "now");
    expect(await next).toEqual(["now"]);
  });

  it("iterates, and leaves a loop as the library does", async () => {
    const { raw, handle, violations } = dealer();
    const seen: unknown[] = [];
    const loop = (async () => {
      for await (const message of handle) if (seen.push(message) === 2) break;
    })();
    for (const message of ["one", "two"]) {
      await turn();
      raw.record.pending.shift()!.resolve(message);
    }
    await loop;
    expect(seen).toEqual(["one", "two"]);
    expect(raw.record.calls).toEqual(["receive", "receive", "return"]);
    expect(violations).toEqual([]);
  });

  it("lets a loop end that goes on after close", async () => {
    const { raw, handle, violations } = dealer();
    const loop = (async () => {
      for await (const message of handle) if (message === "last") handle.close();
    })();
    await turn();
    raw.record.pending[0]!.resolve("last");
    await loop;
    expect(violations).toEqual([]);
  });

  it("has the symbols and the own properties of the handle", () => {
    const mark = Symbol("mark");
    const raw = Object.assign(new Dealer(), { [mark]: 1 });
    const handle = guard(raw);
    expect(handle[mark]).toBe(1);
    expect(mark in handle).toBe(true);
    expect(Reflect.ownKeys(handle)).toEqual(Reflect.ownKeys(raw));
    expect(Object.getOwnPropertyDescriptor(handle, mark)).toEqual(Object.getOwnPropertyDescriptor(raw, mark));
    Reflect.deleteProperty(handle, mark);
    expect(mark in raw).toBe(false);
    expect(Object.prototype.toString.call(handle)).toBe(Object.prototype.toString.call(raw));
  });

  it("shows frozen and non-configurable properties as they are", () => {
    const fixed = new Dealer();
    const send = () => Promise.resolve("mine");
    Object.defineProperty(fixed, "send", { value: send });
    expect(Reflect.get(guard(fixed), "send")).toBe(send);
    const frozen = Object.freeze(new FileHandle());
    const handle = guard(frozen, { contract: "node#FileHandle" });
    expect(handle.record).toBe(frozen.record);
    expect(() => Object.assign(handle, { record: 1 })).toThrow(TypeError);
    expect(() => Object.assign(handle, { other: 1 })).toThrow(TypeError);
  });

  it("leaves what inherits from it alone", () => {
    const { raw, handle } = dealer();
    const heir = Object.create(handle) as Dealer;
    heir.routingId = "heir";
    expect([raw.routingId, heir.routingId]).toEqual(["", "heir"]);
  });

  it("prints and copies as the bare one does", () => {
    const plain = Object.assign(new FileHandle(), { answer: 42 });
    expect(JSON.stringify(guard(plain, { contract: "node#FileHandle" }))).toBe(JSON.stringify(plain));
    const { raw, handle } = dealer();
    expect(inspect(handle)).toBe(inspect(raw));
    const withListener = dealer();
    withListener.raw.on("error", () => {});
    expect(() => structuredClone(withListener.raw)).toThrow("could not be cloned");
    expect(() => structuredClone(withListener.handle)).toThrow("could not be cloned");
  });

  it("is disposed of as the library disposes of it, by its release", async () => {
    const { raw, handle } = fileHandle();
    const disposing = handle[Symbol.asyncDispose]();
    raw.record.pending[0]!.resolve(undefined);
    await disposing;
    expect(raw.record.calls).toEqual(["close"]);
    expect(violation(await rejectionOf(handle.stat())).rule).toBe("no-use-after-release");
  });

  it("is one and the same however often it is guarded", () => {
    const { raw, handle } = dealer();
    expect(guard(handle)).toBe(handle);
    expect(guard(raw)).toBe(handle);
    expect(guard(guard(raw), { mode: "observe" })).toBe(handle);
    const other = new Dealer();
    const turns = exclusive(other);
    expect(exclusive(other)).toBe(turns);
    expect(exclusive(turns)).toBe(turns);
    expect(guard(other)).toBe(turns);
  });

  it("has a contract, or is none", () => {
    class Stranger {
      readonly name = "stranger";
    }
    expect(thrownBy(() => guard(new Stranger()))).toEqual(
      new TypeError('No contract is known for Stranger: name one, such as { contract: "pg#Client" }.'),
    );
    expect(() => guard({})).toThrow(TypeError);
    expect(() => guard(Object.create(null) as object)).toThrow("No contract is known for a value without a class");
    expect(thrownBy(() => guard(new Dealer(), { contract: "zeromq#Nothing" }))).toEqual(
      new TypeError('There is no contract "zeromq#Nothing": write it as package#Type, such as "pg#Client".'),
    );
    expect(() => guard(undefined as unknown as object)).toThrow(new TypeError("undefined is no handle."));
  });

  it("is known by its class and by what it can do", () => {
    class Client {
      query(): Promise<void> {
        return Promise.resolve();
      }
      connect(): Promise<void> {
        return Promise.resolve();
      }
      end(): Promise<void> {
        return Promise.resolve();
      }
    }
    const contractOf = (handle: Client) => {
      const { handle: watched, violations } = guarded(handle, { mode: "observe" });
      void watched.query();
      void watched.query();
      return violations[0]!.contract;
    };
    expect(contractOf(new Client())).toBe("pg#Client");
    expect(contractOf(Object.assign(new Client(), { release: () => {} }))).toBe("pg#PoolClient");
  });

  it("takes options that are undefined for options that are not given", () => {
    const options = { mode: undefined, places: undefined, patience: undefined, onViolation: undefined };
    const handle = guard(new Dealer(), options as unknown as GuardOptions);
    void handle.send(1);
    expect(() => handle.send(2)).toThrow(HandleViolation);
  });

  it("passes on what promises have on top", async () => {
    const raw = new FileHandle();
    const cancel = () => "cancelled";
    raw.stat = () => Object.assign(Promise.resolve(1), { cancel });
    class Chain<T> extends Promise<T> {
      double(): string {
        return "doubled";
      }
    }
    raw.read = () => new Chain((resolve) => resolve(2));
    const handle = guard(raw, { contract: "node#FileHandle", places: "never" });
    const stat = handle.stat();
    expect((stat as unknown as { cancel(): string }).cancel()).toBe("cancelled");
    expect(await stat).toBe(1);
    const read = handle.read();
    expect(read).toBeInstanceOf(Chain);
    expect((read as unknown as { double(): string }).double()).toBe("doubled");
    expect(await read).toBe(2);
  });
});

describe("a class of the program", () => {
  it("counts what its own methods do", async () => {
    class Client extends Dealer {
      async ask(question: string) {
        await this.send(question);
        return this.receive();
      }
    }
    const { raw, handle } = guarded(new Client());
    const first = handle.ask("one");
    const second = violation(await rejectionOf(handle.ask("two")));
    expect(second).toMatchObject({ rule: "no-concurrent-use", contract: "zeromq#Dealer" });
    raw.record.pending[0]!.resolve(undefined);
    await turn();
    raw.record.pending[1]!.resolve("answer");
    expect(await first).toBe("answer");
    expect(handle).toBeInstanceOf(Client);
  });

  it("may have private fields, and methods of the library on itself", () => {
    class Client extends Dealer {
      #sent = 0;
      count(): number {
        void this.send(this.#sent);
        return ++this.#sent;
      }
      borrowed(): string {
        return Dealer.prototype.secret.call(this);
      }
      inherited(): string {
        return super.secret();
      }
    }
    const { handle } = guarded(new Client());
    expect(handle.count()).toBe(1);
    expect(handle.borrowed()).toBe("fake of Client");
    expect(handle.inherited()).toBe("fake of Client");
  });

  it("may take turns by a lock of its own", async () => {
    class Locked extends Dealer {
      private last: Promise<unknown> = Promise.resolve();
      override send(message: unknown): Promise<unknown> {
        this.last = this.last.then(() => super.send(message));
        return this.last;
      }
    }
    const { raw, handle, violations } = guarded(new Locked());
    const sends = [handle.send(1), handle.send(2)];
    for (const index of [0, 1]) {
      await turn();
      raw.record.pending[index]!.resolve(index);
    }
    expect(await Promise.all(sends)).toEqual([0, 1]);
    expect(violations).toEqual([]);
  });

  it("may have the name that the library's has", async () => {
    const { raw, handle, violations } = guarded(
      new (class extends Dealer {
        static override readonly name = "Dealer";
        override send(message: unknown): Promise<unknown> {
          return super.send(`locked ${String(message)}`);
        }
      })(),
    );
    void handle.send(1);
    void handle.send(2);
    expect(violations).toEqual([]);
    expect(raw.record.calls).toEqual(["send locked 1", "send locked 2"]);
    await turn();
  });

  it("takes turns by exclusive, its own methods included", async () => {
    class Counting extends Dealer {
      sent = 0;
      override send(message: unknown): Promise<unknown> {
        this.sent++;
        return super.send(message);
      }
    }
    const raw = new Counting();
    const handle = exclusive(raw);
    const sends = [handle.send(1), handle.send(2)];
    expect(raw.sent).toBe(1);
    raw.record.pending[0]!.resolve("first");
    await turn();
    expect(raw.sent).toBe(2);
    raw.record.pending[1]!.resolve("second");
    expect(await Promise.all(sends)).toEqual(["first", "second"]);
  });
});

describe("no-concurrent-use", () => {
  it("throws where the library throws, and says all about it", () => {
    const { raw, handle, violations } = dealer();
    const [firstLine] = [here(), handle.send(1)];
    const [secondLine, error] = [here(), violation(thrownBy(() => handle.send(2)))];
    expect(error).toMatchObject({
      name: "HandleViolation",
      rule: "no-concurrent-use",
      severity: "error",
      contract: "zeromq#Dealer",
      first: { operation: "send", place: { file, line: firstLine } },
      second: { operation: "send", place: { file, line: secondLine } },
      libraryText: "Socket is busy writing; only one send operation may be in progress at any time",
      page: expect.stringMatching(/^https:.*no-concurrent-use/) as string,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toContain(`\`send\` (${file}:${firstLine}:`);
    expect(error.message).toContain(`\`send\` (${file}:${secondLine}:`);
    expect(error.message).not.toContain("\n");
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      rule: "no-concurrent-use",
      first: { operation: "send" },
    });
    expect(violations).toEqual([error]);
    expect(raw.record.calls).toEqual(["send 1"]);
  });

  it("rejects where the library would only corrupt", async () => {
    const { raw, handle } = fileHandle();
    const first = handle.writeFile("A");
    const [line, second] = [here(), handle.writeFile("B")];
    const error = violation(await rejectionOf(second));
    expect(error).toMatchObject({ rule: "no-concurrent-use", second: { place: { file, line } } });
    expect(error.libraryText).toBeUndefined();
    raw.record.pending[0]!.resolve(undefined);
    await first;
    void handle.writeFile("C");
    expect(raw.record.calls).toEqual(["writeFile A", "writeFile C"]);
  });

  it("leaves lanes and calls that are independent of each other alone", () => {
    const { raw, handle, violations } = dealer();
    void handle.send(1);
    void handle.receive();
    const files = fileHandle();
    void files.handle.write("A", 0);
    void files.handle.write("B", 10);
    void files.handle.write("C");
    void files.handle.stat();
    expect([violations, files.violations]).toEqual([[], []]);
    expect(raw.record.calls).toHaveLength(2);
    expect(files.raw.record.calls).toHaveLength(4);
  });

  it("knows what a pending bind blocks", async () => {
    const { raw, handle } = dealer();
    const binding = handle.bind();
    for (const call of [() => handle.send(1), () => handle.receive(), () => handle.connect()]) {
      expect(violation(thrownBy(call)).libraryText).toBe("Socket is blocked by a bind or unbind operation");
    }
    raw.record.pending[0]!.resolve(undefined);
    await binding;
    void handle.send(1);
    expect(raw.record.calls).toEqual(["bind", "send 1"]);
  });

  it("frees the lane when an operation fails or throws", async () => {
    const { raw, handle, violations } = dealer();
    const failure = new Error("failed");
    const first = handle.send(1);
    raw.record.pending[0]!.reject(failure);
    expect(await rejectionOf(first)).toBe(failure);
    raw.send = () => {
      throw failure;
    };
    expect(thrownBy(() => handle.send(2))).toBe(failure);
    expect(thrownBy(() => handle.send(3))).toBe(failure);
    expect(violations).toEqual([]);
  });

  it("finds two loops, or a loop and a receive", async () => {
    const { raw, handle } = dealer();
    const loop = async () => {
      for await (const message of handle) return message;
      return undefined;
    };
    const first = loop();
    expect(violation(await rejectionOf(loop())).rule).toBe("no-concurrent-use");
    expect(violation(thrownBy(() => handle.receive())).first.operation).toBe("[Symbol.asyncIterator]");
    raw.record.pending[0]!.resolve("message");
    expect(await first).toBe("message");
  });

  it("never throws what the library has only announced", async () => {
    const { raw, handle, violations } = client();
    const statements = [handle.query("select 1"), handle.query("select 2")];
    expect(raw.record.calls).toEqual(["select 1", "select 2"]);
    raw.record.pending.forEach((each, index) => each.resolve(index));
    expect(await Promise.all(statements)).toEqual([0, 1]);
    expect(violations).toMatchObject([{ rule: "no-concurrent-use", severity: "warning" }]);
    expect(violations[0]!.libraryText).toContain("will be removed in pg@9.0");
  });
});

describe("a transaction whose branch goes on", () => {
  it("refuses a statement that comes while the end is under way, and carries the end out", async () => {
    const { raw, handle, violations } = client();
    const begun = handle.query("BEGIN");
    raw.record.pending[0]!.resolve(undefined);
    await begun;
    const first = handle.query("insert 1");
    const rollback = handle.query("ROLLBACK");
    raw.record.pending[1]!.resolve(undefined);
    await first;
    const late = violation(await rejectionOf(handle.query("insert 2")));
    expect(late).toMatchObject({ rule: "no-concurrent-use", severity: "error" });
    raw.record.pending[2]!.resolve(undefined);
    await rollback;
    expect(raw.record.calls).toEqual(["BEGIN", "insert 1", "ROLLBACK"]);
    expect(violations.map(({ severity }) => severity)).toEqual(["warning", "error"]);
  });

  it("is over when it has been committed: what comes after the release is no branch of it", async () => {
    const { raw, handle } = client();
    const statements = ["BEGIN", "insert 1", "insert 2", "COMMIT"].map((text) => handle.query(text));
    raw.record.pending.forEach((each) => each.resolve(undefined));
    await Promise.all(statements);
    handle.release();
    expect(violation(await rejectionOf(handle.query("late"))).rule).toBe("no-use-after-release");
  });

  it("takes the beginning of the next transaction for what it is", async () => {
    const { raw, handle, violations } = client();
    const statements = ["BEGIN", "insert 1", "insert 2", "COMMIT", "BEGIN"].map((text) => handle.query(text));
    raw.record.pending.forEach((each) => each.resolve(undefined));
    await Promise.all(statements);
    expect(violations.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("no-early-release and no-use-after-release", () => {
  it("finds a release while something is pending", () => {
    const { raw, handle } = dealer();
    const [firstLine] = [here(), handle.send(1)];
    const [secondLine, error] = [here(), violation(thrownBy(() => handle.close()))];
    expect(error).toMatchObject({
      rule: "no-early-release",
      first: { operation: "send", place: { file, line: firstLine } },
      second: { operation: "close", place: { file, line: secondLine } },
      libraryText: "Operation was not possible or timed out",
    });
    expect(raw.record.calls).toEqual(["send 1"]);
  });

  it("says nothing where the release waits, or where a loop ends with it", async () => {
    const files = fileHandle();
    void files.handle.writeFile("A");
    void files.handle.close();
    expect(files.violations).toEqual([]);
    const { handle, violations } = dealer();
    const loop = handle[Symbol.asyncIterator]();
    void loop.next();
    handle.close();
    expect(violations).toEqual([]);
    await turn();
  });

  it("finds a use after the release: thrown, rejected, or given to the callback", async () => {
    const socket = dealer();
    const releaseLine = here() + 1;
    socket.handle.close();
    const thrown = violation(thrownBy(() => socket.handle.send(1)));
    expect(thrown).toMatchObject({
      rule: "no-use-after-release",
      first: { operation: "close", place: { file, line: releaseLine } },
      libraryText: "Socket is closed",
    });
    const files = fileHandle();
    void files.handle.close();
    expect(violation(await rejectionOf(files.handle.stat())).libraryText).toBe("file closed");
    const { raw, handle } = client();
    handle.release();
    const given = await new Promise((resolve) => handle.query("select 1", resolve));
    expect(violation(given).rule).toBe("no-use-after-release");
    expect(violation(await rejectionOf(handle.query("select 2"))).contract).toBe("pg#PoolClient");
    expect(raw.record.calls).toEqual(["release"]);
  });

  it("finds a second release where the contract says that it does harm, and only there", () => {
    const { raw, handle } = client();
    handle.release();
    const error = violation(thrownBy(() => handle.release()));
    expect(error).toMatchObject({ rule: "no-use-after-release", second: { operation: "release" } });
    expect(error.libraryText).toContain("already been released to the pool");
    expect(raw.record.calls).toEqual(["release"]);
    const socket = dealer();
    socket.handle.close();
    socket.handle.close();
    expect(socket.violations).toEqual([]);
    expect(socket.raw.record.calls).toEqual(["close", "close"]);
  });

  it("forgets a callback that is called twice", async () => {
    const raw = new PoolClient();
    const callbacks: ((error?: Error) => void)[] = [];
    raw.query = ((_text: string, callback: () => void) => void callbacks.push(callback)) as typeof raw.query;
    const { handle, violations } = guarded(raw, { contract: "pg#PoolClient" });
    handle.query("one", () => {});
    callbacks[0]!();
    handle.query("two", () => {});
    callbacks[0]!();
    expect(violation(thrownBy(() => handle.release())).rule).toBe("no-early-release");
    callbacks[1]!();
    await turn();
    expect(raw.record.calls).toEqual(["release"]);
    expect(violations).toHaveLength(1);
  });
});

describe("options", () => {
  it("no-late-linger: linger after a send, obeyed at close", async () => {
    const { raw, handle } = dealer();
    const sent = handle.send(1);
    raw.record.pending[0]!.resolve(undefined);
    await sent;
    const line = here() + 1;
    handle.linger = 0;
    const error = violation(thrownBy(() => handle.close()));
    expect(error).toMatchObject({ rule: "no-late-linger", first: { operation: "linger", place: { file, line } } });
    expect(raw.record.calls).toEqual(["send 1", "close"]);
  });

  it("no-late-linger: nothing before the first send, nor where it keeps messages", async () => {
    for (const [before, after] of [
      [0, undefined],
      [undefined, -1],
    ]) {
      const { raw, handle, violations } = dealer();
      if (before !== undefined) handle.linger = before;
      const sent = handle.send(1);
      raw.record.pending[0]!.resolve(undefined);
      await sent;
      if (after !== undefined) handle.linger = after;
      handle.close();
      expect(violations).toEqual([]);
    }
  });

  it("no-late-option: told when the handle is used without it, and refuses nothing", () => {
    const { raw, handle, violations } = dealer();
    const connectLine = here() + 1;
    handle.connect();
    handle.routingId = "late";
    expect(violations).toEqual([]);
    void handle.send(1);
    expect(violations).toMatchObject([
      {
        rule: "no-late-option",
        first: { operation: "connect", place: { file, line: connectLine } },
        second: { operation: "routingId", place: { file, line: connectLine + 1 } },
      },
    ]);
    expect(violations[0]!.message).toContain("Socket option will not take effect until next connect/bind.");
    expect(raw.record.calls).toEqual(["connect", "send 1"]);
  });

  it("no-late-option: nothing before the next connect, which it precedes", () => {
    const { handle, violations } = dealer();
    handle.routingId = "early";
    handle.connect();
    handle.routingId = "for the next";
    handle.connect();
    void handle.send(1);
    expect(violations).toEqual([]);
  });
});

describe("modes", () => {
  it("warn: carries it out, and the process warns once for each place", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    // What tests before this one have caused comes first.
    await turn();
    process.on("warning", note);
    try {
      const { raw, handle, violations } = dealer({ mode: "warn" });
      for (const message of [1, 2, 3]) void handle.send(message);
      expect(raw.record.calls).toEqual(["send 1", "send 2", "send 3"]);
      expect(violations).toHaveLength(2);
      await turn();
      const { message } = violations[0]!;
      expect(warnings).toEqual([
        expect.objectContaining({ name: "HoldfastWarning", code: "no-concurrent-use", message }),
      ]);
    } finally {
      process.off("warning", note);
    }
  });

  it("observe: carries it out, and only listeners learn of it", async () => {
    const warned = vi.fn();
    process.on("warning", warned);
    try {
      const { raw, handle, rules } = dealer({ mode: "observe" });
      void handle.send(1);
      void handle.send(2);
      handle.close();
      void handle.send(3);
      expect(raw.record.calls).toEqual(["send 1", "send 2", "close", "send 3"]);
      expect(rules()).toEqual(["no-concurrent-use", "no-early-release", "no-use-after-release"]);
      await turn();
      expect(warned).not.toHaveBeenCalled();
    } finally {
      process.off("warning", warned);
    }
  });

  it("serialize: lets operations that the library would refuse take turns, in the order of arrival", async () => {
    const { raw, handle, rules } = dealer({ mode: "serialize" });
    const sends = [1, 2, 3].map((message) => handle.send(message));
    for (const index of [0, 1, 2]) {
      expect(raw.record.calls).toHaveLength(index + 1);
      raw.record.pending[index]!.resolve(index);
      await sends[index];
    }
    expect(await Promise.all(sends)).toEqual([0, 1, 2]);
    expect(rules()).toEqual(["no-concurrent-use", "no-concurrent-use"]);
  });

  it("serialize: a failure is its own caller's, and the next goes on", async () => {
    const { raw, handle } = dealer({ mode: "serialize" });
    const failure = new Error("failed");
    const sends = Promise.allSettled([handle.send(1), handle.send(2)]);
    raw.record.pending[0]!.reject(failure);
    await turn();
    raw.record.pending[1]!.resolve("second");
    expect(await sends).toEqual([
      { status: "rejected", reason: failure },
      { status: "fulfilled", value: "second" },
    ]);
  });

  it("serialize: a call that waits and then throws fails to its caller only", async () => {
    const raw = new PoolClient();
    const handle = exclusive(raw, { contract: "pg#PoolClient" });
    const first = handle.query("one");
    const failure = new Error("cannot be sent");
    raw.query = () => {
      throw failure;
    };
    const given = new Promise((resolve) => handle.query("two", resolve));
    raw.record.pending[0]!.resolve("done");
    expect(await first).toBe("done");
    expect(await given).toBe(failure);
  });

  it("exclusive: send and receive may overlap, two sends may not, and close waits for its turn", async () => {
    const raw = new Dealer();
    const found = collecting();
    const handle = exclusive(raw, { onViolation: found.onViolation });
    const receiving = handle.receive();
    const sends = [handle.send(1), handle.send(2)];
    handle.close();
    expect(raw.record.calls).toEqual(["receive", "send 1"]);
    raw.record.pending[1]!.resolve(undefined);
    await sends[0];
    expect(raw.record.calls).toEqual(["receive", "send 1", "send 2"]);
    raw.record.pending[2]!.resolve(undefined);
    await sends[1];
    await turn();
    expect(raw.record.calls).toEqual(["receive", "send 1", "send 2", "close"]);
    raw.record.pending[0]!.resolve(undefined);
    await receiving;
  });

  it("exclusive: whoever has guarded the handle before takes turns as well", async () => {
    const { raw, handle, violations } = dealer();
    const turns = exclusive(raw);
    const sends = [handle.send(1), turns.send(2)];
    expect(raw.record.calls).toEqual(["send 1"]);
    raw.record.pending[0]!.resolve(undefined);
    await sends[0];
    raw.record.pending[1]!.resolve(undefined);
    await sends[1];
    expect(violations).toEqual([]);
  });

  describe.each(passive)("%s", (mode) => {
    it("changes no result, no order of results, and no error", async () => {
      const failure = new Error("failed");
      const run = async (handle: Dealer, raw: Dealer) => {
        const order: unknown[] = [];
        const note = (name: string) => (outcome: unknown) => void order.push([name, outcome]);
        const all = ["a", "b", "c"].map((name) => handle.send(name).then(note(name), note(`${name} failed`)));
        raw.record.pending[2]!.resolve(3);
        raw.record.pending[0]!.reject(failure);
        raw.record.pending[1]!.resolve(2);
        await Promise.all(all);
        return order;
      };
      const bare = new Dealer();
      const { raw, handle } = dealer({ mode });
      const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const [expected, order] = [await run(bare, bare), await run(handle, raw)];
      warned.mockRestore();
      expect(order).toEqual(expected);
      expect((order[1] as unknown[])[1]).toBe(failure);
    });
  });
});

describe("the way out", () => {
  it.each(modes)("is open in mode %s: release", async (mode) => {
    const { raw, handle } = dealer({ mode });
    const sent = handle.send(1);
    try {
      handle.close();
    } catch (error) {
      expect(mode).toBe("throw");
      violation(error);
    }
    const isWaiting = mode === "throw" || mode === "serialize";
    expect(raw.record.calls).toEqual(isWaiting ? ["send 1"] : ["send 1", "close"]);
    raw.record.pending[0]!.resolve(undefined);
    await sent;
    await turn();
    expect(raw.record.calls).toEqual(["send 1", "close"]);
  });

  it.each(modes)("is open in mode %s: rollback", async (mode) => {
    const { raw, handle } = client({ mode });
    const statements = [handle.query("BEGIN"), handle.query("insert 1"), handle.query("ROLLBACK")];
    for (let index = 0; index < 3; index++) {
      raw.record.pending[index]!.resolve(undefined);
      await statements[index];
    }
    handle.release();
    expect(raw.record.calls).toEqual(["BEGIN", "insert 1", "ROLLBACK", "release"]);
  });

  it.each(["throw", "serialize"] as const)(
    "has an end in mode %s: a release waits for its patience only",
    async (mode) => {
      const { raw, handle } = dealer({ mode, patience: 20 });
      void handle.send("never sent");
      const closed = new Promise<void>((resolve) => {
        const close = raw.close.bind(raw);
        raw.close = () => {
          close();
          resolve();
        };
      });
      try {
        handle.close();
      } catch (error) {
        violation(error);
      }
      expect(raw.closed).toBe(false);
      // The timer of a guard keeps nobody alive: the test does.
      const alive = setInterval(() => {}, 1_000);
      await closed;
      clearInterval(alive);
      expect(raw.closed).toBe(true);
    },
  );

  it("is not held up by what only waits for a message", () => {
    const raw = new Dealer();
    const handle = exclusive(raw);
    void handle.receive();
    handle.close();
    expect(raw.closed).toBe(true);
  });
});

describe("listeners", () => {
  it("learn of violations on the channel, at the handle and in the process", () => {
    const everywhere = collecting();
    const onChannel: unknown[] = [];
    const subscriber = (message: unknown) => void onChannel.push(message);
    subscribe("holdfast:violation", subscriber);
    const stop = onAnyViolation(everywhere.onViolation);
    const { handle, violations } = dealer();
    void handle.send(1);
    const error = thrownBy(() => handle.send(2));
    stop();
    unsubscribe("holdfast:violation", subscriber);
    thrownBy(() => handle.send(3));
    expect(onChannel).toEqual([error]);
    expect(everywhere.violations).toEqual([error]);
    expect(violations).toHaveLength(2);
  });

  it("do no harm by throwing", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const throwing = () => {
      throw new Error("a broken listener");
    };
    subscribe("holdfast:violation", throwing);
    const stop = onAnyViolation(throwing);
    try {
      const raw = new Dealer();
      const handle = guard(raw, { mode: "observe", onViolation: throwing });
      const sends = [handle.send(1), handle.send(2)];
      raw.record.pending.forEach((each, index) => each.resolve(index));
      expect(await Promise.all(sends)).toEqual([0, 1]);
      await turn();
      expect(warned).toHaveBeenCalledTimes(3);
    } finally {
      stop();
      unsubscribe("holdfast:violation", throwing);
      warned.mockRestore();
    }
  });
});

describe("what is handed out", () => {
  class Pool {
    readonly lent = new PoolClient();
    connect(): Promise<PoolClient>;
    connect(callback: (error: undefined, client: PoolClient, done: () => void) => void): undefined;
    connect(callback?: (error: undefined, client: PoolClient, done: () => void) => void) {
      if (callback === undefined) return Promise.resolve(this.lent);
      callback(undefined, this.lent, () => this.lent.release());
      return undefined;
    }
    query(): Promise<unknown> {
      return Promise.resolve();
    }
  }

  it("is guarded as well, anew each time that it is lent", async () => {
    const pool = new Pool();
    const { handle, rules } = guarded(pool, { contract: "pg#Pool" });
    const first = await handle.connect();
    expect(first).toBeInstanceOf(PoolClient);
    first.release();
    const second = await handle.connect();
    void second.query("mine");
    expect(violation(await rejectionOf(first.query("late"))).rule).toBe("no-use-after-release");
    expect(violation(thrownBy(() => first.release())).rule).toBe("no-use-after-release");
    expect(pool.lent.record.calls).toEqual(["release", "mine"]);
    expect(rules()).toHaveLength(2);
  });

  it("comes by a callback, with the function that releases it", async () => {
    const { handle } = guarded(new Pool(), { contract: "pg#Pool" });
    const { client: lent, done } = await new Promise<{ client: PoolClient; done: () => void }>((resolve) => {
      handle.connect((_error, client, done) => resolve({ client, done }));
    });
    done();
    expect(violation(await rejectionOf(lent.query("late"))).rule).toBe("no-use-after-release");
    expect(violation(thrownBy(done)).rule).toBe("no-use-after-release");
  });

  it("keeps what it hands out apart from what is pending elsewhere", async () => {
    const { handle, violations } = guarded(new Pool(), { contract: "pg#Pool" });
    await Promise.all([handle.query(), handle.query(), handle.query()]);
    expect(violations).toEqual([]);
    const gate = deferred();
    gate.resolve();
    await gate.promise;
  });
});
