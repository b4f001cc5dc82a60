/**
 * Which variable an identifier means. A binder of our own over the syntax tree: it needs no program and no types, so it
 * works wherever a file can be parsed, and it remembers what a compiler's binder does not: every later assignment.
 */

import ts from "typescript";
import { isImportAttribute, isJsxNamespacedName } from "../types/older-compilers.js";

export type VariableKind = "import" | "const" | "let" | "var" | "function" | "class" | "enum" | "parameter" | "catch";

export interface Variable {
  id: number;
  name: string;
  kind: VariableKind;
  /**
   * What declares it: a variable declaration or binding element, a parameter, an import, a function, a class or an enum.
   * Of several declarations of one `var` the first.
   */
  declaration: ts.Node;
  /** The function or source file in which it lives. */
  owner: ts.Node;
  /**
   * Values that are assigned after the declaration; empty if there are none. Of a destructuring assignment it is the
   * whole right side, of a `for (x of xs)` the iterated expression, of `x++` that expression itself.
   */
  writes: ts.Expression[];
}

export interface Scopes {
  readonly variables: readonly Variable[];
  /** The variable that an identifier refers to or declares; none for globals, property names and types. */
  of(identifier: ts.Identifier): Variable | undefined;
}

/** Binds every identifier of a file. Broken code binds as far as it can be made out. */
export function bindScopes(sourceFile: ts.SourceFile): Scopes {
  const binder = new Binder(sourceFile);
  return { variables: binder.variables, of: (identifier) => binder.bound.get(identifier) };
}

/** A region in which names are declared. */
interface Scope {
  parent: Scope | undefined;
  names: Map<string, Variable>;
  /** `var` and sloppy declarations end here. */
  hoistsHere: boolean;
  /** The body of a function: a `var` with the name of a parameter is that parameter. */
  isBody: boolean;
  owner: ts.Node;
}

/** One walk declares and collects references; these are looked up at its end, when all declarations are known. */
class Binder {
  readonly variables: Variable[] = [];
  readonly bound = new Map<ts.Identifier, Variable>();
  readonly #references: { identifier: ts.Identifier; scope: Scope }[] = [];
  readonly #writes: { identifier: ts.Identifier; value: ts.Expression }[] = [];

  constructor(sourceFile: ts.SourceFile) {
    this.#children(sourceFile, this.#scope(undefined, sourceFile, true));
    for (const { identifier, scope } of this.#references) {
      const variable = lookUp(identifier.text, scope);
      if (variable) this.bound.set(identifier, variable);
    }
    for (const { identifier, value } of this.#writes) this.bound.get(identifier)?.writes.push(value);
  }

  #scope(parent: Scope | undefined, owner: ts.Node, hoistsHere = false, isBody = false): Scope {
    return { parent, names: new Map(), hoistsHere, isBody, owner };
  }

  #children(node: ts.Node, scope: Scope): void {
    ts.forEachChild(node, (child) => this.#visit(child, scope));
  }

