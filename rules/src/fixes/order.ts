/** Whether statements may change places. */

import ts from "typescript";
import { declarationsOf, declaredName, isAssignedIn, namesUsedIn } from "./names.js";
import { isFunction } from "./source.js";

/** Whether a statement can leave the list that it is in, other than by an error. */
export function leavesEarly(statement: ts.Statement): boolean {
  const visit = (node: ts.Node, loops: boolean, switches: boolean): boolean => {
    if (isFunction(node) || ts.isClassLike(node)) return false;
    if (ts.isReturnStatement(node) || ts.isThrowStatement(node)) return true;
    if (ts.isBreakOrContinueStatement(node)) {
      const isOwn = ts.isBreakStatement(node) ? loops || switches : loops;
      return !isOwn || node.label !== undefined;
    }
    const isLoop = ts.isIterationStatement(node, false);
    const isSwitch = ts.isSwitchStatement(node);
    return ts.forEachChild(node, (child) => visit(child, loops || isLoop, switches || isSwitch)) ?? false;
  };
  return visit(statement, false, false);
}

/** Whether what a statement uses is neither declared nor assigned by others that it is moved past. */
export function valuesStay(moved: ts.Statement, passed: readonly ts.Statement[]): boolean {
  const used = [...namesUsedIn(moved)];
  const declared = new Set(passed.flatMap(declarationsOf).map(declaredName));
  return used.every((name) => !declared.has(name) && !passed.some((statement) => isAssignedIn(name, statement)));
}

/** Whether running a node calls or waits for anything. */
export function hasEffects(node: ts.Node): boolean {
  if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isAwaitExpression(node) || ts.isYieldExpression(node))
    return true;
  if (ts.isTaggedTemplateExpression(node) || ts.isDeleteExpression(node)) return true;
  if (isFunction(node)) return false;
  return ts.forEachChild(node, (child) => hasEffects(child) || undefined) ?? false;
}
