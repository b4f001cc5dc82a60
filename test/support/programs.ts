/** Small programs that the tests of several packages look at, with what is wrong in them. */

/** Two sends on one socket are pending at once: certain, an error, in line 4. */
export const overlapping = `import { Push } from "zeromq";

export async function report(push: Push): Promise<void> {
  await Promise.all([push.send("cpu"), push.send("memory")]);
}
`;

/** The same in plain JavaScript. */
export const overlappingScript = `import { Push } from "zeromq";

const push = new Push();
await Promise.all([push.send("cpu"), push.send("memory")]);
`;

/** A client goes back to its pool while its query runs: certain, an error, with a safe fix in line 8. */
export const releasedEarly = `import { Pool } from "pg";

const pool = new Pool();

export async function findOrders(customerId: string) {
  const client = await pool.connect();
  try {
    return client.query("SELECT id FROM orders WHERE customer_id = $1", [customerId]);
  } finally {
    client.release();
  }
}
`;

/** What the safe fix makes of it. */
export const releasedInTime = releasedEarly.replace("return client", "return await client");

/** A send that may outlast the period of its timer: likely, an error, in line 8. */
export const outlasting = `import { Push } from "zeromq";

export class Beacon {
  private readonly push = new Push();

  start(): NodeJS.Timeout {
    return setInterval(async () => {
      await this.push.send("alive");
    }, 250);
  }
}
`;

/** Nothing is wrong with it, but it has to be looked at. */
export const sequential = `import { Push } from "zeromq";

export async function report(push: Push): Promise<void> {
  await push.send("cpu");
  await push.send("memory");
}
`;

/** It has nothing to do with any handle. */
export const unrelated = "export const answer = 42;\n";

/** A comment that suppresses nothing: a certain warning, in line 1. */
export const idleComment =
  "// holdfast-disable-next-line no-concurrent-use -- it was busy once\nexport const answer = 42;\n";

/** A \`tsconfig.json\` that finds the types of what is installed. */
export const tsconfig = {
  compilerOptions: { target: "ES2023", module: "NodeNext", strict: true, types: ["node"], skipLibCheck: true },
  include: ["src"],
};
