import { defaultSettings, section } from "@holdfast/language-server";
import * as vscode from "vscode";
import { type DiagnosticCollectionProvider, DiagnosticCollectionSource } from "vscode-languageclient/node";

/**
 * What the server answered about documents. The client library keeps that when a document is closed, for the case that
 * the whole workspace is looked at; where it is not, it is to go with the document.
 */
export class PulledDiagnostics implements DiagnosticCollectionProvider {
  private pulled: vscode.DiagnosticCollection | undefined;
  private closing: vscode.Disposable | undefined;

  create(name: string | undefined, source: DiagnosticCollectionSource): vscode.DiagnosticCollection {
    const collection = vscode.languages.createDiagnosticCollection(name);
    if (source === DiagnosticCollectionSource.pull) {
      this.pulled = collection;
      this.closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (onlyOpenFilesCount(uri)) collection.delete(uri);
      });
    }
    return collection;
  }

  dispose(collection: vscode.DiagnosticCollection): void {
    if (collection === this.pulled) this.closing?.dispose();
    collection.dispose();
  }

  /** Whether the last answer about a document is still shown. */
  has(uri: vscode.Uri): boolean {
    return this.pulled?.has(uri) ?? false;
  }
}

function onlyOpenFilesCount(uri: vscode.Uri): boolean {
  const settings = vscode.workspace.getConfiguration(section, uri);
  return settings.get("workspaceDiagnostics", defaultSettings.workspaceDiagnostics) === "openFiles";
}
