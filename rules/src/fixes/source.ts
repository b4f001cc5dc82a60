/** Finding one's way in a parsed file: from spans to nodes, statements and functions. */

import ts from "typescript";

/** A parsed file, with parents set. */
export interface FixSource {
  sourceFile: ts.SourceFile;
  fileName: string;
}

/** A stretch of the file; of a node, without what stands before it (`node.getStart()` to `node.end`). */
export interface Span {
  start: number;
  end: number;
}

/** What titles call things; each has a plain default. */
export interface Words {
  /** The handle: `the client`, `the socket`. */
  handle?: string;
  /** The operation: `the query`, `the send`. */
  operation?: string;
}

export type FunctionNode = ts.FunctionLikeDeclaration;

/** The outermost node of the wanted kind that covers exactly the span. */
export function nodeAt<T extends ts.Node>(
  { sourceFile }: FixSource,
  { start, end }: Span,
  isWanted: (node: ts.Node) => node is T,
): T | undefined {
  const visit = (node: ts.Node): T | undefined => {
    if (node.pos > start || node.end < end) return undefined;
    if (node.getStart(sourceFile) === start && node.end === end && isWanted(node)) return node;
    return ts.forEachChild(node, visit);
  };
  return visit(sourceFile);
}

export function expressionAt(source: FixSource, span: Span): ts.Expression | undefined {
  return nodeAt(source, span, isExpression);
}

export function callAt(source: FixSource, span: Span): ts.CallExpression | undefined {
  return nodeAt(source, span, ts.isCallExpression);
}

/** The innermost node that covers the span, whatever it is. */
export function innermostAt({ sourceFile }: FixSource, { start, end }: Span): ts.Node {
  let innermost: ts.Node = sourceFile;
  const visit = (node: ts.Node): void => {
    if (node.getFullStart() > start || node.end < end) return;
    innermost = node;
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return innermost;
}

/** TypeScript keeps its own test for expressions to itself. */
function isExpression(node: ts.Node): node is ts.Expression {
  const isInternal = (ts as unknown as { isExpression?: (node: ts.Node) => boolean }).isExpression;
  return isInternal ? isInternal(node) : ts.isCallExpression(node) || ts.isIdentifier(node);
}

export function spanOf(source: FixSource, node: ts.Node): Span {
  return { start: node.getStart(source.sourceFile), end: node.end };
}

export function textOf(source: FixSource, node: ts.Node): string {
  return node.getText(source.sourceFile);
}

/** Where statements stand one after the other. */
export type StatementOwner = ts.Block | ts.SourceFile | ts.ModuleBlock | ts.CaseOrDefaultClause;

export function isStatementOwner(node: ts.Node): node is StatementOwner {
  return ts.isBlock(node) || ts.isSourceFile(node) || ts.isModuleBlock(node) || ts.isCaseOrDefaultClause(node);
}

/** The list that a statement is part of; undefined for the only statement of an `if` without braces. */
export function listOf(statement: ts.Statement): ts.NodeArray<ts.Statement> | undefined {
  return isStatementOwner(statement.parent) ? statement.parent.statements : undefined;
}

/** The innermost statement around a node, in the same function. */
export function statementOf(node: ts.Node): ts.Statement | undefined {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (isStatement(at)) return at;
    if (at !== node && isFunction(at)) return undefined;
  }
  return undefined;
}

/** The innermost statement around a node that is part of a list, in the same function. */
export function listedStatementOf(node: ts.Node): ts.Statement | undefined {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (at !== node && isFunction(at)) return undefined;
    if (isStatement(at) && isStatementOwner(at.parent)) return at;
  }
  return undefined;
}

/** The statement of a list that contains the node. */
export function ancestorIn(list: ts.NodeArray<ts.Statement>, node: ts.Node): ts.Statement | undefined {
  return list.find((statement) => statement.pos <= node.pos && node.end <= statement.end);
}

function isStatement(node: ts.Node): node is ts.Statement {
  if (ts.isBlock(node)) return isStatementOwner(node.parent);
  const isImport = ts.isImportDeclaration(node) || ts.isImportEqualsDeclaration(node);
  const isExport = ts.isExportDeclaration(node) || ts.isExportAssignment(node);
  return ts.isStatement(node) || isImport || isExport;
}

export function isFunction(node: ts.Node): node is FunctionNode {
  return ts.isFunctionLike(node) && "body" in node;
}

/** The function that runs a node; undefined where the file itself does. Field initialisers count as no function. */
export function functionOf(node: ts.Node): FunctionNode | undefined {
  const found = ts.findAncestor(node.parent, isFunction);
  return found;
}

export function isAsync(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.AsyncKeyword);
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false);
}

/** Whether `await` may stand at a node: `unknown` at the top of a file that may or may not be a module of Node.js. */
export function mayAwait({ sourceFile, fileName }: FixSource, node: ts.Node): "yes" | "no" | "unknown" {
  for (let at = node; at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    if (isFunction(parent)) {
      // Parameters, names and decorators of a function are not part of what it runs asynchronously.
      return at === parent.body && isAsync(parent) ? "yes" : "no";
    }
    if (ts.isClassStaticBlockDeclaration(parent) || ts.isModuleBlock(parent)) return "no";
    if (ts.isPropertyDeclaration(parent) && at === parent.initializer) return "no";
  }
  if (/\.c[jt]s$/.test(fileName) || !ts.isExternalModule(sourceFile)) return "no";
  if (sourceFile.impliedNodeFormat === ts.ModuleKind.CommonJS) return "no";
  const isEcmaScriptModule = sourceFile.impliedNodeFormat === ts.ModuleKind.ESNext || /\.m[jt]s$/.test(fileName);
  return isEcmaScriptModule || awaitsAtTop(sourceFile) ? "yes" : "unknown";
}

