/** Places where something has gone wrong, or where all is brought to an end: there an abort is what the code wants. */

import ts from "typescript";
import { memberName } from "./syntax.js";

/** What people call a failure, a limit or a signal. */
const failure =
  /^(e|ex|err|error|cause|reason|failure|failed|aborted|abort|cancell?ed|timed?_?out|expired|closing|closed|destroyed|stopped|stopping|shutting_?down)$|(err|error|aborted|failed|timed_?out|cancell?ed)$/i;

/** Events after which nothing goes on as before. */
const ends =
  /^(error|timeout|abort|aborted|close|end|finish|exit|beforeExit|SIG[A-Z0-9]+|uncaughtException|unhandledRejection|disconnect|clientError|message_?error)$/;

/** What people call functions that bring something to its end. */
const endings =
  /^_*(abort|after(All|Each)?|bail|cancel|clean|close|destroy|die|discard|disconnect|dispose|end|exit|fail|finish|halt|handle\w*(Error|Abort|Timeout)|hard|kill|on(Abort|Error|Close|Timeout|Exit|End)|quit|reject|release|reset|shut|stop|tear|terminate|unmount|unsubscribe)/i;

const timers = /^(setTimeout|setImmediate)$/;

/** Whether a call stands on a way out. */
export function isWayOut(node: ts.Node): boolean {
  for (let inner = node, outer = node.parent; outer && !ts.isSourceFile(outer); inner = outer, outer = outer.parent) {
    if (ts.isCatchClause(outer) || isRefusal(outer)) return true;
    if (ts.isIfStatement(outer) && inner === outer.thenStatement && asksForFailure(outer.expression)) return true;
    if (ts.isFunctionLike(outer) && isEnding(outer)) return true;
  }
  return false;
}

/** A statement of a branch that is left right behind it. */
function isRefusal(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isExpressionStatement(node) || !ts.isBlock(parent) || !ts.isIfStatement(parent.parent)) return false;
  const next = parent.statements[parent.statements.indexOf(node) + 1];
  return next !== undefined && (ts.isReturnStatement(next) || ts.isThrowStatement(next));
}

function asksForFailure(condition: ts.Expression): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && failure.test(node.text)) found = true;
    ts.forEachChild(node, visit);
  };
  visit(condition);
  return found;
}

function isEnding(node: ts.SignatureDeclaration): boolean {
  if (endings.test(nameOf(node))) return true;
  const { parent } = node;
  if (!ts.isCallExpression(parent)) return false;
  const { expression: callee, arguments: given } = parent;
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : "";
  const [first] = given;
  if (first && first !== node && ts.isStringLiteralLike(first)) return ends.test(first.text);
  const isSecondOfThen = name === "then" && given[1] === node;
  return name === "catch" || isSecondOfThen || timers.test(name) || endings.test(name);
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return memberName(node.name) ?? "";
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return memberName(parent.name) ?? "";
  return "";
}