  #visit(node: ts.Node, scope: Scope): void {
    if (isTypePosition(node)) return;
    if (ts.isIdentifier(node)) {
      if (isReference(node)) this.#references.push({ identifier: node, scope });
      return;
    }
    if (ts.isFunctionLike(node)) return this.#function(node, scope);
    if (ts.isClassLike(node)) return this.#class(node, scope);
    if (ts.isVariableDeclaration(node)) return this.#variableDeclaration(node, scope);
    if (ts.isEnumDeclaration(node)) {
      this.#declare(node.name, "enum", node, scope);
      return this.#children(node, scope);
    }
    if (isImportBinding(node)) return this.#import(node, scope);
    if (ts.isBinaryExpression(node)) this.#assignment(node);
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) this.#increment(node);
    if (ts.isForOfStatement(node) || ts.isForInStatement(node)) this.#iteration(node);
    this.#children(node, this.#scopeInside(node, scope));
  }

  /** The scope of a node's children: statements with a scope of their own make one. */
  #scopeInside(node: ts.Node, scope: Scope): Scope {
    if (ts.isBlock(node) || ts.isCaseBlock(node) || isLoopHead(node) || ts.isCatchClause(node)) {
      return this.#scope(scope, scope.owner);
    }
    if (ts.isModuleBlock(node) || ts.isClassStaticBlockDeclaration(node)) return this.#scope(scope, scope.owner, true);
    return scope;
  }

  /** Parameters live in a scope around the body: a default value does not see the variables of the body. */
  #function(node: ts.SignatureDeclaration, outer: Scope): void {
    let around = outer;
    if (ts.isFunctionDeclaration(node) && node.name) this.#declare(node.name, "function", node, outer);
    if (ts.isFunctionExpression(node) && node.name) {
      around = this.#scope(outer, outer.owner);
      this.#declare(node.name, "function", node, around);
    }
    // Decorators and computed names are evaluated outside.
    for (const modifier of (ts.canHaveModifiers(node) && node.modifiers) || []) this.#visit(modifier, outer);
    if (node.name && ts.isComputedPropertyName(node.name)) this.#visit(node.name, outer);

    const parameters = this.#scope(around, node, true);
    for (const parameter of node.parameters) {
      for (const modifier of parameter.modifiers ?? []) this.#visit(modifier, outer);
      this.#binding(parameter.name, "parameter", parameter, parameters);
      if (parameter.initializer) this.#visit(parameter.initializer, parameters);
    }
    const body = (node as { body?: ts.Node }).body;
    if (!body) return;
    if (ts.isBlock(body)) this.#children(body, this.#scope(parameters, node, true, true));
    else this.#visit(body, parameters);
  }

  #class(node: ts.ClassLikeDeclaration, outer: Scope): void {
    let scope = outer;
    if (node.name) {
      if (ts.isClassExpression(node)) scope = this.#scope(outer, outer.owner);
      this.#declare(node.name, "class", node, scope);
    }
    for (const modifier of node.modifiers ?? []) this.#visit(modifier, outer);
    for (const clause of node.heritageClauses ?? []) {
      if (clause.token !== ts.SyntaxKind.ExtendsKeyword) continue;
      for (const type of clause.types) this.#visit(type.expression, scope);
    }
    for (const member of node.members) this.#visit(member, scope);
  }

  #variableDeclaration(node: ts.VariableDeclaration, scope: Scope): void {
    this.#binding(node.name, kindOf(node), node, scope);
    if (node.initializer) this.#visit(node.initializer, scope);
  }

  #import(node: ImportBinding, scope: Scope): void {
    if (node.name) this.#declare(node.name, "import", node, scope);
    if (ts.isImportClause(node) && node.namedBindings) this.#visit(node.namedBindings, scope);
    if (ts.isImportEqualsDeclaration(node) && ts.isIdentifier(node.moduleReference)) {
      this.#references.push({ identifier: node.moduleReference, scope });
    }
  }

  /** Declares the names of a pattern; of the pattern's parts, the binding elements are the declarations. */
  #binding(name: ts.BindingName | undefined, kind: VariableKind, declaration: ts.Node, scope: Scope): void {
    if (!name) return;
    if (ts.isIdentifier(name)) return this.#declare(name, kind, declaration, scope);
    for (const element of name.elements) {
      if (!ts.isBindingElement(element)) continue;
      if (element.propertyName && ts.isComputedPropertyName(element.propertyName)) {
        this.#visit(element.propertyName, scope);
      }
      this.#binding(element.name, kind, element, scope);
      if (element.initializer) this.#visit(element.initializer, scope);
    }
  }

  #declare(name: ts.Identifier, kind: VariableKind, declaration: ts.Node, scope: Scope): void {
    const target = kind === "var" ? hoisting(scope) : scope;
    const existing = target.names.get(name.text) ?? (target.isBody ? target.parent?.names.get(name.text) : undefined);
    if (existing && (kind === "var" || kind === existing.kind)) {
      // `var x = 1; var x = 2;` is one variable, and the second initialiser an assignment.
      this.bound.set(name, existing);
      const { initializer } = declaration as { initializer?: ts.Expression };
      if (initializer) existing.writes.push(initializer);
      return;
    }
    const variable: Variable = {
      id: this.variables.length,
      name: name.text,
      kind,
      declaration,
      owner: target.owner,
      writes: [],
    };
    this.variables.push(variable);
    target.names.set(name.text, variable);
    this.bound.set(name, variable);
  }

  #assignment({ left, operatorToken, right }: ts.BinaryExpression): void {
    const { kind } = operatorToken;
    if (kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment) return;
    for (const identifier of assignmentTargets(left)) this.#writes.push({ identifier, value: right });
  }

  #increment(node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression): void {
    if (node.operator !== ts.SyntaxKind.PlusPlusToken && node.operator !== ts.SyntaxKind.MinusMinusToken) return;
    if (ts.isIdentifier(node.operand)) this.#writes.push({ identifier: node.operand, value: node });
  }

  #iteration({ initializer, expression }: ts.ForInOrOfStatement): void {
    if (ts.isVariableDeclarationList(initializer)) return;
    for (const identifier of assignmentTargets(initializer)) this.#writes.push({ identifier, value: expression });
  }
}

