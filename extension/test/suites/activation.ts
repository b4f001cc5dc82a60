/** How the extension comes to life. These tests run first: afterwards it is alive. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { finding, open } from "./editor.js";
import { earlyRelease } from "./programs.js";
import { test } from "./runner.js";

const extension = () => vscode.extensions.getExtension("holdfast.holdfast")!;

test("nothing runs before a file is opened that there is something to say about", async () => {
  await open("notes.md", "# Notes\n");
  assert.equal(extension().isActive, false);
});

test("the extension comes to life", async () => {
  // A window that has just opened is busy with others: what they take is not ours.
  await vscode.extensions.getExtension("vscode.typescript-language-features")?.activate();
  const started = performance.now();
  await extension().activate();
  const took = performance.now() - started;
  assert.equal(extension().isActive, true);
  return `Activation took ${Math.round(took)} ms.`;
});

test("the first finding of a window is there", async () => {
  await finding(await open("src/first.ts", earlyRelease));
});
