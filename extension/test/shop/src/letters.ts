import { outbox } from "./outbox.js";

/** Tells a customer that the parcel is on its way. */
export async function sendLetters(customer: string): Promise<void> {
  const box = outbox();
  const sent = box.send([customer, "sent"]);
  await box.send([customer, "survey"]);
  await sent;
}
