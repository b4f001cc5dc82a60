/** Sockets of `node:net` and `node:tls`: streams that keep the buffers they are given until these are out. */

import type { Contract, Evidence, Export, Handle } from "../contract.js";
import {
  destroyedOnDispose,
  oneReader,
  streamDestroy,
  streamEnd,
  streamWrite,
  writableStates,
  writtenAfterEnd,
} from "./node-stream.js";
import { loop } from "./shared.js";

const socket: Handle = {
  name: "Socket",
  noun: "socket",
  types: [
    { name: "Socket", file: "net" },
    { name: "TLSSocket", file: "tls" },
  ],
  lanes: { read: oneReader },
  operations: { write: streamWrite, "[Symbol.asyncIterator]": { ...loop, lane: "read" } },
  releases: {
    end: streamEnd,
    destroySoon: streamEnd,
    destroy: streamDestroy,
    resetAndDestroy: streamDestroy,
  },
  reopenedBy: ["connect"],
  mayBeLeft: "It closes when the other side ends it.",
  disposal: destroyedOnDispose,
  afterRelease: {
    ...writtenAfterEnd(["destroy", "resetAndDestroy"]),
    // What the other side sends is still to be read.
    operations: { "[Symbol.asyncIterator]": { outcome: "fine" } },
  },
  states: {
    ...writableStates,
    destroyed: { true: "released", by: ["destroy", "resetAndDestroy"] },
    // A socket that ended only its own side is `readOnly` until the other side ends too.
    readyState: { true: "open", values: ["opening", "open", "writeOnly"] },
    connecting: { true: "open", late: true },
    pending: { true: "open", late: true },
  },
  errorEvent: "error",
};

const evidence: Evidence[] = [
  { kind: "proof", where: "proofs/node-stream.mjs", says: "A write after end raises an event, after destroy nothing." },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/net.html#socketdestroyerror",
    says: "Ensures that no more I/O activity happens on this socket.",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/net.html#socketdestroysoon",
    says: "Destroys the socket after all data is written.",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/net.html#socketwritedata-encoding-callback",
    says: "The callback will be executed when the data is finally written out.",
  },
];

const client: Export = { kind: "function", returns: { type: "node#Socket" } };

/** The listener, if any, is the last argument. */
const server: Export = {
  kind: "function",
  callbacks: [{ argument: -1, timing: "repeatedly", parameters: [{ type: "node#Socket" }] }],
};

const common = {
  package: "node",
  versions: ">=18.0.0",
  status: "proven",
  declaredIn: ["@types/node"],
  evidence,
} satisfies Partial<Contract>;

export const contracts: Contract[] = [
  {
    ...common,
    modules: ["net"],
    exports: {
      connect: client,
      createConnection: client,
      createServer: server,
      Socket: { kind: "class", type: "Socket" },
    },
    handles: [socket],
  },
  {
    ...common,
    modules: ["tls"],
    exports: { connect: client, createServer: server },
    handles: [],
  },
];
