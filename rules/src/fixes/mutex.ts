import ts from "typescript";
import type { Fix } from "../finding.js";
import { asFunction, guardedCalls, memberBehindField, memberName, privateMember } from "./guarded-calls.js";
import { declarationsOf, declaredName, uniqueName } from "./names.js";
import { isRequireCall, usesRequire, type FixSource, type Span, type Words } from "./source.js";
import { behind, fixOf, insertion, linesOf, newline, quoted, semicolon, type Change } from "./text.js";

const PACKAGE = "async-mutex";

/** Lets the operations on a field, or on a variable, take turns: each runs inside a mutex from `async-mutex`. */
export function mutex(
  source: FixSource,
  operations: readonly Span[],
  field: string,
  words: Words = {},
): Fix | undefined {
  const guarded = guardedCalls(source, operations, field);
  if (guarded === undefined) return undefined;
  const { calls, home, name } = guarded;
  const imported = importOfMutex(source);
  const lock = home.kind === "field" ? memberName(source, home, `${name}Lock`) : uniqueName(source, `${name}Lock`);
  const creation = `new ${imported.name}()${semicolon(source)}`;
  const declaration =
    home.kind === "field"
      ? memberBehindField(source, home, `${privateMember(source, home, lock, "readonly ")} = ${creation}`)
      : behind(source, home.statement, `const ${lock} = ${creation}`);
  if (declaration === undefined) return undefined;

  const wrapped = calls.flatMap((call) => [
    insertion(call.getStart(source.sourceFile), `${home.prefix}${lock}.runExclusive(${asFunction(call)}`),
    insertion(call.end, ")"),
  ]);
  const title = `Run ${words.operation ?? `the operations on \`${field}\``} one at a time with a mutex`;
  return fixOf(source, { kind: "mutex", title, safe: false }, [...imported.changes, declaration, ...wrapped]);
}

/** Runs calls under a lock that others take already: a member of the same class, or a variable of the file. */
export function sameMutex(
  source: FixSource,
  calls: readonly ts.CallExpression[],
  lock: string,
  words: Words = {},
): Fix | undefined {
  const isMember = lock.startsWith("this.");
  const homes = new Set(calls.map((call) => (isMember ? ts.findAncestor(call, ts.isClassLike) : source.sourceFile)));
  const isDeclaredInFile = source.sourceFile.statements
    .flatMap(declarationsOf)
    .some((one) => declaredName(one) === lock);
  if (homes.size !== 1 || (!isMember && !isDeclaredInFile)) return undefined;
  const wrapped = calls.flatMap((call) => [
    insertion(call.getStart(source.sourceFile), `${lock}.runExclusive(${asFunction(call)}`),
    insertion(call.end, ")"),
  ]);
  const title = `Run every ${words.operation ?? "operation"} under \`${lock}\``;
  return fixOf(source, { kind: "mutex", title, safe: false }, wrapped);
}

/** The name of the class `Mutex` in this file, and the changes that import it. */
function importOfMutex(source: FixSource): { name: string; changes: Change[] } {
  const { statements } = source.sourceFile;
  for (const statement of statements) {
    const elements = importedElements(statement);
    const element = elements?.find((one) => (one.propertyName ?? one.name).getText() === "Mutex");
    if (element !== undefined) return { name: element.name.getText(), changes: [] };
    const last = elements?.at(-1);
    if (last !== undefined) return { name: "Mutex", changes: [insertion(last.end, ", Mutex")] };
  }
  const name = uniqueName(source, "Mutex");
  const isRequire = usesRequire(source);
  const binding = name === "Mutex" ? name : isRequire ? `Mutex: ${name}` : `Mutex as ${name}`;
  const from = quoted(source, PACKAGE);
  const code = isRequire ? `const { ${binding} } = require(${from})` : `import { ${binding} } from ${from}`;
  return { name, changes: [behindImports(source, code + semicolon(source), isRequire)] };
}

/** What a statement takes out of the package by name, as values. */
function importedElements(statement: ts.Statement): readonly (ts.ImportSpecifier | ts.BindingElement)[] | undefined {
  if (ts.isImportDeclaration(statement)) {
    const { importClause, moduleSpecifier } = statement;
    const bindings = importClause?.namedBindings;
    if (!ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== PACKAGE || !bindings) return undefined;
    if (!ts.isNamedImports(bindings) || importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return undefined;
    return bindings.elements.filter((element) => !element.isTypeOnly);
  }
  if (!ts.isVariableStatement(statement)) return undefined;
  const [declaration] = statement.declarationList.declarations;
  const value = declaration?.initializer;
  const specifier = value && isRequireCall(value) ? value.arguments[0] : undefined;
  if (!specifier || !ts.isStringLiteral(specifier) || specifier.text !== PACKAGE) return undefined;
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
