import ts from "typescript";
import type { Fix } from "../finding.js";
import { creationOf } from "./creation.js";
import { imported } from "./imports.js";
import {
  callAt,
  functionOf,
  hasModifier,
  receiverOf,
  spanOf,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { fixOf, insertion } from "./text.js";

/** Lets a handle do one operation at a time from where it is made: `exclusive(new Push())`. */
export function exclusive(source: FixSource, operations: readonly Span[], words: Words = {}): Fix | undefined {
  const creations = new Set(operations.map((operation) => creationFor(source, operation)));
  const [creation] = creations;
  if (creation === undefined || creations.size !== 1) return undefined;
  const { name, changes } = imported(source, "exclusive", "@holdfast/runtime");
  const { start, end } = spanOf(source, creation);
  const title = `Let ${words.handle ?? "the handle"} do one operation at a time, with \`exclusive\``;
  return fixOf(source, { kind: "exclusive", title, safe: false }, [
    ...changes,
    insertion(start, `${name}(`),
    insertion(end, ")"),
  ]);
}

/** What makes the handle that an operation is called on, once and for all. */
function creationFor(source: FixSource, operation: Span): ts.Expression | undefined {
  const call = callAt(source, operation);
  const handle = call && receiverOf(call);
  const creation = handle && creationOf(handle);
  return creation && makesHandle(creation) && isKeptForGood(creation) ? creation : undefined;
}

/** `new Push()`, `connect()` or `await connect()`. */
function makesHandle(creation: ts.Expression): boolean {
  if (ts.isAwaitExpression(creation)) return ts.isCallExpression(creation.expression);
  return ts.isNewExpression(creation) || ts.isCallExpression(creation);
}

/** As a constant, or as a field that is set when its object is made, and not again. */
function isKeptForGood(creation: ts.Expression): boolean {
  const { parent } = creation;
  if (ts.isVariableDeclaration(parent)) return true;
  if (ts.isPropertyDeclaration(parent)) return !hasModifier(parent, ts.SyntaxKind.StaticKeyword);
  const around = functionOf(creation);
  return around !== undefined && ts.isConstructorDeclaration(around);
}
