/** Two sends on one socket are pending at once: certain, an error, in line 4. */
export const overlapping = `import { Push } from "zeromq";

const push = new Push();
await Promise.all([push.send("cpu"), push.send("memory")]);
`;

/** The handle comes from another file, so only a type checker knows what it is; wrong in line 5. */
export const acrossFiles = {
  "src/socket.ts": 'import { Push } from "zeromq";\n\nexport function openSocket() {\n  return new Push();\n}\n',
  "src/report.ts": `import { openSocket } from "./socket.js";

export async function report(): Promise<void> {
  const push = openSocket();
  await Promise.all([push.send("cpu"), push.send("memory")]);
}
`,
  "tsconfig.json": {
    compilerOptions: { target: "ES2023", module: "NodeNext", strict: true, types: ["node"], skipLibCheck: true },
    include: ["src"],
  },
};

/** A client goes back to its pool while its query runs: certain, an error, with a safe fix. */
export const releasedEarly = `import { Pool } from "pg";

const pool = new Pool();

export async function findOrders(customerId) {
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
  push = new Push();

  start() {
    return setInterval(async () => {
      await this.push.send("alive");
    }, 250);
  }
}
`;
