/** The settings of the editor. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { finding, findings, open, rangeOf, replace, reported, set, silence } from "./editor.js";
import { awaitedLater, earlyRelease, slowTimer, twoEarlyReleases } from "./programs.js";
import { test } from "./runner.js";

test("holdfast.enable turns everything off, and on again", async () => {
  const document = await open("src/enabled.ts", earlyRelease);
  await finding(document);
  await set("holdfast", "enable", false);
  await silence(document);
  await set("holdfast", "enable", true);
  await finding(document);
});

test("holdfast.rules says how loud a rule is", async () => {
  const document = await open("src/ruled.ts", earlyRelease);
  await finding(document);
  await set("holdfast", "rules", { "no-early-release": "warn" });
  await findings(document, ([found]) => found?.severity === vscode.DiagnosticSeverity.Warning);
  await set("holdfast", "rules", { "no-early-release": "off" });
  await silence(document);
});

test("holdfast.confidence says how sure a finding has to be", async () => {
  const document = await open("src/confident.ts", `${earlyRelease}\n${slowTimer}`);
  await finding(document);
  await set("holdfast", "confidence", "likely");
  await findings(document, ({ length }) => length === 2);
  await set("holdfast", "confidence", "certain");
  await finding(document);
});

test("with holdfast.run at onSave, nothing changes before the file is saved", async () => {
  await set("holdfast", "run", "onSave");
  const document = await open("src/run.ts", earlyRelease);
  await finding(document);
  await replace(document, "return client", "return await client");
  // What is found in another file meanwhile shows that the edit was looked at, and left alone.
  await findings(await open("src/run-beside.ts", twoEarlyReleases), ({ length }) => length === 2);
  assert.equal(reported(document).length, 1);
  assert.ok(await document.save());
  await silence(document);
});

test("holdfast.workspaceDiagnostics reports files that are not open", async () => {
  const document = await open("src/not-open.ts", earlyRelease);
  await finding(document);
  await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  await silence(document);
  await set("holdfast", "workspaceDiagnostics", "workspace");
  await finding(document);
  await set("holdfast", "workspaceDiagnostics", "openFiles");
  await silence(document);
});

test("holdfast.codeLens and holdfast.inlayHints show what is pending, where they are turned on", async () => {
  const document = await open("src/pending.ts", awaitedLater);
  await finding(document);
  const whole = document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));
  const hints = () =>
    vscode.commands.executeCommand<vscode.InlayHint[]>("vscode.executeInlayHintProvider", document.uri, whole);
  const lenses = () =>
    vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri);
  assert.deepEqual(await hints(), []);
  assert.deepEqual(await lenses(), []);
  await set("holdfast", "codeLens", true);
  await set("holdfast", "inlayHints", true);
  const [hint] = await hints();
  const [lens] = await lenses();
  assert.equal(hint?.position.line, rangeOf(document, "const counted").start.line);
  assert.equal(lens?.range.start.line, rangeOf(document, "const counted").start.line);
  assert.match(JSON.stringify([hint.label, lens.command?.title]), /pending/);
});
