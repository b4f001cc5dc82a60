/** Which files are worth a closer look: most touch nothing that has a contract, and cost next to nothing. */

import type { Catalog } from "@holdfast/contracts";
import { askableNames } from "./types/askable.js";

const specifierPattern = /(?:\bfrom|\brequire\s*\(|\bimport\s*\(?)\s*(["'`])([^"'`\n]+)\1/g;
const ownTag = "@holdfast-";
/** What web streams need no import for. */
const globalHints = ["getReader", "getWriter", "WebSocket"];

/**
 * Whether a file can hold anything that has a contract. Without types a value has to be traced to an import;
 * with types it may come from anywhere, so that the name of an operation is enough in a file that imports something.
 */
export function isCandidate(text: string, catalog: Catalog, typed: boolean): boolean {
  if (text.includes(ownTag) || globalHints.some((hint) => text.includes(hint))) return true;
  let imports = false;
  for (const [, , specifier = ""] of text.matchAll(specifierPattern)) {
    if (catalog.specifiers.test(specifier)) return true;
    imports = true;
  }
  return typed && imports && operationPattern(catalog).test(text);
}

const patterns = new WeakMap<Catalog, RegExp>();

/** Matches a call or an assignment of anything that a contract names. */
function operationPattern(catalog: Catalog): RegExp {
  let pattern = patterns.get(catalog);
  if (!pattern) {
    const names = [...askableNames(catalog)]
      .filter((name) => /^[\w$]+$/.test(name))
      .map((name) => name.replace(/[$]/g, "\\$&"));
    // Called, also with type arguments, or assigned; `Promise.all` is nobody's operation.
    pattern = new RegExp(`(?<!\\bPromise)\\??\\.(?:${names.join("|")})\\s*(?:[(<]|\\?\\.\\(|=(?![=>]))`);
    patterns.set(catalog, pattern);
  }
  return pattern;
}
