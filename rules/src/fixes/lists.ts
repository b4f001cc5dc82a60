/** `Promise.all([a(), b()])` as `await a(); await b();`. */

import ts from "typescript";
import { asyncArrow, permissionToAwait } from "./awaiting.js";
import { declarationAt, isConst, referencesTo, rootOf } from "./names.js";
import { awaitAround, type Sequence, type Use } from "./results.js";
import {
  bare,
  functionOf,
  isAsync,
  isTypeScript,
  listOf,
  mayAwait,
  methodOf,
  receiverOf,
  spanOf,
  textOf,
  type FixSource,
} from "./source.js";
import { indentOf, insertion, newline, removal, render, semicolon, type Change } from "./text.js";

/** The operations of a list one after the other, as statements where the results allow it, else as `[await a(), await b()]`. */
export function sequentialList(
  source: FixSource,
  list: ts.ArrayLiteralExpression,
  use: Use,
  settles: boolean,
): Sequence | undefined {
  const elements = [...list.elements];
  if (
    elements.length === 0 ||
    elements.some((element) => ts.isSpreadElement(element) || ts.isOmittedExpression(element))
  )
    return undefined;
  if (elements.every((element) => ts.isIdentifier(element)))
    return settles ? undefined : startedBefore(source, elements, use);
  // What was started before runs at the same time, whenever it is awaited.
  if (elements.some((element) => isStarted(element))) return undefined;

  const isSafe = areAlike(elements);
  if (use.kind === "ignored" || (use.kind === "declared" && !settles)) {
    const permission = permissionToAwait(source, use.statement);
    const isConverted = permission !== undefined && permission.changes.length > 0;
    const lines =
      use.kind === "ignored" ? statementsOf(source, list, use.statement, settles) : declarationsOf(source, list, use);
    if (permission === undefined || (isConverted && use.kind !== "ignored")) return undefined;
    if (lines !== undefined && (listOf(use.statement) !== undefined || lines.length === 1)) {
      const text = lines.join(newline(source) + indentOf(source, use.statement));
      return {
        changes: [...permission.changes, { ...spanOf(source, use.statement), text }],
        safe: permission.safe && isSafe,
      };
    }
    if (use.kind === "ignored") return undefined;
  }
  const changes = awaitedList(source, list, use);
  return changes && { changes, safe: isSafe };
}

