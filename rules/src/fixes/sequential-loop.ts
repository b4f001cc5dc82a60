import ts from "typescript";
import type { Fix } from "../finding.js";
import { asyncArrow, permissionToAwait } from "./awaiting.js";
import { sequentialList } from "./lists.js";
import { isLikeArray, loopOver, type Loop } from "./loops.js";
import { declarationAt, referencesTo, uniqueName } from "./names.js";
import { constantOf, isMutableArray, mayEvolve, promisedArray, useOf, type Sequence, type Use } from "./results.js";
import {
  all,
  bare,
  callAt,
  functionOf,
  isAsync,
  isCombinator,
  isTypeScript,
  listOf,
  mayAwait,
  methodOf,
  spanOf,
  textOf,
  type FixSource,
  type FunctionNode,
  type Span,
  type Words,
} from "./source.js";
import {
  fixOf,
  indentOf,
  indentStep,
  insertion,
  lostComments,
  newline,
  removal,
  render,
  semicolon,
  type Change,
} from "./text.js";

/**
 * Runs what a `Promise.all` or an async `forEach` runs at once one after the other, in the same order, with the same results.
 * `combinator` is the call of `Promise.all`, of `forEach`, or of the `map` that makes its promises.
 */
export function sequentialLoop(source: FixSource, combinator: Span, words: Words = {}): Fix | undefined {
  const call = callAt(source, combinator);
  const sequence = call && sequenceOf(source, call);
  const title = `Run ${words.operation ?? "the operations"} one after the other`;
  return sequence && fixOf(source, { kind: "sequential-loop", title, safe: sequence.safe }, sequence.changes);
}

function sequenceOf(source: FixSource, call: ts.CallExpression): Sequence | undefined {
  const method = methodOf(call);
  if (method === "forEach") return forEachLoop(source, call);
  if (method === "map") {
    const combinator = combinatorAround(source, call);
    return combinator && sequenceOf(source, combinator);
  }
  if (!isCombinator(call, "all", "allSettled")) return undefined;
  const settles = method === "allSettled";
  const argument = bare(call.arguments[0]!);
  const use = useOf(call);
  if (settles && use.kind !== "ignored") return undefined;
  if (ts.isArrayLiteralExpression(argument)) {
    const [only, ...others] = argument.elements;
    // `Promise.all([items.map(…)])` waits for an array, and not for the promises in it.
    if (only && methodOf(only) === "map" && others.length === 0 && use.kind === "ignored") {
      return mapLoop(source, only as ts.CallExpression, use, settles);
    }
    if (argument.elements.some((element) => methodOf(element) === "map")) return undefined;
    return sequentialList(source, argument, use, settles);
  }
  if (methodOf(argument) === "map") return mapLoop(source, argument as ts.CallExpression, use, settles);
  if (ts.isIdentifier(argument) && !settles) return collected(source, argument, use);
  return undefined;
}

/** The `Promise.all` that is given the promises of a `map`, at once or by the name of a constant. */
function combinatorAround({ sourceFile }: FixSource, call: ts.CallExpression): ts.CallExpression | undefined {
  if (isCombinator(call.parent, "all", "allSettled")) return call.parent;
  if (!ts.isVariableDeclaration(call.parent) || !ts.isIdentifier(call.parent.name)) return undefined;
  const users = referencesTo(call.parent.name.text, sourceFile).map(({ parent }) => parent);
  return users.find((user): user is ts.CallExpression => isCombinator(user, "all", "allSettled"));
}

/** `items.forEach(async (item) => { … });` */
function forEachLoop(source: FixSource, call: ts.CallExpression): Sequence | undefined {
  const use = useOf(call);
  if (use.kind !== "ignored" || use.isAwaited) return undefined;
  const permission = permissionToAwait(source, use.statement);
  const loop = loopOver(source, call, { indent: indentOf(source, use.statement) });
  if (permission === undefined || loop === undefined) return undefined;
  const safe =
    permission.safe &&
    loop.safe &&
    isLikeArray((call.expression as ts.PropertyAccessExpression).expression) !== "unknown";
  return { changes: [...permission.changes, inPlaceOf(source, use.statement, loop, [loop.text])], safe };
}

