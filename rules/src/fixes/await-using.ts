import ts from "typescript";
import type { Fix } from "../finding.js";
import { declarationsOf, declaredName, isConst, namesUsedIn, referencesTo } from "./names.js";
import { hasEffects } from "./order.js";
import {
  all,
  ancestorIn,
  innermostAt,
  isTypeScript,
  listedStatementOf,
  listOf,
  mayAwait,
  spanOf,
  type FixSource,
  type Span,
  type Words,
} from "./source.js";
import { fixOf, indentOf, linesOf, removal, render, standsAlone, type Change } from "./text.js";

/**
 * `const handle = await open();` becomes `await using handle = await open();`, and its release at the end of the block,
 * before a last use that came too late, or in the `finally` of a `try` that ends it, is taken out.
 */
export function awaitUsing(
  source: FixSource,
  acquire: Span,
  release: Span,
  words: Words = {},
  lastUse: Span = release,
): Fix | undefined {
  // Node.js 20 does not know the syntax by itself.
  if (!isTypeScript(source)) return undefined;
  const acquired = listedStatementOf(innermostAt(source, acquire));
  const released = listedStatementOf(innermostAt(source, release));
  if (acquired === undefined || released === undefined || !ts.isVariableStatement(acquired)) return undefined;
  const list = listOf(acquired);
  const [declaration, ...more] = acquired.declarationList.declarations;
  if (list === undefined || ts.isCaseOrDefaultClause(acquired.parent) || more.length > 0 || !declaration)
    return undefined;
  if (!isConst(declaration) || acquired.modifiers || mayAwait(source, acquired) !== "yes") return undefined;
  if (!isReleaseOf(released, declaration.name.text)) return undefined;

  const removed =
    listOf(released) === list ? releaseAtEnd(source, list, released, lastUse) : releaseInTry(source, list, released);
  if (removed === undefined) return undefined;
  const keyword = acquired.declarationList.getStart(source.sourceFile);
  const changes = [{ start: keyword, end: keyword + "const".length, text: "await using" }, ...removed];
  const title = `Release ${words.handle ?? "the handle"} with \`await using\``;
  return fixOf(source, { kind: "await-using", title, safe: false }, changes);
}

/** `await handle.close()`, without arguments that would be lost. */
function isReleaseOf(statement: ts.Statement, name: string): boolean {
  if (!ts.isExpressionStatement(statement)) return false;
  const { expression } = statement;
  const call = ts.isAwaitExpression(expression) ? expression.expression : expression;
  if (!ts.isCallExpression(call) || call.arguments.length > 0) return false;
  const callee = call.expression;
  return ts.isPropertyAccessExpression(callee) && ts.isIdentifier(callee.expression) && callee.expression.text === name;
}

/** Whether nothing happens in a list behind a statement, but that a value is returned. */
function isLast(list: ts.NodeArray<ts.Statement>, statement: ts.Statement): boolean {
  const rest = list.slice(list.indexOf(statement) + 1);
  return rest.length === 0 || (rest.length === 1 && ts.isReturnStatement(rest[0]!) && !hasEffects(rest[0]));
}

function releaseAtEnd(
  source: FixSource,
  list: ts.NodeArray<ts.Statement>,
  released: ts.Statement,
  lastUse: Span,
): Change[] | undefined {
  const last = ancestorIn(list, innermostAt(source, lastUse)) ?? released;
  const isBefore = list.indexOf(released) <= list.indexOf(last);
  return isBefore && isLast(list, last) ? [removal(source, released)] : undefined;
}

/** Takes a `finally` that has nothing but the release off a `try`, and the `try` itself if it catches nothing. */
function releaseInTry(
  source: FixSource,
  list: ts.NodeArray<ts.Statement>,
  released: ts.Statement,
): Change[] | undefined {
  const block = released.parent;
  const statement = block.parent;
  if (!ts.isBlock(block) || !ts.isTryStatement(statement) || statement.finallyBlock !== block) return undefined;
  if (!list.includes(statement) || block.statements.length > 1 || !isLast(list, statement)) return undefined;
  const { tryBlock, catchClause } = statement;
  if (catchClause !== undefined) return [{ start: catchClause.end, end: statement.end, text: "" }];
  return unwrapped(source, list, statement, tryBlock);
}

function unwrapped(
  source: FixSource,
  list: ts.NodeArray<ts.Statement>,
  statement: ts.TryStatement,
  { statements }: ts.Block,
): Change[] | undefined {
  const lines = linesOf(source, statement);
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined || lines === undefined) return undefined;
  if (!statements.every((inner) => standsAlone(source, inner))) return undefined;
  const others = list.filter((other) => other !== statement);
  const taken = new Set(others.flatMap(declarationsOf).map(declaredName));
  const names = statements.flatMap(declarationsOf).map(declaredName);
  if (
    names.some(
      (name) => name !== undefined && (taken.has(name) || others.some((other) => referencesTo(name, other).length > 0)),
    )
  ) {
    return undefined;
  }
  if (names.some((name) => name !== undefined && isParameterName(statement, name))) return undefined;
  const inner = { start: linesOf(source, first)!.start, end: linesOf(source, last)!.end };
  const text = render(source, inner, [], { from: indentOf(source, first), to: indentOf(source, statement) });
  const whole = spanOf(source, statement);
  const start = whole.start - indentOf(source, statement).length;
  return [{ start, end: whole.end, text: text.trimEnd() }];
}

/** A parameter's name may be declared again in a block of the function, but not in its body itself. */
function isParameterName(statement: ts.Statement, name: string): boolean {
  const { parent } = statement.parent;
  if (!parent || !ts.isFunctionLike(parent)) return false;
  return parent.parameters.some(
    (parameter) => namesUsedIn(parameter.name).has(name) || boundNames(parameter).has(name),
  );
}

function boundNames(parameter: ts.ParameterDeclaration): Set<string> {
  const identifiers = ts.isIdentifier(parameter.name) ? [parameter.name] : all(parameter.name, ts.isIdentifier);
  return new Set(identifiers.map(({ text }) => text));
}
