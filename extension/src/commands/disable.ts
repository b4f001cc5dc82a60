import type { DisableArguments } from "@holdfast/language-server";
import * as vscode from "vscode";
import { commentFor } from "../suppression.js";

/** Asks why a rule is to be disabled, and writes the comment with the reason. */
export async function disable(given: DisableArguments): Promise<void> {
  const { uri, rule, scope } = given;
  const reason = await vscode.window.showInputBox({
    title: `Disable ${rule} for this ${scope}`,
    prompt: "The reason is written into the comment.",
    placeHolder: "the pool waits for its clients",
    validateInput: (text) => (text.trim() === "" ? "Give a reason." : undefined),
  });
  if (reason === undefined || reason.trim() === "") return;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const { line, character, text } = commentFor(document.getText(), given, reason.trim());
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(line, character), text);
  await vscode.workspace.applyEdit(edit);
}
