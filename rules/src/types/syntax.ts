/** Small questions about the syntax around a value. */

import ts from "typescript";
import type { Scopes, Variable } from "../lowering/scopes.js";

type Transparent =
  | ts.ParenthesizedExpression
  | ts.AsExpression
  | ts.SatisfiesExpression
  | ts.NonNullExpression
  | ts.TypeAssertion
  | ts.ExpressionWithTypeArguments;

/** Syntax around an expression that leaves its value as it is. */
export function isTransparent(node: ts.Node): node is Transparent {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isExpressionWithTypeArguments(node)
  );
}

export function skipTransparent(node: ts.Expression): ts.Expression {
  return isTransparent(node) ? skipTransparent(node.expression) : node;
}

/** The expression with everything around it that leaves its value as it is. */
export function outermost(node: ts.Expression): ts.Expression {
  return isTransparent(node.parent) ? outermost(node.parent) : node;
}

/** Expressions whose value certainly has no contract. */
export function isPlain(node: ts.Node): boolean {
  return (
    ts.isLiteralExpression(node) ||
    ts.isTemplateExpression(node) ||
    ts.isPrefixUnaryExpression(node) ||
    ts.isPostfixUnaryExpression(node) ||
    ts.isTypeOfExpression(node) ||
    ts.isVoidExpression(node) ||
    ts.isDeleteExpression(node) ||
    node.kind === ts.SyntaxKind.NullKeyword ||
    node.kind === ts.SyntaxKind.TrueKeyword ||
    node.kind === ts.SyntaxKind.FalseKeyword
  );
}

/** Where `this` leads: an instance, or with `isStatic` the class itself, or an object literal with methods. */
export function thisOwner(
  node: ts.Node,
):
  | { node: ts.ClassLikeDeclaration; isStatic: boolean }
  | { node: ts.ObjectLiteralExpression; isStatic: false }
  | undefined {
  let at: ts.Node | undefined = node.parent;
  for (; at; at = at.parent) {
    const { parent } = at as { parent?: ts.Node };
    if (!parent || ts.isArrowFunction(at)) continue;
    if (ts.isClassLike(parent) && (ts.isClassElement(at) || ts.isClassStaticBlockDeclaration(at))) {
      return { node: parent, isStatic: isStatic(at) };
    }
    if (ts.isObjectLiteralExpression(parent) && ts.isMethodDeclaration(at)) return { node: parent, isStatic: false };
    if (ts.isFunctionExpression(at) && ts.isPropertyAssignment(parent)) return { node: parent.parent, isStatic: false };
    if (ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at)) return undefined;
  }
  return undefined;
}

export function isStatic(node: ts.Node): boolean {
  return ts.isClassStaticBlockDeclaration(node) || hasModifier(node, ts.SyntaxKind.StaticKeyword);
}

export function isAsync(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.AsyncKeyword);
}

/** Whether callers outside the file may reach a function: by export, or as a member that is not private. */
export function isExported(node: ts.Node): boolean {
  if (ts.isConstructorDeclaration(node)) return isExported(node.parent);
  if (ts.isMethodDeclaration(node)) {
    return !ts.isPrivateIdentifier(node.name) && !hasModifier(node, ts.SyntaxKind.PrivateKeyword);
  }
  if (hasModifier(node, ts.SyntaxKind.ExportKeyword)) return true;
  const statement = ts.isVariableDeclaration(node.parent) ? node.parent.parent.parent : undefined;
  return statement !== undefined && hasModifier(statement, ts.SyntaxKind.ExportKeyword);
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false);
}

/** The name of a member or property, if it is written out. */
export function memberName(node: { name?: ts.PropertyName | undefined }): string | undefined {
  return nameOf(node.name);
}

export function nameOf(name: ts.PropertyName | ts.BindingName | undefined): string | undefined {
  if (!name) return undefined;
  if (
    ts.isIdentifier(name) ||
    ts.isPrivateIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isNumericLiteral(name)
  ) {
    return name.text;
  }
  return ts.isComputedPropertyName(name) && ts.isStringLiteralLike(name.expression) ? name.expression.text : undefined;
}

