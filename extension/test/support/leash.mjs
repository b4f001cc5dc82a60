/**
 * Runs a program that must not outlive whoever started it. This process leads a process group; as soon as its standard
 * input ends, which it does even if the starter was killed, the whole group is killed.
 *
 *     node leash.mjs program [argument…]
 */

import { spawn } from "node:child_process";

const [program, ...args] = process.argv.slice(2);

spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] })
  .on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  })
  .on("exit", (code) => process.exit(code ?? 1));

process.stdin.resume().on("close", () => process.kill(-process.pid, "SIGKILL"));
