/**
 * Streams of Node.js. Writes queue, in memory and without bound; `end` sees them out, `destroy` drops them without an
 * error. A readable has one reader: two loops over it share its chunks between them.
 */

import type {
  AfterRelease,
  Contract,
  Evidence,
  Handle,
  Lane,
  LateOutcomes,
  Operation,
  Release,
  StateProperty,
  TypePattern,
} from "../contract.js";
import { loop, release } from "./shared.js";

export const streamWrite: Operation = {
  settledBy: "callback",
  handsOver: true,
  keepsBuffer: 0,
  checkResultInLoop: "false means that the buffer is full: what follows is kept in memory until the 'drain' event",
};

export const streamEnd: Release = release({ waits: true, kind: "graceful", pending: { outcome: "finishes" } });

export const streamDestroy: Release = release({
  waits: false,
  kind: "abort",
  graceful: "end",
  drops: true,
  pending: { outcome: "lost" },
});

/** A write after the end raises an event; after a release that destroys, nothing but its own callback learns of it. */
export function writtenAfterEnd(destroying: readonly string[]): AfterRelease {
  const silent: LateOutcomes = {
    outcome: "silent",
    operations: {
      "[Symbol.asyncIterator]": { outcome: "rejects", error: "Premature close", code: "ERR_STREAM_PREMATURE_CLOSE" },
    },
  };
  return {
    outcome: "emits",
    error: "write after end",
    code: "ERR_STREAM_WRITE_AFTER_END",
    after: Object.fromEntries(destroying.map((name) => [name, silent])),
  };
}

export const destroyedOnDispose: NonNullable<Handle["disposal"]> = {
  kind: "async",
  release: "destroy",
  waits: false,
  trap: "It destroys the stream: what was written and is not out yet is lost. End the stream and wait for it before the end of the scope.",
};

/** How far what is written to is. */
export const writableStates: Record<string, StateProperty> = {
  writable: { true: "open" },
  writableEnded: { true: "released", by: ["end"] },
  writableFinished: { true: "released", late: true },
  destroyed: { true: "released", by: ["destroy"] },
  closed: { true: "released", late: true },
};

export const oneReader: Lane = {
  overlap: { outcome: "swaps" },
  why: "Of two loops over one stream each gets some of the chunks.",
};

function writable(name: string, noun: string, types: TypePattern[], closes: boolean): Handle {
  return {
    name,
    noun,
    types,
    lanes: {},
    operations: { write: streamWrite },
    releases: { end: streamEnd, ...(closes && { close: streamEnd }), destroy: streamDestroy },
    disposal: destroyedOnDispose,
    afterRelease: writtenAfterEnd(["destroy"]),
    states: closes ? { ...writableStates, writableEnded: { true: "released", by: ["end", "close"] } } : writableStates,
    errorEvent: "error",
  };
}

function readable(name: string, noun: string, types: TypePattern[]): Handle {
  return {
    name,
    noun,
    types,
    lanes: { read: oneReader },
    operations: { "[Symbol.asyncIterator]": { ...loop, lane: "read" } },
    releases: { destroy: release({ waits: false, kind: "graceful" }) },
    mayBeLeft: "It closes itself when it was read to its end.",
    afterRelease: { outcome: "rejects", error: "Premature close", code: "ERR_STREAM_PREMATURE_CLOSE" },
    states: {
      readable: { true: "open" },
      readableEnded: { true: "released", late: true },
      destroyed: { true: "released" },
      closed: { true: "released", late: true },
    },
    errorEvent: "error",
  };
}

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/node-stream.mjs",
    says: "A write after end raises an event, after destroy nothing; end sees out what was written, and destroy drops it.",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/stream.html#writablewritechunk-encoding-callback",
    says: "While a stream is not draining, calls to write() will buffer chunk, and return false.",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/stream.html#writabledestroyerror",
    says: "This is a destructive and immediate way to destroy a stream. Previous calls to write() may not have drained.",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/errors.html#err_stream_write_after_end",
    says: "An attempt was made to call stream.write() after stream.end() has been called.",
  },
];

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
    modules: ["fs"],
    exports: {
      createWriteStream: { kind: "function", returns: { type: "WriteStream" } },
      createReadStream: { kind: "function", returns: { type: "ReadStream" } },
    },
    handles: [
      writable("WriteStream", "file write stream", [{ name: "WriteStream", file: "fs" }], true),
      readable("ReadStream", "file read stream", [{ name: "ReadStream", file: "fs" }]),
    ],
  },
  {
    ...common,
    modules: ["stream"],
    exports: {
      Writable: { kind: "class", type: "Writable" },
      PassThrough: { kind: "class", type: "Writable" },
      Transform: { kind: "class", type: "Writable" },
      Readable: {
        kind: "class",
        type: "Readable",
        members: { from: { kind: "function", returns: { type: "Readable" } } },
      },
      promises: {
        kind: "namespace",
        members: {
          finished: { kind: "function", drainsArgument: 0 },
          pipeline: { kind: "function", drainsArgument: -1 },
        },
      },
    },
    handles: [
      writable(
        "Writable",
        "stream",
        ["Writable", "Duplex", "Transform", "PassThrough"].map((name) => ({ name, file: "stream" })),
        false,
      ),
      readable("Readable", "stream", [{ name: "Readable", file: "stream" }]),
    ],
  },
  {
    ...common,
    modules: ["stream/promises"],
    exports: {
      finished: { kind: "function", drainsArgument: 0 },
      pipeline: { kind: "function", drainsArgument: -1 },
    },
    handles: [],
  },
];
