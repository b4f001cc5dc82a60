/**
 * Handles of Node.js itself. Only file handles of `node:fs/promises`: streams, sockets and responses are given to functions
 * of Node.js that look at the object itself, and would not know what stands for it.
 */

import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { guardedExport } from "./exports.js";
import type { ModuleGuard } from "./module-guard.js";
import { transferHandlesThemselves } from "./transfer.js";

/** Changes the module for everybody; Node.js does not call itself by it. */
export function guardBuiltins(guard: ModuleGuard): void {
  const open = guard.exportsOf("fs/promises", undefined).get("open");
  if (open === undefined) return;
  (fs as { open: unknown }).open = guardedExport(fs.open, "open", open);
  syncBuiltinESMExports();
  transferHandlesThemselves();
}
