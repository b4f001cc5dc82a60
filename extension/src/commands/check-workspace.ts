import { serverCommands, type WorkspaceResult } from "@holdfast/language-server";
import * as vscode from "vscode";
import type { Client } from "../client.js";

/** Looks at every file of the workspace, and says how many findings there are. */
export async function checkWorkspace(client: Client): Promise<void> {
  const result = await client.ask<WorkspaceResult>("workspace/executeCommand", {
    command: serverCommands.checkWorkspace,
    arguments: [],
  });
  if (result === undefined) return;
  void tell(result);
}

async function tell({ files, findings }: WorkspaceResult): Promise<void> {
  const what = findings === 1 ? "1 finding" : `${findings === 0 ? "no" : findings} findings`;
  const show = "Show Problems";
  const message = `Holdfast: ${what} in ${files} files.`;
  const chosen = await vscode.window.showInformationMessage(message, ...(findings > 0 ? [show] : []));
  if (chosen === show) await vscode.commands.executeCommand("workbench.actions.view.problems");
}
