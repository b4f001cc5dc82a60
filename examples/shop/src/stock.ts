import { eq, sql } from "drizzle-orm";
import { db, reservations, stock } from "./database.js";

/** Reserves all products of an order, or none of them. */
export async function reserve(order: string, products: string[]): Promise<void> {
  await db.transaction(async (tx) => {
    await Promise.all(
      products.map(async (product) => {
        const [found] = await tx.select().from(stock).where(eq(stock.product, product));
        if (!found || found.left === 0) throw new Error(`${product} is sold out`);
        await tx.insert(reservations).values({ product, order });
        await tx
          .update(stock)
          .set({ left: sql`${stock.left} - 1` })
          .where(eq(stock.product, product));
      }),
    );
  });
}
