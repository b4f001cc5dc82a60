/** Importing a name from a package, in the way in which the file imports. */

import ts from "typescript";
import { uniqueName } from "./names.js";
import { isRequireCall, usesRequire, type FixSource } from "./source.js";
import { behind, insertion, linesOf, newline, quoted, semicolon, type Change } from "./text.js";

/** By which name a file knows an export of a package, and the changes that import it. */
export function imported(source: FixSource, exported: string, from: string): { name: string; changes: Change[] } {
  for (const statement of source.sourceFile.statements) {
    const elements = importedElements(statement, from);
    const element = elements?.find((one) => (one.propertyName ?? one.name).getText() === exported);
    if (element !== undefined) return { name: element.name.getText(), changes: [] };
    const last = elements?.at(-1);
    if (last !== undefined) return { name: exported, changes: [insertion(last.end, `, ${exported}`)] };
  }
  const name = uniqueName(source, exported);
  const isRequire = usesRequire(source);
  const binding = name === exported ? name : isRequire ? `${exported}: ${name}` : `${exported} as ${name}`;
  const specifier = quoted(source, from);
  const code = isRequire ? `const { ${binding} } = require(${specifier})` : `import { ${binding} } from ${specifier}`;
  return { name, changes: [behindImports(source, code + semicolon(source), isRequire)] };
}

/** What a statement takes out of the package by name, as values. */
function importedElements(
  statement: ts.Statement,
  from: string,
): readonly (ts.ImportSpecifier | ts.BindingElement)[] | undefined {
  if (ts.isImportDeclaration(statement)) {
    const { importClause, moduleSpecifier } = statement;
    const bindings = importClause?.namedBindings;
    if (!ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== from || !bindings) return undefined;
    if (!ts.isNamedImports(bindings) || importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return undefined;
    return bindings.elements.filter((element) => !element.isTypeOnly);
  }
  if (!ts.isVariableStatement(statement)) return undefined;
  const [declaration] = statement.declarationList.declarations;
  const value = declaration?.initializer;
  const specifier = value && isRequireCall(value) ? value.arguments[0] : undefined;
  if (!specifier || !ts.isStringLiteral(specifier) || specifier.text !== from) return undefined;
  return ts.isObjectBindingPattern(declaration!.name) ? declaration!.name.elements : undefined;
}

/** A line behind the last import, or before the first statement of a file that imports nothing. */
function behindImports(source: FixSource, code: string, isRequire: boolean): Change {
  const { sourceFile } = source;
  const isImport = (statement: ts.Statement): boolean =>
    ts.isImportDeclaration(statement) ||
    ts.isImportEqualsDeclaration(statement) ||
    (isRequire &&
      ts.isVariableStatement(statement) &&
      statement.declarationList.declarations.some(
        ({ initializer }) => initializer !== undefined && isRequireCall(initializer),
      ));
  const last = sourceFile.statements.filter(isImport).at(-1);
  if (last !== undefined) return behind(source, last, code);
  const isDirective = (statement: ts.Statement) =>
    ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);
  const first = sourceFile.statements.find((statement) => !isDirective(statement));
  const position = first ? (linesOf(source, first)?.start ?? first.getStart(sourceFile)) : sourceFile.text.length;
  return insertion(position, code + newline(source) + newline(source));
}
