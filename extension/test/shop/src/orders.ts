import type { QueryResult } from "pg";
import { pool } from "./database.js";

/** The orders of a customer, the newest first. */
export async function ordersOf(customer: string): Promise<QueryResult> {
  const client = await pool.connect();
  try {
    await client.query("SET statement_timeout = '2s'");
    return client.query("SELECT * FROM orders WHERE customer = $1", [customer]);
  } finally {
    client.release();
  }
}
