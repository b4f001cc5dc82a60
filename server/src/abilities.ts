import type { InitializeParams } from "vscode-languageserver/node";
import type { InitializationOptions } from "./protocol.js";

/** What the client can do, as far as the server does something else where it cannot. */
export interface Abilities {
  /** It asks for diagnostics, and can be told to ask again. Without both it is told, unasked. */
  pullsDiagnostics: boolean;
  answersSettings: boolean;
  tellsSettings: boolean;
  tellsFolders: boolean;
  tellsFileChanges: boolean;
  showsProgress: boolean;
  showsDocuments: boolean;
  refreshesHints: boolean;
  refreshesLenses: boolean;
  documentChanges: boolean;
  commands: ReadonlySet<string>;
}

export function abilitiesOf({ capabilities }: InitializeParams, { commands = [] }: InitializationOptions): Abilities {
  const { workspace, textDocument, window } = capabilities;
  return {
    pullsDiagnostics: textDocument?.diagnostic !== undefined && workspace?.diagnostics?.refreshSupport === true,
    answersSettings: workspace?.configuration === true,
    tellsSettings: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    tellsFolders: workspace?.workspaceFolders === true,
    tellsFileChanges: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    showsProgress: window?.workDoneProgress === true,
    showsDocuments: window?.showDocument?.support === true,
    refreshesHints: workspace?.inlayHint?.refreshSupport === true,
    refreshesLenses: workspace?.codeLens?.refreshSupport === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    commands: new Set(commands),
  };
}
