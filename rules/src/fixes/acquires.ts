/** Where handles come from. */

import ts from "typescript";
import { declarationAt, isConst, rootOf } from "./names.js";
import { callAt, spanOf, type FixSource, type Span } from "./source.js";

/** The value of the constant that a release is called on, such as `await pool.connect()`. */
export function acquireOf(source: FixSource, release: Span): Span | undefined {
  const call = callAt(source, release);
  const handle = call && rootOf(call.expression);
  if (handle === undefined || !ts.isIdentifier(handle)) return undefined;
  const declaration = declarationAt(handle.text, handle);
  if (declaration === undefined || !isConst(declaration) || !declaration.initializer) return undefined;
  return spanOf(source, declaration.initializer);
}
