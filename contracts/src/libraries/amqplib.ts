/**
 * amqplib, with promises and with callbacks. Calls on a channel queue; what bites is the order of endings: closing the
 * connection drops what its channels were given, and a message is owed exactly one answer, on the channel it came by.
 */

import type {
  AfterRelease,
  Call,
  Contract,
  Evidence,
  Handle,
  Lane,
  Operation,
  Release,
  Settlement,
  TypePattern,
} from "../contract.js";
import { operations } from "./shared.js";

/** Calls that the server answers. */
const requests = [
  "assertQueue",
  "checkQueue",
  "deleteQueue",
  "purgeQueue",
  "bindQueue",
  "unbindQueue",
  "assertExchange",
  "checkExchange",
  "deleteExchange",
  "bindExchange",
  "unbindExchange",
  "cancel",
  "prefetch",
  "recover",
];

/** Calls that the server answers wait for each other; what is published goes past them. */
const requestLane: Lane = { overlap: { outcome: "queues" }, inOrder: true };

const settlement: Settlement = {
  delivers: ["consume", "get"],
  acknowledges: ["ack"],
  rejects: ["nack", "reject"],
  answersAll: ["ackAll", "nackAll"],
  answersAllBefore: { argument: 1, equals: true },
  notWhen: [
    { method: "consume", argument: 2, property: "noAck", equals: true },
    { method: "get", argument: 1, property: "noAck", equals: true },
  ],
  second: { outcome: "kills", error: "PRECONDITION_FAILED - unknown delivery tag" },
};

const fullBuffer = "false means that the write buffer is full: what follows is kept in memory until the 'drain' event";

/** The two interfaces differ in how a call ends and in the names of their types. */
interface Style {
  settledBy: NonNullable<Operation["settledBy"]>;
  prefix: string;
  file: string;
}

const promises: Style = { settledBy: "promise", prefix: "", file: "index" };
const callbacks: Style = { settledBy: "callback", prefix: "Callback", file: "callback_api" };

function channelClose(style: Style): Release {
  return {
    waits: false,
    kind: "graceful",
    ...(style === promises && { promised: true }),
    pending: { outcome: "rejects", error: "Channel ended, no reply will be forthcoming" },
    second: {
      outcome: style === promises ? "rejects" : "throws",
      error: "Channel closed",
      underWay: { outcome: style === promises ? "rejects" : "throws", error: "Channel closing" },
    },
  };
}

/** With promises the calls that the server answers reject, and the others throw; with callbacks all of them throw. */
function channelClosed(style: Style): AfterRelease {
  const error = "Channel closed";
  if (style === callbacks) return { outcome: "throws", error };
  const sent = ["publish", "sendToQueue", "ack", "ackAll", "nack", "nackAll", "reject"];
  return {
    outcome: "rejects",
    error,
    operations: Object.fromEntries(sent.map((name) => [name, { outcome: "throws", error }])),
  };
}

function channel(style: Style, confirms: boolean): Handle {
  const name = confirms ? "ConfirmChannel" : "Channel";
  const { settledBy } = style;
  const publish: Operation = {
    settledBy: confirms ? "callback" : "return",
    handsOver: true,
    checkResultInLoop: fullBuffer,
  };
  const get: Operation =
    style === promises
      ? { lane: "request", settledBy, returns: { type: "Message", promised: true, derived: true } }
      : {
          lane: "request",
          settledBy,
          callbacks: [{ argument: -1, timing: "later", parameters: [null, { type: "Message", derived: true }] }],
        };
  return {
    name: `${style.prefix}${name}`,
    noun: confirms ? "amqplib confirm channel" : "amqplib channel",
    types: [{ name, file: style.file }],
    lanes: { request: requestLane },
    operations: {
      ...operations(requests, { lane: "request", settledBy }),
      publish,
      sendToQueue: publish,
      consume: {
        lane: "request",
        settledBy,
        callbacks: [
          {
            argument: 1,
            timing: "repeatedly",
            serialisedBy: { method: "prefetch", argument: 0, equals: 1 },
            parameters: [{ type: "Message", derived: true }],
          },
        ],
      },
      get,
      ack: { settledBy: "return" },
      ackAll: { settledBy: "return" },
      nack: { settledBy: "return" },
      nackAll: { settledBy: "return" },
      reject: { settledBy: "return" },
      ...(confirms && { waitForConfirms: { settledBy } }),
    },
    releases: { close: channelClose(style) },
    mayBeLeft: "It closes with its connection.",
    ...(confirms && { drains: ["waitForConfirms"] }),
    afterRelease: channelClosed(style),
    options: [
      {
        name: "prefetch",
        set: { method: "prefetch" },
        precedes: ["consume"],
        tooLate: "A consumer that was started before it gets every message at once, unacknowledged.",
      },
    ],
    settlement,
    errorEvent: "error",
  };
}

