import { Push } from "zeromq";

/** Takes letters one at a time. */
export interface Slot {
  send(letter: string[]): Promise<void>;
}

/** Where letters go. */
export function outbox(): Push {
  const socket = new Push();
  socket.connect("tcp://127.0.0.1:5556");
  return socket;
}
