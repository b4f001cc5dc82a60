/** Functions that a platform calls for each event that comes, one after the other: those of AWS Lambda. */

import ts from "typescript";

/** The handlers that a file exports: `handler`, with a first parameter that is called an event. */
export function exportedHandlers(file: ts.SourceFile): ts.Expression[] {
  return file.statements.flatMap((statement) => {
    const name = isExported(statement) ? handlerIn(statement) : assignedHandler(statement);
    return name ? [name] : [];
  });
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}

/** The name of `export function handler(event)` or `export const handler = (event) => …`. */
function handlerIn(statement: ts.Statement): ts.Expression | undefined {
  if (ts.isFunctionDeclaration(statement)) return takesEvent(statement) ? named(statement.name) : undefined;
  if (!ts.isVariableStatement(statement)) return undefined;
  const declaration = statement.declarationList.declarations.find(({ name }) => named(name));
  return declaration?.initializer && takesEvent(declaration.initializer) ? named(declaration.name) : undefined;
}

/** The function in `exports.handler = (event) => …`. */
function assignedHandler(statement: ts.Statement): ts.Expression | undefined {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return undefined;
  const { left, operatorToken, right } = statement.expression;
  const isAssigned =
    operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isPropertyAccessExpression(left) &&
    named(left.name) !== undefined &&
    /^(module\.)?exports$/.test(left.expression.getText());
  return isAssigned && takesEvent(right) ? right : undefined;
}

function named(name: ts.Node | undefined): ts.Identifier | undefined {
  return name && ts.isIdentifier(name) && name.text === "handler" ? name : undefined;
}

function takesEvent(node: ts.Node): boolean {
  const first = ts.isFunctionLike(node) ? node.parameters[0]?.name : undefined;
  return first !== undefined && ts.isIdentifier(first) && /^_?(event|evt)$/i.test(first.text);
}