function createChannel(style: Style, name: string): Call {
  const type = `${style.prefix}${name}`;
  return style === promises
    ? { returns: { type, promised: true, derived: true } }
    : { callbacks: [{ argument: -1, timing: "later", parameters: [null, { type, derived: true }] }] };
}

const connectionClosed = "Connection closed (by client)";

function connection(style: Style, name: string, types: TypePattern[]): Handle {
  return {
    name,
    noun: "amqplib connection",
    types,
    lanes: {},
    operations: { updateSecret: { settledBy: style.settledBy } },
    methods: {
      createChannel: createChannel(style, "Channel"),
      createConfirmChannel: createChannel(style, "ConfirmChannel"),
    },
    releases: {
      // It has no graceful twin: the channels have to be closed, or their confirms awaited, before it.
      close: {
        waits: false,
        kind: "graceful",
        drops: true,
        ...(style === promises && { promised: true }),
        pending: { outcome: "lost" },
        second:
          style === promises
            ? {
                outcome: "rejects",
                error: connectionClosed,
                underWay: { outcome: "rejects", error: "Connection closing" },
              }
            : {
                outcome: "rejects",
                error: connectionClosed,
                underWay: { outcome: "throws", error: "Connection closing" },
              },
      },
    },
    afterRelease: { outcome: style === promises ? "rejects" : "throws", error: connectionClosed },
    errorEvent: "error",
  };
}

const message: Handle = {
  name: "Message",
  noun: "amqplib message",
  types: ["Message", "ConsumeMessage", "GetMessage"].map((name) => ({ name })),
  lanes: {},
  operations: {},
  releases: {},
  mayBeLeft: "It is owed an answer, not a release.",
  afterRelease: { outcome: "works" },
};

const evidence: Evidence[] = [
  {
    kind: "proof",
    where: "proofs/amqplib.mjs",
    says: "Closing the connection right after publishing delivers nothing, a second ack kills the channel, and prefetch after consume does nothing.",
  },
  {
    kind: "issue",
    where: "https://github.com/amqp-node/amqplib/issues/144",
    says: "Messages are lost when the connection is closed after publishing.",
  },
  {
    kind: "documentation",
    where: "https://amqp-node.github.io/amqplib/channel_api.html",
    says: "Channels, acknowledgements, prefetch and flow control.",
  },
];

const common = { package: "amqplib", versions: ">=0.8.0", status: "proven", evidence } satisfies Partial<Contract>;

export const contracts: Contract[] = [
  {
    ...common,
    modules: ["amqplib", "amqplib/channel_api*"],
    exports: { connect: { kind: "function", returns: { type: "ChannelModel", promised: true } } },
    handles: [
      connection(promises, "ChannelModel", [{ name: "ChannelModel" }, { name: "RecoveringChannelModel" }]),
      channel(promises, false),
      channel(promises, true),
      message,
    ],
  },
  {
    ...common,
    modules: ["amqplib/callback_api*"],
    exports: {
      connect: {
        kind: "function",
        callbacks: [{ argument: -1, timing: "later", parameters: [null, { type: "CallbackConnection" }] }],
      },
    },
    handles: [
      connection(callbacks, "CallbackConnection", [
        { name: "Connection", file: "callback_api" },
        { name: "RecoveringConnection", file: "callback_api" },
      ]),
      channel(callbacks, false),
      channel(callbacks, true),
    ],
  },
];
