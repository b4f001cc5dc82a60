/**
 * Consumers that take a connection from a pool for each fetch, and what they do with it: in one program it goes back as soon as
 * the acknowledgements have been begun, in the other when they are done.
 */

import { createPool } from "generic-pool";

/** A pool that retires a connection after so many loans, as many do, and lends first what has come back last. */
export function poolOf({ open, connections, mostLoans }) {
  const loans = new WeakMap();
  const create = async () => {
    const connection = await open();
    loans.set(connection, 0);
    return connection;
  };
  const validate = async (connection) => {
    const before = loans.get(connection);
    loans.set(connection, before + 1);
    return before < mostLoans;
  };
  const destroy = (connection) => connection.close();
  return createPool({ create, destroy, validate }, { max: connections, testOnBorrow: true, fifo: false });
}

/** Consumes until nothing is left. An acknowledgement that fails does so in silence, as it did in the system that failed. */
export async function consume({ pool, workers, goesBackEarly, work }) {
  const acknowledge = (connection, message) => connection.acknowledge(message).catch(() => {});
  const worker = async () => {
    for (;;) {
      const connection = await pool.acquire();
      const messages = await connection.fetch();
      for (const message of messages) work(message);
      const acknowledged = Promise.all(messages.map((message) => acknowledge(connection, message)));
      if (!goesBackEarly) await acknowledged;
      await pool.release(connection);
      await acknowledged;
      if (messages.length === 0) return;
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

/** Nobody uses the pool any more: its connections are closed. */
export async function close(pool) {
  await pool.drain();
  await pool.clear();
}
