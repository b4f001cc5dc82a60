/** Folders for the editor to open. */

import { execFile } from "node:child_process";
import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const shop = fileURLToPath(new URL("../shop", import.meta.url));
const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));

/**
 * A copy of the shop, a small project whose code breaks contracts. Its libraries are those of the repository. The name
 * has a space in it, as names of folders have.
 */
export async function copyOfShop(parent: string, name = "my shop"): Promise<string> {
  const folder = join(parent, name);
  await mkdir(parent, { recursive: true });
  await cp(shop, folder, { recursive: true });
  await symlink(modules, join(folder, "node_modules"));
  return folder;
}

/** Runs a program of a folder to its end, with all handles guarded. */
export async function runGuarded(folder: string, program: string): Promise<void> {
  await promisify(execFile)(process.execPath, ["--import", "@holdfast/runtime/register", program], {
    cwd: folder,
    env: { PATH: process.env["PATH"] },
  });
}
