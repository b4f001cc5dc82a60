/**
 * A receive loop, sixteen senders and a heartbeat on one socket of zeromq. Every sender awaits its own send before the next:
 * what makes a send fail is the others.
 */
import { afterEach, expect, it } from "vitest";
import { Dealer, Router } from "zeromq";
import { exclusive, guard } from "../src/index.js";
import { violation } from "./support/violations.js";

const senders = 16;
const requests = 100;
const total = senders * requests;

const undo: (() => void)[] = [];
afterEach(() => undo.splice(0).forEach((each) => each()));

/** A router that answers each message with itself. */
async function startRouter(): Promise<string> {
  const router = new Router({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
  undo.push(() => router.close());
  await router.bind("tcp://127.0.0.1:*");
  const echo = async () => {
    for await (const message of router) await router.send(message);
  };
  echo().catch(() => undefined);
  return router.lastEndpoint!;
}

/** All of them at once, on a socket that `make` guards or not: how many requests were answered, and which sends have failed. */
async function load(make: (socket: Dealer) => Dealer) {
  const bare = new Dealer({ linger: 0 });
  undo.push(() => bare.close());
  bare.connect(await startRouter());
  const socket = make(bare);

  const answers = new Map<string, () => void>();
  let beats = 0;
  const receive = async () => {
    for await (const [message] of socket) {
      if (String(message) === "beat") beats++;
      else answers.get(String(message))!();
    }
  };
  const receiving = receive();

  const failed: { message: string; error: unknown }[] = [];
  const send = async (message: string) => {
    try {
      await socket.send(message);
      return true;
    } catch (error) {
      failed.push({ message, error });
      return false;
    }
  };
  const sender = async (_: unknown, name: number) => {
    const owed: Promise<void>[] = [];
    for (let count = 0; count < requests; count++) {
      const id = `${name}/${count}`;
      const answer = new Promise<void>((resolve) => answers.set(id, resolve));
      if (await send(id)) owed.push(answer);
    }
    return (await Promise.all(owed)).length;
  };
  void send("beat");
  const heartbeat = setInterval(() => void send("beat"), 1);
  const answered = await Promise.all(Array.from({ length: senders }, sender));
  clearInterval(heartbeat);
  socket.close();
  await receiving;
  return {
    answered: answered.reduce((sum, count) => sum + count),
    failedRequests: failed.filter(({ message }) => message !== "beat").length,
    errors: failed.map(({ error }) => error),
    beats,
  };
}

it("bare: sends fail with the library's own error", async () => {
  const { answered, failedRequests, errors } = await load((socket) => socket);
  expect(failedRequests).toBeGreaterThan(0);
  expect(answered + failedRequests).toBe(total);
  for (const error of errors) {
    expect(error).toMatchObject({
      code: "EBUSY",
      message: "Socket is busy writing; only one send operation may be in progress at any time",
    });
  }
});

it("guarded: the same sends are refused, with both places", async () => {
  const { answered, failedRequests, errors } = await load((socket) => guard(socket));
  expect(failedRequests).toBeGreaterThan(0);
  expect(answered + failedRequests).toBe(total);
  const sending = { operation: "send", place: { file: import.meta.filename } };
  for (const error of errors) {
    expect(violation(error)).toMatchObject({
      rule: "no-concurrent-use",
      contract: "zeromq#Dealer",
      libraryText: "Socket is busy writing; only one send operation may be in progress at any time",
      second: sending,
    });
  }
  expect(violation(errors[0]).first).toMatchObject(sending);
});

it("exclusive: every request is answered, beside the heartbeat", async () => {
  const { answered, errors, beats } = await load((socket) => exclusive(socket));
  expect(errors).toEqual([]);
  expect(answered).toBe(total);
  expect(beats).toBeGreaterThan(0);
});
