import { section } from "@holdfast/language-server";
import * as vscode from "vscode";

/**
 * The log as the client library needs it to trace messages: it does so only at the level `Trace`, and the setting
 * `holdfast.trace.server` is to be enough.
 */
export function traceInto(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const changed = new vscode.EventEmitter<vscode.LogLevel>();
  const isWanted = () => vscode.workspace.getConfiguration(section).get("trace.server") !== "off";
  const level = () => (isWanted() ? vscode.LogLevel.Trace : log.logLevel);
  const told = () => changed.fire(level());
  const subscriptions = [
    changed,
    log.onDidChangeLogLevel(told),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${section}.trace.server`)) told();
    }),
  ];
  return {
    ...log,
    get logLevel() {
      return level();
    },
    onDidChangeLogLevel: changed.event,
    trace: (message: string) => (isWanted() ? log.info(message) : log.trace(message)),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
