/** What a program does with the results of a `Promise.all`, and how they are kept when there is none any more. */

import ts from "typescript";
import {
  all,
  functionOf,
  isTypeScript,
  statementOf,
  textOf,
  withParentheses,
  type FixSource,
  type FunctionNode,
} from "./source.js";
import { isConst, referencesTo, type Constant } from "./names.js";
import type { Change } from "./text.js";

/** Changes that make operations run one after the other, and whether nothing else comes of them. */
export interface Sequence {
  changes: Change[];
  safe: boolean;
}

/** What becomes of the value of an expression, awaited or not. `whole` is the expression with its await. */
export type Use = { whole: ts.Expression; isAwaited: boolean } & (
  | { kind: "ignored"; statement: ts.Statement }
  | { kind: "declared"; statement: ts.VariableStatement; declaration: ts.VariableDeclaration }
  | { kind: "assigned"; statement: ts.Statement }
  | { kind: "returned"; statement: ts.ReturnStatement }
  | { kind: "body"; arrow: ts.ArrowFunction }
  | { kind: "other" }
);

export function useOf(call: ts.Expression): Use {
  const value = withParentheses(call);
  const isAwaited = ts.isAwaitExpression(value.parent);
  const whole = isAwaited ? withParentheses(value.parent) : value;
  const user = whole.parent;
  const outer = { whole, isAwaited };
  if (ts.isExpressionStatement(user)) return { ...outer, kind: "ignored", statement: user };
  if (ts.isVoidExpression(user) && ts.isExpressionStatement(user.parent))
    return { ...outer, kind: "ignored", statement: user.parent };
  if (ts.isReturnStatement(user)) return { ...outer, kind: "returned", statement: user };
  if (ts.isArrowFunction(user)) return { ...outer, kind: "body", arrow: user };
  if (isAwaited && ts.isVariableDeclaration(user)) {
    const statement = statementOf(user);
    const isAlone =
      statement && ts.isVariableStatement(statement) && statement.declarationList.declarations.length === 1;
    if (isAlone) return { ...outer, kind: "declared", statement, declaration: user };
  }
  const isAssigned =
    ts.isBinaryExpression(user) && user.right === whole && user.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  if (isAwaited && isAssigned && ts.isExpressionStatement(user.parent))
    return { ...outer, kind: "assigned", statement: user.parent };
  return { ...outer, kind: "other" };
}

/** Whether an expression has surely no promise for a value, so that an await would be noise. */
export function isPlainValue(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node))
    return isPlainValue(node.expression);
  if (ts.isAwaitExpression(node) || ts.isLiteralExpression(node) || ts.isTemplateExpression(node)) return true;
  if (ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node) || ts.isArrowFunction(node)) return true;
  if (ts.isPrefixUnaryExpression(node) || ts.isTypeOfExpression(node) || ts.isVoidExpression(node)) return true;
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return isPlainValue(node.expression);
  if (ts.isConditionalExpression(node)) return isPlainValue(node.whenTrue) && isPlainValue(node.whenFalse);
  if (ts.isBinaryExpression(node)) {
    const { BarBarToken, AmpersandAmpersandToken, QuestionQuestionToken, CommaToken } = ts.SyntaxKind;
    const { kind } = node.operatorToken;
    const isLogical = [BarBarToken, AmpersandAmpersandToken, QuestionQuestionToken].includes(kind);
    if (isLogical) return isPlainValue(node.left) && isPlainValue(node.right);
    return kind !== CommaToken && kind < ts.SyntaxKind.FirstAssignment;
  }
  if (ts.isIdentifier(node)) return isAwaitedConstant(node);
  const { TrueKeyword, FalseKeyword, NullKeyword } = ts.SyntaxKind;
  return node.kind === TrueKeyword || node.kind === FalseKeyword || node.kind === NullKeyword;
}

/** A constant, in the same function, that is set to what an await gave, as a whole or by a pattern. */
function isAwaitedConstant(name: ts.Identifier): boolean {
  if (name.text === "undefined") return true;
  const around = functionOf(name) as { body?: ts.Node } | undefined;
  const lists = around?.body ? all(around.body, ts.isVariableDeclaration) : [];
  const declaration = lists.find((one) => declaresName(one.name, name.text));
  return declaration?.initializer !== undefined && ts.isAwaitExpression(declaration.initializer);
}

function declaresName(binding: ts.BindingName, name: string): boolean {
  if (ts.isIdentifier(binding)) return binding.text === name;
  return binding.elements.some((element) => ts.isBindingElement(element) && declaresName(element.name, name));
}

/** What goes before and behind an expression to await it. */
export function awaitAround(node: ts.Expression): [head: string, tail: string] {
  if (isPlainValue(node)) return ["", ""];
  const isLow =
    ts.isConditionalExpression(node) ||
    ts.isBinaryExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isYieldExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node);
  return isLow ? ["await (", ")"] : ["await ", ""];
}

/** An array's type that values may be pushed to: `Row[]` or `Array<Row>`. */
export function isMutableArray(type: ts.TypeNode | undefined): type is ts.TypeNode {
  if (type === undefined) return false;
  return ts.isArrayTypeNode(type) || (ts.isTypeReferenceNode(type) && type.typeName.getText() === "Array");
}

/** The type of what a function's promise gives, if it is written down as an array. */
export function promisedArray(source: FixSource, around: FunctionNode | undefined): string | undefined {
  const type = around?.type;
  if (!type || !ts.isTypeReferenceNode(type) || type.typeName.getText() !== "Promise") return undefined;
  const [promised] = type.typeArguments ?? [];
  return isMutableArray(promised) ? textOf(source, promised) : undefined;
}

/**
 * Whether the compiler can find out the type of `const rows = []` by what is pushed to it: it can as long as no other
 * function uses the name.
 */
export function mayEvolve(source: FixSource, name: string, declaredIn: ts.Node): boolean {
  if (!isTypeScript(source)) return true;
  const home = functionOf(declaredIn);
  const scope = (home as { body?: ts.Node } | undefined)?.body ?? source.sourceFile;
  return referencesTo(name, scope).every((reference) => functionOf(reference) === home);
}

/** A constant without a type of its own whose value is this kind of expression. */
export function constantOf<T extends ts.Expression>(
  declaration: ts.Node | undefined,
  isWanted: (node: ts.Node) => node is T,
): { declaration: Constant; statement: ts.VariableStatement; value: T } | undefined {
  if (
    declaration === undefined ||
    !isConst(declaration) ||
    !declaration.initializer ||
    !isWanted(declaration.initializer)
  )
    return undefined;
  const statement = declaration.parent.parent;
  if (!ts.isVariableStatement(statement) || statement.modifiers || statement.declarationList.declarations.length > 1)
    return undefined;
  return { declaration, statement, value: declaration.initializer };
}
