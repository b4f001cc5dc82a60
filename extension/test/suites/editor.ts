/** What suites do in the editor, and how they wait for what comes of it. */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";

/** How long what is waited for may take, in milliseconds: much longer than it ever should. */
const patience = 20_000;

/** The path of a file in the folder that is open, or in the one of that name. */
export function pathOf(file: string, folder?: string): string {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = folder === undefined ? folders[0] : folders.find(({ name }) => name === folder);
  return join(found!.uri.fsPath, file);
}

/** Writes a file, as another program does. */
export function write(path: string, text: string): vscode.Uri {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return vscode.Uri.file(path);
}

export const textOnDisk = (uri: vscode.Uri) => readFileSync(uri.fsPath, "utf8");

export const remove = (path: string) => rmSync(path, { force: true });

/**
 * Opens a file in an editor, as people do: a document that an extension opened stays open for minutes after its editor
 * was closed.
 */
export async function show(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const shown = () => vscode.window.activeTextEditor?.document;
  await vscode.commands.executeCommand("vscode.open", uri, { preview: false });
  const isIt = (document: vscode.TextDocument | undefined) => document?.uri.toString() === uri.toString();
  return (await until(vscode.window.onDidChangeActiveTextEditor, shown, isIt))!;
}

/** Creates a file in the folder that is open, and opens it. */
export const open = (file: string, text: string) => show(write(pathOf(file), text));

/** Closes all files, also those with changes. */
export async function closeAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  }
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

/** Replaces a piece of a document by another, as if typed; it has to be there just once. */
export async function replace(document: vscode.TextDocument, old: string, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, rangeOf(document, old), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

/** Where a piece of text is, which has to be there just once. */
export function rangeOf(document: vscode.TextDocument, text: string): vscode.Range {
  const [before, after, ...more] = document.getText().split(text);
  assert.ok(before !== undefined && after !== undefined && more.length === 0, `“${text}” has to be there once`);
  return new vscode.Range(document.positionAt(before.length), document.positionAt(before.length + text.length));
}

/** The first answer that will do, asked for now and whenever the event is fired. */
export function until<T>(event: vscode.Event<unknown>, ask: () => T, isRight: (answer: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const answer = ask();
      if (!isRight(answer)) return;
      stop();
      resolve(answer);
    };
    const subscription = event(look);
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`It did not come to ${isRight.toString()} but is: ${JSON.stringify(ask(), undefined, 2)}`));
    }, patience);
    const stop = () => {
      clearTimeout(timer);
      subscription.dispose();
    };
    look();
  });
}

export const isOurs = ({ source }: vscode.Diagnostic) => source === "holdfast" || source === "holdfast (runtime)";

/** What Holdfast says about a file now. */
export const reported = ({ uri }: { uri: vscode.Uri }) => vscode.languages.getDiagnostics(uri).filter(isOurs);

/** What Holdfast says about a file, as soon as it is what is waited for. */
export function findings(
  document: { uri: vscode.Uri },
  isRight: (diagnostics: vscode.Diagnostic[]) => boolean,
): Promise<vscode.Diagnostic[]> {
  return until(vscode.languages.onDidChangeDiagnostics, () => reported(document), isRight);
}

/** The only finding of a file, as soon as there is just one. */
export async function finding(document: { uri: vscode.Uri }): Promise<vscode.Diagnostic> {
  const [only] = await findings(document, ({ length }) => length === 1);
  return only!;
}

/** Waits until nothing is said about a file any more. */
export const silence = (document: { uri: vscode.Uri }) => findings(document, ({ length }) => length === 0);

/** The rule that a finding names. */
export function ruleOf({ code }: vscode.Diagnostic): unknown {
  return typeof code === "object" ? code.value : code;
}

/** What can be done at a place, of one kind or of all. */
export async function actions(uri: vscode.Uri, range: vscode.Range, kind?: string): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand("vscode.executeCodeActionProvider", uri, range, kind);
}

/** Does what an action does. */
export async function apply({ edit }: vscode.CodeAction): Promise<void> {
  assert.ok(edit, "the action has no edit");
  assert.ok(await vscode.workspace.applyEdit(edit));
}

const changed: { section: string; key: string }[] = [];

/** Changes a setting of the workspace, until the test is over. */
export async function set(section: string, key: string, value: unknown): Promise<void> {
  changed.push({ section, key });
  await vscode.workspace.getConfiguration(section).update(key, value, vscode.ConfigurationTarget.Workspace);
}

/** Leaves settings and editors as they were. */
export async function restore(): Promise<void> {
  await closeAll();
  for (const { section, key } of changed.splice(0))
    await vscode.workspace.getConfiguration(section).update(key, undefined, vscode.ConfigurationTarget.Workspace);
}
