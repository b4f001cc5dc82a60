import type { TimelineParams } from "@holdfast/language-server";
import * as vscode from "vscode";
import { Client } from "./client.js";
import { checkWorkspace } from "./commands/check-workspace.js";
import { copyDebugInformation } from "./commands/copy-debug-information.js";
import { createConfiguration } from "./commands/create-configuration.js";
import { disable } from "./commands/disable.js";
import { explainRule } from "./commands/explain-rule.js";
import { fixAll } from "./commands/fix-all.js";
import { forgetReport, showReport } from "./commands/report.js";
import { StatusItem } from "./status-item.js";
import { TimelineView } from "./timeline/view.js";
import { traceInto } from "./trace-channel.js";

let client: Client | undefined;

/** Called by VS Code when the first file is opened that the extension is for, or one of its commands is called. */
export function activate(context: vscode.ExtensionContext): void {
  const { extensionUri } = context;
  const log = vscode.window.createOutputChannel("Holdfast", { log: true });
  const trace = traceInto(log);
  const status = new StatusItem();
  const script = vscode.Uri.joinPath(extensionUri, "dist/server/main.js").fsPath;
  const running = (client = new Client({ script, log, trace, status }));
  const timeline = new TimelineView(extensionUri, running);
  const command = (name: string, act: (...given: never[]) => unknown) =>
    vscode.commands.registerCommand(`holdfast.${name}`, act);
  context.subscriptions.push(
    log,
    trace,
    status,
    timeline,
    command("restart", () => running.restart()),
    command("showLog", () => log.show(true)),
    command("fixAll", () => fixAll(running)),
    command("checkWorkspace", () => checkWorkspace(running)),
    command("explainRule", (rule?: string) => explainRule(extensionUri, rule)),
    command("createConfiguration", () => createConfiguration()),
    command("copyDebugInformation", () => copyDebugInformation(context, running)),
    command("showTimeline", (uri?: string, position?: TimelineParams["position"]) => timeline.show(uri, position)),
    command("showReport", (report?: vscode.Uri) => showReport(running, report)),
    command("forgetReport", () => forgetReport(running)),
    command("disable", disable),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("holdfast.enable")) void running.applyEnabled();
    }),
  );
  void running.applyEnabled();
}

/** Called when the window closes: the server goes with it. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}
