import type { Fix } from "../finding.js";
import {
  asFunction,
  guardedCalls,
  memberBeforeMethods,
  memberBehindField,
  memberName,
  privateMember,
} from "./guarded-calls.js";
import { uniqueName } from "./names.js";
import { isTypeScript, type FixSource, type Span, type Words } from "./source.js";
import { behind, fixOf, gapAfter, indentOf, indentStep, insertion, newline, semicolon } from "./text.js";

/**
 * Lets the operations on a field, or on a variable, take turns without a library: each is appended to a chain of
 * promises and starts when the one before it has ended, well or badly.
 */
export function promiseChain(
  source: FixSource,
  operations: readonly Span[],
  field: string,
  words: Words = {},
): Fix | undefined {
  const guarded = guardedCalls(source, operations, field);
  if (guarded === undefined) return undefined;
  const { calls, home, name } = guarded;
  const capitalised = name[0]!.toUpperCase() + name.slice(1);
  const nameFor = (wanted: string) =>
    home.kind === "field" ? memberName(source, home, wanted) : uniqueName(source, wanted);
  const chain = nameFor(`${name}Queue`);
  const method = nameFor(`enqueueOn${capitalised}`);

  const isTyped = isTypeScript(source);
  const start = `${isTyped ? ": Promise<unknown>" : ""} = Promise.resolve()${semicolon(source)}`;
  const signature = isTyped
    ? `${method}<T>(operation: () => T | PromiseLike<T>): Promise<T> {`
    : `${method}(operation) {`;
  const step = indentStep(source);
  const end = semicolon(source);
  const body = [
    `${step}const result = ${home.prefix}${chain}.then(operation)${end}`,
    `${step}${home.prefix}${chain} = result.catch(() => undefined)${end}`,
    `${step}return result${end}`,
    `}`,
  ];

  const declarations = [];
  if (home.kind === "field") {
    declarations.push(memberBehindField(source, home, privateMember(source, home, chain) + start));
    declarations.push(memberBeforeMethods(source, home, [privateMember(source, home, signature), ...body]));
  } else {
    const lines = [`let ${chain}${start}`, "", `function ${signature}`, ...body];
    const indent = indentOf(source, home.statement);
    const code = lines.map((line, index) => (line === "" || index === 0 ? line : indent + line)).join(newline(source));
    declarations.push(behind(source, home.statement, code + gapAfter(source, home.statement)));
  }
  const wrapped = calls.flatMap((call) => [
    insertion(call.getStart(source.sourceFile), `${home.prefix}${method}(${asFunction(call)}`),
    insertion(call.end, ")"),
  ]);
  if (declarations.includes(undefined)) return undefined;
  const title = `Run ${words.operation ?? `the operations on \`${field}\``} one after the other in a promise chain`;
  const changes = [...declarations.filter((change) => change !== undefined), ...wrapped];
  return fixOf(source, { kind: "promise-chain", title, safe: false }, changes);
}
