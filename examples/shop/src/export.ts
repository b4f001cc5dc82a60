import { open } from "node:fs/promises";
import type { Order } from "./orders.js";

/** Writes orders as CSV and returns how many bytes that took. */
export async function exportOrders(path: string, orders: Order[]): Promise<number> {
  const file = await open(path, "w");
  await file.write("id;customer;total\n");
  for (const { id, customer, total } of orders) await file.write(`${id};${customer};${total}\n`);
  await file.close();
  const { size } = await file.stat();
  return size;
}
