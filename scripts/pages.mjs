/** Puts the pages of the rules into the package of the command, which prints them. Part of the build. */

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = join(root, "cli/dist/pages");

rmSync(pages, { recursive: true, force: true });
cpSync(join(root, "docs/rules"), pages, { recursive: true });
