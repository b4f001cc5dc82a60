/**
 * File handles of `node:fs/promises`. Calls without a position share the file's own position: two of them at a time
 * interleave what they write, and split between them what they read.
 */

import type { Contract, Evidence, Export, Handle, Operation } from "../contract.js";
import { release } from "./shared.js";

const atPosition: Operation = { lane: "position" };

const fileHandle: Handle = {
  name: "FileHandle",
  noun: "file handle",
  types: [{ name: "FileHandle", file: "fs/promises" }],
  lanes: {
    position: {
      overlap: { outcome: "interleaves" },
      why: "Calls without a position share the position of the file: large writes come out in alternating pieces, and two reads get parts of what each of them should get.",
    },
  },
  operations: {
    write: {
      ...atPosition,
      keepsBuffer: 0,
      independentWithArgument: 3,
      // `write(text, position)`; a buffer with an offset and nothing more looks the same, and is rare.
      independentWhen: [{ argument: 1, ofArguments: 2 }, { property: "position" }],
    },
    read: { ...atPosition, keepsBuffer: 0, independentWithArgument: 3, independentWhen: [{ property: "position" }] },
    writev: { ...atPosition, independentWithArgument: 1 },
    readv: { ...atPosition, independentWithArgument: 1 },
    writeFile: { ...atPosition, keepsBuffer: 0 },
    appendFile: { ...atPosition, keepsBuffer: 0 },
    readFile: atPosition,
    truncate: {},
    datasync: {},
    sync: {},
    stat: {},
    chmod: {},
    chown: {},
    utimes: {},
  },
  methods: {
    createReadStream: { takesOver: true },
    createWriteStream: { returns: { type: "WriteStream" }, takesOver: true },
    readLines: { takesOver: true },
    readableWebStream: {},
  },
  releases: {
    close: release({ waits: true, kind: "graceful", promised: true, pending: { outcome: "finishes" } }),
  },
  disposal: { kind: "async", release: "close", waits: true },
  drains: ["sync", "datasync"],
  afterRelease: { outcome: "rejects", error: "file closed", code: "EBADF" },
};

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/node-fs.mjs",
    says: "Two writeFile calls interleave, close waits for what is pending, and a call after it rejects.",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/fs.html#filehandlewritebuffer-offset-length-position",
    says: "It is unsafe to use filehandle.write() multiple times on the same file without waiting for the promise to be fulfilled (or rejected).",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/fs.html#filehandleclose",
    says: "Closes the file handle after waiting for any pending operation on the handle to complete.",
  },
  {
    kind: "documentation",
    where: "https://nodejs.org/docs/latest-v20.x/api/deprecations.html#DEP0137",
    says: "Closing a file handle on garbage collection is deprecated, and will throw an error.",
  },
];

const open: Export = { kind: "function", returns: { type: "FileHandle", promised: true } };

export const contracts: Contract[] = [
  {
    package: "node",
    versions: ">=18.0.0",
    status: "proven",
    modules: ["fs/promises"],
    declaredIn: ["@types/node"],
    evidence,
    exports: { open },
    handles: [fileHandle],
  },
  {
    package: "node",
    versions: ">=18.0.0",
    status: "proven",
    modules: ["fs"],
    declaredIn: ["@types/node"],
    evidence,
    exports: { promises: { kind: "namespace", members: { open } } },
    handles: [],
  },
];
