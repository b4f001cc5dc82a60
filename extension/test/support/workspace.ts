/** Folders for the editor to open. */

import { cp, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

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
