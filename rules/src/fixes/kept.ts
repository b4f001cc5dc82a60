/** Promises that are kept in a variable, or in an array of them, and what becomes of them there. */

import ts from "typescript";
import { referencesTo } from "./names.js";
import { callAt, functionOf, methodOf, receiverOf, spanOf, type FixSource, type Span } from "./source.js";

/** The first place where the promise of a call is used as a whole after it was kept. */
export function laterUse(source: FixSource, operation: Span): Span | undefined {
  const call = callAt(source, operation);
  const name = call && keptAs(call);
  if (call === undefined || name === undefined) return undefined;
  const uses = referencesTo(name, functionOf(call) ?? source.sourceFile);
  const later = uses.find((use) => use.pos > call.end && !isPartOfIt(use));
  return later && spanOf(source, later);
}

/** The name of the variable that a call's promise is put into, or of the array that it is pushed to. */
function keptAs(call: ts.CallExpression): string | undefined {
  const { parent } = call;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text;
  if (methodOf(parent) !== "push") return undefined;
  const array = receiverOf(parent as ts.CallExpression);
  return array && ts.isIdentifier(array) ? array.text : undefined;
}

/** `run.done` is not the promise `run`, and `sent.catch(…)` no wait for it. */
function isPartOfIt({ parent }: ts.Identifier): boolean {
  return ts.isPropertyAccessExpression(parent);
}