/** What a class or interface extends. */
export function extended(
  node: ts.ClassLikeDeclaration | ts.InterfaceDeclaration,
): readonly ts.ExpressionWithTypeArguments[] {
  return node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types ?? [];
}

/** The value that an assignment gives this expression. */
export function assignedTo(node: ts.Expression): ts.Expression | undefined {
  const { parent } = node;
  if (!ts.isBinaryExpression(parent) || parent.left !== node) return undefined;
  const { kind } = parent.operatorToken;
  return kind === ts.SyntaxKind.EqualsToken ||
    kind === ts.SyntaxKind.QuestionQuestionEqualsToken ||
    kind === ts.SyntaxKind.BarBarEqualsToken
    ? parent.right
    : undefined;
}

/** What the function body may return; undefined for a `return` without a value. */
export function returnedBy(body: ts.ConciseBody): (ts.Expression | undefined)[] {
  if (!ts.isBlock(body)) return [body];
  const found: (ts.Expression | undefined)[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) found.push(node.expression);
    if (!ts.isFunctionLike(node) && !ts.isClassLike(node)) ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return found.length > 0 ? found : [undefined];
}

export function isRequire({ expression, arguments: given }: ts.CallExpression, scopes: Scopes): boolean {
  return ts.isIdentifier(expression) && expression.text === "require" && given.length === 1 && !scopes.of(expression);
}

export function isGlobalObject(node: ts.Expression, scopes: Scopes): boolean {
  return ts.isIdentifier(node) && ["globalThis", "window", "self", "global"].includes(node.text) && !scopes.of(node);
}

/** The declaring name of a variable whose type is the same wherever it is mentioned. */
export function nameToAsk({ declaration, kind, writes }: Variable): ts.Node | undefined {
  if (kind !== "const" && kind !== "parameter" && kind !== "import") return undefined;
  if (writes.length > 0) return undefined;
  const { name } = declaration as { name?: ts.Node };
  return name && ts.isIdentifier(name) ? name : undefined;
}

/** What a doc comment on the parent would speak for. */
export function documentedParent(node: ts.Node): ts.Node | undefined {
  if (!ts.isFunctionExpression(node) && !ts.isArrowFunction(node)) {
    if (ts.isVariableDeclaration(node))
      return ts.isVariableStatement(node.parent.parent) ? node.parent.parent : undefined;
    return undefined;
  }
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)
    ? parent
    : undefined;
}

export function contains(outer: ts.Node, inner: ts.Node): boolean {
  return outer.pos <= inner.pos && inner.end <= outer.end;
}

/** Whether an expression means what was made for this declaration or assignment: `xs` of `const xs = []`. */
export function isHeldBy(node: ts.Expression, holder: ts.Node, scopes: Scopes): boolean {
  if (ts.isIdentifier(node)) {
    const declared = ts.isVariableDeclaration(holder)
      ? holder.name
      : ts.isBinaryExpression(holder)
        ? holder.left
        : undefined;
    const variable = scopes.of(node);
    return (
      variable !== undefined && declared !== undefined && ts.isIdentifier(declared) && scopes.of(declared) === variable
    );
  }
  if (!ts.isPropertyAccessExpression(node) || node.expression.kind !== ts.SyntaxKind.ThisKeyword) return false;
  const owner = thisOwner(node)?.node;
  if (ts.isPropertyDeclaration(holder)) return holder.parent === owner && memberName(holder) === node.name.text;
  if (!ts.isBinaryExpression(holder) || !ts.isPropertyAccessExpression(holder.left)) return false;
  return holder.left.name.text === node.name.text && thisOwner(holder.left)?.node === owner;
}

/** What is known of an argument by its text: a literal, the head of a template, or the name of a constant. */
export function constantText(node: ts.Expression): string | undefined {
  const inner = skipTransparent(node);
  if (ts.isStringLiteralLike(inner) || ts.isNumericLiteral(inner)) return inner.text;
  if (ts.isTemplateExpression(inner)) return inner.head.text;
  if (ts.isIdentifier(inner)) return inner.text;
  return ts.isPropertyAccessExpression(inner) ? inner.name.text : undefined;
}
