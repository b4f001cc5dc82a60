/** Which expressions of a file are worth asking about: those that a contract could have something to say on. */

import { type Catalog, typesOf } from "@holdfast/contracts";
import ts from "typescript";
import { askableNames, namesDeclaredIn, takesAnyMethod } from "./askable.js";
import { isTransparent } from "./syntax.js";

/** Whether a module is one of a contract that takes any method. */
type LeadsToAny = (specifier: string) => boolean;

const knownToLead = new WeakMap<Catalog, LeadsToAny>();

/** Receivers of members that contracts know, in order; `packages` are those that types can come from, if that is known. */
export function receivers(
  sourceFile: ts.SourceFile,
  catalog: Catalog,
  packages: ReadonlySet<string> | undefined,
): ts.Expression[] {
  const names = packages ? namesDeclaredIn(packages, catalog) : askableNames(catalog);
  const takesAny = importsOf(sourceFile).some(leadsToAny(catalog));
  const found: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      const isUsed = isCalled(node) || isAssigned(node);
      if (isUsed && !isPromise(node.expression) && (takesAny || names.has(node.name.text))) found.push(node.expression);
    } else if (ts.isForOfStatement(node) && node.awaitModifier) found.push(node.expression);
    else if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && names.has(node.name.text)) {
      if (isReferenceLike(node.initializer)) found.push(node.initializer);
    } else if (ts.isShorthandPropertyAssignment(node)) {
      if (names.has(node.name.text)) found.push(node.name);
    } else if (ts.isTaggedTemplateExpression(node)) found.push(node.tag);
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return found;
}

function leadsToAny(catalog: Catalog): LeadsToAny {
  let leads = knownToLead.get(catalog);
  if (!leads) {
    const open = new Set(catalog.contracts.filter((contract) => typesOf(contract).some(takesAnyMethod)));
    leads = (specifier) => catalog.forModule(specifier).some((contract) => open.has(contract));
    knownToLead.set(catalog, leads);
  }
  return leads;
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
