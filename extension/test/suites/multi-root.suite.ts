/** What is tested in a window with several folders. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { finding, findings, pathOf, restore, ruleOf, show, silence, write } from "./editor.js";
import { earlyRelease } from "./programs.js";
import { cleanUp, test } from "./runner.js";

cleanUp(restore);

/** The same program in a file of a folder. */
const inFolder = (folder: string, file: string) => show(write(pathOf(file, folder), earlyRelease));

test("every folder is looked at", async () => {
  for (const folder of ["shop", "billing"]) {
    const found = await finding(await inFolder(folder, "src/each.ts"));
    assert.equal(ruleOf(found), "no-early-release");
  }
});

test("every folder has a configuration of its own", async () => {
  const shop = await inFolder("shop", "src/own.ts");
  const billing = await inFolder("billing", "src/own.ts");
  write(pathOf("holdfast.config.json", "billing"), JSON.stringify({ rules: { "no-early-release": "warn" } }));
  await findings(billing, ([found]) => found?.severity === vscode.DiagnosticSeverity.Warning);
  await findings(shop, ([found]) => found?.severity === vscode.DiagnosticSeverity.Error);
});

test("every folder has settings of its own", async () => {
  const shop = await inFolder("shop", "src/settings.ts");
  const billing = await inFolder("billing", "src/settings.ts");
  await finding(shop);
  await finding(billing);
  const configuration = vscode.workspace.getConfiguration("holdfast", shop.uri);
  await configuration.update("enable", false, vscode.ConfigurationTarget.WorkspaceFolder);
  await silence(shop);
  await finding(billing);
  await configuration.update("enable", undefined, vscode.ConfigurationTarget.WorkspaceFolder);
  await finding(shop);
});

export { names, run } from "./runner.js";
