/** The loader, where Node.js runs loaders in a thread of theirs. */

import { initialize as start } from "import-in-the-middle/hook.mjs";
import { type Imports, includes } from "./imports.js";

export { load, resolve } from "import-in-the-middle/hook.mjs";

export function initialize(imports: Imports): unknown {
  return start(includes(imports));
}
