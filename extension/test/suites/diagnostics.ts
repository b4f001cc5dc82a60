/** Findings as the editor has them. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { finding, findings, open, rangeOf, replace, reported, ruleOf, set, silence } from "./editor.js";
import { earlyRelease, twoQueries } from "./programs.js";
import { test } from "./runner.js";

const page = "https://github.com/holdfast-dev/holdfast/blob/main/docs/rules/no-early-release.md";

test("a finding says where, what, how bad, and where to read about it", async () => {
  const document = await open("src/said.ts", earlyRelease);
  const { range, message, severity, source, code, tags } = await finding(document);
  assert.ok(range.isEqual(rangeOf(document, "release")), `underlined is “${document.getText(range)}”`);
  assert.equal(
    message,
    "`client` is released on line 10 while `query` (line 8) is still running: it keeps running on a connection that another caller may already be using",
  );
  assert.equal(severity, vscode.DiagnosticSeverity.Error);
  assert.equal(source, "holdfast");
  assert.ok(typeof code === "object");
  assert.equal(code.value, "no-early-release");
  assert.equal(code.target.toString(), page);
  assert.deepEqual(tags ?? [], []);
});

test("every step that proves a finding is a related place", async () => {
  const document = await open("src/related.ts", earlyRelease);
  const { relatedInformation = [] } = await finding(document);
  const steps = relatedInformation.map(({ location, message }) => [document.getText(location.range), message]);
  assert.deepEqual(steps, [
    ["query", "`query` starts here, and is not awaited"],
    ["release", "`release` releases the handle here without waiting"],
    ["release", "it keeps running on a connection that another caller may already be using"],
  ]);
  assert.ok(relatedInformation.every(({ location }) => location.uri.toString() === document.uri.toString()));
});

test("what the library merely warns of is a warning", async () => {
  await set("holdfast", "confidence", "likely");
  const { severity } = await finding(await open("src/warned.ts", twoQueries));
  assert.equal(severity, vscode.DiagnosticSeverity.Warning);
});

test("a comment that suppresses nothing is shown as unnecessary", async () => {
  const comment = "// holdfast-disable-next-line no-early-release -- everything was awaited";
  const document = await open("src/unnecessary.ts", `${comment}\nexport const answer = 42;\n`);
  const found = await finding(document);
  assert.equal(ruleOf(found), "suppression");
  assert.deepEqual(found.tags, [vscode.DiagnosticTag.Unnecessary]);
});

test("a finding goes as soon as the code is mended, and comes back with the mistake", async () => {
  const document = await open("src/typed.ts", earlyRelease);
  await finding(document);
  await replace(document, "return client", "return await client");
  await silence(document);
  await replace(document, "return await client", "return client");
  await finding(document);
});

test("a finding moves with the code above which lines are written", async () => {
  const document = await open("src/moved.ts", earlyRelease);
  await finding(document);
  await replace(document, "const pool = new Pool();", "// One for all.\n\nconst pool = new Pool();");
  const [moved] = await findings(document, ([found]) => found?.message.includes("line 12") ?? false);
  assert.ok(moved?.range.isEqual(rangeOf(document, "release")));
});

test("a file that is closed takes its findings with it", async () => {
  const document = await open("src/closed.ts", earlyRelease);
  await finding(document);
  await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  await silence(document);
});

test("code that nothing is wrong with is not reported beside code that is", async () => {
  const mended = earlyRelease.replace("return client", "return await client");
  const document = await open(
    "src/half.ts",
    `${mended}${earlyRelease.replaceAll(/import.*|const pool.*/g, "").replace("findOrders", "again")}`,
  );
  const found = await finding(document);
  assert.ok(found.range.start.line > 12);
  assert.equal(reported(document).length, 1);
});