/** `await Promise.all(items.map(async (item) => { … }))`, whatever becomes of the results. */
function mapLoop(source: FixSource, map: ts.CallExpression, use: Use, settles: boolean): Sequence | undefined {
  if (use.kind === "other") return undefined;
  if (use.kind === "body") return mapInBody(source, map, use);
  const { statement } = use;
  const permission = permissionToAwait(source, statement);
  if (permission === undefined || (permission.changes.length > 0 && use.kind !== "ignored")) return undefined;
  const indent = indentOf(source, statement);
  if (use.kind === "ignored") {
    const loop = loopOver(source, map, { indent, settles });
    return (
      loop && {
        changes: [...permission.changes, inPlaceOf(source, statement, loop, [loop.text])],
        safe: permission.safe && loop.safe,
      }
    );
  }
  if (listOf(statement) === undefined) return undefined;
  const kept = keptResults(source, map, use);
  const loop = kept && loopOver(source, map, { indent, results: kept.name });
  if (kept === undefined || loop === undefined) return undefined;
  const lines = [kept.declaration, loop.text, ...kept.after];
  return { changes: [inPlaceOf(source, statement, loop, lines)], safe: permission.safe && loop.safe };
}

/** The array that the results go to, and what is done with it behind the loop. */
interface KeptResults {
  name: string;
  declaration: string;
  after: string[];
}

function keptResults(
  source: FixSource,
  map: ts.CallExpression,
  use: Exclude<Use, { kind: "other" | "body" | "ignored" }>,
): KeptResults | undefined {
  const end = semicolon(source);
  const { sourceFile } = source;
  const { statement, whole } = use;
  const name = uniqueName(source, "results");
  if (use.kind === "returned") {
    const type = isTypeScript(source) ? promisedArray(source, functionOf(statement)) : undefined;
    return { name, declaration: `const ${name}${type ? `: ${type}` : ""} = []${end}`, after: [`return ${name}${end}`] };
  }
  const head = sourceFile.text.slice(statement.getStart(sourceFile), whole.getStart(sourceFile));
  const indirect = { name, declaration: `const ${name} = []${end}`, after: [`${head}${name}${end}`] };
  if (use.kind === "assigned") return indirect;
  const { declaration } = use;
  const isSimple = ts.isIdentifier(declaration.name) && !mentionsName(map, declaration.name.text);
  if (!isSimple || (declaration.type && !isMutableArray(declaration.type))) return indirect;
  const own = textOf(source, declaration.name);
  const isTyped = declaration.type !== undefined;
  const isExported = use.statement.modifiers !== undefined;
  if (!isTyped && isTypeScript(source) && (isExported || !mayEvolve(source, own, declaration)))
    return isExported ? undefined : indirect;
  return { name: own, declaration: `${head}[]${end}`, after: [] };
}

function mentionsName(root: ts.Node, name: string): boolean {
  return all(root, ts.isIdentifier, "nested functions too").some((identifier) => identifier.text === name);
}

/** `(tx) => Promise.all(items.map(…))`: the expression becomes a block. */
function mapInBody(source: FixSource, map: ts.CallExpression, use: Use & { kind: "body" }): Sequence | undefined {
  const { arrow, whole } = use;
  const toAsync = isAsync(arrow) ? [] : asyncArrow(source, arrow);
  if (toAsync === undefined) return undefined;
  const indent = indentOf(source, arrow);
  const inner = indent + indentStep(source);
  const results = uniqueName(source, "results");
  const loop = loopOver(source, map, { indent: inner, results });
  if (loop === undefined) return undefined;
  const end = semicolon(source);
  const type = isTypeScript(source) ? promisedArray(source, arrow) : undefined;
  const comments = lostComments(source, spanOf(source, whole), loop.kept);
  const lines = [
    ...comments,
    `const ${results}${type ? `: ${type}` : ""} = []${end}`,
    loop.text,
    `return ${results}${end}`,
  ];
  const nl = newline(source);
  const text = `{${nl}${lines.map((line) => inner + line).join(nl)}${nl}${indent}}`;
  return { changes: [...toAsync, { ...spanOf(source, whole), text }], safe: loop.safe };
}

/** Lines in place of a statement, after the comments that would be lost. */
function inPlaceOf(source: FixSource, statement: ts.Statement, { kept }: Loop, lines: readonly string[]): Change {
  const whole = spanOf(source, statement);
  const comments = lostComments(source, whole, kept);
  return { ...whole, text: [...comments, ...lines].join(newline(source) + indentOf(source, statement)) };
}

/** `Promise.all(started)`, whose promises were collected before: by a `map`, or by pushes in a loop. */
function collected(source: FixSource, array: ts.Identifier, use: Use): Sequence | undefined {
  const declaration = declarationAt(array.text, array);
  if (use.kind === "other" || use.kind === "body" || declaration === undefined) return undefined;
  if (listOf(use.statement) === undefined || functionOf(declaration) !== functionOf(array)) return undefined;
  const references = referencesTo(array.text, functionBody(source, functionOf(array))).filter(
    (reference) => reference !== array,
  );
  const mapped = constantOf(declaration, ts.isCallExpression);
  if (mapped && methodOf(mapped.value) === "map" && references.length === 0) return collectedByMap(source, mapped, use);
  const pushed = constantOf(declaration, ts.isArrayLiteralExpression);
  return pushed && pushed.value.elements.length === 0 ? collectedByPushes(source, pushed, references, use) : undefined;
}

