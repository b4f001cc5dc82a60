/** Real libraries under load, as somebody uses them: one request after the other. */

import pg from "pg";
import { Dealer, Router } from "zeromq";

/** A server over TCP that answers each request with itself, and a socket that asks it. */
export async function zeromq() {
  const server = new Router();
  await server.bind("tcp://127.0.0.1:*");
  const answering = (async () => {
    for await (const [from, request] of server) await server.send([from, request]);
  })();
  const socket = new Dealer({ linger: 0 });
  socket.connect(server.lastEndpoint);
  return {
    handle: socket,
    async request(dealer) {
      await dealer.send("request");
      await dealer.receive();
    },
    async close() {
      socket.close();
      server.close();
      await answering;
    },
  };
}

/** A client of the server at `HOLDFAST_PG_URL`, or at the usual address. */
export async function postgres() {
  const client = new pg.Client(process.env.HOLDFAST_PG_URL ?? { host: "127.0.0.1", database: "test", user: "root" });
  await client.connect();
  return {
    handle: client,
    request: (connected) => connected.query("SELECT 1"),
    close: () => client.end(),
  };
}
