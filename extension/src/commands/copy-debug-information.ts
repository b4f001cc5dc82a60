import { debugInformationRequest, section } from "@holdfast/language-server";
import { release } from "node:os";
import * as vscode from "vscode";
import type { Client } from "../client.js";

/** So long the server may take to tell about itself, in milliseconds: it may be what the report is about. */
const patience = 2_000;

/** Copies what helps with a report to the clipboard: versions, settings that were changed, what the server says of itself. */
export async function copyDebugInformation(context: vscode.ExtensionContext, client: Client): Promise<void> {
  const { version } = context.extension.packageJSON as { version: string };
  const said = await Promise.race([client.ask<string>(debugInformationRequest), later(patience)]);
  const text = [
    `extension: ${version}`,
    `editor: ${vscode.env.appName} ${vscode.version} (${vscode.env.remoteName ?? "local"})`,
    `system: ${process.platform} ${process.arch} ${release()}, Node.js ${process.version}`,
    `trusted: ${vscode.workspace.isTrusted}`,
    said ?? "server: does not answer",
    `settings: ${JSON.stringify(changedSettings(context))}`,
  ].join("\n");
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage("Holdfast: debug information copied", patience);
}

function changedSettings(context: vscode.ExtensionContext): Record<string, unknown> {
  const { contributes } = context.extension.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> } };
  };
  const configuration = vscode.workspace.getConfiguration(undefined, vscode.window.activeTextEditor?.document);
  const changed = Object.keys(contributes.configuration.properties)
    .filter((name) => name.startsWith(`${section}.`))
    .map((name) => ({ name, said: configuration.inspect(name) }))
    .map(({ name, said }) => [name, said?.workspaceFolderValue ?? said?.workspaceValue ?? said?.globalValue] as const);
  return Object.fromEntries(changed.filter(([, value]) => value !== undefined));
}

function later(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}
