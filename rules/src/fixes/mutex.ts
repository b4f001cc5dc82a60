import ts from "typescript";
import type { Fix } from "../finding.js";
import { asFunction, guardedCalls, memberBehindField, memberName, privateMember } from "./guarded-calls.js";
import { imported } from "./imports.js";
import { declarationsOf, declaredName, uniqueName } from "./names.js";
import type { FixSource, Span, Words } from "./source.js";
import { behind, fixOf, insertion, semicolon } from "./text.js";

/** Lets the operations on a field, or on a variable, take turns: each runs inside a mutex from `async-mutex`. */
export function mutex(
  source: FixSource,
  operations: readonly Span[],
  field: string,
  words: Words = {},
): Fix | undefined {
  const guarded = guardedCalls(source, operations, field);
  if (guarded === undefined) return undefined;
  const { calls, home, name } = guarded;
  const { name: constructor, changes } = imported(source, "Mutex", "async-mutex");
  const lock = home.kind === "field" ? memberName(source, home, `${name}Lock`) : uniqueName(source, `${name}Lock`);
  const creation = `new ${constructor}()${semicolon(source)}`;
  const declaration =
    home.kind === "field"
      ? memberBehindField(source, home, `${privateMember(source, home, lock, "readonly ")} = ${creation}`)
      : behind(source, home.statement, `const ${lock} = ${creation}`);
  if (declaration === undefined) return undefined;

  const wrapped = calls.flatMap((call) => [
    insertion(call.getStart(source.sourceFile), `${home.prefix}${lock}.runExclusive(${asFunction(call)}`),
    insertion(call.end, ")"),
  ]);
  const title = `Run ${words.operation ?? `the operations on \`${field}\``} one at a time with a mutex`;
  return fixOf(source, { kind: "mutex", title, safe: false }, [...changes, declaration, ...wrapped]);
}

/** Runs calls under a lock that others take already: a member of the same class, or a variable of the file. */
export function sameMutex(
  source: FixSource,
  calls: readonly ts.CallExpression[],
  lock: string,
  words: Words = {},
): Fix | undefined {
  const isMember = lock.startsWith("this.");
  const homes = new Set(calls.map((call) => (isMember ? ts.findAncestor(call, ts.isClassLike) : source.sourceFile)));
  const isDeclaredInFile = source.sourceFile.statements
    .flatMap(declarationsOf)
    .some((one) => declaredName(one) === lock);
  if (homes.size !== 1 || (!isMember && !isDeclaredInFile)) return undefined;
  const wrapped = calls.flatMap((call) => [
    insertion(call.getStart(source.sourceFile), `${lock}.runExclusive(${asFunction(call)}`),
    insertion(call.end, ")"),
  ]);
  const title = `Run every ${words.operation ?? "operation"} under \`${lock}\``;
  return fixOf(source, { kind: "mutex", title, safe: false }, wrapped);
}
