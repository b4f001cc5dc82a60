/** What it takes to be allowed an `await`. */

import ts from "typescript";
import { isReference } from "./names.js";
import {
  all,
  functionOf,
  isAsync,
  isFunction,
  mayAwait,
  methodOf,
  some,
  type FixSource,
  type FunctionNode,
} from "./source.js";
import { insertion, type Change } from "./text.js";

/** Changes that allow an `await` at a node, and whether nothing else changes with them. */
export interface Permission {
  changes: Change[];
  safe: boolean;
}

/** Methods that call their function at once and look at what it returns, or have no use for a promise. */
const SYNCHRONOUS_METHODS = new Set(
  (
    "every filter find findIndex findLast findLastIndex flatMap forEach map reduce reduceRight replace replaceAll " +
    "some sort toSorted from"
  ).split(" "),
);

/** What allows an `await` at a node: nothing at all, or making its function async where nobody minds. */
export function permissionToAwait(source: FixSource, node: ts.Node): Permission | undefined {
  const may = mayAwait(source, node);
  if (may !== "no") return { changes: [], safe: may === "yes" };
  const around = functionOf(node);
  if (around === undefined || isAsync(around) || !isInBody(around, node)) return undefined;
  const changes = madeAsync(source, around);
  return changes && { changes, safe: false };
}

function isInBody(around: FunctionNode, node: ts.Node): boolean {
  const { body } = around as { body?: ts.Node };
  if (body === undefined || node.pos < body.pos || node.end > body.end) return false;
  // A class inside the function runs code of its own.
  const isOwnCode = (at: ts.Node) => at === body || ts.isClassLike(at) || ts.isClassStaticBlockDeclaration(at);
  return ts.findAncestor(node, isOwnCode) === body;
}

/** The changes that make a function async, if those who call it do not look at what it returns. */
export function madeAsync(source: FixSource, around: FunctionNode): Change[] | undefined {
  const isPlain =
    ts.isFunctionDeclaration(around) ||
    ts.isMethodDeclaration(around) ||
    ts.isFunctionExpression(around) ||
    ts.isArrowFunction(around);
  if (!isPlain || around.asteriskToken || around.body === undefined || isOverloaded(around)) return undefined;
  const changes = [insertion(asyncPosition(source, around), "async ")];
  if (returnsPromise(around)) return changes;
  if (returnsValues(around) || !isCalledForEffect(source, around)) return undefined;
  if (around.type !== undefined) {
    if (around.type.kind !== ts.SyntaxKind.VoidKeyword) return undefined;
    changes.push({ start: around.type.getStart(source.sourceFile), end: around.type.end, text: "Promise<void>" });
  }
  return changes;
}

function asyncPosition({ sourceFile }: FixSource, around: FunctionNode): number {
  if (ts.isMethodDeclaration(around)) return around.name.getStart(sourceFile);
  const keyword = around.getChildren(sourceFile).find((child) => child.kind === ts.SyntaxKind.FunctionKeyword);
  return (keyword ?? around).getStart(sourceFile);
}

function isOverloaded(around: FunctionNode): boolean {
  const { parent } = around;
  const siblings: readonly ts.Node[] = ts.isClassLike(parent)
    ? parent.members
    : ts.isSourceFile(parent)
      ? parent.statements
      : [];
  const nameOf = (node: ts.Node) => (node as { name?: ts.Node }).name?.getText();
  return siblings.some(
    (other) =>
      isFunction(other) && (other as { body?: ts.Node }).body === undefined && nameOf(other) === nameOf(around),
  );
}

/** It returns a promise as it is, so that `async` changes nothing for its callers. */
function returnsPromise(around: FunctionNode): boolean {
  const { type, parent } = around;
  if (type !== undefined) {
    return ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeName.text === "Promise";
  }
  const isArgument = ts.isCallExpression(parent) && parent.expression !== (around as ts.Node);
  return isArgument && ["then", "catch", "finally"].includes(methodOf(parent)!);
}

function returnsValues(around: FunctionNode): boolean {
  const { body } = around as { body?: ts.Node };
  if (body === undefined || !ts.isBlock(body)) return true;
  return some(body, (node) => ts.isReturnStatement(node) && node.expression !== undefined);
}

/** Whether all calls that this file shows are statements, and no function is given to a method that would not wait. */
function isCalledForEffect({ sourceFile }: FixSource, around: FunctionNode): boolean {
  const { parent } = around;
  if (ts.isCallExpression(parent)) return !SYNCHRONOUS_METHODS.has(methodOf(parent) ?? "");
  if (ts.isNewExpression(parent)) return false;
  const name = (around as { name?: ts.Node }).name ?? (ts.isVariableDeclaration(parent) ? parent.name : undefined);
  if (name === undefined || !(ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) return true;
  const isMethod = ts.isMethodDeclaration(around);
  const isCallOfIt = (node: ts.Node): node is ts.CallExpression => {
    if (!ts.isCallExpression(node)) return false;
    const { expression } = node;
    if (!isMethod) return isReference(expression) && expression.text === name.text;
    return ts.isPropertyAccessExpression(expression) && expression.name.text === name.text;
  };
  const calls = all(sourceFile, isCallOfIt, "nested functions too");
  return calls.every(({ parent: user }) => ts.isExpressionStatement(user) || ts.isVoidExpression(user));
}

/** An arrow function that returns a promise may be async: its callers see the same. */
export function asyncArrow(source: FixSource, arrow: ts.ArrowFunction): Change[] | undefined {
  if (arrow.type !== undefined) return madeAsync(source, arrow);
  return [insertion(arrow.getStart(source.sourceFile), "async ")];
}
