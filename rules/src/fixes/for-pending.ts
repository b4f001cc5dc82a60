/** Which edits see to it that an operation is over before its handle is released, the best first. */

import ts from "typescript";
import type { Fix } from "../finding.js";
import { addAwait } from "./add-await.js";
import { combinatorAround } from "./for-overlap.js";
import { awaitPending } from "./await-first.js";
import { moveRelease } from "./move-release.js";
import { returnAwait } from "./return-await.js";
import { sequentialLoop } from "./sequential-loop.js";
import { callAt, type FixSource, functionOf, type Span, type Words } from "./source.js";

export interface Pending {
  pending: Span;
  /** Absent where the end of a scope releases. */
  release?: Span;
  words: Words;
}

export function fixesForPending(source: FixSource, { pending, release, words }: Pending): Fix[] {
  const combinator = combinatorAround(source, pending);
  const use = release && laterUse(source, pending);
  const fixes = [
    returnAwait(source, pending, words),
    addAwait(source, pending, words),
    combinator && sequentialLoop(source, combinator, words),
    use && use.start > release.start ? moveRelease(source, release, use, words) : undefined,
    use && use.start > release.start ? awaitPending(source, use, release, words) : undefined,
  ];
  return fixes.filter((fix) => fix !== undefined);
}

/** Where the promise of the call is used after it was kept in a variable. */
function laterUse(source: FixSource, span: Span): Span | undefined {
  const declaration = callAt(source, span)?.parent;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !ts.isIdentifier(declaration.name)) return undefined;
  const { text } = declaration.name;
  let use: Span | undefined;
  const visit = (node: ts.Node): void => {
    if (!use && ts.isIdentifier(node) && node.text === text && node.pos > declaration.end) {
      use = { start: node.getStart(source.sourceFile), end: node.end };
    }
    ts.forEachChild(node, visit);
  };
  visit(functionOf(declaration) ?? source.sourceFile);
  return use;
}
