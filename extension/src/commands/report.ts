import { serverCommands, type WorkspaceResult } from "@holdfast/language-server";
import * as vscode from "vscode";
import type { Client } from "../client.js";

/** Shows what a program has reported while it ran; asks for the report if none is given. */
export async function showReport(client: Client, given?: vscode.Uri): Promise<void> {
  const report = given ?? (await chooseReport());
  if (report === undefined) return;
  const result = await client.ask<WorkspaceResult>("workspace/executeCommand", {
    command: serverCommands.showReport,
    arguments: [report.toString()],
  });
  void tell(report, result);
}

/** What was seen up to now is not shown any more. */
export async function forgetReport(client: Client): Promise<void> {
  await client.ask("workspace/executeCommand", { command: serverCommands.forgetReport, arguments: [] });
}

async function chooseReport(): Promise<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: "Show the Report of a Run",
      openLabel: "Show",
      defaultUri: folder?.uri,
      filters: { "Reports of the runtime": ["jsonl", "sarif"], "All files": ["*"] },
    })) ?? [];
  return chosen;
}

async function tell(report: vscode.Uri, result: WorkspaceResult | undefined): Promise<void> {
  const showProblems = "Show Problems";
  const choices = result !== undefined && result.findings > 0 ? [showProblems] : [];
  const chosen = await vscode.window.showInformationMessage(
    `Holdfast: ${textOf(vscode.workspace.asRelativePath(report), result)}`,
    ...choices,
  );
  if (chosen === showProblems) await vscode.commands.executeCommand("workbench.actions.view.problems");
}

function textOf(name: string, result: WorkspaceResult | undefined): string {
  if (result === undefined) return `${name} cannot be shown; see the log.`;
  const { findings, files } = result;
  if (files === 0) return `${name} contains no violation.`;
  if (findings === 0) return `${name} contains nothing about the files as they are now; run the program again.`;
  return `${findings === 1 ? "1 violation was" : `${findings} violations were`} seen at run time.`;
}