function functionBody({ sourceFile }: FixSource, around: FunctionNode | undefined): ts.Node {
  return (around as { body?: ts.Node } | undefined)?.body ?? sourceFile;
}

type CollectingUse = Exclude<Use, { kind: "other" | "body" }>;

interface Constant {
  declaration: ts.VariableDeclaration & { name: ts.Identifier };
  statement: ts.VariableStatement;
}

function collectedByMap(
  source: FixSource,
  { statement, value }: Constant & { value: ts.CallExpression },
  use: CollectingUse,
): Sequence | undefined {
  if (mayAwait(source, statement) !== "yes" || listOf(statement) !== listOf(use.statement)) return undefined;
  const indent = indentOf(source, statement);
  if (use.kind === "ignored") {
    const loop = loopOver(source, value, { indent });
    return (
      loop && {
        changes: [inPlaceOf(source, statement, loop, [loop.text]), removal(source, use.statement)],
        safe: false,
      }
    );
  }
  const kept = keptResults(source, value, use);
  const loop = kept && loopOver(source, value, { indent, results: kept.name });
  if (kept === undefined || loop === undefined) return undefined;
  const after =
    kept.after.length > 0
      ? { ...spanOf(source, use.statement), text: kept.after.join("") }
      : removal(source, use.statement);
  return { changes: [inPlaceOf(source, statement, loop, [kept.declaration, loop.text]), after], safe: false };
}

/** `started.push(operation())` becomes `await operation()`, and what waited for them all is not needed any more. */
function collectedByPushes(
  source: FixSource,
  constant: Constant,
  references: readonly ts.Identifier[],
  use: CollectingUse,
): Sequence | undefined {
  const { declaration, statement } = constant;
  const pushes = references.map(pushOn);
  if (pushes.length === 0 || pushes.includes(undefined)) return undefined;
  const home = functionOf(declaration);
  const values = pushes.filter((push) => push !== undefined);
  if (values.some((push) => functionOf(push) !== home || mayAwait(source, push) !== "yes")) return undefined;

  const changes: Change[] = [];
  if (use.kind === "ignored") {
    changes.push(removal(source, statement), removal(source, use.statement));
    for (const push of values) {
      const value = push.arguments[0]!;
      const start = push.getStart(source.sourceFile);
      changes.push(
        { start, end: value.getStart(source.sourceFile), text: "await " },
        { start: value.end, end: push.end, text: "" },
      );
    }
    return { changes, safe: false };
  }
  for (const push of values) changes.push(insertion(push.arguments[0]!.getStart(source.sourceFile), "await "));
  const typed = settledType(source, declaration);
  if (typed === undefined) return undefined;
  changes.push(...typed, { ...spanOf(source, use.whole), text: textOf(source, declaration.name) });
  return { changes, safe: false };
}

/** The call `array.push(value)` that a reference is part of, as a statement with one value. */
function pushOn(reference: ts.Identifier): ts.CallExpression | undefined {
  const call = reference.parent.parent;
  if (methodOf(call) !== "push" || !ts.isCallExpression(call) || call.arguments.length !== 1) return undefined;
  const [value] = call.arguments;
  const isWhole = reference.parent === call.expression && ts.isExpressionStatement(call.parent);
  return isWhole && ts.isCallExpression(value!) ? call : undefined;
}

/** `Promise<Row>[]` and `Array<Promise<Row>>` become arrays of `Row`. */
function settledType(source: FixSource, { type, name }: Constant["declaration"]): Change[] | undefined {
  if (type === undefined) return mayEvolve(source, name.text, name) ? [] : undefined;
  const element = ts.isArrayTypeNode(type)
    ? type.elementType
    : ts.isTypeReferenceNode(type)
      ? type.typeArguments?.[0]
      : undefined;
  if (!isMutableArray(type) || !element || !ts.isTypeReferenceNode(element) || element.typeName.getText() !== "Promise")
    return undefined;
  const [promised] = element.typeArguments ?? [];
  if (promised === undefined) return undefined;
  const isCompound =
    ts.isUnionTypeNode(promised) || ts.isIntersectionTypeNode(promised) || ts.isFunctionTypeNode(promised);
  const text = render(source, spanOf(source, promised));
  return [{ ...spanOf(source, element), text: ts.isArrayTypeNode(type) && isCompound ? `(${text})` : text }];
}
