/** What is told about what the mouse points at. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { finding, open, rangeOf } from "./editor.js";
import { earlyRelease } from "./programs.js";
import { test } from "./runner.js";

/** What all hovers at a place say together. */
async function told(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    "vscode.executeHoverProvider",
    document.uri,
    position,
  );
  const contents = hovers.flatMap((hover) => hover.contents);
  return contents.map((content) => (content instanceof vscode.MarkdownString ? content.value : "")).join("\n");
}

test("a finding is told as a timeline of both paths", async () => {
  const document = await open("src/told.ts", earlyRelease);
  const { range } = await finding(document);
  const text = await told(document, range.start);
  assert.match(text, /no-early-release/);
  assert.match(text, /● line 8.*query starts here/);
  assert.match(text, /● line 10.*release releases the handle here/);
});

test("an operation is told by what its contract says", async () => {
  const document = await open("src/contract.ts", earlyRelease);
  await finding(document);
  const text = await told(document, rangeOf(document, "query").start);
  assert.match(text, /pg/);
  assert.match(text, /pending/);
});
