/** The commands of the extension. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { finding, findings, open, pathOf, remove, silence, textOnDisk, until } from "./editor.js";
import { earlyRelease, twoEarlyReleases } from "./programs.js";
import { test } from "./runner.js";

const visible = () => vscode.window.visibleTextEditors.map(({ document }) => document);

test("every command that is announced is there", async () => {
  const extension = vscode.extensions.getExtension("holdfast.holdfast")!;
  const { commands } = (extension.packageJSON as { contributes: { commands: { command: string }[] } }).contributes;
  await finding(await open("src/announced.ts", earlyRelease));
  const known = await vscode.commands.getCommands(true);
  assert.ok(commands.length >= 7);
  assert.deepEqual(
    commands.map(({ command }) => command).filter((command) => !known.includes(command)),
    [],
  );
});

test("a configuration is created, opened, and understood", async () => {
  const path = pathOf("holdfast.config.json");
  await finding(await open("src/configuring.ts", earlyRelease));
  await vscode.commands.executeCommand("holdfast.createConfiguration");
  const [shown] = await until(vscode.window.onDidChangeVisibleTextEditors, visible, (documents) =>
    documents.some(({ uri }) => uri.fsPath === path),
  );
  assert.ok(existsSync(path));
  assert.ok(shown);
  assert.ok("rules" in (JSON.parse(textOnDisk(shown.uri)) as object));
  remove(path);
});

test("debug information is copied, for whoever reports a bug", async () => {
  await finding(await open("src/debugged.ts", earlyRelease));
  await vscode.env.clipboard.writeText("");
  await vscode.commands.executeCommand("holdfast.copyDebugInformation");
  const copied = await vscode.env.clipboard.readText();
  assert.match(copied, /TypeScript 6\.\d+\.\d+, bundled/);
  assert.match(copied, /server: \d+\.\d+\.\d+/);
  assert.ok(copied.includes(vscode.version), "it names the version of the editor");
});

test("all safe fixes of the file are applied by a command", async () => {
  const document = await open("src/commanded.ts", twoEarlyReleases);
  await findings(document, ({ length }) => length === 2);
  await vscode.commands.executeCommand("holdfast.fixAll");
  await silence(document);
  assert.equal(document.getText(), twoEarlyReleases.replaceAll("return client", "return await client"));
});

test("the page of a rule is shown", async () => {
  await finding(await open("src/explained.ts", earlyRelease));
  await vscode.commands.executeCommand("holdfast.explainRule", "no-early-release");
  const { tabGroups } = vscode.window;
  const labels = () => tabGroups.all.flatMap(({ tabs }) => tabs).map(({ label }) => label);
  await until(tabGroups.onDidChangeTabs, labels, (all) => all.some((label) => label.includes("no-early-release")));
});

test("the whole workspace is checked, files that are not open too", async () => {
  const document = await open("src/unopened.ts", earlyRelease);
  await finding(document);
  await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  await silence(document);
  await open("src/opened.ts", "export {};\n");
  await vscode.commands.executeCommand("holdfast.checkWorkspace");
  await finding(document);
});

test("the server is restarted", async () => {
  const document = await open("src/restarted.ts", earlyRelease);
  await finding(document);
  await vscode.commands.executeCommand("holdfast.restart");
  await finding(document);
});
