import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import * as vscode from "vscode";

const name = "holdfast.config.json";

/** Where the schema is if Holdfast is installed in the folder. Without it, VS Code has the schema of the extension. */
const schema = "./node_modules/@holdfast/rules/schema/holdfast.config.schema.json";

/** Changes nothing, and shows what can be changed. */
const example = {
  confidence: "certain",
  rules: { suppression: "warn" },
  files: { include: ["**"], exclude: ["dist/**"] },
};

/** Writes a configuration into a folder of the workspace, or opens the one that is there. */
export async function createConfiguration(): Promise<void> {
  const folder = await chooseFolder();
  if (folder === undefined) return;
  const file = vscode.Uri.joinPath(folder.uri, name);
  const hasSchema = existsSync(vscode.Uri.joinPath(folder.uri, schema).fsPath);
  const text = JSON.stringify({ ...(hasSchema && { $schema: schema }), ...example }, undefined, 2);
  await writeIfNew(file.fsPath, `${text}\n`);
  await vscode.window.showTextDocument(file);
}

/** Never overwrites a file, not even one that was written a moment ago. */
async function writeIfNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    vscode.window.setStatusBarMessage(`Holdfast: there is a ${name} already`, 4_000);
  }
}

async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) return vscode.window.showWorkspaceFolderPick({ placeHolder: `Where ${name} should be` });
  if (folders.length === 0)
    void vscode.window.showInformationMessage(`Holdfast: open a folder first; ${name} goes into it.`);
  return folders[0];
}
