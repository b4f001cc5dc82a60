/** Where imported names come from. */

import ts from "typescript";
import type { Scopes } from "./scopes.js";

/** Whether what is called, or the object that it is a member of, is imported from another file of the project. */
export function comesFromProject(callee: ts.Expression, scopes: Scopes): boolean {
  const root = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  const declaration = ts.isIdentifier(root) ? scopes.of(root)?.declaration : undefined;
  const specifier = declaration && specifierOf(declaration);
  return specifier !== undefined && /^(\.{1,2}\/|#|[@~]\/)/.test(specifier);
}

/** The module that a declaration imports from: `import { a } from "./b.js"`, `const { a } = require("./b")`. */
function specifierOf(declaration: ts.Node): string | undefined {
  for (let node = declaration; !ts.isSourceFile(node) && !ts.isBlock(node); node = node.parent) {
    if (ts.isImportDeclaration(node)) return textOf(node.moduleSpecifier);
    if (ts.isImportEqualsDeclaration(node)) {
      return ts.isExternalModuleReference(node.moduleReference) ? textOf(node.moduleReference.expression) : undefined;
    }
    if (ts.isVariableDeclaration(node)) return requiredBy(node.initializer);
  }
  return undefined;
}

function requiredBy(value: ts.Expression | undefined): string | undefined {
  if (!value || !ts.isCallExpression(value) || !ts.isIdentifier(value.expression)) return undefined;
  return value.expression.text === "require" ? textOf(value.arguments[0]) : undefined;
}

function textOf(node: ts.Expression | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}
