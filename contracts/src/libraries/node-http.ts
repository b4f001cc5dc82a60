/** Responses of `node:http`: their head goes out with the first part of the body, and cannot be changed after that. */

import type { Contract, EarlyOption, Export, Handle } from "../contract.js";
import { streamDestroy, streamEnd, streamWrite, writableStates, writtenAfterEnd } from "./node-stream.js";

const sendsHead = ["writeHead", "flushHeaders", "write", "end"];

const headersSent = "Cannot set headers after they are sent to the client";

function header(method: string): EarlyOption {
  return { name: method, set: { method }, precedes: sendsHead, tooLate: headersSent, once: true };
}

function status(property: string): EarlyOption {
  return {
    name: property,
    set: { property },
    precedes: sendsHead,
    tooLate: "The head of the response is out already.",
    tooLateDoesNothing: true,
  };
}

/** `writable` stays true. */
const { writable: _, ...states } = writableStates;

const response: Handle = {
  name: "ServerResponse",
  noun: "http response",
  types: [{ name: "ServerResponse", file: "http" }],
  lanes: {},
  operations: {
    write: streamWrite,
    writeHead: { settledBy: "return" },
    flushHeaders: { settledBy: "return" },
  },
  releases: { end: streamEnd, destroy: streamDestroy },
  mayBeLeft: "The code that answers the request ends it.",
  afterRelease: {
    ...writtenAfterEnd(["destroy"]),
    operations: {
      writeHead: {
        outcome: "throws",
        error: "Cannot write headers after they are sent to the client",
        code: "ERR_HTTP_HEADERS_SENT",
      },
      flushHeaders: { outcome: "silent" },
    },
  },
  states: {
    ...states,
    headersSent: { true: "begun", calls: sendsHead },
    finished: { true: "released", by: ["end"] },
  },
  options: [
    ...["setHeader", "setHeaders", "appendHeader", "removeHeader"].map(header),
    ...["statusCode", "statusMessage"].map(status),
  ],
};

/** The listener, if any, is the last argument. */
const server: Export = {
  kind: "function",
  callbacks: [{ argument: -1, timing: "repeatedly", parameters: [null, { type: "ServerResponse" }] }],
};

export const contracts: Contract[] = [
  {
    package: "node",
    versions: ">=18.0.0",
    status: "proven",
    modules: ["http", "https"],
    declaredIn: ["@types/node"],
    evidence: [
      {
        kind: "proof",
        where: "proofs/node-stream.mjs",
        says: "After the head went out setHeader throws; a write after end raises an event, after destroy nothing.",
      },
      {
        kind: "documentation",
        where: "https://nodejs.org/docs/latest-v20.x/api/errors.html#err_http_headers_sent",
        says: "An attempt was made to add more headers after the headers had already been sent.",
      },
      {
        kind: "documentation",
        where: "https://nodejs.org/docs/latest-v20.x/api/http.html#responsestatuscode",
        says: "After the response header was sent to the client, this property indicates the status code which was sent out.",
      },
      {
        kind: "documentation",
        where: "https://nodejs.org/docs/latest-v20.x/api/errors.html#err_stream_write_after_end",
        says: "An attempt was made to call stream.write() after stream.end() has been called.",
      },
    ],
    exports: { createServer: server },
    handles: [response],
  },
];
