/** Small programs that break contracts. */

/** The client is released while its last query is pending, for which there is a safe fix. */
export const earlyRelease = `import { Pool, type QueryResult } from "pg";

const pool = new Pool();

export async function findOrders(customer: string): Promise<QueryResult> {
  const client = await pool.connect();
  try {
    return client.query("SELECT * FROM orders WHERE customer = $1", [customer]);
  } finally {
    client.release();
  }
}
`;

/** The same twice. */
export const twoEarlyReleases = `${earlyRelease}
export async function findParcels(order: string): Promise<QueryResult> {
  const client = await pool.connect();
  try {
    return client.query("SELECT * FROM parcels WHERE \\"order\\" = $1", [order]);
  } finally {
    client.release();
  }
}
`;

/** A timer and a method send on one socket: there are two fixes, and which of them is right only people know. */
export const heartbeat = `import { Push } from "zeromq";

export class Telemetry {
  private readonly socket = new Push();

  start(address: string): void {
    this.socket.connect(address);
    setInterval(async () => {
      await this.socket.send("alive");
    }, 1_000);
  }

  async report(figure: string): Promise<void> {
    await this.socket.send(figure);
  }
}
`;

/** A send can outlast the period of its timer, or else it cannot: nothing that is certain. */
export const slowTimer = `import { Push } from "zeromq";

export function start(address: string): void {
  const socket = new Push({ sendHighWaterMark: 1 });
  socket.connect(address);
  setInterval(async () => {
    await socket.send("alive");
  }, 250);
}
`;

/** Two sends at the same time, in JavaScript. */
export const twoSends = `const { Push } = require("zeromq");

const socket = new Push();

exports.start = async function start() {
  await Promise.all([socket.send("one"), socket.send("two")]);
};
`;

/** The query of a client that is still running another: pg has announced that it will stop. */
export const twoQueries = `import { Pool } from "pg";

const pool = new Pool();

export async function count(): Promise<void> {
  const client = await pool.connect();
  await client.query("BEGIN");
  await Promise.all([client.query("SELECT 1"), client.query("SELECT 2")]);
  await client.query("COMMIT");
  client.release();
}
`;

/** A query that is awaited some lines later, or not at all if the other fails. */
export const awaitedLater = `import { Pool } from "pg";

const pool = new Pool();

export async function count(write: (text: string) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  const counted = client.query("SELECT count(*) FROM orders");
  await write("counting");
  console.log((await counted).rows);
  client.release();
  await client.query("SELECT 1");
}
`;
