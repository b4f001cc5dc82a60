/** The published failures that Holdfast comes from, against the real libraries and servers: bare, guarded and mended. */
import amqp from "amqplib";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Dealer, Pull, Push, Router } from "zeromq";
import { exclusive, guard, HandleViolation } from "../src/index.js";
import { runProgram } from "./support/child.js";
import { collecting, rejectionOf, thrownBy, violation } from "./support/violations.js";

const anyPort = "tcp://127.0.0.1:*";

/** What is to be undone after each test, the latest first. */
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

describe("one socket, three users", () => {
  /** A router that echoes, until it is closed. */
  async function startEcho(): Promise<string> {
    const router = new Router({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    undo.push(() => router.close());
    await router.bind(anyPort);
    void (async () => {
      for await (const message of router) await router.send(message);
    })().catch(() => {});
    return router.lastEndpoint!;
  }

  /** A client whose receive loop, senders and heartbeat share one socket, which `make` guards or not. */
  async function startClient(make: (socket: Dealer) => Dealer) {
    const bare = new Dealer({ linger: 0 });
    undo.push(() => bare.close());
    bare.connect(await startEcho());
    const socket = make(bare);
    const waiting = new Map<string, (answer: string) => void>();
    const failures: unknown[] = [];
    let beats = 0;
    void (async () => {
      for await (const [answer] of socket) waiting.get(String(answer))?.(String(answer));
    })().catch((error: unknown) => failures.push(error));
    const beat = async () => {
      await socket.send("beat");
      beats++;
    };
    const heartbeat = setInterval(() => void beat().catch((error: unknown) => failures.push(error)), 1);
    undo.push(() => clearInterval(heartbeat));
    let count = 0;
    const request = async () => {
      const id = String(count++);
      const answered = new Promise<string>((resolve) => waiting.set(id, resolve));
      await socket.send(id);
      return answered;
    };
    /** Sixteen senders, each of which has so many requests under way at a time. */
    const load = (rounds: number, atOnce: number) =>
      Promise.all(
        Array.from({ length: 16 }, async () => {
          let answered = 0;
          for (let round = 0; round < rounds; round++) {
            const results = await Promise.allSettled(Array.from({ length: atOnce }, request));
            for (const result of results) {
              if (result.status === "fulfilled") answered++;
              else failures.push(result.reason);
            }
          }
          return answered;
        }),
      );
    const total = async (rounds: number, atOnce: number) =>
      (await load(rounds, atOnce)).reduce((sum, answered) => sum + answered, 0);
    return { total, failures, beats: () => beats };
  }

  it("bare: a burst throws EBUSY", async () => {
    const { total, failures } = await startClient((socket) => socket);
    const answered = await total(1, 50);
    expect(answered).toBeLessThan(800);
    expect(failures[0]).toMatchObject({ code: "EBUSY" });
  });

  it("guarded: the same overlap is a violation", async () => {
    const { total, failures } = await startClient((socket) => guard(socket));
    await total(1, 50);
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) {
      expect(violation(failure)).toMatchObject({
        rule: "no-concurrent-use",
        contract: "zeromq#Dealer",
        first: { operation: "send", place: { file: import.meta.filename } },
        libraryText: "Socket is busy writing; only one send operation may be in progress at any time",
      });
    }
  });

  it("exclusive: every request is answered", async ({ annotate }) => {
    const { total, failures, beats } = await startClient((socket) => exclusive(socket));
    const start = performance.now();
    const answered = await total(10, 50);
    await annotate(`${Math.round((answered / (performance.now() - start)) * 1_000)} requests a second`);
    expect(answered).toBe(8_000);
    expect(failures).toEqual([]);
    await vi.waitUntil(() => beats() > 0);
  });
});

describe("linger, and a send against close", () => {
  it("linger just before close is a violation, and the socket is closed", async () => {
    const push = guard(new Push());
    push.connect("tcp://127.0.0.1:1");
    await push.send("queued");
    push.linger = 0;
    expect(violation(thrownBy(() => push.close())).rule).toBe("no-late-linger");
    expect(push.closed).toBe(true);
  });

  it("linger at creation is none", async () => {
    const push = guard(new Push({ linger: 0 }));
    push.connect("tcp://127.0.0.1:1");
    await push.send("dropped");
    push.close();
    expect(push.closed).toBe(true);
  });

  it("bare: a send that is pending at close fails, and its message is lost", async () => {
    const push = new Push({ linger: 0 });
    const sending = rejectionOf(push.send("nobody is connected"));
    push.close();
    expect(await sending).toMatchObject({ code: "EAGAIN" });
  });

  it("guarded: the close is a violation, and waits for the send", async () => {
    const pull = new Pull({ linger: 0 });
    undo.push(() => pull.close());
    await pull.bind(anyPort);
    const push = guard(new Push({ linger: 1_000 }));
    const sending = push.send("in time");
    expect(violation(thrownBy(() => push.close()))).toMatchObject({
      rule: "no-early-release",
      first: { operation: "send" },
      second: { operation: "close" },
    });
    expect(push.closed).toBe(false);
    // The way out stays open to the library; for the program the handle is gone.
    expect(thrownBy(() => push.connect(pull.lastEndpoint!))).toBeInstanceOf(HandleViolation);
    await rejectionOf(Promise.race([sending, Promise.reject(new Error("still pending"))]));
  });

  it("exclusive: close comes after the sends, and everything arrives", async () => {
    const pull = new Pull({ linger: 0 });
    undo.push(() => pull.close());
    await pull.bind(anyPort);
    const push = exclusive(new Push({ sendHighWaterMark: 10 }));
    push.connect(pull.lastEndpoint!);
    const sends = Array.from({ length: 500 }, (_, index) => push.send(String(index)));
    push.close();
    for (let index = 0; index < 500; index++) expect(String((await pull.receive())[0])).toBe(String(index));
    await Promise.all(sends);
    await vi.waitUntil(() => push.closed);
  });
});

describe("peers that come and go", () => {
  const peers = Number(process.env["HOLDFAST_CHURN"] ?? 200);

  it(`${peers} of them leave nothing behind`, { timeout: 60_000 + peers * 50 }, async ({ annotate }) => {
    const { code, stdout, stderr } = await runProgram(
      `
        import { Dealer, Router } from "zeromq";
        import { exclusive, guard } from "@holdfast/runtime";
        const router = guard(new Router({ linger: 0 }), { mode: "observe" });
        await router.bind("${anyPort}");
        const echoing = (async () => { for await (const message of router) await router.send(message); })();
        const measured = [];
        for (let peer = 0; peer <= ${peers}; peer++) {
          const make = peer % 2 ? guard : exclusive;
          const dealer = make(new Dealer({ linger: 0 }));
          dealer.connect(router.lastEndpoint);
          await dealer.send("hello");
          await dealer.receive();
          dealer.close();
          if (peer % ${Math.floor(peers / 4)} === 0) {
            for (let turn = 0; turn < 5; turn++) { await new Promise(setImmediate); gc(); }
            measured.push([process.memoryUsage().heapUsed, process.memoryUsage().rss]);
          }
        }
        router.close();
        await echoing;
        console.log(JSON.stringify(measured));
      `,
      { flags: ["--expose-gc"] },
    );
    expect(code, stderr).toBe(0);
    const measured = JSON.parse(stdout) as [heap: number, rss: number][];
    const [, settled, , , last] = measured;
    await annotate(`heap ${settled![0]} to ${last![0]}, resident ${settled![1]} to ${last![1]}`);
    expect(last![0] - settled![0]).toBeLessThan(500_000);
    expect(last![1] - settled![1]).toBeLessThan(30_000_000);
  });
});

describe("a pool of pg", () => {
  function startPool() {
    const bare = new pg.Pool({ host: "127.0.0.1", user: "root", database: "test", max: 1 });
    undo.push(() => bare.end());
    return bare;
  }

  it("bare: a second release frees the client from under its next owner", async () => {
    const pool = startPool();
    const first = await pool.connect();
    first.release();
    const second = await pool.connect();
    first.release();
    const third = await pool.connect();
    expect(third).toBe(second);
    third.release();
    expect(() => second.release()).toThrow("already been released");
  });

  it("guarded: whoever has released it can neither use it nor release it again", async () => {
    const found = collecting();
    const bare = startPool();
    const pool = guard(bare, { onViolation: found.onViolation });
    const first = await pool.connect();
    expect((await first.query("select 1 as n")).rows).toEqual([{ n: 1 }]);
    first.release();
    const second = await pool.connect();
    expect(violation(thrownBy(() => first.release())).libraryText).toContain("already been released to the pool");
    expect(violation(await rejectionOf(first.query("select 2"))).contract).toBe("pg#PoolClient");
    expect(bare.idleCount).toBe(0);
    expect((await second.query("select 3 as n")).rows).toEqual([{ n: 3 }]);
    second.release();
    expect(bare.idleCount).toBe(1);
    expect(found.rules()).toEqual(["no-use-after-release", "no-use-after-release"]);
  });

  it("guarded: a release behind a running statement, which the next owner does not meet", async () => {
    const bare = startPool();
    const pool = guard(bare);
    const first = await pool.connect();
    const running = first.query("select pg_sleep(0.05)");
    expect(violation(thrownBy(() => first.release())).rule).toBe("no-early-release");
    expect(bare.idleCount).toBe(0);
    let isDone = false;
    void running.then(() => (isDone = true));
    const second = await pool.connect();
    expect(isDone).toBe(true);
    second.release();
  });
});

describe("channels of amqplib", () => {
  async function startQueue() {
    const connection = await amqp.connect("amqp://guest:guest@127.0.0.1:5672");
    undo.push(() => connection.close());
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue("", { exclusive: true });
    const count = async () => {
      channel.sendToQueue(queue, Buffer.from("last"));
      await channel.waitForConfirms();
      let messages = 0;
      while (await channel.get(queue, { noAck: true })) messages++;
      return messages - 1;
    };
    // A queue that is exclusive belongs to its connection, but everybody may publish to it.
    return { queue, count };
  }
  const connect = () => amqp.connect("amqp://guest:guest@127.0.0.1:5672");

  it("guarded: a channel that is used after close", async () => {
    const found = collecting();
    const connection = guard(await connect(), { onViolation: found.onViolation });
    const channel = await connection.createChannel();
    await channel.close();
    expect(violation(thrownBy(() => channel.sendToQueue("any", Buffer.from("late")))).libraryText).toBe(
      "Channel closed",
    );
    expect(violation(await rejectionOf(channel.checkQueue("any"))).rule).toBe("no-use-after-release");
    expect(violation(await rejectionOf(channel.close())).rule).toBe("no-use-after-release");
    await connection.close();
    expect(violation(thrownBy(() => channel.sendToQueue("any", Buffer.from("late")))).rule).toBe(
      "no-use-after-release",
    );
    expect(found.violations).toHaveLength(4);
  });

  /** Publishes, and closes the connection at once. */
  async function publishAndClose(connection: amqp.ChannelModel, queue: string) {
    const channel = await connection.createConfirmChannel();
    const outcomes: unknown[] = [];
    for (let message = 0; message < 200; message++) {
      channel.sendToQueue(queue, Buffer.alloc(100), {}, (error: unknown) => outcomes.push(error));
    }
    const closing = await Promise.allSettled([connection.close()]);
    return { closing: closing[0], outcomes };
  }

  it("bare: closing the connection loses what is not confirmed", async () => {
    const { queue, count } = await startQueue();
    const { closing } = await publishAndClose(await connect(), queue);
    expect(closing.status).toBe("fulfilled");
    expect(await count()).toBe(0);
  });

  it("observed: it is a violation, and still lost", async () => {
    const { queue, count } = await startQueue();
    const found = collecting();
    const connection = guard(await connect(), { mode: "observe", onViolation: found.onViolation });
    const { closing } = await publishAndClose(connection, queue);
    expect(closing.status).toBe("fulfilled");
    expect(found.violations).toMatchObject([{ rule: "no-early-release", contract: "amqplib#ChannelModel" }]);
    expect(await count()).toBe(0);
  });

  it.each([
    ["guarded", guard],
    ["exclusive", exclusive],
  ])("%s: the close waits, and everything arrives", async (_name, make) => {
    const { queue, count } = await startQueue();
    const { closing, outcomes } = await publishAndClose(make(await connect()), queue);
    if (make === guard) expect(violation((closing as PromiseRejectedResult).reason).rule).toBe("no-early-release");
    else expect(closing.status).toBe("fulfilled");
    expect(outcomes).toEqual(Array.from({ length: 200 }, () => null));
    expect(await count()).toBe(200);
  });

  it("guarded: prefetch after consume is told, and messages are answered as ever", async () => {
    const { queue } = await startQueue();
    const found = collecting();
    const connection = guard(await connect(), { onViolation: found.onViolation });
    undo.push(() => connection.close());
    const channel = await connection.createChannel();
    const own = await channel.assertQueue("", { exclusive: true });
    expect(own.queue).not.toBe(queue);
    const received = new Promise((resolve) => {
      void channel.consume(own.queue, (message) => {
        channel.ack(message!);
        resolve(String(message!.content));
      });
    });
    await channel.prefetch(1);
    channel.sendToQueue(own.queue, Buffer.from("hello"));
    expect(await received).toBe("hello");
    expect(found.rules()).toEqual(["no-late-option"]);
    await channel.close();
  });
});

describe("a file handle of Node.js", () => {
  const long = 2_000_000;

  async function startFile() {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-runtime-"));
    undo.push(() => rm(directory, { recursive: true, force: true }));
    const path = join(directory, "file");
    const bare = await open(path, "w");
    undo.push(() => bare.close());
    return { bare, content: () => readFile(path, "latin1") };
  }
  const pieces = (text: string) => text.match(/(.)\1*/g)?.length ?? 0;
  const writeTwice = (handle: Awaited<ReturnType<typeof open>>) =>
    Promise.allSettled(["A", "B"].map((letter) => handle.writeFile(letter.repeat(long))));

  it("bare: two writeFile calls interleave", async () => {
    for (let round = 0; round < 20; round++) {
      const { bare, content } = await startFile();
      await writeTwice(bare);
      if (pieces(await content()) > 2) return;
    }
    expect.fail("no interleaving in 20 rounds");
  });

  it("guarded: the second is refused", async () => {
    const { bare, content } = await startFile();
    const [first, second] = await writeTwice(guard(bare));
    expect(first!.status).toBe("fulfilled");
    expect(violation((second as PromiseRejectedResult).reason)).toMatchObject({ contract: "node#FileHandle" });
    expect(await content()).toBe("A".repeat(long));
  });

  it("exclusive: one comes after the other, and close after both", async () => {
    const { bare, content } = await startFile();
    const handle = exclusive(bare);
    const writing = writeTwice(handle);
    await handle.close();
    for (const { status } of await writing) expect(status).toBe("fulfilled");
    expect(await content()).toBe("A".repeat(long) + "B".repeat(long));
    expect(bare.fd).toBe(-1);
  });
});

describe("a connection of ioredis", () => {
  const require = createRequire(new URL("../../fixtures/package.json", import.meta.url));
  const { Redis } = require("ioredis") as typeof import("../../fixtures/node_modules/ioredis/built/index.js");
  const key = `holdfast:runtime:${process.pid}`;

  function connect() {
    const redis = new Redis({ host: "127.0.0.1", port: 6379 });
    undo.push(() => redis.disconnect());
    return redis;
  }

  it("runs commands side by side", async () => {
    const found = collecting();
    const redis = guard(connect(), { onViolation: found.onViolation });
    await Promise.all([redis.set(key, "1"), redis.incr(key), redis.incrby(key, 3)]);
    expect(await redis.multi().get(key).del(key).exec()).toEqual([
      [null, "5"],
      [null, 1],
    ]);
    expect(await redis.pipeline().get(key).exec()).toEqual([[null, null]]);
    expect(found.violations).toEqual([]);
  });

  it("quit waits for what is pending", async () => {
    const redis = guard(connect());
    const pending = redis.get(key);
    expect(await redis.quit()).toBe("OK");
    expect(await pending).toBeNull();
    expect(violation(await rejectionOf(redis.get(key))).libraryText).toBe("Connection is closed.");
  });

  it("bare: disconnect fails what is pending", async () => {
    const redis = connect();
    const pending = rejectionOf(redis.get(key));
    redis.disconnect();
    expect(await pending).toMatchObject({ message: "Connection is closed." });
  });

  it("guarded: disconnect is a violation, and waits", async () => {
    const bare = connect();
    const redis = guard(bare);
    const pending = redis.get(key);
    expect(violation(thrownBy(() => redis.disconnect()))).toMatchObject({
      rule: "no-early-release",
      contract: "ioredis#Redis",
      libraryText: "Connection is closed.",
    });
    expect(await pending).toBeNull();
    await vi.waitUntil(() => bare.status === "end");
  });

  it("may be told to connect again", async () => {
    const redis = guard(connect());
    await redis.ping();
    redis.disconnect(true);
    expect(await redis.ping()).toBe("PONG");
  });

  it("may be opened again", async () => {
    const redis = guard(connect());
    await redis.ping();
    redis.disconnect();
    await vi.waitUntil(() => redis.status === "end");
    await redis.connect();
    expect(await redis.ping()).toBe("PONG");
  });
});
