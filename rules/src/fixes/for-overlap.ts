/** Which edits mend an overlap, the best first. */

import ts from "typescript";
import type { Fix } from "../finding.js";
import { addAwait } from "./add-await.js";
import { awaitPending } from "./await-first.js";
import { mutex } from "./mutex.js";
import { promiseChain } from "./promise-chain.js";
import { sequentialLoop } from "./sequential-loop.js";
import { settleAll } from "./settle-all.js";
import {
  callAt,
  type FixSource,
  functionOf,
  innermostAt,
  isCombinator,
  methodOf,
  type Span,
  type Words,
} from "./source.js";

export interface Overlapping {
  first: Span;
  second: Span;
  /** The handle, as the code calls it. */
  field: string;
  /** The two belong to tasks that nobody waits for. */
  task: boolean;
  /** Waiting for all of them before an error is thrown mends it as well. */
  settlingHelps: boolean;
  words: Words;
}

export function fixesForOverlap(source: FixSource, overlap: Overlapping): Fix[] {
  const { first, second, words } = overlap;
  const combinator = combinatorAround(source, second) ?? combinatorAround(source, first);
  const fixes = [
    combinator && sequentialLoop(source, combinator, words),
    combinator && overlap.settlingHelps ? settleAll(source, combinator, words) : undefined,
    overlap.task || combinator ? undefined : addAwait(source, first, words),
    overlap.task || combinator ? undefined : awaitKept(source, first, second, words),
    overlap.task ? promiseChain(source, operationsOn(source, overlap), overlap.field, words) : undefined,
    overlap.task ? mutex(source, operationsOn(source, overlap), overlap.field, words) : undefined,
  ];
  return fixes.filter((fix) => fix !== undefined);
}

/** The `Promise.all`, `map` or `forEach` that starts them together. */
export function combinatorAround(source: FixSource, span: Span): Span | undefined {
  for (let node: ts.Node = innermostAt(source, span); !ts.isSourceFile(node); node = node.parent) {
    if (!ts.isCallExpression(node)) continue;
    const starts = isCombinator(node, "all", "allSettled") || methodOf(node) === "forEach";
    if (starts) return { start: node.getStart(source.sourceFile), end: node.end };
  }
  return undefined;
}

/** `const p = op()`, awaited only after the second began. */
function awaitKept(source: FixSource, first: Span, second: Span, words: Words): Fix | undefined {
  const call = callAt(source, first);
  const declaration = call?.parent;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name)) return undefined;
  const { text } = declaration.name;
  const around = functionOf(declaration) ?? source.sourceFile;
  let use: Span | undefined;
  const visit = (node: ts.Node): void => {
    if (!use && ts.isIdentifier(node) && node.text === text && node.pos > declaration.end) {
      use = { start: node.getStart(source.sourceFile), end: node.end };
    }
    ts.forEachChild(node, visit);
  };
  visit(around);
  return use && awaitPending(source, use, second, words);
}

/** Every call of a method on the handle, in its class or file. */
function operationsOn(source: FixSource, { first, second, field }: Overlapping): Span[] {
  const spans: Span[] = [];
  const names = new Set([first, second].map((span) => callAt(source, span)).map((call) => call && methodOf(call)));
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.expression.getText(source.sourceFile) === field &&
      names.has(node.expression.name.text)
    ) {
      spans.push({ start: node.getStart(source.sourceFile), end: node.end });
    }
    ts.forEachChild(node, visit);
  };
  visit(source.sourceFile);
  return spans;
}
