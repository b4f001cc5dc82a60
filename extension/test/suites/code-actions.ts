/** What can be done about findings. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { actions, apply, finding, findings, open, set, silence, textOnDisk } from "./editor.js";
import { earlyRelease, heartbeat, twoEarlyReleases } from "./programs.js";
import { test } from "./runner.js";

const rewriting = "refactor.rewrite.holdfast";
const fixingAll = "source.fixAll.holdfast";

/** The actions that are there for the only finding of a program. */
async function actionsFor(file: string, program: string, kind?: string) {
  const document = await open(file, program);
  const { range } = await finding(document);
  return { document, range, offered: await actions(document.uri, range, kind) };
}

const titles = (offered: readonly vscode.CodeAction[]) => offered.map(({ title }) => title);

test("a safe fix is preferred, and mends the code", async () => {
  const { document, offered } = await actionsFor("src/safe.ts", earlyRelease, "quickfix");
  const [fix, ...others] = offered;
  assert.equal(fix?.title, "Await `query` before it is returned");
  assert.equal(fix.isPreferred, true);
  assert.deepEqual(titles(others.filter(({ isPreferred }) => isPreferred)), []);
  await apply(fix);
  assert.equal(document.getText(), earlyRelease.replace("return client", "return await client"));
  await silence(document);
});

test("quick fixes offer to mend the code, to disable the rule, and to explain it", async () => {
  const { offered } = await actionsFor("src/offered.ts", earlyRelease, "quickfix");
  assert.deepEqual(titles(offered), [
    "Await `query` before it is returned",
    "Disable no-early-release for this line",
    "Disable no-early-release for this file",
    "Explain no-early-release",
  ]);
});

test("a fix that may change what the program does is not preferred", async () => {
  const { offered } = await actionsFor("src/unsafe.ts", heartbeat, "quickfix");
  assert.equal(offered[0]?.title, "Run `send` one after the other in a promise chain");
  assert.deepEqual(titles(offered.filter(({ isPreferred }) => isPreferred)), []);
});

test("other ways are refactorings, and what they write is what was meant", async () => {
  const { document, range, offered } = await actionsFor("src/rewritten.ts", heartbeat, rewriting);
  assert.deepEqual(
    offered.map(({ title, kind }) => [title, kind?.value]),
    [
      ["Run `send` one at a time with a mutex", `${rewriting}.mutex`],
      ["Let `this.socket` do one operation at a time, with `exclusive`", `${rewriting}.exclusive`],
    ],
  );
  assert.deepEqual(titles(await actions(document.uri, range, "refactor.rewrite")), titles(offered));
  const mutex = offered[0]!;
  await apply(mutex);
  assert.match(document.getText(), /^import \{ Mutex \} from "async-mutex";$/m);
  assert.match(document.getText(), /await this\.socketLock\.runExclusive\(\(\) => this\.socket\.send\(figure\)\);/);
  await silence(document);
});

test("whoever asks for one kind gets no other", async () => {
  const { document, range } = await actionsFor("src/only.ts", heartbeat);
  for (const kind of ["quickfix", rewriting, fixingAll]) {
    const offered = await actions(document.uri, range, kind);
    const others = offered.filter((action) => !action.kind?.value.startsWith(kind));
    assert.deepEqual(titles(others), [], `asked for ${kind}`);
  }
  assert.deepEqual(titles(await actions(document.uri, range, "source.organizeImports.holdfast")), []);
});

test("where nothing is found, nothing is offered", async () => {
  const { document } = await actionsFor("src/elsewhere.ts", earlyRelease);
  const start = new vscode.Range(0, 0, 0, 0);
  const offered = await actions(document.uri, start, "quickfix");
  assert.deepEqual(titles(offered.filter(({ title }) => /no-early-release|Await/.test(title))), []);
});

test("all safe fixes are applied at once", async () => {
  const document = await open("src/all.ts", twoEarlyReleases);
  const [first] = await findings(document, ({ length }) => length === 2);
  const offered = await actions(document.uri, first!.range, fixingAll);
  assert.deepEqual(
    offered.map(({ title, kind }) => [title, kind?.value]),
    [["Apply all 2 safe fixes of Holdfast", fixingAll]],
  );
  await apply(offered[0]!);
  assert.equal(document.getText(), twoEarlyReleases.replaceAll("return client", "return await client"));
  await silence(document);
});

test("whoever asks for all fixes there are gets those of Holdfast, too", async () => {
  const { offered } = await actionsFor("src/any.ts", earlyRelease, "source.fixAll");
  const ours = offered.filter(({ kind }) => kind?.value === fixingAll);
  assert.deepEqual(titles(ours), ["Await `query` before it is returned"]);
});

test("what is not safe is not among all fixes", async () => {
  const { offered } = await actionsFor("src/not-all.ts", heartbeat, fixingAll);
  assert.deepEqual(titles(offered), []);
});

test("files are fixed as they are saved, if the editor is told to", async () => {
  await set("editor", "codeActionsOnSave", { [fixingAll]: "explicit" });
  const document = await open("src/saved.ts", "");
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(0, 0), twoEarlyReleases);
  await vscode.workspace.applyEdit(edit);
  assert.ok(await document.save());
  assert.equal(textOnDisk(document.uri), twoEarlyReleases.replaceAll("return client", "return await client"));
});
