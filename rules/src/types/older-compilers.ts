/** What the compiler that is installed may lack: the oldest one that is supported is TypeScript 5.0. */

import ts from "typescript";

const known: Partial<typeof ts> = ts;
const never = (_node: ts.Node): boolean => false;

/** Since 5.3: doc comments are not parsed. */
export const withoutDocComments: Pick<ts.CreateSourceFileOptions, "jsDocParsingMode"> = known.JSDocParsingMode
  ? { jsDocParsingMode: known.JSDocParsingMode.ParseNone }
  : {};

/** Since 5.3: `with { type: "json" }`. */
export const isImportAttribute: (node: ts.Node) => boolean = known.isImportAttribute ?? never;

/** Since 5.1: `<a:b />`. */
export const isJsxNamespacedName: (node: ts.Node) => boolean = known.isJsxNamespacedName ?? never;
