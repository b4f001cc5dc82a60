/** What a suite is to whoever runs it: tests with names, run one at a time, when they are asked for. */

import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** A test throws what is wrong, and may return a sentence for whoever reads the results. */
type Run = () => Promise<unknown>;

const tests = new Map<string, Run>();
let afterEach = () => Promise.resolve();

export function test(name: string, run: Run): void {
  if (tests.has(name)) throw new Error(`There are two tests with the name “${name}”.`);
  tests.set(name, run);
}

/** Done after each test, whatever came of it. */
export function cleanUp(run: () => Promise<void>): void {
  afterEach = run;
}

export const names = () => [...tests.keys()];

interface Outcome {
  failure?: { message: string; stack: string | undefined };
  told?: string;
}

/** Called by the editor. Takes names of tests line by line, and answers each with what came of it. */
export async function run(): Promise<void> {
  const socket = connect(process.env.HOLDFAST_SUITES ?? "");
  await once(socket, "connect");
  for await (const line of createInterface(socket)) {
    const outcome = await outcomeOf(JSON.parse(line) as string);
    socket.write(`${JSON.stringify(outcome)}\n`);
  }
}

async function outcomeOf(name: string): Promise<Outcome> {
  try {
    const told = await tests.get(name)!();
    return typeof told === "string" ? { told } : {};
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { failure: { message, stack } };
  } finally {
    await afterEach();
  }
}
