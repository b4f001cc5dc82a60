import ts from "typescript";
import type { Fix } from "../finding.js";
import { creationOf } from "./creation.js";
import { declarationAt, isConst, namesUsedIn, rootOf } from "./names.js";
import {
  functionOf,
  innermostAt,
  listedStatementOf,
  listOf,
  methodOf,
  nodeAt,
  receiverOf,
  spanOf,
  textOf,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { fixOf, indentOf, indentStep, insertion, move, newline, removal, type Change } from "./text.js";

/**
 * `socket.linger = 0;` goes, and `new Push()` becomes `new Push({ linger: 0 })`. A `setsockopt`, which has no such
 * option, moves right behind the statement that makes the socket. Without a construction it is looked for in the file.
 */
export function lingerInConstructor(
  source: FixSource,
  setting: Span,
  construction: Span | undefined,
  words: Words = {},
): Fix | undefined {
  const statement = listedStatementOf(innermostAt(source, setting));
  if (statement === undefined || !ts.isExpressionStatement(statement) || isConditional(statement)) return undefined;
  const { expression } = statement;
  const handle = words.handle ?? "the socket";
  if (methodOf(expression) === "setsockopt") {
    const changes = settingBehindCreation(source, statement, expression as ts.CallExpression, construction);
    const title = `Set linger when ${handle} is created`;
    return changes && fixOf(source, { kind: "linger-in-constructor", title, safe: false }, changes);
  }
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
    return undefined;
  const { left, right } = expression;
  if (!ts.isPropertyAccessExpression(left)) return undefined;
  const created = constructionAt(source, construction) ?? constructionOf(left.expression);
  if (created === undefined || !isKnownAt(right, created)) return undefined;
  const option = optionIn(source, created, left.name.text, textOf(source, right));
  const title = `Set ${left.name.text} in the constructor of ${handle}`;
  return (
    option && fixOf(source, { kind: "linger-in-constructor", title, safe: false }, [option, removal(source, statement)])
  );
}

/** In a branch the setting depends on something that is not known when the socket is made. */
function isConditional(statement: ts.Statement): boolean {
  const isBranch = (node: ts.Node) =>
    ts.isIfStatement(node) || ts.isCaseOrDefaultClause(node) || ts.isConditionalExpression(node);
  return ts.findAncestor(statement, (node) => (ts.isFunctionLike(node) ? "quit" : isBranch(node))) !== undefined;
}

function constructionAt(source: FixSource, span: Span | undefined): ts.NewExpression | undefined {
  return span && nodeAt(source, span, ts.isNewExpression);
}

function constructionOf(handle: ts.Expression): ts.NewExpression | undefined {
  const creation = creationOf(handle);
  return creation && ts.isNewExpression(creation) ? creation : undefined;
}

/** A literal, or names that mean the same where the socket is made and are set by then. */
function isKnownAt(value: ts.Expression, place: ts.Node): boolean {
  const isNumber =
    ts.isNumericLiteral(value) || (ts.isPrefixUnaryExpression(value) && ts.isNumericLiteral(value.operand));
  if (isNumber) return true;
  if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) return false;
  if (!ts.isIdentifier(rootOf(value))) return false;
  return [...namesUsedIn(value)].every((name) => {
    const declaration = declarationAt(name, place);
    if (declaration === undefined || declaration !== declarationAt(name, value)) return false;
    if (ts.isImportSpecifier(declaration) || ts.isNamespaceImport(declaration) || ts.isImportClause(declaration))
      return true;
    if (!isConst(declaration)) return false;
    return declaration.end <= place.pos || functionOf(declaration) !== functionOf(place);
  });
}

/** The change that gives a construction an option. */
function optionIn(source: FixSource, created: ts.NewExpression, name: string, value: string): Change | undefined {
  const option = `${name}: ${value}`;
  const { arguments: given } = created;
  if (given === undefined) return insertion(created.end, `({ ${option} })`);
  const [options] = given;
  if (options === undefined)
    return {
      start: created.expression.end,
      end: created.end,
      text: `${typeArguments(source, created)}({ ${option} })`,
    };
  if (!ts.isObjectLiteralExpression(options)) {
    if (!ts.isIdentifier(options) && !ts.isPropertyAccessExpression(options)) return undefined;
    return { ...spanOf(source, options), text: `{ ...${textOf(source, options)}, ${option} }` };
  }
  const same = options.properties.find((property) => property.name?.getText() === name);
  if (same !== undefined) return { ...spanOf(source, same), text: option };
  const last = options.properties.at(-1);
  if (last === undefined) return { ...spanOf(source, options), text: `{ ${option} }` };
  const { sourceFile } = source;
  const isOnOwnLine = /\n/.test(sourceFile.text.slice(last.end, options.end));
  if (!isOnOwnLine) return insertion(last.end, `, ${option}`);
  const comma = options.properties.hasTrailingComma ? "," : "";
  const indent = indentOf(source, last) || indentOf(source, created) + indentStep(source);
  const position = options.properties.hasTrailingComma ? options.properties.end : last.end;
  return insertion(position, `${comma === "" ? "," : ""}${newline(source)}${indent}${option}${comma}`);
}

function typeArguments(source: FixSource, { typeArguments: types }: ts.NewExpression): string {
  return types ? `<${types.map((type) => textOf(source, type)).join(", ")}>` : "";
}

/** `setsockopt` behind the statement that makes the socket, if that is a constant in reach. */
function settingBehindCreation(
  source: FixSource,
  statement: ts.ExpressionStatement,
  call: ts.CallExpression,
  construction: Span | undefined,
): Change[] | undefined {
  const receiver = receiverOf(call);
  const creation = receiver && creationOf(receiver);
  const created = creation && listedStatementOf(creation);
  if (!receiver || !ts.isIdentifier(receiver) || !created || listOf(created) === undefined) return undefined;
  if (construction && (construction.start < created.getStart(source.sourceFile) || construction.end > created.end))
    return undefined;
  if (!call.arguments.every((argument) => ts.isStringLiteral(argument) || isKnownAt(argument, created)))
    return undefined;
  return move(source, statement, "behind", created);
}
