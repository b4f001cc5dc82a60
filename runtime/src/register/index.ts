/**
 * `node --import @holdfast/runtime/register app.js`: guards every handle that has a contract, without a change to the
 * program.
 */

import { guardModules } from "./hooks.js";
import { catalog, guard, root } from "./session.js";

await guardModules(guard, catalog, root);
