import type { QueryResult } from "pg";
import { pool } from "./database.js";

export interface Order {
  id: string;
  customer: string;
  total: number;
}

/** The orders of a customer, the newest first. */
export async function ordersOf(customer: string): Promise<QueryResult<Order>> {
  const client = await pool.connect();
  try {
    await client.query("SET statement_timeout = '2s'");
    return client.query("SELECT * FROM orders WHERE customer = $1 ORDER BY id DESC", [customer]);
  } finally {
    client.release();
  }
}

/** Marks an order as paid and returns it. */
export async function pay(id: string): Promise<Order | undefined> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<Order>("UPDATE orders SET paid = now() WHERE id = $1 RETURNING *", [id]);
    return rows[0];
  } finally {
    client.release();
  }
}
