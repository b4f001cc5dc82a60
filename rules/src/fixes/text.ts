/** Writing into a file in its own style: indentation, line ends, quotes, semicolons, whole lines. */

import ts from "typescript";
import type { Fix } from "../finding.js";
import { all, listOf, spanOf, type FixSource, type Span } from "./source.js";

/** A replacement of the text of a stretch of the file. */
export interface Change extends Span {
  text: string;
}

export interface FixDescription {
  kind: string;
  title: string;
  safe: boolean;
}

/**
 * A fix of these changes, sorted. Undefined when two of them overlap, when nothing would change,
 * or when the text that they leave does not parse.
 */
export function fixOf(source: FixSource, description: FixDescription, changes: readonly Change[]): Fix | undefined {
  const ascending = changes.filter(({ start, end, text }) => start < end || text !== "").sort(byPlace);
  if (ascending.length === 0) return undefined;
  if (ascending.some((change, index) => index > 0 && ascending[index - 1]!.end > change.start)) return undefined;
  const { sourceFile, fileName } = source;
  const after = applied(sourceFile.text, ascending);
  if (syntaxErrors(ts.createSourceFile(fileName, after, ts.ScriptTarget.Latest)) > syntaxErrors(sourceFile))
    return undefined;
  return { ...description, edits: ascending.map((change) => ({ file: fileName, ...change })) };
}

function byPlace(one: Span, other: Span): number {
  return one.start - other.start || one.end - other.end;
}

function syntaxErrors(sourceFile: ts.SourceFile): number {
  return (sourceFile as unknown as { parseDiagnostics?: unknown[] }).parseDiagnostics?.length ?? 0;
}

/** The text after changes that do not overlap, with offsets counted from `origin`. */
function applied(text: string, changes: readonly Change[], origin = 0): string {
  let result = "";
  let position = 0;
  for (const change of changes) {
    result += text.slice(position, change.start - origin) + change.text;
    position = change.end - origin;
  }
  return result + text.slice(position);
}

export function insertion(position: number, text: string): Change {
  return { start: position, end: position, text };
}

/** How far a stretch of text is moved to the right or left: its lines begin with `from` and shall begin with `to`. */
export interface Shift {
  from: string;
  to: string;
}

/**
 * The text of a stretch of the file after the changes that lie in it, with its lines shifted: all lines that begin
 * inside of it, but not those that begin inside a template literal.
 */
export function render(source: FixSource, span: Span, changes: readonly Change[] = [], shift?: Shift): string {
  const own = changes.filter((change) => change.start >= span.start && change.end <= span.end);
  const shifts = shift ? shiftsOf(source, span, shift) : [];
  const apart = shifts.filter((one) => !own.some((change) => change.start < one.end && one.start < change.end));
  const text = source.sourceFile.text.slice(span.start, span.end);
  return applied(text, [...apart, ...own].sort(byPlace), span.start);
}

function shiftsOf({ sourceFile }: FixSource, { start, end }: Span, { from, to }: Shift): Change[] {
  if (from === to) return [];
  const literals = all(sourceFile, isTemplatePart, "nested functions too");
  return sourceFile
    .getLineStarts()
    .filter((line) => line >= start && line < end && sourceFile.text.startsWith(from, line))
    .filter((line) => !/[\r\n]/.test(sourceFile.text[line] ?? "\n"))
    .filter((line) => !literals.some((literal) => literal.getStart(sourceFile) < line && line < literal.end))
    .map((line) => ({ start: line, end: line + from.length, text: to }));
}

function isTemplatePart(node: ts.Node): node is ts.TemplateLiteralToken {
  return ts.isTemplateLiteralToken(node);
}

/** The white space at the beginning of the line of a position. */
export function indentAt({ sourceFile }: FixSource, position: number): string {
  const line = lineStart(sourceFile, position);
  return /^[ \t]*/.exec(sourceFile.text.slice(line))![0];
}

/** The indentation of the line on which a node begins. */
export function indentOf(source: FixSource, node: ts.Node): string {
  return indentAt(source, node.getStart(source.sourceFile));
}

