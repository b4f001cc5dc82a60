/** One dealer of zeromq whose receive loop, senders and heartbeat share it, against a router in another process. */

import { exclusive, guard, HandleViolation } from "@holdfast/runtime";
import { fork } from "node:child_process";
import { once } from "node:events";
import { Dealer } from "zeromq";
import { median, table } from "../report.mjs";

/** So many requests are under way at a time, whoever sends them. */
const underWay = 800;

/** Each has a socket of its own; what one run leaves behind is nothing to the next. */
const ways = {
  "bare, one sender": { kind: "bare", senders: 1, beats: false },
  "bare, 16 senders and a heartbeat": { kind: "bare", senders: 16, beats: true },
  "guarded, 16 senders and a heartbeat": { kind: "guarded", senders: 16, beats: true },
  "exclusive, 16 senders and a heartbeat": { kind: "exclusive", senders: 16, beats: true },
};

function make(kind, socket) {
  if (kind === "guarded") return guard(socket);
  return kind === "exclusive" ? exclusive(socket) : socket;
}

/** What became of so many requests each way: medians of the rounds, which take turns. */
export async function oneSocket({ requests, rounds }) {
  const router = fork(new URL("echo.mjs", import.meta.url));
  const [address] = await once(router, "message");
  const results = new Map(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, way] of Object.entries(ways)) results.get(name).push(await load(address, way, requests));
  router.disconnect();
  await once(router, "exit");

  const rows = [...results].map(([name, all]) => {
    const middle = (read, digits = 0) => median(all.map(read)).toFixed(digits);
    return [
      name,
      middle(({ answered }) => answered),
      middle(({ refused }) => refused),
      middle(({ busy }) => busy),
      // How fast requests fail is nothing that anybody wants to know.
      all.some(({ refused, busy }) => refused + busy > 0) ? "–" : middle(({ rate }) => rate),
      middle(({ wait }) => wait, 3),
    ];
  });
  const head = ["requests", "answered", "refused by the guard", "failed with EBUSY", "answered a second", "ms a send"];
  const errors = new Set([...results.values()].flat().flatMap(({ texts }) => [...texts]));
  const said = [...errors].map((text) => `> ${text}`).join("\n");
  return `${requests} requests each way, ${underWay} under way at a time; medians of ${rounds} rounds.\n\n${table(head, rows)}\n\nWhat zeromq said:\n\n${said}`;
}

/** All requests of one way. */
async function load(address, { kind, senders, beats }, requests) {
  const client = connect(address, kind);
  const heartbeat = beats ? setInterval(() => void client.send("beat"), 1) : undefined;
  const began = performance.now();
  await Promise.all(Array.from({ length: senders }, () => client.requestAll(requests / senders, underWay / senders)));
  const seconds = (performance.now() - began) / 1_000;
  clearInterval(heartbeat);
  const { answered, failures, waits } = client;
  await client.close();
  const refused = failures.filter((failure) => failure instanceof HandleViolation).length;
  const busy = failures.filter(({ code }) => code === "EBUSY");
  if (refused + busy.length < failures.length) throw new Error("A send has failed for another reason.");
  const texts = new Set(busy.map(({ message }) => message));
  return { answered: answered(), refused, busy: busy.length, texts, rate: answered() / seconds, wait: median(waits) };
}

/** A client whose requests know their answers by a number. */
function connect(address, kind) {
  const socket = make(kind, new Dealer({ linger: 0 }));
  socket.connect(address);
  const waiting = new Map();
  const failures = [];
  const waits = [];
  let answered = 0;
  let count = 0;

  const receiving = (async () => {
    for await (const [id] of socket) {
      const resolve = waiting.get(String(id));
      if (resolve === undefined) continue;
      waiting.delete(String(id));
      answered++;
      resolve();
    }
  })();

  /** Whether it could be sent: nobody waits for the answer to what could not. */
  async function send(message) {
    const began = performance.now();
    try {
      await socket.send(message);
      waits.push(performance.now() - began);
      return true;
    } catch (error) {
      failures.push(error);
      return false;
    }
  }

  /** Sends one request after the other, and waits for answers only when so many are owed. */
  async function requestAll(requests, mostOwed) {
    const owed = [];
    for (let sent = 0; sent < requests; sent++) {
      const id = String(count++);
      const answer = new Promise((resolve) => waiting.set(id, resolve));
      if (await send(id)) owed.push(answer);
      else waiting.delete(id);
      if (owed.length >= mostOwed) await owed.shift();
    }
    await Promise.all(owed);
  }

  async function close() {
    socket.close();
    await receiving;
  }

  return { send, requestAll, close, answered: () => answered, failures, waits };
}
