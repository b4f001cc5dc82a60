/** Conditions whose answer can be remembered until something in them changes. */

import ts from "typescript";
import type { Test, VariableId } from "../flow/graph.js";
import type { Scopes } from "./scopes.js";

export type PlainTest = Omit<Test, "place"> & { placeNode?: ts.Expression };

/** What a condition asks, or nothing where it calls something and so may answer differently every time. */
export function testOf(expression: ts.Expression, scopes: Scopes): PlainTest | undefined {
  const condition = unwrap(expression);
  const place = placeOf(condition, scopes);
  if (place) return { ...place, negated: false, placeNode: condition };
  if (!ts.isBinaryExpression(condition)) return undefined;

  const negated = isInequality(condition.operatorToken.kind);
  if (!negated && !isEquality(condition.operatorToken.kind)) return undefined;
  const left = placeOf(unwrap(condition.left), scopes);
  if (!left) return undefined;
  const right = unwrap(condition.right);
  if (isNothing(right)) return { ...left, key: left.key, negated: !negated, placeNode: unwrap(condition.left) };
  if (right.kind === ts.SyntaxKind.TrueKeyword) return { ...left, negated, placeNode: unwrap(condition.left) };
  if (right.kind === ts.SyntaxKind.FalseKeyword)
    return { ...left, negated: !negated, placeNode: unwrap(condition.left) };
  if (ts.isStringLiteralLike(right) || ts.isNumericLiteral(right)) {
    return { ...left, key: `${left.key} = ${JSON.stringify(right.text)}`, negated };
  }
  const other = placeOf(right, scopes);
  if (!other) return undefined;
  return {
    key: `${left.key} = ${other.key}`,
    negated,
    variables: [...left.variables, ...other.variables],
    shared: left.shared || other.shared,
  };
}

/** A local, a field or a short path of such, as a key. */
function placeOf(
  expression: ts.Expression,
  scopes: Scopes,
): { key: string; variables: VariableId[]; shared: boolean } | undefined {
  if (ts.isIdentifier(expression)) {
    const variable = scopes.of(expression);
    if (!variable) return undefined;
    return { key: `v${variable.id}`, variables: [variable.id], shared: false };
  }
  if (expression.kind === ts.SyntaxKind.ThisKeyword) return { key: "this", variables: [], shared: false };
  if (ts.isPropertyAccessExpression(expression)) {
    const object = placeOf(unwrap(expression.expression), scopes);
    return object && { key: `${object.key}.${expression.name.text}`, variables: object.variables, shared: true };
  }
  return undefined;
}

/** Without parentheses and without what only types see. */
export function unwrap(expression: ts.Expression): ts.Expression {
  let inner = expression;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isTypeAssertionExpression(inner)
  ) {
    inner = inner.expression;
  }
  return inner;
}

function isNothing(expression: ts.Expression): boolean {
  return (
    expression.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(expression) && expression.text === "undefined")
  );
}

function isEquality(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsToken;
}

function isInequality(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.ExclamationEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsToken;
}