/** What the file indents with, one step. */
export function indentStep(source: FixSource): string {
  for (const block of all(source.sourceFile, isBracketed, "nested functions too")) {
    const [first] = ts.isBlock(block) ? block.statements : block.members;
    if (first === undefined) continue;
    const outer = indentAt(source, block.end - 1);
    const inner = indentOf(source, first);
    if (inner.length > outer.length && inner.startsWith(outer)) return inner.slice(outer.length);
  }
  return "  ";
}

function isBracketed(node: ts.Node): node is ts.Block | ts.ClassLikeDeclaration {
  return ts.isBlock(node) || ts.isClassLike(node);
}

export function newline({ sourceFile }: FixSource): string {
  return /\r?\n/.exec(sourceFile.text)?.[0] ?? "\n";
}

/** `;` where the file ends its statements with one, else nothing. */
export function semicolon({ sourceFile }: FixSource): string {
  const statements = all(sourceFile, isTerminated, "nested functions too");
  const ended = statements.filter((statement) => sourceFile.text[statement.end - 1] === ";");
  return ended.length * 2 >= statements.length ? ";" : "";
}

function isTerminated(node: ts.Node): node is ts.Statement {
  const isSimple = ts.isExpressionStatement(node) || ts.isVariableStatement(node);
  return isSimple || ts.isImportDeclaration(node) || ts.isReturnStatement(node);
}

/** A string in the quotes that the file uses. */
export function quoted({ sourceFile }: FixSource, text: string): string {
  const literals = all(sourceFile, ts.isStringLiteral, "nested functions too");
  const single = literals.filter((literal) => sourceFile.text[literal.end - 1] === "'");
  return single.length * 2 > literals.length ? `'${text}'` : `"${text}"`;
}

function lineStart(sourceFile: ts.SourceFile, position: number): number {
  return sourceFile.getLineStarts()[sourceFile.getLineAndCharacterOfPosition(position).line]!;
}

/** Where the line of a position ends, its line break included. */
function lineEnd({ text }: ts.SourceFile, position: number): number {
  const found = text.indexOf("\n", position);
  return found < 0 ? text.length : found + 1;
}

/**
 * The lines of a statement or class member, with the comments above it that belong to it and the one behind it.
 * Undefined when it shares a line with other code.
 */
export function linesOf(source: FixSource, node: ts.Node): Span | undefined {
  const { sourceFile } = source;
  const { text } = sourceFile;
  const first = lineStart(sourceFile, attachedStart(sourceFile, node));
  const comments = ts.getTrailingCommentRanges(text, node.end) ?? [];
  const last = comments.at(-1)?.end ?? node.end;
  const end = lineEnd(sourceFile, last);
  const isAlone =
    text.slice(first, attachedStart(sourceFile, node)).trim() === "" && text.slice(last, end).trim() === "";
  return isAlone ? { start: first, end } : undefined;
}

/** Where a node begins, comments included that stand right above it. */
function attachedStart(sourceFile: ts.SourceFile, node: ts.Node): number {
  const { text } = sourceFile;
  let start = node.getStart(sourceFile);
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  for (const comment of comments.toReversed()) {
    const isAttached = !/\n[ \t\r]*\n/.test(text.slice(comment.end, start));
    const isFirstOfLine = text.slice(lineStart(sourceFile, comment.pos), comment.pos).trim() === "";
    // The comment at the top of a file is about the file.
    const isAboutFile = node.getFullStart() === 0 && comment === comments[0];
    if (!isAttached || !isFirstOfLine || isAboutFile) break;
    start = comment.pos;
  }
  return start;
}

/** Takes a statement out, with its lines where it has them to itself. */
export function removal(source: FixSource, statement: ts.Node): Change {
  const { text } = source.sourceFile;
  const lines = linesOf(source, statement);
  if (lines !== undefined) {
    // Two paragraphs that become one neighbourhood need no more than one empty line.
    const blank = /(?<=\n)[ \t]*\r?\n$/.exec(text.slice(0, lines.start));
    const leavesGap = blank !== null && /^[ \t]*(\r?\n|\}|$)/.test(text.slice(lines.end));
    return { start: leavesGap ? lines.start - blank[0].length : lines.start, end: lines.end, text: "" };
  }
  const { start, end } = spanOf(source, statement);
  const space = /[ \t]*$/.exec(text.slice(0, start))![0].length;
  return { start: start - space, end, text: "" };
}

