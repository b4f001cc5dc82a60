/** Findings that rest on other files. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { finding, findings, open, pathOf, remove, replace, ruleOf, show, silence, write } from "./editor.js";
import { earlyRelease, twoEarlyReleases } from "./programs.js";
import { test } from "./runner.js";

const user = `import { outbox } from "./FILE.js";

export async function send(): Promise<void> {
  const box = outbox();
  await Promise.all([box.send("one"), box.send("two")]);
}
`;

/** Hands out a socket that says that it is one. */
const maker = `import { Push } from "zeromq";

export interface Slot {
  send(letter: string): Promise<void>;
}

export function outbox(): Push {
  return new Push();
}
`;

const elsewhere = (text: string) => text.replace("outbox(): Push", "outbox(): Slot");

test("an edit in one file changes what is found in another", async () => {
  const other = await open("src/edited-maker.ts", maker);
  const document = await open("src/edited-user.ts", user.replace("FILE", "edited-maker"));
  assert.equal(ruleOf(await finding(document)), "no-concurrent-use");
  await replace(other, "outbox(): Push", "outbox(): Slot");
  await silence(document);
  await replace(other, "outbox(): Slot", "outbox(): Push");
  await finding(document);
});

test("a file that another program writes changes what is found in those that import it", async () => {
  const path = pathOf("src/written-maker.ts");
  write(path, elsewhere(maker));
  const document = await open("src/written-user.ts", `${user.replace("FILE", "written-maker")}\n${earlyRelease}`);
  const [only] = await findings(document, ({ length }) => length === 1);
  assert.equal(ruleOf(only!), "no-early-release");
  write(path, maker);
  await findings(document, ({ length }) => length === 2);
  write(path, elsewhere(maker));
  await findings(document, ({ length }) => length === 1);
});

test("a file that another program writes is looked at anew", async () => {
  const document = await open("src/checked-out.ts", earlyRelease);
  await finding(document);
  write(document.uri.fsPath, twoEarlyReleases);
  await findings(document, ({ length }) => length === 2);
});

test("the configuration says how loud a rule is, and the editor sees at once that it has changed", async () => {
  const path = pathOf("src/configured/holdfast.config.json");
  const document = await open("src/configured/orders.ts", earlyRelease);
  assert.equal((await finding(document)).severity, vscode.DiagnosticSeverity.Error);
  write(path, JSON.stringify({ rules: { "no-early-release": "warn" } }));
  await findings(document, ([found]) => found?.severity === vscode.DiagnosticSeverity.Warning);
  write(path, JSON.stringify({ rules: { "no-early-release": "off" } }));
  await silence(document);
  remove(path);
  await findings(document, ([found]) => found?.severity === vscode.DiagnosticSeverity.Error);
});

test("the configuration holds as it is edited, before it is saved or after", async () => {
  const configuration = write(pathOf("src/saving/holdfast.config.json"), "{}\n");
  const document = await open("src/saving/orders.ts", earlyRelease);
  await finding(document);
  const shown = await show(configuration);
  await replace(shown, "{}", JSON.stringify({ rules: { "no-early-release": "off" } }));
  assert.ok(await shown.save());
  await silence(document);
});
