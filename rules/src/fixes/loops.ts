/** `items.map(async (item) => …)` and `items.forEach(…)` as `for (const item of items) { await … }`. */

import ts from "typescript";
import {
  bindingsOf,
  declarationAt,
  declaredName,
  isAssignedIn,
  isVar,
  namesUsedIn,
  referencesTo,
  singularOf,
} from "./names.js";
import { hasEffects } from "./order.js";
import { awaitAround } from "./results.js";
import {
  all,
  bare,
  isFunction,
  receiverOf,
  some,
  spanOf,
  textOf,
  type FixSource,
  type FunctionNode,
  type Span,
} from "./source.js";
import {
  indentAt,
  indentOf,
  indentStep,
  newline,
  removal,
  render,
  semicolon,
  type Change,
  type Shift,
} from "./text.js";

export interface Loop {
  text: string;
  /** No round waits for another one, as far as can be seen. */
  safe: boolean;
  /** The parts of the file that it still has. */
  kept: Span[];
}

export interface LoopOptions {
  /** The indentation of the statement in whose place the loop stands. */
  indent: string;
  /** The array that gets what the callback returns; without one it is dropped. */
  results?: string;
  /** Errors do not leave the loop, as with `Promise.allSettled`. */
  settles?: boolean;
}

/** The loop that calls a callback for one item after the other; undefined when the callback cannot become its body. */
export function loopOver(source: FixSource, call: ts.CallExpression, options: LoopOptions): Loop | undefined {
  const receiver = receiverOf(call);
  const [argument, ...more] = call.arguments;
  if (receiver === undefined || argument === undefined || more.length > 0 || ts.isOptionalChain(call)) return undefined;
  const callback = bare(argument);
  if (ts.isArrowFunction(callback) || ts.isFunctionExpression(callback))
    return inlineLoop(source, receiver, callback, options);
  return namedLoop(source, receiver, callback, options);
}

function inlineLoop(
  source: FixSource,
  receiver: ts.Expression,
  callback: ts.ArrowFunction | ts.FunctionExpression,
  options: LoopOptions,
): Loop | undefined {
  const { body, parameters } = callback;
  const [item, index] = parameters;
  const names = parameters.flatMap(bindingsOf).map(declaredName);
  const isSimple =
    parameters.length <= 2 && parameters.every((parameter) => !parameter.dotDotDotToken && !parameter.initializer);
  if (!isSimple || callback.asteriskToken || !isOwnMaster(callback)) return undefined;
  if (all(body, ts.isVariableDeclarationList).some(isVar)) return undefined;
  if (names.some((name) => name !== undefined && namesUsedIn(receiver).has(name))) return undefined;
  if (options.results !== undefined && mentions(callback, options.results)) return undefined;

  const target = loopTarget(source, receiver, item, index, body);
  const isReassigned = names.some((name) => name !== undefined && isAssignedIn(name, body));
  const head = `for (${isReassigned ? "let" : "const"} ${target}) {`;
  const inner = ts.isBlock(body) ? blockBody(source, body, options) : expressionBody(source, body, options);
  if (inner === undefined) return undefined;
  const text = `${head}${inner}${newline(source)}${options.indent}}`;
  return {
    text,
    safe: isLikeArray(receiver) !== "map" && !mayRunForEver(body),
    kept: [spanOf(source, receiver), spanOf(source, callback)],
  };
}

/** A `function` with a `this`, `arguments` or name of its own cannot become a block. */
function isOwnMaster(callback: ts.ArrowFunction | ts.FunctionExpression): boolean {
  if (ts.isArrowFunction(callback)) return true;
  const isOwn = (node: ts.Node) =>
    node.kind === ts.SyntaxKind.ThisKeyword || (ts.isIdentifier(node) && node.text === "arguments");
  return (
    callback.name === undefined &&
    all(callback.body, (node): node is ts.Node => isOwn(node), "nested functions too").length === 0
  );
}

function mentions(root: ts.Node, name: string): boolean {
  return all(root, ts.isIdentifier, "nested functions too").some((identifier) => identifier.text === name);
}

