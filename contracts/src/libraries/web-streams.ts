/** Web streams: readers and writers are locks on a stream, and what is pending on them when they let go fails. */

import type { Contract, Evidence, Export, Handle, Source } from "../contract.js";
import { release } from "./shared.js";

const reader: Handle = {
  name: "ReadableStreamDefaultReader",
  noun: "stream reader",
  types: [{ name: "ReadableStreamDefaultReader" }, { name: "ReadableStreamBYOBReader" }],
  lanes: {},
  operations: { read: { consumes: true }, cancel: { outlivesRelease: true } },
  releases: {
    releaseLock: {
      waits: false,
      kind: "graceful",
      pending: { outcome: "rejects", error: "Invalid state: Releasing reader", code: "ERR_INVALID_STATE" },
      second: { outcome: "harmless" },
    },
  },
  mayBeLeft: "A lock on a stream that was read to its end does no harm.",
  afterRelease: {
    outcome: "rejects",
    error: "Invalid state: The reader is not attached to a stream",
    code: "ERR_INVALID_STATE",
  },
};

const unbound = "Invalid state: Writer is not bound to a WritableStream";

/** Of a writer, and of a stream that no writer has locked. */
const abort = release({
  waits: false,
  kind: "abort",
  graceful: "close",
  drops: true,
  promised: true,
  pending: { outcome: "rejects" },
});

const writer: Handle = {
  name: "WritableStreamDefaultWriter",
  noun: "stream writer",
  types: [{ name: "WritableStreamDefaultWriter" }],
  lanes: {},
  operations: { write: {} },
  releases: {
    close: {
      waits: true,
      kind: "graceful",
      promised: true,
      pending: { outcome: "finishes" },
      second: {
        outcome: "rejects",
        error: "Invalid state: WritableStream is closed",
        code: "ERR_INVALID_STATE",
        underWay: {
          outcome: "rejects",
          error: "Invalid state: Failure to close WritableStream",
          code: "ERR_INVALID_STATE",
        },
        errorAfter: { releaseLock: unbound },
      },
    },
    abort,
    releaseLock: {
      waits: false,
      kind: "graceful",
      pending: { outcome: "finishes" },
      second: { outcome: "harmless" },
    },
  },
  mayBeLeft: "The stream may be closed through the stream itself.",
  afterRelease: {
    outcome: "rejects",
    error: unbound,
    code: "ERR_INVALID_STATE",
    after: {
      // Node.js 20 throws an internal error, others reject: neither has a text that is worth a search.
      close: { outcome: "rejects" },
      // With the reason that was given to it.
      abort: { outcome: "rejects" },
    },
  },
};

const locked = {
  outcome: "rejects",
  error: "Invalid state: WritableStream is locked",
  code: "ERR_INVALID_STATE",
} as const;

const sources: Source[] = [
  {
    name: "ReadableStream",
    types: [{ name: "ReadableStream" }],
    methods: {
      getReader: {
        returns: { type: "ReadableStreamDefaultReader" },
        limited: { outcome: "throws", error: "Invalid state: ReadableStream is locked", code: "ERR_INVALID_STATE" },
      },
      pipeThrough: { returns: { type: "ReadableStream" } },
    },
    noun: "readable stream",
    ends: {
      cancel: {
        waits: false,
        kind: "abort",
        promised: true,
        pending: { outcome: "finishes" },
        whileLent: { outcome: "rejects", error: "Invalid state: ReadableStream is locked", code: "ERR_INVALID_STATE" },
        second: { outcome: "harmless" },
      },
    },
    afterEnd: { outcome: "works" },
  },
  {
    name: "WritableStream",
    types: [{ name: "WritableStream" }],
    methods: {
      getWriter: {
        returns: { type: "WritableStreamDefaultWriter" },
        limited: { outcome: "throws", error: "Invalid state: WritableStream is locked", code: "ERR_INVALID_STATE" },
      },
    },
    noun: "writable stream",
    ends: {
      close: {
        waits: true,
        kind: "graceful",
        promised: true,
        pending: { outcome: "finishes" },
        whileLent: locked,
        second: { outcome: "rejects", error: "Invalid state: WritableStream is closed", code: "ERR_INVALID_STATE" },
      },
      abort: { ...abort, whileLent: locked },
    },
    afterEnd: { outcome: "works" },
  },
  {
    name: "TransformStream",
    types: [{ name: "TransformStream" }],
    properties: { readable: { type: "ReadableStream" }, writable: { type: "WritableStream" } },
  },
  { name: "Response", types: [{ name: "Response" }], properties: { body: { type: "ReadableStream" } } },
];

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/web-streams.mjs",
    says: "Reads and writes meet the end of their lock, a cancel outlives it, and a stream that is locked is not closed by its own methods.",
  },
  {
    kind: "documentation",
    where: "https://streams.spec.whatwg.org/#default-reader-release-lock",
    says: "If the reader still has pending read requests, they are rejected with a TypeError.",
  },
  {
    kind: "documentation",
    where: "https://streams.spec.whatwg.org/#default-writer-release-lock",
    says: "The lock can be released even while writes are pending, which then still happen.",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/webstreams.html",
    says: "Readers, writers and their locks in Node.js.",
  },
];

const streams: Record<string, Export> = Object.fromEntries(
  ["ReadableStream", "WritableStream", "TransformStream"].map((name): [string, Export] => [
    name,
    { kind: "class", type: name },
  ]),
);

export const contracts: Contract[] = [
  {
    package: "web",
    versions: "*",
    status: "proven",
    modules: ["stream/web"],
    declaredIn: ["typescript", "@types/node"],
    evidence,
    exports: streams,
    globals: { ...streams, fetch: { kind: "function", returns: { type: "Response", promised: true } } },
    handles: [reader, writer],
    sources,
  },
];
