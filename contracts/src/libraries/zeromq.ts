/**
 * zeromq: the classes of version 6, and the compatibility interface (`socket(type)`) that version 5 had and version 6
 * keeps as `zeromq/v5-compat`. The classes throw where the old interface queues.
 */

import type {
  AfterRelease,
  Contract,
  EarlyOption,
  Evidence,
  Export,
  Handle,
  Lane,
  Operation,
  Release,
  TypePattern,
} from "../contract.js";
import { loop, release } from "./shared.js";

const busy = "Socket is blocked by a bind or unbind operation";

const sending: Lane = {
  overlap: {
    outcome: "throws",
    error: "Socket is busy writing; only one send operation may be in progress at any time",
    code: "EBUSY",
  },
  why: "A send that cannot be queued at once stays pending, and the next one throws EBUSY; a few sends on a healthy connection never show it, a burst of more than 512 always does.",
};

const receiving: Lane = {
  overlap: {
    outcome: "throws",
    error: "Socket is busy reading; only one receive operation may be in progress at any time",
    code: "EBUSY",
  },
  why: "Only one receive, or one loop over the socket, may wait for a message.",
};

/** `bind` and `unbind` run in another thread, and until they are done the socket refuses everything. */
const endpoint: Lane = {
  overlap: { outcome: "throws", error: busy, code: "EBUSY" },
  blocks: ["send", "receive", "connect"],
  why: "Until bind or unbind resolves, every other call on the socket throws EBUSY.",
};

/** Synchronous, and so never pending itself; a lane of its own only because a pending `bind` blocks it. */
const connecting: Lane = { overlap: { outcome: "queues" } };

const endpointOperations: Record<string, Operation> = {
  bind: { lane: "endpoint" },
  unbind: { lane: "endpoint" },
  bindSync: { lane: "connect", settledBy: "return" },
  unbindSync: { lane: "connect", settledBy: "return" },
  connect: { lane: "connect", settledBy: "return" },
  disconnect: { lane: "connect", settledBy: "return" },
};

const send: Operation = { lane: "send", keepsBuffer: 0, handsOver: true };
const receive: Operation = { lane: "receive", consumes: true };

/** Options of every socket that libzmq reads when it binds or connects, and not again. */
const earlyOptions = [
  "affinity",
  "rate",
  "recoveryInterval",
  "reconnectInterval",
  "reconnectMaxInterval",
  "backlog",
  "maxMessageSize",
  "tcpKeepalive",
  "tcpKeepaliveCount",
  "tcpKeepaliveIdle",
  "tcpKeepaliveInterval",
  "tcpAcceptFilter",
  "immediate",
  "ipv6",
  "plainServer",
  "plainUsername",
  "plainPassword",
  "curveServer",
  "curvePublicKey",
  "curveSecretKey",
  "curveServerKey",
  "gssapiServer",
  "gssapiPrincipal",
  "gssapiServicePrincipal",
  "gssapiPlainText",
  "zapDomain",
  "zapEnforceDomain",
  "typeOfService",
  "handshakeInterval",
  "socksProxy",
  "heartbeatInterval",
  "heartbeatTimeToLive",
  "heartbeatTimeout",
  "connectTimeout",
  "tcpMaxRetransmitTimeout",
  "interface",
];

const linger: EarlyOption = {
  name: "linger",
  set: { property: "linger" },
  precedes: ["send"],
  constructorProperty: "linger",
  tooLate:
    "linger decides what becomes of messages that are still queued at close: just before it, a value other than -1 drops them",
  linger: { harmlessValues: [-1] },
};

function early(name: string): EarlyOption {
  return {
    name,
    set: { property: name },
    precedes: ["bind", "bindSync", "connect"],
    constructorProperty: name,
    tooLate: "Socket option will not take effect until next connect/bind.",
  };
}

