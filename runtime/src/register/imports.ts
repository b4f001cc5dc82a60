/** Which imports are intercepted. */

import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contract } from "@holdfast/contracts";
import { packageOf } from "./installed.js";

/** What is intercepted: by what the program calls it, by where it is, and by the package whose file it is. */
export interface Imports {
  specifiers: readonly string[];
  urls: readonly string[];
  /** Their files are intercepted where they are imported by a path that is complete: not by each other. */
  packages: readonly string[];
}

export function includes({ specifiers, urls, packages }: Imports): {
  shouldInclude: (url: string, specifier: string) => boolean;
} {
  const known = new Set([...specifiers, ...urls]);
  const ofPackages = new Set(packages);
  return {
    shouldInclude: (url, specifier) =>
      known.has(specifier) ||
      known.has(url) ||
      (isPath(specifier) && url.startsWith("file:") && ofPackages.has(packageOf(fileURLToPath(url)) ?? "")),
  };
}

/** Whether a module is imported by where it is, and not by a name or from where the importer is. */
export function isPath(specifier: string): boolean {
  return specifier.startsWith("file:") || isAbsolute(specifier);
}

/** Whether a contract is about a package that is installed: not about the platform, nor about this package. */
export function isOfPackage({ package: name }: Contract): boolean {
  return !["node", "web", "@holdfast/runtime"].includes(name);
}
