import * as vscode from "vscode";
import { rulesAt } from "../findings.js";

/** Shows the page of a rule, which comes with the extension: the rule of the finding at the cursor, or else it asks which. */
export async function explainRule(extension: vscode.Uri, given?: string): Promise<void> {
  const pages = vscode.Uri.joinPath(extension, "dist/rules");
  const rules = (await vscode.workspace.fs.readDirectory(pages)).map(([name]) => name.replace(/\.md$/, ""));
  const [rule = await vscode.window.showQuickPick(rules, { title: "Explain a Rule" })] = (
    given === undefined ? rulesAtCursor() : [given]
  ).filter((name) => rules.includes(name));
  if (rule === undefined) return;
  const page = vscode.Uri.joinPath(pages, `${rule}.md`);
  // Whoever turned VS Code's Markdown off gets the text of the page.
  await vscode.commands
    .executeCommand("markdown.showPreview", page)
    .then(undefined, () => vscode.window.showTextDocument(page));
}

function rulesAtCursor(): string[] {
  const editor = vscode.window.activeTextEditor;
  return editor ? rulesAt(editor.document.uri, editor.selection.active) : [];
}
