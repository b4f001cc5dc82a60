import type { QueryResult } from "pg";
import { pool } from "./database.js";

/** What a customer has put into the basket. */
export async function basketOf(customer: string): Promise<QueryResult> {
  const client = await pool.connect();
  try {
    return client.query("SELECT * FROM baskets WHERE customer = $1", [customer]);
  } finally {
    client.release();
  }
}

/** Puts a product into the basket. */
export async function put(customer: string, product: string): Promise<QueryResult> {
  const client = await pool.connect();
  try {
    return client.query("INSERT INTO baskets VALUES ($1, $2)", [customer, product]);
  } finally {
    client.release();
  }
}
