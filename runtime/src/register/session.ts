/**
 * What is the same however modules are loaded: the settings, the guard that goes by them, and what is told in the end.
 * Begins when it is imported, once in a process.
 */

import { resolve } from "node:path";
import { createCatalog } from "@holdfast/contracts";
import { Delays } from "../delays.js";
import { includePackages } from "../place.js";
import { useContracts } from "../plan.js";
import { wrap } from "../proxy.js";
import { onViolation } from "../reporter.js";
import { admission } from "./admission.js";
import { guardBuiltins } from "./builtins.js";
import { watchLeaks } from "./leaks.js";
import { ModuleGuard } from "./module-guard.js";
import { openReport } from "./report-file.js";
import { readSettings } from "./settings.js";

const { settings, contracts, root, problems } = readSettings(process.env, process.cwd(), process.argv[1]);
for (const problem of problems) process.stderr.write(`holdfast: ${problem}\n`);

const {
  mode = "warn",
  places = settings.delays === undefined ? "sampled" : "always",
  include = [],
  exitCode,
} = settings;
/** All that is known: what is built in, and the contracts of the project. */
export const catalog = createCatalog(contracts);
useContracts(catalog);
includePackages(include);

const delays =
  settings.delays === undefined
    ? undefined
    : new Delays(settings.delays, resolve(root, settings.delaysFile ?? ".holdfast/delays.json"));
const leaks = settings.leaks ? watchLeaks(mode) : undefined;
/** Guards what modules export; whoever loads them has to ask it. */
export const guard = new ModuleGuard(catalog, {
  mode,
  places,
  exclusive: false,
  patience: 10_000,
  admits: admission(settings.contracts),
  wrap(value, plan, life) {
    const proxy = wrap(value, plan, life);
    leaks?.watch(proxy, life);
    return proxy;
  },
  ...(delays && { delays }),
  ...(leaks && { adopted: leaks.watch }),
});

const report = settings.report === undefined ? undefined : openReport(settings.report, process.cwd());
let errors = 0;
onViolation((violation) => {
  if (violation.severity === "error") errors++;
  if (delays !== undefined) {
    delays.found(violation.first, violation.second);
    violation.seed = delays.seed;
  }
  report?.write(violation);
});
process.on("exit", () => {
  leaks?.tellAtExit();
  delays?.save();
  report?.close();
  if (exitCode !== undefined && errors > 0 && !process.exitCode) process.exitCode = exitCode;
});

guardBuiltins(guard);

export { root };
