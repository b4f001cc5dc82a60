/** The comments of a file. */

import ts = require("typescript");

/** Every comment, in order of place. Text between JSX tags that looks like a comment is none. */
export function commentsOf(sourceFile: ts.SourceFile): ts.CommentRange[] {
  const { text } = sourceFile;
  const comments = new Map<number, ts.CommentRange>();
  const plainText: ts.TextRange[] = [];
  // No recursion: what is generated may be nested deeper than the stack is.
  const open: ts.Node[] = [sourceFile];
  for (let node = open.pop(); node; node = open.pop()) {
    if (ts.isJSDoc(node)) continue;
    if (ts.isJsxText(node)) plainText.push(node);
    const children = node.getChildren(sourceFile);
    open.push(...children);
    if (children.length > 0 || ts.isJsxText(node)) continue;
    const before = ts.getLeadingCommentRanges(text, node.pos === 0 ? (ts.getShebang(text) ?? "").length : node.pos);
    const behind = ts.getTrailingCommentRanges(text, node.end);
    for (const comment of [...(before ?? []), ...(behind ?? [])]) comments.set(comment.pos, comment);
  }
  return [...comments.values()]
    .filter(({ pos }) => !plainText.some((plain) => plain.pos <= pos && pos < plain.end))
    .sort((one, other) => one.pos - other.pos);
}
