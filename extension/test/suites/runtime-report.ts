/** What was seen while a program ran. */

import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import * as vscode from "vscode";
import { finding, open, pathOf, remove, replace, ruleOf, set, silence, write } from "./editor.js";
import { test } from "./runner.js";

/** Whether the two calls are pending at once is known to nobody but its callers. */
const sender = `import type { Push } from "zeromq";

export function send(push: Push, text: string) {
  return push.send(text);
}
`;

/** A report of the runtime that tells of two sends at once in a file. */
function report(name: string, { uri }: vscode.TextDocument): vscode.Uri {
  const place = { file: realpathSync(uri.fsPath), line: 4, column: 15 };
  const violation = {
    rule: "no-concurrent-use",
    severity: "error",
    contract: "zeromq#Push",
    message: "no-concurrent-use: zeromq push socket: `send` starts while `send` is pending; it throws",
    first: { operation: "send", place },
    second: { operation: "send", place },
    time: new Date().toISOString(),
  };
  return write(pathOf(name), `${JSON.stringify(violation)}\n`);
}

test("what the report of a setting tells of is shown, until the file is edited", async () => {
  const document = await open("src/sender.ts", sender);
  await set("holdfast", "runtime.report", "out/run.jsonl");
  report("out/run.jsonl", document);
  const seen = await finding(document);
  assert.equal(seen.source, "holdfast (runtime)");
  assert.equal(ruleOf(seen), "no-concurrent-use");
  assert.equal(document.getText(seen.range), "send");
  assert.match(seen.message, /seen at run time$/);
  await replace(document, "text: string", "text: string | Buffer");
  await silence(document);
  await vscode.commands.executeCommand("undo");
  await finding(document);
  remove(pathOf("out/run.jsonl"));
  await silence(document);
});

test("the report that a configuration names is shown", async () => {
  const path = pathOf("holdfast.config.json");
  write(path, JSON.stringify({ runtime: { report: "configured.jsonl" } }));
  const document = await open("src/configured-sender.ts", sender);
  report("configured.jsonl", document);
  await finding(document);
  remove(path);
  await silence(document);
});

test("a report that is chosen is shown, also of files that are not open, until it is forgotten", async () => {
  const document = await open("src/chosen-sender.ts", sender);
  const chosen = report("chosen.sarif.jsonl", document);
  await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  await vscode.commands.executeCommand("holdfast.showReport", chosen);
  await finding(document);
  await vscode.commands.executeCommand("holdfast.forgetReport");
  await silence(document);
});
