/** Conditions whose answer can be remembered until something in them changes. */

import ts from "typescript";
import type { Asked, Test, VariableId } from "../flow/graph.js";
import type { Scopes } from "./scopes.js";

/** A test, and the expression whose value it asks about. */
export type PlainTest = Omit<Test, "place"> & { placeNode: ts.Expression };

interface Place {
  key: string;
  variables: VariableId[];
}

/** What a condition asks, or nothing where it calls something and so may answer differently every time. */
export function testOf(expression: ts.Expression, scopes: Scopes): PlainTest | undefined {
  const condition = unwrap(expression);
  const place = placeOf(condition, scopes);
  if (place) return { ...place, asks: { kind: "truth" }, negated: false, placeNode: condition };
  return ts.isBinaryExpression(condition) ? comparison(condition, scopes) : predicate(condition, scopes);
}

/** What a `case` asks of the value of its `switch`. */
export function caseOf(
  value: ts.Expression,
  of: ts.Expression,
  scopes: Scopes,
): Omit<PlainTest, "negated"> | undefined {
  const asks = constantOf(unwrap(value), scopes);
  const node = unwrap(of);
  const place = placeOf(node, scopes) ?? { key: `switch ${node.pos}`, variables: [] };
  return asks && { ...place, asks, placeNode: node };
}

function comparison(condition: ts.BinaryExpression, scopes: Scopes): PlainTest | undefined {
  const { kind } = condition.operatorToken;
  const left = unwrap(condition.left);
  const right = unwrap(condition.right);
  if (kind === ts.SyntaxKind.InstanceOfKeyword) return classTest(left, right, scopes);
  if (kind === ts.SyntaxKind.InKeyword) return keyTest(left, right, scopes);
  if (orders.has(kind)) return sizeTest(left, right, scopes);
  const negated = isInequality(kind);
  if (!negated && !isEquality(kind)) return undefined;
  return equality(left, right, negated, scopes) ?? equality(right, left, negated, scopes);
}

function equality(left: ts.Expression, right: ts.Expression, negated: boolean, scopes: Scopes): PlainTest | undefined {
  const place = placeOf(left, scopes);
  if (!place) return undefined;
  const asks = constantOf(right, scopes);
  if (asks) return { ...place, asks, negated, placeNode: left };
  const other = placeOf(right, scopes);
  if (!other) return undefined;
  return relation(`${place.key} = ${other.key}`, [place, other], negated, left.parent as ts.Expression);
}

/** A test whose answer says something of the pair only. */
function relation(key: string, places: readonly Place[], negated: boolean, placeNode: ts.Expression): PlainTest {
  return {
    key,
    asks: { kind: "truth" },
    negated,
    variables: places.flatMap(({ variables }) => variables),
    placeNode,
  };
}

function classTest(left: ts.Expression, right: ts.Expression, scopes: Scopes): PlainTest | undefined {
  const place = placeOf(left, scopes);
  return place && relation(`${place.key} instanceof ${right.getText()}`, [place], false, left.parent as ts.Expression);
}

function keyTest(left: ts.Expression, right: ts.Expression, scopes: Scopes): PlainTest | undefined {
  const place = placeOf(right, scopes);
  if (!place || !ts.isStringLiteralLike(left)) return undefined;
  return relation(`${place.key} has ${left.text}`, [place], false, left.parent as ts.Expression);
}

/** `this.running >= limit`: how it is answered is not followed; that the place was measured is. */
function sizeTest(left: ts.Expression, right: ts.Expression, scopes: Scopes): PlainTest | undefined {
  const place = placeOf(left, scopes) ?? placeOf(right, scopes);
  const placeNode = placeOf(left, scopes) ? left : right;
  return place && { ...place, asks: { kind: "size" }, negated: false, placeNode };
}

/** `Array.isArray(x)`, `path.startsWith("/a")`: of the same value it always answers the same. */
function predicate(condition: ts.Expression, scopes: Scopes): PlainTest | undefined {
  if (!ts.isCallExpression(condition) || condition.arguments.length !== 1) return undefined;
  const [argument] = condition.arguments;
  const { expression: callee } = condition;
  if (!argument) return undefined;
  if (ts.isPropertyAccessExpression(callee) && ts.isStringLiteralLike(argument)) {
    const of = placeOf(unwrap(callee.expression), scopes);
    const method = textMethods.find((name) => name === callee.name.text);
    if (!of || !method) return undefined;
    return { ...of, asks: { kind: "text", method, argument: argument.text }, negated: false, placeNode: condition };
  }
  const name = callee.getText();
  const place = placeOf(unwrap(argument), scopes);
  return name === "Array.isArray" && place ? relation(`${place.key} is array`, [place], false, condition) : undefined;
}

/** A local, a field or a short path of such, as a key; also what `typeof` says of one. */
function placeOf(expression: ts.Expression, scopes: Scopes): Place | undefined {
  if (ts.isIdentifier(expression)) {
    const variable = scopes.of(expression);
    return variable && { key: `v${variable.id}`, variables: [variable.id] };
  }
  if (expression.kind === ts.SyntaxKind.ThisKeyword) return { key: "this", variables: [] };
  if (ts.isTypeOfExpression(expression)) {
    const of = placeOf(unwrap(expression.expression), scopes);
    return of && { key: `typeof ${of.key}`, variables: of.variables };
  }
  if (ts.isPropertyAccessExpression(expression)) {
    const object = placeOf(unwrap(expression.expression), scopes);
    return object && { key: `${object.key}.${expression.name.text}`, variables: object.variables };
  }
  return undefined;
}

/** The constant that a place is compared with: a literal, or a name that stands for one (`State.Open`, `OPEN`). */
function constantOf(node: ts.Expression, scopes: Scopes): Asked | undefined {
  const value = spelled(node) ?? named(node, scopes);
  return value === undefined ? undefined : { kind: "equals", value };
}

function spelled(node: ts.Expression): string | undefined {
  if (node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined")) return "nothing";
  if (node.kind === ts.SyntaxKind.TrueKeyword) return "true";
  if (node.kind === ts.SyntaxKind.FalseKeyword) return "false";
  if (ts.isStringLiteralLike(node)) return JSON.stringify(node.text);
  return ts.isNumericLiteral(node) ? String(Number(node.text)) : undefined;
}

function named(node: ts.Expression, scopes: Scopes): string | undefined {
  if (ts.isIdentifier(node)) {
    const variable = scopes.of(node);
    if ((variable?.writes.length ?? 0) > 0) return undefined;
    const value = variable && ts.isVariableDeclaration(variable.declaration) && variable.declaration.initializer;
    const literal = value && ts.isExpression(value) ? spelled(unwrap(value)) : undefined;
    if (literal !== undefined) return literal;
    const isConstant = /^[A-Z][A-Z0-9_]+$/.test(node.text);
    return isConstant ? `@${node.text}` : undefined;
  }
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const root = node.expression;
  return ts.isIdentifier(root) && /^[A-Z]/.test(root.text) ? `@${root.text}.${node.name.text}` : undefined;
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

const textMethods = ["includes", "startsWith", "endsWith"] as const;

const orders: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.LessThanToken,
  ts.SyntaxKind.LessThanEqualsToken,
  ts.SyntaxKind.GreaterThanToken,
  ts.SyntaxKind.GreaterThanEqualsToken,
]);

function isEquality(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsToken;
}

function isInequality(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.ExclamationEqualsEqualsToken || kind === ts.SyntaxKind.ExclamationEqualsToken;
}
