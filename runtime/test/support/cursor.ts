import { createRequire } from "node:module";
import type { Submittable } from "pg";

/** A cursor of pg, whose package has no types of its own. */
export interface Cursor<Row> extends Submittable {
  read(count: number): Promise<Row[]>;
  close(): Promise<void>;
}

type CursorClass = new <Row>(text: string, values?: unknown[]) => Cursor<Row>;

export const Cursor = createRequire(import.meta.url)("pg-cursor") as CursorClass;