function awaitsAtTop(sourceFile: ts.SourceFile): boolean {
  return some(sourceFile, (node) => ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && !!node.awaitModifier));
}

/** Whether a node below this one, in the same function, is as wanted. The node itself is not asked. */
export function some(root: ts.Node, isWanted: (node: ts.Node) => boolean): boolean {
  const visit = (node: ts.Node): boolean =>
    isWanted(node) || (!isFunction(node) && !ts.isClassLike(node) && (ts.forEachChild(node, visit) ?? false));
  return ts.forEachChild(root, visit) ?? false;
}

/** All nodes below this one that are as wanted, in the order of the text. Nested functions are looked into if asked. */
export function all<T extends ts.Node>(
  root: ts.Node,
  isWanted: (node: ts.Node) => node is T,
  where: "same function" | "nested functions too" = "same function",
): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (isWanted(node)) found.push(node);
    if (where === "same function" && (isFunction(node) || ts.isClassLike(node))) return;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(root, visit);
  return found;
}

export function isTypeScript({ fileName }: FixSource): boolean {
  return /\.[cm]?tsx?$/.test(fileName);
}

/** `require` instead of `import`. */
export function usesRequire({ sourceFile, fileName }: FixSource): boolean {
  if (/\.c[jt]s$/.test(fileName)) return !sourceFile.statements.some(ts.isImportDeclaration);
  if (ts.isExternalModule(sourceFile)) return false;
  return all(sourceFile, isRequireCall, "nested functions too").length > 0;
}

export function isRequireCall(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "require";
}

/** The name of the method that a call calls: `then` in `p.then(f)`. */
export function methodOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  return node.expression.name.text;
}

/** What a call's method is called on: `p` in `p.then(f)`. */
export function receiverOf(call: ts.CallExpression): ts.Expression | undefined {
  return ts.isPropertyAccessExpression(call.expression) ? call.expression.expression : undefined;
}

/** Whether this is a call of `Promise.all`, or of another combinator. */
export function isCombinator(node: ts.Node, ...names: string[]): node is ts.CallExpression {
  if (!ts.isCallExpression(node)) return false;
  const receiver = receiverOf(node);
  const isPromise = receiver !== undefined && ts.isIdentifier(receiver) && receiver.text === "Promise";
  return isPromise && names.includes(methodOf(node)!) && node.arguments.length === 1;
}

/** Parentheses and `!` around an expression, taken off. */
export function bare(node: ts.Expression): ts.Expression {
  let at = node;
  while (ts.isParenthesizedExpression(at) || ts.isNonNullExpression(at)) at = at.expression;
  return at;
}

/** The parentheses around an expression, put on. */
export function withParentheses(node: ts.Expression): ts.Expression {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return at;
}

/**
 * The promise that settles last of those that a call starts: the end of the `.then` chain that it heads,
 * or the `Promise.all([…])` that it is in.
 */
export function wholePromise(call: ts.Expression): ts.Expression {
  let at = call;
  for (;;) {
    const outer = withParentheses(at);
    const { parent } = outer;
    const isChained =
      ts.isPropertyAccessExpression(parent) &&
      parent.expression === outer &&
      ["then", "catch", "finally"].includes(parent.name.text) &&
      ts.isCallExpression(parent.parent) &&
      parent.parent.expression === parent;
    if (isChained) {
      at = parent.parent;
    } else if (ts.isArrayLiteralExpression(parent) && isCombinator(parent.parent, "all", "allSettled")) {
      at = parent.parent;
    } else {
      return at;
    }
  }
}

/** Functions that are called without anybody waiting for what they return. */
const DETACHING = new Set(
  "setTimeout setInterval setImmediate queueMicrotask nextTick on once addListener prependListener addEventListener".split(
    " ",
  ),
);

/** Whether a function is handed to a timer or an emitter, which has no use for its promise. */
export function isLeftAlone(around: FunctionNode): boolean {
  const { parent } = around;
  if (!ts.isCallExpression(parent) || parent.expression === (around as ts.Node)) return false;
  const { expression } = parent;
  return DETACHING.has(ts.isIdentifier(expression) ? expression.text : (methodOf(parent) ?? ""));
}

/** The last call of a chain that a call heads, such as `.values(row).execute()` on a statement that is being built. */
export function wholeChain(call: ts.Expression): ts.Expression {
  let at = call;
  for (;;) {
    const outer = withParentheses(at);
    const { parent } = outer;
    const isChained =
      ts.isPropertyAccessExpression(parent) &&
      parent.expression === outer &&
      ts.isCallExpression(parent.parent) &&
      parent.parent.expression === parent;
    if (!isChained) return wholePromise(at);
    at = parent.parent;
  }
}

/** The call of a function that is written where it is called, around a node: `(async () => { … })()`. */
export function immediateCall(source: FixSource, node: ts.Node): Span | undefined {
  let at: ts.Node | undefined = functionOf(node);
  while (at !== undefined && ts.isParenthesizedExpression(at.parent)) at = at.parent;
  const isCalled = at !== undefined && ts.isCallExpression(at.parent) && at.parent.expression === at;
  return isCalled ? spanOf(source, at!.parent) : undefined;
}
