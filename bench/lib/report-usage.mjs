/** Loaded before a script that is measured: writes what the process has used to descriptor 3 as it exits. */

import { writeSync } from "node:fs";

process.on("exit", () => writeSync(3, JSON.stringify(process.resourceUsage())));