function lookUp(name: string, scope: Scope): Variable | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const variable = at.names.get(name);
    if (variable) return variable;
  }
  return undefined;
}

function hoisting(scope: Scope): Scope {
  let at = scope;
  while (!at.hoistsHere && at.parent) at = at.parent;
  return at;
}

/** The identifiers that an assignment to this expression writes: itself, or the parts of a pattern. */
export function assignmentTargets(target: ts.Node): ts.Identifier[] {
  if (ts.isIdentifier(target)) return [target];
  if (ts.isParenthesizedExpression(target) || ts.isSpreadElement(target) || ts.isSpreadAssignment(target)) {
    return assignmentTargets(target.expression);
  }
  if (ts.isArrayLiteralExpression(target)) return target.elements.flatMap(assignmentTargets);
  if (ts.isObjectLiteralExpression(target)) return target.properties.flatMap(assignmentTargets);
  if (ts.isPropertyAssignment(target)) return assignmentTargets(target.initializer);
  if (ts.isShorthandPropertyAssignment(target)) return [target.name];
  // A default value in a pattern: `[a = 1] = xs`.
  if (ts.isBinaryExpression(target) && target.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    return assignmentTargets(target.left);
  }
  return [];
}

function kindOf(node: ts.VariableDeclaration): VariableKind {
  if (ts.isCatchClause(node.parent)) return "catch";
  const flags = node.parent.flags & ts.NodeFlags.BlockScoped;
  if (flags === 0) return "var";
  return flags === ts.NodeFlags.Let ? "let" : "const";
}

function isLoopHead(node: ts.Node): boolean {
  return ts.isForStatement(node) || ts.isForInStatement(node) || ts.isForOfStatement(node);
}

type ImportBinding = ts.ImportClause | ts.ImportSpecifier | ts.NamespaceImport | ts.ImportEqualsDeclaration;

function isImportBinding(node: ts.Node): node is ImportBinding {
  return (
    ts.isImportClause(node) ||
    ts.isImportSpecifier(node) ||
    ts.isNamespaceImport(node) ||
    ts.isImportEqualsDeclaration(node)
  );
}

/** Nothing in a type is a value, except what a class extends, which is visited apart. */
function isTypePosition(node: ts.Node): boolean {
  return (
    // `f<T>` without a call is an expression, though it is counted among the types.
    (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isTypeParameterDeclaration(node) ||
    ts.isJSDoc(node)
  );
}

/** Whether an identifier stands for a value, and is no name of a property, a label or the like. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (!parent) return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isExportSpecifier(parent)) return isLocalExport(parent) && (parent.propertyName ?? parent.name) === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent) || ts.isEnumMember(parent)) {
    return parent.initializer === node;
  }
  if (ts.isJsxOpeningLikeElement(parent) || ts.isJsxClosingElement(parent)) return /^[^a-z]/.test(node.text);
  return !(
    ts.isLabeledStatement(parent) ||
    ts.isBreakOrContinueStatement(parent) ||
    ts.isMetaProperty(parent) ||
    ts.isJsxAttribute(parent) ||
    isJsxNamespacedName(parent) ||
    ts.isModuleDeclaration(parent) ||
    ts.isNamespaceExport(parent) ||
    ts.isNamespaceExportDeclaration(parent) ||
    isImportAttribute(parent) ||
    ts.isQualifiedName(parent)
  );
}

/** `export { a }`, but not `export { a } from "b"`. */
function isLocalExport(node: ts.ExportSpecifier): boolean {
  return node.parent.parent.moduleSpecifier === undefined;
}
