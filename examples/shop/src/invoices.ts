import { connect } from "amqplib";

/** Writes the invoice of each order that comes in, four at a time. */
export async function startInvoices(url: string, write: (order: string) => Promise<void>): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.assertQueue("invoices", { durable: true });
  await channel.consume("invoices", async (message) => {
    if (message === null) return;
    await write(message.content.toString());
    channel.ack(message);
  });
  await channel.prefetch(4);
}
