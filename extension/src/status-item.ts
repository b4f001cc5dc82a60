import * as vscode from "vscode";
import { languages } from "./languages.js";
import { detailOf, type Shown, textOf } from "./status-text.js";

const { Error, Information, Warning } = vscode.LanguageStatusSeverity;

/** How the server is doing, beside the language in the status bar; a click opens the log. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("holdfast.status", languages);

  constructor() {
    this.item.name = "Holdfast";
    this.item.command = { command: "holdfast.showLog", title: "Show Log" };
    this.show({ state: "starting", compiler: "" });
  }

  show(shown: Shown): void {
    const { state } = shown;
    this.item.text = textOf(shown);
    this.item.detail = detailOf(shown);
    this.item.busy = state === "starting" || state === "busy";
    this.item.severity = state === "stopped" ? Error : state === "limited" ? Warning : Information;
  }

  dispose(): void {
    this.item.dispose();
  }
}
