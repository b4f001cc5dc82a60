/** Whether a value is a promise, as far as syntax, local functions and contracts tell. */

import ts from "typescript";
import { callOf } from "./contract-calls.js";
import { isAsync, isPlain, skipTransparent } from "./syntax.js";
import type { Tracing } from "./tracing.js";

export function settlesLater(expression: ts.Expression, tracing: Tracing): boolean | undefined {
  const node = skipTransparent(expression);
  if (isCertainlyNone(node)) return false;
  const value = tracing.value(node);
  if (value?.around[0] === "promise") return true;
  if (ts.isCallExpression(node)) return ofCall(node, tracing);
  return value && value.core.kind !== "unknown" ? false : undefined;
}

function isCertainlyNone(node: ts.Expression): boolean {
  return (
    isPlain(node) ||
    ts.isArrayLiteralExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isClassExpression(node)
  );
}

function ofCall(node: ts.CallExpression, tracing: Tracing): boolean | undefined {
  const target = skipTransparent(node.expression);
  if (ts.isPropertyAccessExpression(target) && target.name.text === "then") return true;
  const callee = tracing.callee(target);
  if (!callee || callee.around.length > 0) return undefined;
  const { core } = callee;
  if (core.kind === "function") {
    if (isAsync(core.node)) return true;
    const result = tracing.result(core.node);
    return result && result.core.kind !== "unknown" ? false : undefined;
  }
  if (core.kind === "method" && core.of.core.kind === "known") return ofMethod(core.of.core.type, core.name, node);
  return undefined;
}

/** What a contract says of an operation or a release; undefined if it says nothing. */
function ofMethod(type: Parameters<typeof callOf>[0], name: string, node: ts.CallExpression): boolean | undefined {
  if (type.kind === "guard") return undefined;
  const { operations = {}, releases = {} } = type.kind === "handle" ? type.handle : type.source;
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation) {
    if (operation.builds || operation.returns)
      return operation.returns ? operation.returns.promised === true : undefined;
    switch (operation.settledBy ?? "promise") {
      case "promise":
        return true;
      case "return":
        return false;
      case "either":
        return node.arguments.some((given) => ts.isFunctionLike(skipTransparent(given))) ? undefined : true;
      default:
        return undefined;
    }
  }
  const release = Object.hasOwn(releases, name) ? releases[name] : undefined;
  return release?.promised ? true : undefined;
}
