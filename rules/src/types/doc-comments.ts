/**
 * Doc comments, read from the text: whether a parser keeps them in its tree is a setting of whoever made the tree.
 */

import type { DocTag, TaggedMember, TaggedType } from "@holdfast/contracts";
import ts from "typescript";

/** The doc comment right before a declaration, without its frame; empty if there is none. */
export function docComment(node: ts.Node, text: string): string {
  const start = node.getFullStart();
  // A comment on the line on which the code before it ends counts as trailing.
  const ranges = ts.getLeadingCommentRanges(text, start) ?? ts.getTrailingCommentRanges(text, start) ?? [];
  const last = ranges.filter(({ pos }) => text.startsWith("/**", pos)).at(-1);
  if (!last) return "";
  return text
    .slice(last.pos + 3, last.end - 2)
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n");
}

/** The tags of a doc comment with the text that follows them. */
export function docTags(comment: string): DocTag[] {
  const found: DocTag[] = [];
  for (const match of comment.matchAll(/^\s*@([\w-]+)[ \t]*([^\n]*)/gm))
    found.push({ tag: match[1]!, text: match[2]!.trim() });
  return found;
}

/** The type that a doc comment gives: of a parameter with `@param {T} name`, of a value with `@type {T}`. */
export function docType(comment: string, tag: "type" | "param" | "returns", name?: string): string | undefined {
  for (const at of comment.matchAll(new RegExp(`@${tag}\\s*\\{`, "g"))) {
    const start = at.index + at[0].length;
    const end = closingBrace(comment, start);
    if (end === undefined) continue;
    if (name === undefined) return comment.slice(start, end);
    const named = /^\s*\[?\s*([\w$]+)/.exec(comment.slice(end + 1))?.[1];
    if (named === name) return comment.slice(start, end);
  }
  return undefined;
}

function closingBrace(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return undefined;
}

/** A class or interface with its Holdfast tags; undefined if it carries none. */
export function taggedType(
  node: ts.ClassLikeDeclaration | ts.InterfaceDeclaration,
  text: string,
  file: string | undefined,
): TaggedType | undefined {
  if (!node.name) return undefined;
  const tags = docTags(docComment(node, text));
  if (!tags.some(({ tag }) => tag === "holdfast-handle")) return undefined;
  const members = [...node.members].flatMap((member) => taggedMember(member, text) ?? []);
  return { name: node.name.text, ...(file !== undefined && { file }), tags, members };
}

function taggedMember(node: ts.ClassElement | ts.TypeElement, text: string): TaggedMember | undefined {
  if (!node.name || ts.isComputedPropertyName(node.name)) return undefined;
  const kind = ts.isMethodDeclaration(node) || ts.isMethodSignature(node) ? "method" : "property";
  const flags = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  const has = (modifier: ts.SyntaxKind) => flags?.some(({ kind }) => kind === modifier) ?? false;
  const returned = (node as { type?: ts.TypeNode }).type;
  const returnsPromise =
    has(ts.SyntaxKind.AsyncKeyword) ||
    (returned !== undefined && /^Promise(?:Like)?\b/.test(text.slice(returned.pos, returned.end).trim()));
  return {
    name: node.name.text,
    kind,
    ...(has(ts.SyntaxKind.StaticKeyword) && { static: true }),
    ...(kind === "method" && returnsPromise && { promised: true }),
    tags: docTags(docComment(node, text)),
  };
}