/** Puts a line of code before a statement. Lines of the text after the first one come with their own indentation. */
export function before(source: FixSource, statement: ts.Node, code: string): Change {
  const lines = linesOf(source, statement);
  if (lines === undefined) return insertion(statement.getStart(source.sourceFile), `${code} `);
  return insertion(lines.start, indentOf(source, statement) + code + newline(source));
}

/** Puts a line of code behind a statement. */
export function behind(source: FixSource, statement: ts.Node, code: string): Change {
  const lines = linesOf(source, statement);
  if (lines === undefined) return insertion(statement.end, ` ${code}`);
  const isLast = !source.sourceFile.text.slice(0, lines.end).endsWith("\n");
  const line = indentOf(source, statement) + code;
  return insertion(lines.end, isLast ? newline(source) + line : line + newline(source));
}

/** The line break that parts what is put behind a statement from what follows it there, if nothing does so yet. */
export function gapAfter(source: FixSource, statement: ts.Node): string {
  const lines = linesOf(source, statement);
  const rest = lines === undefined ? "" : source.sourceFile.text.slice(lines.end);
  return /^[ \t]*(\r?\n|\}|$)/.test(rest) ? "" : newline(source);
}

/** Moves a statement, with its comments, before or behind another one, whose indentation it takes. */
export function move(
  source: FixSource,
  moved: ts.Statement,
  where: "before" | "behind",
  target: ts.Statement,
): Change[] {
  const lines = linesOf(source, moved);
  const targetLines = linesOf(source, target);
  if (lines === undefined || targetLines === undefined) {
    const place = where === "before" ? before : behind;
    return [removal(source, moved), place(source, target, textOfStatement(source, moved))];
  }
  const shift = { from: indentOf(source, moved), to: indentOf(source, target) };
  const nl = newline(source);
  const text = render(source, lines, [], shift);
  const whole = text.endsWith("\n") ? text : text + nl;
  const position = where === "before" ? targetLines.start : targetLines.end;
  const isAfterLastLine = position > 0 && !source.sourceFile.text.slice(0, position).endsWith("\n");
  return [removal(source, moved), insertion(position, isAfterLastLine ? nl + text.trimEnd() : whole)];
}

function textOfStatement(source: FixSource, statement: ts.Statement): string {
  const text = statement.getText(source.sourceFile);
  return text.endsWith(";") || text.endsWith("}") ? text : text + ";";
}

/** Comments of a stretch that lie in none of the parts that are kept, as text. */
export function lostComments({ sourceFile }: FixSource, whole: Span, kept: readonly Span[]): string[] {
  const { text } = sourceFile;
  const comments: string[] = [];
  const seen = new Set<number>();
  const isIn = (position: number, { start, end }: Span) => position >= start && position < end;
  const collect = (ranges: readonly ts.CommentRange[] | undefined) => {
    for (const { pos, end } of ranges ?? []) {
      if (seen.has(pos) || !isIn(pos, whole) || kept.some((part) => isIn(pos, part))) continue;
      seen.add(pos);
      comments.push(text.slice(pos, end));
    }
  };
  const visit = (node: ts.Node): void => {
    if (node.end <= whole.start || node.pos >= whole.end) return;
    const children = node.getChildren(sourceFile);
    if (children.length === 0) {
      collect(ts.getLeadingCommentRanges(text, node.pos));
      collect(ts.getTrailingCommentRanges(text, node.end));
    }
    children.forEach(visit);
  };
  visit(sourceFile);
  return comments;
}

/** Whether a statement has lines of its own, in a list of statements, so that others can be put around it. */
export function standsAlone(source: FixSource, statement: ts.Statement): boolean {
  return listOf(statement) !== undefined && linesOf(source, statement) !== undefined;
}