function loopTarget(
  source: FixSource,
  receiver: ts.Expression,
  item: ts.ParameterDeclaration | undefined,
  index: ts.ParameterDeclaration | undefined,
  body: ts.Node,
): string {
  const items = textOf(source, receiver);
  const itemName = item ? textOf(source, item.name) : "_";
  const isIndexUsed = index !== undefined && referencesTo(textOf(source, index.name), body).length > 0;
  if (isLikeArray(receiver) === "map") {
    return isIndexUsed
      ? `[${textOf(source, index.name)}, ${itemName}] of ${items}`
      : `${itemName} of ${items}.values()`;
  }
  return isIndexUsed ? `[${textOf(source, index.name)}, ${itemName}] of ${items}.entries()` : `${itemName} of ${items}`;
}

/** The body of a callback that is an expression, awaited. */
function expressionBody(
  source: FixSource,
  expression: ts.Expression,
  { indent, results, settles }: LoopOptions,
): string {
  const inner = indent + indentStep(source);
  const text = render(source, spanOf(source, expression), [], { from: indentOf(source, expression), to: inner });
  const [head, tail] = awaitAround(expression);
  const end = semicolon(source);
  const nl = newline(source);
  if (results !== undefined) return `${nl}${inner}${results}.push(${head}${text}${tail})${end}`;
  if (settles) return `${nl}${inner}await Promise.allSettled([${text}])${end}`;
  return `${nl}${inner}${head}${text}${tail}${end}`;
}

/** The statements of a callback, with its returns turned into what they mean in a loop. */
function blockBody(source: FixSource, body: ts.Block, options: LoopOptions): string | undefined {
  const { indent, results, settles } = options;
  const { statements } = body;
  const [first] = statements;
  if (first === undefined || settles) return undefined;
  if (results !== undefined && !alwaysLeaves(body)) return undefined;
  const inner = indent + indentStep(source);
  const nl = newline(source);
  const span = { start: body.getStart(source.sourceFile) + 1, end: body.end - 1 };
  const isMultiline = source.sourceFile.text.slice(span.start, first.getStart(source.sourceFile)).includes("\n");
  const shift = { from: isMultiline ? indentOf(source, first) : indentAt(source, span.start), to: inner };
  const changes: Change[] = [];
  for (const statement of all(body, ts.isReturnStatement)) {
    const change = returnInLoop(source, statement, body, results, shift);
    if (change === undefined) return undefined;
    changes.push(...change);
  }
  // Without a single await the loop would be no more than what it replaces.
  const isWaiting = (node: ts.Node) =>
    ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
  if (!some(body, isWaiting) && !changes.some(({ text }) => text.includes("await"))) return undefined;

  if (isMultiline) return render(source, span, changes, shift).trimEnd();
  return statements
    .map((statement) => nl + inner + render(source, spanOf(source, statement), changes, shift).trim())
    .join("");
}

/** `return value` in a callback: in a loop the value is kept or awaited, and the next round begins. */
function returnInLoop(
  source: FixSource,
  statement: ts.ReturnStatement,
  body: ts.Block,
  results: string | undefined,
  shift: Shift,
): Change[] | undefined {
  if (ts.findAncestor(statement, (node) => (node === body ? "quit" : ts.isIterationStatement(node, false))))
    return undefined;
  const isLast = statement.parent === body && body.statements.at(-1) === statement;
  const { expression } = statement;
  const end = semicolon(source);
  const isKept = expression !== undefined && (results !== undefined || hasEffects(expression));
  if (!isKept) {
    const kept = results === undefined ? [] : [`${results}.push(undefined)${end}`];
    if (isLast && kept.length === 0) return [removal(source, statement)];
    const lines = isLast ? kept : [...kept, `continue${end}`];
    return [{ ...spanOf(source, statement), text: joined(source, statement, lines, shift) }];
  }
  const [head, tail] = awaitAround(expression);
  const push = results === undefined ? ["", ""] : [`${results}.push(`, ")"];
  const isListed = ts.isBlock(statement.parent) || ts.isCaseOrDefaultClause(statement.parent);
  const needsBraces = !isLast && !isListed;
  const indent = shifted(indentOf(source, statement), shift);
  const nl = newline(source);
  const own = needsBraces ? indent + indentStep(source) : indent;
  const opening = needsBraces ? `{${nl}${own}` : "";
  const closing = isLast ? "" : `${nl}${own}continue${end}${needsBraces ? `${nl}${indent}}` : ""}`;
  const start = statement.getStart(source.sourceFile);
  return [
    { start, end: expression.getStart(source.sourceFile), text: `${opening}${push[0]}${head}` },
    { start: expression.end, end: statement.end, text: `${tail}${push[1]}${end}${closing}` },
  ];
}

