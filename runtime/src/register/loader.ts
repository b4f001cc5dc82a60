/** The loader, where Node.js runs loaders in a thread of theirs. */

import { initialize as start } from "import-in-the-middle/hook.mjs";
import { type Imports, includes } from "./imports.js";

export { load, resolve } from "import-in-the-middle/hook.mjs";

/** Where hooks of this kind note that there is one. */
const noted = globalThis as { __import_in_the_middle_initialized__?: boolean };

/** Beside a hook of the program's own, before it or after it: neither is a mistake, so neither makes the other warn. */
export async function initialize(imports: Imports): Promise<void> {
  const { __import_in_the_middle_initialized__: before = false } = noted;
  noted.__import_in_the_middle_initialized__ = false;
  await start(includes(imports));
  noted.__import_in_the_middle_initialized__ = before;
}
