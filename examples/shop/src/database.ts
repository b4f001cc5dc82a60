import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { Pool } from "pg";

export const pool = new Pool({ connectionString: process.env.DATABASE_URL });
export const db = drizzle(pool);

export const stock = pgTable("stock", { product: text().primaryKey(), left: integer().notNull() });
export const reservations = pgTable("reservations", { product: text().notNull(), order: text().notNull() });