/** A loop over a closed socket is over, and does not fail: closing the socket is how it is ended. */
const closedSocket: AfterRelease = {
  outcome: "throws",
  error: "Socket is closed",
  code: "EBADF",
  operations: { "[Symbol.asyncIterator]": { outcome: "fine" } },
};

/** What a socket of version 6 can do. */
type Direction = "sends" | "receives" | "both";

interface SocketType {
  noun: string;
  direction: Direction;
  /** Early options that only some sockets have. */
  options?: string[];
}

const socketTypes: Record<string, SocketType> = {
  Pair: { noun: "pair socket", direction: "both" },
  Publisher: { noun: "publisher", direction: "sends", options: ["conflate"] },
  Subscriber: { noun: "subscriber", direction: "receives", options: ["conflate"] },
  Request: { noun: "request socket", direction: "both", options: ["routingId"] },
  Reply: { noun: "reply socket", direction: "both", options: ["routingId"] },
  Dealer: { noun: "dealer socket", direction: "both", options: ["routingId", "conflate"] },
  Router: { noun: "router socket", direction: "both", options: ["routingId"] },
  Pull: { noun: "pull socket", direction: "receives", options: ["conflate"] },
  Push: { noun: "push socket", direction: "sends", options: ["conflate"] },
  XPublisher: { noun: "publisher", direction: "both" },
  XSubscriber: { noun: "subscriber", direction: "both" },
  Stream: { noun: "stream socket", direction: "both" },
};

function socket(
  name: string,
  { noun, direction, options = [] }: SocketType,
  types: TypePattern[] = [{ name }],
): Handle {
  const sends = direction !== "receives";
  const receives = direction !== "sends";
  return {
    name,
    noun: `zeromq ${noun}`,
    types,
    lanes: {
      ...(sends && { send: sending }),
      ...(receives && { receive: receiving }),
      endpoint: { ...endpoint, blocks: [...(sends ? ["send"] : []), ...(receives ? ["receive"] : []), "connect"] },
      connect: connecting,
    },
    operations: {
      ...(sends && { send }),
      ...(receives && { receive, "[Symbol.asyncIterator]": { ...receive, ...loop } }),
      ...endpointOperations,
    },
    properties: { events: { type: "Observer" } },
    releases: {
      close: release({
        waits: false,
        kind: "graceful",
        pending: { outcome: "rejects", error: "Operation was not possible or timed out", code: "EAGAIN" },
      }),
    },
    afterRelease: receives ? closedSocket : { outcome: "throws", error: "Socket is closed", code: "EBADF" },
    states: { closed: { true: "released" } },
    options: [linger, ...[...earlyOptions, ...options].map(early)],
    ...(!sends && { receivesOnly: true }),
  };
}

/** The context that sockets are made in; most programs use the one that the module exports. */
const context: Handle = {
  name: "Context",
  noun: "zeromq context",
  types: [{ name: "Context", file: "lib/native" }],
  lanes: {},
  operations: {},
  releases: {},
  mayBeLeft: "It ends with the process.",
  afterRelease: { outcome: "works" },
  options: [
    {
      name: "blocky",
      set: { property: "blocky" },
      precedes: [],
      precedesNew: Object.keys(socketTypes),
      constructorProperty: "blocky",
      tooLate:
        "It is the linger of sockets that are made after it: one that is there already still waits, and keeps the process.",
    },
  ],
};

/** What is known of a value that is only declared as a socket: its life and its endpoints. */
const anySocket: Handle = socket("Socket", { noun: "socket", direction: "both" }, [
  { name: "Socket", file: "lib/native" },
]);

const observer: Handle = {
  name: "Observer",
  noun: "zeromq socket observer",
  types: [{ name: "Observer", file: "lib/native" }],
  lanes: {
    receive: {
      overlap: {
        outcome: "throws",
        error: "Observer is busy reading; only one receive operation may be in progress at any time",
        code: "EBUSY",
      },
    },
  },
  operations: { receive, "[Symbol.asyncIterator]": { ...receive, ...loop } },
  releases: { close: release({ waits: false, kind: "graceful", pending: { outcome: "finishes" } }) },
  mayBeLeft: "It closes with its socket.",
  afterRelease: closedSocket,
  // Closed with its socket it says so a moment later.
  states: { closed: { true: "released", late: true } },
};