function isStarted(element: ts.Expression): boolean {
  const node = bare(element);
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

/** Calls whose name says that they wait for something that another one of the list may do. */
const WAITING = /^(wait|once|on[A-Z]|receive|read|accept|listen|next|consume|subscribe)/;

/** Whether the operations are on one handle and none waits for another: then their order is all that changes. */
function areAlike(elements: readonly ts.Expression[]): boolean {
  const calls = elements.map((element) => bare(element)).filter((element) => ts.isCallExpression(element));
  if (calls.length < elements.length) return false;
  const roots = new Set(calls.map((call) => rootText(call)));
  const methods = new Set(calls.map(methodOf));
  const areSameMethod = methods.size === 1 && !methods.has(undefined);
  return (
    roots.size === 1 &&
    !roots.has("") &&
    (areSameMethod || ![...methods].some((method) => !method || WAITING.test(method)))
  );
}

/** The name that a call begins with: `client` in `client.query(…)`, `this.socket` in `this.socket.send(…)`. */
function rootText(call: ts.CallExpression): string {
  const receiver = receiverOf(call);
  if (receiver === undefined) return "";
  const root = rootOf(receiver);
  if (root.kind !== ts.SyntaxKind.ThisKeyword) return ts.isIdentifier(root) ? root.text : "";
  const field = root.parent;
  return ts.isPropertyAccessExpression(field) ? field.getText() : "";
}

/** An element with the comments around it, one line each. */
interface Item {
  element: ts.Expression;
  above: string[];
  behind: string;
}

function itemsOf({ sourceFile }: FixSource, list: ts.ArrayLiteralExpression): Item[] | undefined {
  const { text } = sourceFile;
  const items: Item[] = list.elements.map((element) => ({ element, above: [], behind: "" }));
  let position = list.getStart(sourceFile) + 1;
  for (const [index, item] of [...items, undefined].entries()) {
    const next = item ? item.element.getStart(sourceFile) : list.end - 1;
    const gap = text.slice(position, next);
    const [sameLine, ...rest] = gap.split(/\r?\n/);
    const behind = sameLine!.replace(/^\s*,/, "").trim();
    const above = rest.map((line) => line.replace(/^\s*,\s*$/, "").trim()).filter((line) => line !== "");
    if ([behind, ...above].some((comment) => comment !== "" && !/^(\/[/*]|\*)/.test(comment))) return undefined;
    const previous = items[index - 1];
    if (previous) previous.behind = behind;
    else if (behind !== "") item?.above.push(behind);
    if (item) item.above.push(...above);
    else if (previous) previous.behind = [behind, ...above].filter((comment) => comment !== "").join(" ");
    if (item) position = item.element.end;
  }
  // A line comment swallows what would follow it.
  return items.every(({ behind }) => !/\/\/.*\/[/*]/.test(behind)) ? items : undefined;
}

function linesOfItem(source: FixSource, item: Item, indent: string, around: (value: string) => string): string[] {
  const { element, above, behind } = item;
  const text = render(source, spanOf(source, element), [], { from: indentOf(source, element), to: indent });
  return [...above, around(text) + semicolon(source) + (behind ? ` ${behind}` : "")];
}

function statementsOf(
  source: FixSource,
  list: ts.ArrayLiteralExpression,
  statement: ts.Statement,
  settles: boolean,
): string[] | undefined {
  const indent = indentOf(source, statement);
  return itemsOf(source, list)?.flatMap((item) => {
    const [head, tail] = settles ? ["await Promise.allSettled([", "])"] : awaitAround(item.element);
    return linesOfItem(source, item, indent, (value) => head + value + tail);
  });
}

/** `const [a, b] = await Promise.all([…])`: a declaration each. */
function declarationsOf(
  source: FixSource,
  list: ts.ArrayLiteralExpression,
  { statement, declaration }: Use & { kind: "declared" },
): string[] | undefined {
  const { name, type } = declaration;
  if (!ts.isArrayBindingPattern(name) || type || name.elements.length > list.elements.length) return undefined;
  const { sourceFile } = source;
  const keyword = sourceFile.text.slice(statement.getStart(sourceFile), declaration.getStart(sourceFile));
  const indent = indentOf(source, statement);
  const lines: string[] = [];
  for (const [index, item] of (itemsOf(source, list) ?? []).entries()) {
    const binding = name.elements[index];
    const isBound = binding !== undefined && ts.isBindingElement(binding);
    if (isBound && (binding.initializer || binding.dotDotDotToken)) return undefined;
    const [head, tail] = awaitAround(item.element);
    const start = isBound ? `${keyword}${textOf(source, binding.name)} = ` : "";
    lines.push(...linesOfItem(source, item, indent, (value) => start + head + value + tail));
  }
  return lines.length > 0 ? lines : undefined;
}

/** `[await a(), await b()]` in place of the awaited `Promise.all`. */
function awaitedList(source: FixSource, list: ts.ArrayLiteralExpression, use: Use): Change[] | undefined {
  const { whole, isAwaited } = use;
  const changes: Change[] = [];
  if (use.kind === "body" && !isAsync(use.arrow)) {
    const toAsync = asyncArrow(source, use.arrow);
    if (toAsync === undefined) return undefined;
    changes.push(...toAsync);
  } else {
    const isReturned = use.kind === "returned" || use.kind === "body";
    if (mayAwait(source, list) !== "yes" || (!isAwaited && !isReturned)) return undefined;
  }
  for (const element of list.elements) {
    const [head, tail] = awaitAround(element);
    changes.push(insertion(element.getStart(source.sourceFile), head), insertion(element.end, tail));
  }
  const { start, end } = spanOf(source, whole);
  const listSpan = spanOf(source, list);
  // A list alone would be an array of all types; as the value of a tuple it keeps one type for each place.
  const tuple = ` satisfies [${list.elements.map(() => "unknown").join(", ")}]`;
  const tail = isTypeScript(source) && !hasContext(use) ? tuple : "";
  const isOperand =
    tail !== "" && (ts.isPropertyAccessExpression(whole.parent) || ts.isElementAccessExpression(whole.parent));
  if (isOperand) return undefined;
  const inParentheses = ts.isParenthesizedExpression(whole);
  changes.push(
    { start, end: listSpan.start, text: inParentheses ? "(" : "" },
    { start: listSpan.end, end, text: tail + (inParentheses ? ")" : "") },
  );
  return changes;
}

/** Whether something says what type the value is to have. */
function hasContext(use: Use): boolean {
  if (use.kind === "declared")
    return use.declaration.type !== undefined || ts.isArrayBindingPattern(use.declaration.name);
  if (use.kind === "assigned") return true;
  if (use.kind === "returned") return functionOf(use.statement)?.type !== undefined;
  return use.kind === "body" ? use.arrow.type !== undefined : false;
}

/** `const first = a(); const second = b(); await Promise.all([first, second]);`: each is awaited where it is started. */
function startedBefore(source: FixSource, elements: readonly ts.Identifier[], use: Use): Sequence | undefined {
  if (use.kind !== "ignored" && use.kind !== "declared") return undefined;
  const { statement } = use;
  const pattern = use.kind === "declared" ? use.declaration.name : undefined;
  if (pattern && (!ts.isArrayBindingPattern(pattern) || use.kind !== "declared" || use.declaration.type))
    return undefined;
  if (mayAwait(source, statement) !== "yes" || listOf(statement) === undefined) return undefined;
  const changes: Change[] = [removal(source, statement)];
  for (const [index, element] of elements.entries()) {
    const declaration = declarationAt(element.text, element);
    if (!declaration || !isConst(declaration) || declaration.type || !declaration.initializer) return undefined;
    const started = declaration.parent.parent;
    if (
      !ts.isVariableStatement(started) ||
      declaration.parent.declarations.length > 1 ||
      listOf(started) !== listOf(statement)
    )
      return undefined;
    if (started.modifiers || referencesTo(element.text, source.sourceFile).length > 1) return undefined;
    if (!ts.isCallExpression(bare(declaration.initializer))) return undefined;
    const binding = pattern && ts.isArrayBindingPattern(pattern) ? pattern.elements[index] : undefined;
    const isBound = binding !== undefined && ts.isBindingElement(binding);
    if (isBound && (binding.initializer || binding.dotDotDotToken)) return undefined;
    const start = started.getStart(source.sourceFile);
    const value = declaration.initializer.getStart(source.sourceFile);
    changes.push({ start, end: value, text: isBound ? `const ${textOf(source, binding.name)} = await ` : "await " });
  }
  if (pattern && ts.isArrayBindingPattern(pattern) && pattern.elements.length > elements.length) return undefined;
  return { changes, safe: false };
}
