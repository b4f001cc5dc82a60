/** Which expressions of a file are worth asking about: those that a contract could have something to say on. */

import { type Catalog, typesOf } from "@holdfast/contracts";
import ts from "typescript";
import { askableNames } from "./askable.js";
import { isTransparent } from "./syntax.js";

interface Interest {
  names: ReadonlySet<string>;
  /** Modules of contracts that take any method. */
  anyMethod: (specifier: string) => boolean;
}

const interests = new WeakMap<Catalog, Interest>();

/** Receivers of members that contracts know, in order. */
export function receivers(sourceFile: ts.SourceFile, catalog: Catalog): ts.Expression[] {
  const { names, anyMethod } = interestOf(catalog);
  const takesAny = importsOf(sourceFile).some(anyMethod);
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      const isUsed = isCalled(node) || isAssigned(node);
      if (isUsed && !isPromise(node.expression) && (takesAny || names.has(node.name.text))) found.push(node.expression);
    } else if (ts.isForOfStatement(node) && node.awaitModifier) found.push(node.expression);
    else if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && names.has(node.name.text)) {
      if (isReferenceLike(node.initializer)) found.push(node.initializer);
    } else if (ts.isTaggedTemplateExpression(node)) found.push(node.tag);
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return found;
}

/** What the catalog makes interesting. */
function interestOf(catalog: Catalog): Interest {
  let interest = interests.get(catalog);
  if (!interest) {
    const names = askableNames(catalog);
    const open = new Set<object>();
    for (const contract of catalog.contracts) {
      for (const type of typesOf(contract)) {
        if (type.kind === "handle" && (type.handle.anyMethod || type.handle.operations["()"])) open.add(contract);
      }
    }
    interest = { names, anyMethod: (specifier) => catalog.forModule(specifier).some((contract) => open.has(contract)) };
    interests.set(catalog, interest);
  }
  return interest;
}

function importsOf(sourceFile: ts.SourceFile): string[] {
  return [...sourceFile.text.matchAll(/(?:from|import|require\()\s*\(?\s*(["'])([^"'\n]+)\1/g)].map(
    (match) => match[2]!,
  );
}

function isCalled(node: ts.Expression): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) ? parent.expression === node : isTransparent(parent) && isCalled(parent);
}

function isAssigned({ parent }: ts.Node): boolean {
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

/** `Promise.all` is nobody's operation. */
function isPromise(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && node.text === "Promise";
}

function isReferenceLike(node: ts.Expression): boolean {
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
}
