/** The `holdfast` command as it was built here, started as users start it. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const command = join(root, "cli/bin/holdfast.mjs");

/** Runs it in a folder, and gives what it printed; ends with an error if it could not do its work. */
export function holdfast(args, { cwd, colours = false, columns = "" } = {}) {
  const { NO_COLOR: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...env, FORCE_COLOR: colours ? "1" : "0", COLUMNS: `${columns}` },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0 && status !== 1) throw new Error(`holdfast ${args.join(" ")} ended with ${status}:\n${stderr}`);
  return { status, stdout };
}
