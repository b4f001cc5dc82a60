/** Where the variables, methods and fields of a file are used: made once, looked up often. */

import ts from "typescript";
import type { Scopes, Variable } from "../lowering/scopes.js";

export interface Uses {
  /** Every mention of a variable, its declaration left out. */
  of(variable: Variable): readonly ts.Identifier[];
  /** Every `x.name`, whatever `x` is. */
  ofMember(name: string): readonly ts.PropertyAccessExpression[];
  /** Declarations of a type name: interfaces, aliases, classes and enums. */
  typesNamed(name: string): readonly TypeDeclaration[];
  /** Imports under this local name, also those that are only types. */
  importNamed(name: string): ImportedName | undefined;
}

export type TypeDeclaration =
  ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassLikeDeclaration | ts.EnumDeclaration;

/** What a local name was imported as: an export of a module, its default export, or all of it. */
export interface ImportedName {
  specifier: string;
  /** A name, `default`, or `*` for all of it. */
  exported: string;
}

export function indexUses(sourceFile: ts.SourceFile, scopes: Scopes): Uses {
  const references = new Map<Variable, ts.Identifier[]>();
  const members = new Map<string, ts.PropertyAccessExpression[]>();
  const types = new Map<string, TypeDeclaration[]>();
  const imports = new Map<string, ImportedName>();

  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const variable = scopes.of(node);
      if (variable && (node.parent as { name?: ts.Node }).name !== node) append(references, variable, node);
      // In `{ a }` and `export { a }` the name is a mention as well.
      else if (variable && (ts.isShorthandPropertyAssignment(node.parent) || ts.isExportSpecifier(node.parent))) {
        append(references, variable, node);
      }
    } else if (ts.isPropertyAccessExpression(node)) append(members, node.name.text, node);
    else if (isTypeDeclaration(node) && node.name) append(types, node.name.text, node);
    else if (ts.isImportDeclaration(node)) noteImports(node, imports);
    else if (ts.isImportEqualsDeclaration(node)) noteRequired(node, imports);
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);

  return {
    of: (variable) => references.get(variable) ?? [],
    ofMember: (name) => members.get(name) ?? [],
    typesNamed: (name) => types.get(name) ?? [],
    importNamed: (name) => imports.get(name),
  };
}

function isTypeDeclaration(node: ts.Node): node is TypeDeclaration {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassLike(node) ||
    ts.isEnumDeclaration(node)
  );
}

function noteImports({ importClause, moduleSpecifier }: ts.ImportDeclaration, imports: Map<string, ImportedName>) {
  if (!importClause || !ts.isStringLiteral(moduleSpecifier)) return;
  const specifier = moduleSpecifier.text;
  if (importClause.name) imports.set(importClause.name.text, { specifier, exported: "default" });
  const bindings = importClause.namedBindings;
  if (!bindings) return;
  if (ts.isNamespaceImport(bindings)) {
    imports.set(bindings.name.text, { specifier, exported: "*" });
    return;
  }
  for (const { name, propertyName } of bindings.elements) {
    imports.set(name.text, { specifier, exported: (propertyName ?? name).text });
  }
}

function noteRequired({ name, moduleReference }: ts.ImportEqualsDeclaration, imports: Map<string, ImportedName>) {
  if (!ts.isExternalModuleReference(moduleReference)) return;
  if (!ts.isStringLiteral(moduleReference.expression)) return;
  imports.set(name.text, { specifier: moduleReference.expression.text, exported: "*" });
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
