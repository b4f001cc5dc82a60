/** Names: where they are declared, where they are used, and which are free. */

import ts from "typescript";
import { all, isFunction, type FixSource } from "./source.js";

/** What declares a name. */
export type Declaration =
  | ts.VariableDeclaration
  | ts.ParameterDeclaration
  | ts.BindingElement
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ClassDeclaration
  | ts.ClassExpression
  | ts.EnumDeclaration
  | ts.ImportClause
  | ts.ImportSpecifier
  | ts.NamespaceImport
  | ts.ImportEqualsDeclaration;

/** What a name means at a node; undefined where this file does not say. */
export function declarationAt(name: string, node: ts.Node): Declaration | undefined {
  for (let scope: ts.Node | undefined = node; scope !== undefined; scope = scope.parent) {
    const found = declarationsIn(scope).find((declaration) => declaredName(declaration) === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a scope itself declares. */
function declarationsIn(scope: ts.Node): Declaration[] {
  if (ts.isSourceFile(scope) || ts.isBlock(scope) || ts.isModuleBlock(scope)) {
    const own = scope.statements.flatMap(declarationsOf);
    const isFunctionBody = ts.isSourceFile(scope) || isFunction(scope.parent);
    return isFunctionBody ? [...own, ...varsIn(scope)] : own;
  }
  if (ts.isCaseBlock(scope)) return scope.clauses.flatMap((clause) => clause.statements.flatMap(declarationsOf));
  if (ts.isForStatement(scope) || ts.isForInStatement(scope) || ts.isForOfStatement(scope)) {
    const list = scope.initializer;
    return list && ts.isVariableDeclarationList(list) ? list.declarations.flatMap(bindingsOf) : [];
  }
  if (ts.isCatchClause(scope)) return scope.variableDeclaration ? bindingsOf(scope.variableDeclaration) : [];
  if (isFunction(scope)) {
    const parameters = scope.parameters.flatMap(bindingsOf);
    return ts.isFunctionExpression(scope) && scope.name ? [...parameters, scope] : parameters;
  }
  return ts.isClassExpression(scope) && scope.name ? [scope] : [];
}

/** What a statement declares in the list that it is part of. */
export function declarationsOf(statement: ts.Statement): Declaration[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(bindingsOf);
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return statement.name ? [statement] : [];
  if (ts.isEnumDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return [statement];
  if (!ts.isImportDeclaration(statement) || !statement.importClause) return [];
  const { importClause } = statement;
  const { name, namedBindings } = importClause;
  const named =
    namedBindings === undefined ? [] : ts.isNamespaceImport(namedBindings) ? [namedBindings] : namedBindings.elements;
  return name ? [importClause, ...named] : [...named];
}

/** The names that a declaration with a pattern binds. */
export function bindingsOf(
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement,
): Declaration[] {
  const { name } = declaration;
  if (ts.isIdentifier(name)) return [declaration];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? bindingsOf(element) : []));
}

function varsIn(scope: ts.Node): Declaration[] {
  const lists = all(scope, ts.isVariableDeclarationList);
  return lists.filter(isVar).flatMap((list) => list.declarations.flatMap(bindingsOf));
}

export function isVar(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) === 0;
}

/** The declaration of a constant that is one name. */
export type Constant = ts.VariableDeclaration & { name: ts.Identifier; parent: ts.VariableDeclarationList };

/** A `const` by itself: not part of a pattern, and declared once and for all. */
export function isConst(declaration: ts.Node): declaration is Constant {
  return (
    ts.isVariableDeclaration(declaration) &&
    ts.isIdentifier(declaration.name) &&
    (declaration.parent.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Const
  );
}

export function declaredName({ name }: Declaration): string | undefined {
  return name !== undefined && ts.isIdentifier(name) ? name.text : undefined;
}

/** Whether an identifier stands for the value of a variable, and is not the name of a property or a declaration. */
export function isReference(node: ts.Node): node is ts.Identifier {
  if (!ts.isIdentifier(node)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isShorthandPropertyAssignment(parent) || ts.isExportSpecifier(parent)) return true;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isJsxAttribute(parent)) return false;
  const isNamed = ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isEnumMember(parent);
  if (isNamed || ts.isPropertyDeclaration(parent)) return parent.initializer === node;
  return (parent as { name?: ts.Node }).name !== node;
}

/** The places below a node where a name stands for a variable, nested functions included. */
export function referencesTo(name: string, root: ts.Node): ts.Identifier[] {
  const isWanted = (node: ts.Node): node is ts.Identifier => isReference(node) && node.text === name;
  return isWanted(root) ? [root] : all(root, isWanted, "nested functions too");
}

/** The names of the variables that are used in a node, nested functions included. */
export function namesUsedIn(root: ts.Node): Set<string> {
  const references = isReference(root) ? [root] : all(root, isReference, "nested functions too");
  return new Set(references.map((reference) => reference.text));
}

/** Whether some node below assigns to the name: `name = …`, `name++`, or a pattern that has it. */
export function isAssignedIn(name: string, root: ts.Node): boolean {
  return referencesTo(name, root).some(isAssigned);
}

function isAssigned(reference: ts.Identifier): boolean {
  let at: ts.Node = reference;
  for (;;) {
    const { parent }: ts.Node = at;
    if (ts.isBinaryExpression(parent)) {
      const { kind } = parent.operatorToken;
      return parent.left === at && kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    }
    if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) {
      return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken;
    }
    if (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) return parent.initializer === at;
    const isInPattern =
      ts.isArrayLiteralExpression(parent) ||
      ts.isObjectLiteralExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isShorthandPropertyAssignment(parent) ||
      ts.isSpreadElement(parent) ||
      ts.isParenthesizedExpression(parent);
    if (!isInPattern) return false;
    at = parent;
  }
}

/** The name at the beginning of an access path: `client` in `client.connection.stream`. */
export function rootOf(node: ts.Expression): ts.Expression {
  let at = node;
  for (;;) {
    if (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at) || ts.isCallExpression(at))
      at = at.expression;
    else if (ts.isParenthesizedExpression(at) || ts.isNonNullExpression(at)) at = at.expression;
    else return at;
  }
}

/** A name that nothing in the file bears: the wanted one, or the wanted one with a number. */
export function uniqueName({ sourceFile }: FixSource, wanted: string): string {
  const taken = new Set(all(sourceFile, ts.isIdentifier, "nested functions too").map((identifier) => identifier.text));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}${number}`;
  return name;
}

/** The singular of a plural, for the variable of a loop: `queries` → `query`. */
export function singularOf(plural: string): string {
  if (/[^aeiou]ies$/.test(plural)) return plural.replace(/ies$/, "y");
  if (/(ss|x|ch|sh)es$/.test(plural)) return plural.replace(/es$/, "");
  return /[^s]s$/.test(plural) && plural.length > 2 ? plural.slice(0, -1) : "item";
}
