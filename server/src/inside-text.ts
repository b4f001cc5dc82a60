import ts = require("typescript");
import type { TextDocument } from "vscode-languageserver-textdocument";

/** Whether a line begins inside of a text of the program, where a comment would become a part of that text. */
export function isInsideText(document: TextDocument, line: number): boolean {
  const position = document.offsetAt({ line, character: 0 });
  const sourceFile = parse(document);
  const node = innermost(sourceFile, position);
  if (ts.isJsxText(node)) return true;
  return (ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node)) && node.getStart(sourceFile) < position;
}

const parsed = new WeakMap<TextDocument, { version: number; sourceFile: ts.SourceFile }>();

/** Once for all findings of a document. */
function parse(document: TextDocument): ts.SourceFile {
  const { uri, version } = document;
  const known = parsed.get(document);
  if (known?.version === version) return known.sourceFile;
  const kind = scriptKindOf(document);
  const sourceFile = ts.createSourceFile(uri, document.getText(), ts.ScriptTarget.Latest, false, kind);
  parsed.set(document, { version, sourceFile });
  return sourceFile;
}

function scriptKindOf({ languageId }: TextDocument): ts.ScriptKind {
  // Those of `.ts` files differ from all others in what `<` means.
  return languageId === "typescript" ? ts.ScriptKind.TS : ts.ScriptKind.TSX;
}

/** The smallest part of the program that has the character at a position, with the white space before it. */
function innermost(node: ts.Node, position: number): ts.Node {
  const child = ts.forEachChild(node, (part) => (part.pos <= position && position < part.end ? part : undefined));
  return child ? innermost(child, position) : node;
}
