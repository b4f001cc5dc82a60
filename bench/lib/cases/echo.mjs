/** A router that answers each request with itself, in a process of its own, until whoever has started it lets go. */

import { Router } from "zeromq";

const router = new Router({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
await router.bind("tcp://127.0.0.1:*");
process.once("disconnect", () => process.exit());
process.send(router.lastEndpoint);
for await (const message of router) await router.send(message);
