/** Texts of files, with what is wrong in them: those that other packages look at as well, and those of the server alone. */

export * from "../../../test/support/programs.js";

/** It hands out clients of a pool: only types tell others so. */
export const connections = `import { Pool } from "pg";

const pool = new Pool();

export function connection() {
  return pool.connect();
}
`;

/** What `connections` hands out instead, which breaks nothing. */
export const otherConnections = `export function connection() {
  return Promise.resolve({ query: (sql: string) => Promise.resolve(sql.length), release: () => {} });
}
`;

/** It uses what \`./connections.js\` hands out: if that is a client of pg, an error in line 6. */
export const borrowing = `import { connection } from "./connections.js";

export async function findOrders() {
  const client = await connection();
  try {
    return client.query("SELECT id FROM orders");
  } finally {
    client.release();
  }
}
`;

/** Two queries on one client at once: a likely warning in line 7 from pg 8.19 on, and nothing before. */
export const queueing = `import { Pool } from "pg";

const pool = new Pool();

export async function counts() {
  const client = await pool.connect();
  const found = await Promise.all([client.query("SELECT 1"), client.query("SELECT 2")]);
  client.release();
  return found;
}
`;

/** As much of pg and its types as \`connections\` needs, so that a project with types is read in no time. */
export const smallPg = {
  "node_modules/pg/package.json": { name: "pg", version: "8.23.0", types: "index.d.ts" },
  "node_modules/pg/index.d.ts": `export interface PoolClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  release(): void;
}
export declare class Pool {
  connect(): Promise<PoolClient>;
}
`,
};

/** A \`tsconfig.json\` for that. */
export const smallTsconfig = {
  compilerOptions: { target: "ES2023", lib: ["ES2023"], module: "NodeNext", strict: true, types: [] },
  include: ["src"],
};
