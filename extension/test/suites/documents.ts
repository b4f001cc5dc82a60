/** Files of every kind. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { finding, open, pathOf, ruleOf } from "./editor.js";
import { earlyRelease, twoSends } from "./programs.js";
import { test } from "./runner.js";

test("a file that was never saved is looked at", async () => {
  const document = await vscode.workspace.openTextDocument({ language: "typescript", content: earlyRelease });
  await vscode.window.showTextDocument(document);
  assert.equal(ruleOf(await finding(document)), "no-early-release");
});

test("a JavaScript file that belongs to no project is looked at", async () => {
  const document = await open("scripts/send.cjs", twoSends);
  assert.equal(ruleOf(await finding(document)), "no-concurrent-use");
});

test("spaces and other letters in a path make no difference", async () => {
  assert.ok(pathOf("").includes(" "), "the folder itself has a space in its name");
  const document = await open("src/über uns/[id] & #1/orders 100%.ts", earlyRelease);
  const { relatedInformation } = await finding(document);
  assert.equal(relatedInformation?.[0]?.location.uri.toString(), document.uri.toString());
});

for (const extension of ["mts", "cts", "tsx", "js", "mjs", "jsx"]) {
  test(`a .${extension} file is looked at`, async () => {
    const plain = earlyRelease.replaceAll(/, type QueryResult|: string|: Promise<QueryResult>/g, "");
    const program = extension.includes("t") ? earlyRelease : plain;
    const document = await open(`src/kinds/orders.${extension}`, program);
    assert.equal(ruleOf(await finding(document)), "no-early-release");
  });
}
