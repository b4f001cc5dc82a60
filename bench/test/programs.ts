/** Small programs with a bug, as tests need them. */

/** A client of pg that goes back to its pool while its query is running. */
export const early = `import { Pool } from "pg";

const pool = new Pool();

export async function count(): Promise<unknown> {
  const client = await pool.connect();
  try {
    return client.query("SELECT 1");
  } finally {
    client.release();
  }
}
`;

/** The same, fixed. */
export const fixed = early.replace("return client", "return await client");
