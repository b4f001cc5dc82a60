/** Whether an `await` at a call mends anything: what it waits for has to end, and somebody has to wait for its function. */

import ts from "typescript";
import { declarationAt } from "./names.js";
import { functionOf, isFunction, isLeftAlone, some, type FixSource, type FunctionNode, type Span } from "./source.js";

/** What an operation's contract says about its end. */
export type Settling = "promise" | "callback" | "either" | "return" | "close" | undefined;

/** Whether a call tells its end to a function that it is given, so that there is no promise to wait for. */
export function isSettledByCallback(call: ts.CallExpression, settledBy: Settling): boolean {
  if (settledBy === "callback") return true;
  const last = call.arguments.at(-1);
  return settledBy === "either" && last !== undefined && isFunctionValue(last);
}

function isFunctionValue(node: ts.Expression): boolean {
  if (isFunction(node)) return true;
  if (!ts.isIdentifier(node)) return false;
  const declaration = declarationAt(node.text, node);
  if (declaration === undefined) return false;
  if (ts.isParameter(declaration)) return declaration.type !== undefined && ts.isFunctionTypeNode(declaration.type);
  const { initializer } = declaration as { initializer?: ts.Expression };
  return isFunction(declaration) || (initializer !== undefined && isFunction(initializer));
}

/** Whether waiting at a call delays the release of its handle, or the next operation. */
export function isWorthAwaiting(source: FixSource, call: ts.CallExpression, until?: Span): boolean {
  if (isEndless(call)) return false;
  for (
    let around = functionOf(call);
    around !== undefined && !holds(source, around, until);
    around = functionOf(around)
  ) {
    if (isLeftAlone(around)) return false;
  }
  return true;
}

function holds({ sourceFile }: FixSource, around: FunctionNode, until: Span | undefined): boolean {
  return until !== undefined && around.getStart(sourceFile) <= until.start && until.end <= around.end;
}

/** A call of a function of this file that goes on until somebody stops it. */
function isEndless(call: ts.CallExpression): boolean {
  const called = calledFunction(call);
  const { body } = (called ?? {}) as { body?: ts.Node };
  return body !== undefined && some(body, isOpenLoop);
}

function isOpenLoop(node: ts.Node): boolean {
  return (
    ts.isWhileStatement(node) ||
    ts.isDoStatement(node) ||
    (ts.isForStatement(node) && node.condition === undefined) ||
    (ts.isForOfStatement(node) && node.awaitModifier !== undefined)
  );
}

function calledFunction({ expression }: ts.CallExpression): ts.Node | undefined {
  if (ts.isIdentifier(expression)) {
    const declaration = declarationAt(expression.text, expression);
    if (declaration === undefined) return undefined;
    return isFunction(declaration) ? declaration : (declaration as { initializer?: ts.Node }).initializer;
  }
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  const around = ts.findAncestor(expression, ts.isClassLike);
  const isOwn = expression.expression.kind === ts.SyntaxKind.ThisKeyword;
  const name = expression.name.text;
  return isOwn ? around?.members.find((member) => member.name?.getText() === name) : undefined;
}
