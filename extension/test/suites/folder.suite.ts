/** All that is tested in a window with one folder. */

import { restore } from "./editor.js";
import { cleanUp } from "./runner.js";
import "./activation.js";
import "./diagnostics.js";
import "./code-actions.js";
import "./dependencies.js";
import "./settings.js";
import "./documents.js";
import "./hover.js";
import "./commands.js";
import "./runtime-report.js";

cleanUp(restore);

export { names, run } from "./runner.js";