function joined(source: FixSource, statement: ts.Statement, lines: readonly string[], shift: Shift): string {
  const isListed = ts.isBlock(statement.parent) || ts.isCaseOrDefaultClause(statement.parent);
  if (lines.length === 1) return lines[0]!;
  return isListed
    ? lines.join(newline(source) + shifted(indentOf(source, statement), shift))
    : `{ ${lines.join(" ")} }`;
}

/** The indentation of a line after the shift of the lines around it. */
function shifted(indent: string, { from, to }: Shift): string {
  return indent.startsWith(from) ? to + indent.slice(from.length) : indent;
}

/** Whether a statement never reaches its end. */
function alwaysLeaves(statement: ts.Statement): boolean {
  if (ts.isReturnStatement(statement) || ts.isThrowStatement(statement)) return true;
  if (ts.isBlock(statement)) return statement.statements.some(alwaysLeaves);
  if (ts.isIfStatement(statement)) {
    return (
      alwaysLeaves(statement.thenStatement) &&
      statement.elseStatement !== undefined &&
      alwaysLeaves(statement.elseStatement)
    );
  }
  if (!ts.isTryStatement(statement)) return false;
  const { tryBlock, catchClause, finallyBlock } = statement;
  if (finallyBlock && alwaysLeaves(finallyBlock)) return true;
  return alwaysLeaves(tryBlock) && (catchClause === undefined || alwaysLeaves(catchClause.block));
}

/** `items.map(save)`: the function is called by its name. */
function namedLoop(
  source: FixSource,
  receiver: ts.Expression,
  callback: ts.Expression,
  options: LoopOptions,
): Loop | undefined {
  const target = functionNamed(callback);
  if (
    target === undefined ||
    target.parameters.length > 2 ||
    target.parameters.some(({ dotDotDotToken }) => dotDotDotToken)
  )
    return undefined;
  if (isLikeArray(receiver) === "map") return undefined;
  const { indent, results, settles } = options;
  const taken = new Set([...namesUsedIn(callback), ...namesUsedIn(receiver), ...(results ? [results] : [])]);
  const free = (wanted: string): string =>
    taken.has(wanted) ? `${wanted}Of${capitalised(lastName(receiver))}` : wanted;
  const item = free(singularOf(lastName(receiver)));
  const items = textOf(source, receiver);
  const takesIndex = target.parameters.length === 2;
  const index = free("index");
  const head = takesIndex
    ? `for (const [${index}, ${item}] of ${items}.entries()) {`
    : `for (const ${item} of ${items}) {`;
  const call = `${textOf(source, callback)}(${takesIndex ? `${item}, ${index}` : target.parameters.length === 0 ? "" : item})`;
  const awaited = settles
    ? `await Promise.allSettled([${call}])`
    : results
      ? `${results}.push(await ${call})`
      : `await ${call}`;
  const nl = newline(source);
  const text = `${head}${nl}${indent}${indentStep(source)}${awaited}${semicolon(source)}${nl}${indent}}`;
  const body = (target as { body?: ts.Node }).body;
  return {
    text,
    safe: body !== undefined && !mayRunForEver(body),
    kept: [spanOf(source, receiver), spanOf(source, callback)],
  };
}

function capitalised(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** The last name of an access path, for the name of one of its items. */
function lastName(receiver: ts.Expression): string {
  const node = bare(receiver);
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.name) ? node.name.text : "items";
}

