import { runtimeSource, section } from "@holdfast/language-server";
import * as vscode from "vscode";

/** What Holdfast found in a file, or has seen in it while running, as the editor shows it. */
export function findingsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === section || source === runtimeSource);
}

/** The rules of the findings at a place. */
export function rulesAt(uri: vscode.Uri, position: vscode.Position): string[] {
  const codes = findingsOf(uri).flatMap(({ range, code }) => (range.contains(position) && code ? [code] : []));
  return codes.map((code) => String(typeof code === "object" ? code.value : code));
}
