/** Where the value of a handle is made. */

import ts from "typescript";
import { declarationAt, isConst } from "./names.js";
import { all, bare } from "./source.js";

/** What makes the value of a constant or of a field, where the file shows it, and nothing else does. */
export function creationOf(handle: ts.Expression): ts.Expression | undefined {
  const target = bare(handle);
  if (ts.isIdentifier(target)) {
    const declaration = declarationAt(target.text, target);
    return declaration && isConst(declaration) ? declaration.initializer : undefined;
  }
  if (!ts.isPropertyAccessExpression(target) || target.expression.kind !== ts.SyntaxKind.ThisKeyword) return undefined;
  const around = ts.findAncestor(target, ts.isClassLike);
  if (around === undefined) return undefined;
  const values: ts.Expression[] = [];
  for (const member of around.members) {
    if (ts.isPropertyDeclaration(member) && member.name.getText() === target.name.text && member.initializer)
      values.push(member.initializer);
  }
  const isAssignment = (node: ts.Node): node is ts.BinaryExpression =>
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    node.left.getText() === target.getText();
  values.push(...all(around, isAssignment, "nested functions too").map(({ right }) => right));
  return values.length === 1 ? values[0] : undefined;
}