const proxy: Handle = {
  name: "Proxy",
  noun: "zeromq proxy",
  types: [{ name: "Proxy", file: "lib/native" }],
  lanes: {
    run: {
      overlap: { outcome: "rejects", error: "Address already in use", kills: true },
      why: "A second run rejects, and then the process crashes.",
    },
  },
  operations: { run: { lane: "run" } },
  releases: {
    terminate: {
      waits: false,
      kind: "graceful",
      pending: { outcome: "finishes" },
      second: { outcome: "throws", error: "Socket is closed", code: "EBADF" },
    },
  },
  afterRelease: { outcome: "throws", error: "Socket is closed", code: "EBADF" },
};

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/zeromq.mjs",
    says: "A second send or receive throws EBUSY, close does not wait, and linger 0 loses messages.",
  },
  {
    kind: "source",
    where: "zeromq/src/index.ts",
    says: "Only one asynchronously blocking call to send, and one to receive, may be executed simultaneously.",
  },
  {
    kind: "source",
    where: "zeromq/src/socket.cc",
    says: "The errors, the limit of 512 synchronous operations, and the options that take effect at once.",
  },
  {
    kind: "issue",
    where: "https://github.com/zeromq/zeromq.js/issues/427",
    says: "A user meets EBUSY on concurrent sends.",
  },
  {
    kind: "issue",
    where: "https://github.com/zeromq/libzmq/issues/3186",
    says: "Linger set to zero just before close made termination hang now and then.",
  },
];

const version6: Contract = {
  package: "zeromq",
  versions: ">=6",
  status: "proven",
  modules: ["zeromq", "zeromq/lib/index*"],
  declaredIn: ["zeromq"],
  evidence,
  exports: {
    ...Object.fromEntries(
      [...Object.keys(socketTypes), "Socket", "Observer", "Proxy", "Context"].map((name): [string, Export] => [
        name,
        { kind: "class", type: name },
      ]),
    ),
    context: { kind: "value", type: "Context" },
  },
  handles: [
    ...Object.entries(socketTypes).map(([name, type]) => socket(name, type)),
    anySocket,
    observer,
    proxy,
    context,
  ],
};

/** Options of the old interface that libzmq reads when it binds or connects: short name, long name and number. */
const earlyCompatibleOptions: [string, string, number][] = [
  ["affinity", "ZMQ_AFFINITY", 4],
  ["identity", "ZMQ_IDENTITY", 5],
  ["rate", "ZMQ_RATE", 8],
  ["recovery_ivl", "ZMQ_RECOVERY_IVL", 9],
  ["sndbuf", "ZMQ_SNDBUF", 11],
  ["rcvbuf", "ZMQ_RCVBUF", 12],
  ["reconnect_ivl", "ZMQ_RECONNECT_IVL", 18],
  ["backlog", "ZMQ_BACKLOG", 19],
  ["reconnect_ivl_max", "ZMQ_RECONNECT_IVL_MAX", 21],
  ["maxmsgsize", "ZMQ_MAXMSGSIZE", 22],
  ["tcp_keepalive", "ZMQ_TCP_KEEPALIVE", 34],
  ["tcp_keepalive_cnt", "ZMQ_TCP_KEEPALIVE_CNT", 35],
  ["tcp_keepalive_idle", "ZMQ_TCP_KEEPALIVE_IDLE", 36],
  ["tcp_keepalive_intvl", "ZMQ_TCP_KEEPALIVE_INTVL", 37],
  ["plain_server", "ZMQ_PLAIN_SERVER", 44],
  ["plain_username", "ZMQ_PLAIN_USERNAME", 45],
  ["plain_password", "ZMQ_PLAIN_PASSWORD", 46],
  ["curve_server", "ZMQ_CURVE_SERVER", 47],
  ["curve_publickey", "ZMQ_CURVE_PUBLICKEY", 48],
  ["curve_secretkey", "ZMQ_CURVE_SECRETKEY", 49],
  ["curve_serverkey", "ZMQ_CURVE_SERVERKEY", 50],
  ["zap_domain", "ZMQ_ZAP_DOMAIN", 55],
  ["heartbeat_ivl", "ZMQ_HEARTBEAT_IVL", 75],
  ["heartbeat_ttl", "ZMQ_HEARTBEAT_TTL", 76],
  ["heartbeat_timeout", "ZMQ_HEARTBEAT_TIMEOUT", 77],
  ["connect_timeout", "ZMQ_CONNECT_TIMEOUT", 79],
];

