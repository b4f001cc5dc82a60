/**
 * Jest loads modules by means of its own, and calls no hook of Node.js. But it takes another `runtime` in place of the
 * one that does so: `runtime: "@holdfast/runtime/register/jest"` in its configuration guards what tests and programs
 * require, and what they import of libraries in CommonJS.
 */

import { createRequire, isBuiltin } from "node:module";
import { isAbsolute, join } from "node:path";
import { isOfPackage } from "./imports.js";
import { specifiersOf } from "./installed.js";
import { catalog, guard } from "./session.js";

interface Options {
  /** Jest loads it for itself. */
  isInternalModule?: boolean;
}

/** As far as it is of interest here: what Jest calls for each `require` and import whose module is no mock. */
interface Runtime {
  requireModule(from: string, request?: string, options?: Options, isActual?: boolean): unknown;
}

/** The one of the Jest that runs: it is installed with Jest, and perhaps only where Jest finds it. */
function loadRuntime(): new (...given: never[]) => Runtime {
  const start = join(process.cwd(), "package.json");
  const file = ["jest", "@jest/core", "jest-runtime"].reduce((from, name) => createRequire(from).resolve(name), start);
  return (createRequire(start)(file) as { default: new (...given: never[]) => Runtime }).default;
}

export default class GuardedRuntime extends loadRuntime() {
  override requireModule(from: string, request?: string, options?: Options, isActual?: boolean): unknown {
    const exports = super.requireModule(from, request, options, isActual);
    return request === undefined || options?.isInternalModule ? exports : guarded(exports, request, from);
  }
}

/** What a file gets that requires a library by its name; or by its path, which is how Jest imports one. */
function guarded(exports: unknown, request: string, from: string): unknown {
  const specifier = isAbsolute(request) ? specifiersOf(request).find(isKnown) : request;
  if (specifier === undefined || !isKnown(specifier)) return exports;
  const file = isAbsolute(request) ? request : resolved(request, from);
  return file === undefined ? exports : guard.required(exports, specifier, file);
}

function isKnown(specifier: string): boolean {
  return !specifier.startsWith(".") && !isBuiltin(specifier) && catalog.forModule(specifier).some(isOfPackage);
}

/** The file that Node.js would load; nothing where Jest was told of another that only it knows. */
function resolved(request: string, from: string): string | undefined {
  try {
    return createRequire(from).resolve(request);
  } catch {
    return undefined;
  }
}
