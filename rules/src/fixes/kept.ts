/** Promises that are kept in a variable or a field, or in an array of them, and what becomes of them there. */

import ts from "typescript";
import { isReference } from "./names.js";
import { all, callAt, functionOf, methodOf, receiverOf, spanOf, textOf, type FixSource, type Span } from "./source.js";

/** The first place where the promise of a call is used as a whole after it was kept. */
export function laterUse(source: FixSource, operation: Span): Span | undefined {
  const call = callAt(source, operation);
  const keeper = call && keeperOf(call);
  if (call === undefined || keeper === undefined) return undefined;
  const text = textOf(source, keeper);
  const isUse = (node: ts.Node): node is ts.Expression =>
    node.pos > call.end && (isReference(node) || ts.isPropertyAccessExpression(node)) && textOf(source, node) === text;
  const uses = all(functionOf(call) ?? source.sourceFile, isUse, "nested functions too");
  const [later] = uses.map(promiseIn).filter((use) => use !== undefined);
  return later && spanOf(source, later);
}

/** The variable or field that a call's promise is put into, or the array that it is pushed to. */
function keeperOf(call: ts.CallExpression): ts.Expression | undefined {
  const { parent } = call;
  if (ts.isVariableDeclaration(parent)) return ts.isIdentifier(parent.name) ? parent.name : undefined;
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const isKept = parent.right === call && ts.isExpressionStatement(parent.parent);
    return isKept && (ts.isIdentifier(parent.left) || isOwnField(parent.left)) ? parent.left : undefined;
  }
  const array = methodOf(parent) === "push" ? receiverOf(parent as ts.CallExpression) : undefined;
  return array && ts.isIdentifier(array) ? array : undefined;
}

function isOwnField(node: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword;
}

/** What is used of it: `run.done` in `await run.done`, all of it where it is used as a whole, nothing in `sent.catch(…)`. */
function promiseIn(use: ts.Expression): ts.Expression | undefined {
  const { parent } = use;
  if (!ts.isPropertyAccessExpression(parent)) return use;
  return ts.isAwaitExpression(parent.parent) ? parent : undefined;
}