/** The function, or at least its type, that a name stands for in this file. */
function functionNamed(callback: ts.Expression): FunctionNode | ts.FunctionTypeNode | undefined {
  if (ts.isPropertyAccessExpression(callback) && callback.expression.kind === ts.SyntaxKind.ThisKeyword) {
    const members = ts.findAncestor(callback, ts.isClassLike)?.members ?? [];
    const found = [...members].find((member) => member.name?.getText() === callback.name.text);
    if (found === undefined) return undefined;
    if (ts.isPropertyDeclaration(found))
      return found.initializer && isFunction(found.initializer) ? found.initializer : undefined;
    return ts.isMethodDeclaration(found) ? found : undefined;
  }
  if (!ts.isIdentifier(callback)) return undefined;
  const declaration = declarationAt(callback.text, callback);
  if (declaration === undefined) return undefined;
  if (isFunction(declaration)) return declaration;
  if (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration)) return undefined;
  if (declaration.initializer && isFunction(declaration.initializer)) return declaration.initializer;
  return declaration.type && ts.isFunctionTypeNode(declaration.type) ? declaration.type : undefined;
}

/** Methods whose result is an array, whatever they are called on. */
const ARRAY_METHODS = new Set(
  "concat entries filter flat flatMap from keys map slice sort split toReversed toSorted values".split(" "),
);

/** Whether what `forEach` or `map` is called on is an array or a set, a map, or unknown. */
export function isLikeArray(receiver: ts.Expression): "array" | "map" | "unknown" {
  const node = bare(receiver);
  if (ts.isArrayLiteralExpression(node)) return "array";
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    return ts.isPropertyAccessExpression(expression) && ARRAY_METHODS.has(expression.name.text) ? "array" : "unknown";
  }
  if (ts.isNewExpression(node)) return kindOfName(node.expression.getText());
  const declaration = ts.isIdentifier(node) ? declarationAt(node.text, node) : fieldOf(node);
  if (!declaration || !("initializer" in declaration || "type" in declaration)) return "unknown";
  const { type, initializer } = declaration as { type?: ts.TypeNode; initializer?: ts.Expression };
  if (type !== undefined) return kindOfType(type);
  return initializer && !ts.isBindingElement(declaration) && initializer !== node
    ? kindOfValue(initializer)
    : "unknown";
}

function kindOfValue(value: ts.Expression): "array" | "map" | "unknown" {
  return ts.isIdentifier(value) ? "unknown" : isLikeArray(ts.isAwaitExpression(value) ? value.expression : value);
}

function fieldOf(node: ts.Expression): ts.PropertyDeclaration | undefined {
  if (!ts.isPropertyAccessExpression(node) || node.expression.kind !== ts.SyntaxKind.ThisKeyword) return undefined;
  const members = ts.findAncestor(node, ts.isClassLike)?.members ?? [];
  return [...members].filter(ts.isPropertyDeclaration).find((member) => member.name.getText() === node.name.text);
}

function kindOfType(type: ts.TypeNode): "array" | "map" | "unknown" {
  if (ts.isArrayTypeNode(type) || ts.isTupleTypeNode(type)) return "array";
  if (ts.isTypeOperatorNode(type)) return kindOfType(type.type);
  return ts.isTypeReferenceNode(type) ? kindOfName(type.typeName.getText()) : "unknown";
}

function kindOfName(name: string): "array" | "map" | "unknown" {
  if (/^(Array|ReadonlyArray|Set|ReadonlySet|\w+Array)$/.test(name)) return "array";
  return /^(Map|ReadonlyMap|URLSearchParams|Headers|FormData)$/.test(name) ? "map" : "unknown";
}

/** Whether a round may last until another one does something: then one after the other would be for ever. */
export function mayRunForEver(body: ts.Node): boolean {
  return some(body, (node) => {
    if (ts.isForOfStatement(node)) return node.awaitModifier !== undefined;
    if (ts.isForStatement(node)) return node.condition === undefined;
    return ts.isWhileStatement(node) && !hasCondition(node.expression);
  });
}

function hasCondition(expression: ts.Expression): boolean {
  return expression.kind !== ts.SyntaxKind.TrueKeyword && !ts.isNumericLiteral(expression);
}