function earlyCompatible([short, long, number]: [string, string, number]): EarlyOption {
  return {
    name: short,
    set: { method: "setsockopt", firstArgument: [short, long, number] },
    precedes: ["bind", "bindSync", "connect"],
    tooLate: "Socket option will not take effect until next connect/bind.",
  };
}

/** Sends queue in JavaScript without bound, so they may overlap. */
function compatibleSocket(types: TypePattern[], close: Release): Handle {
  const { constructorProperty: _, ...lateLinger } = linger;
  return {
    name: "CompatibleSocket",
    noun: "zeromq socket",
    types,
    lanes: {},
    operations: {
      send: { settledBy: "callback", keepsBuffer: 0, handsOver: true },
      bind: { settledBy: "callback" },
      unbind: { settledBy: "callback" },
      connect: { settledBy: "return" },
      disconnect: { settledBy: "return" },
      bindSync: { settledBy: "return" },
      unbindSync: { settledBy: "return" },
    },
    releases: { close },
    afterRelease: { outcome: "silent" },
    options: [
      { ...lateLinger, set: { method: "setsockopt", firstArgument: ["linger", "ZMQ_LINGER", 17] } },
      { ...lateLinger, set: { property: "linger" } },
      ...earlyCompatibleOptions.map(earlyCompatible),
    ],
  };
}

const compatibleExports: Record<string, Export> = {
  socket: { kind: "function", returns: { type: "CompatibleSocket" } },
  createSocket: { kind: "function", returns: { type: "CompatibleSocket" } },
  Socket: { kind: "class", type: "CompatibleSocket" },
};

const compatibility: Contract = {
  package: "zeromq",
  versions: ">=6",
  status: "proven",
  modules: ["zeromq/v5-compat*", "zeromq/lib/compat*"],
  declaredIn: ["zeromq"],
  evidence: [
    ...evidence.slice(0, 1),
    {
      kind: "source",
      where: "zeromq/lib/compat.js",
      says: "Sends go into an unbounded queue; close ends the socket at once.",
    },
  ],
  exports: compatibleExports,
  handles: [
    compatibleSocket(
      [{ name: "Socket", file: "lib/compat*" }],
      // What is still in the JavaScript queue is dropped: the first callback gets an error, the others are never called.
      release({
        waits: false,
        kind: "graceful",
        drops: true,
        pending: { outcome: "lost", error: "Operation was not possible or timed out", code: "EAGAIN" },
      }),
    ),
  ],
};

const version5: Contract = {
  package: "zeromq",
  versions: "<6",
  status: "documented",
  modules: ["zeromq"],
  declaredIn: ["@types/zeromq"],
  evidence: [
    {
      kind: "source",
      where: "https://github.com/zeromq/zeromq.js/blob/v5.2.0/lib/index.js",
      says: "socket(type) gives an emitter that queues what it sends.",
    },
  ],
  exports: compatibleExports,
  handles: [compatibleSocket([{ name: "Socket", file: "index" }], release({ waits: false, kind: "graceful" }))],
};

export const contracts: Contract[] = [version6, compatibility, version5];
