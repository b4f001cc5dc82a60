import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { slashed } from "@holdfast/workspace";
import type { WorkspaceFolder } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";

const extensions: Record<string, string> = {
  typescript: ".ts",
  typescriptreact: ".tsx",
  javascript: ".js",
  javascriptreact: ".jsx",
};

/** Which file an address stands for, and which folder of the workspace a file belongs to. */
export class WorkspaceFiles {
  private folders: string[] = [];
  /** The open documents' files, and the other way round. */
  private readonly paths = new Map<string, string>();
  private readonly uris = new Map<string, string>();

  setFolders(folders: readonly WorkspaceFolder[]): void {
    this.folders = folders.flatMap(({ uri }) => pathOf(uri) ?? []);
  }

  get roots(): readonly string[] {
    return this.folders;
  }

  /** A document was opened: its file goes by the address that the editor gave it. */
  opened({ uri, languageId }: Pick<TextDocument, "uri" | "languageId">): void {
    const path = pathOf(uri) ?? this.unsavedPath(uri, languageId);
    if (path === undefined) return;
    this.paths.set(uri, path);
    this.uris.set(path, uri);
  }

  closed(uri: string): void {
    this.uris.delete(this.paths.get(uri) ?? "");
    this.paths.delete(uri);
  }

  /** The file's path, absolute and with forward slashes; nothing for what is neither on disk nor an unsaved document. */
  pathOf(uri: string): string | undefined {
    return this.paths.get(uri) ?? pathOf(uri);
  }

  private unsavedPath(uri: string, languageId: string): string | undefined {
    const { scheme, path } = URI.parse(uri);
    if (scheme !== "untitled") return undefined;
    // An unsaved file lies where it would be saved first: in the workspace, under the name in its tab.
    const folder = path.startsWith("/") ? "" : (this.folders[0] ?? slashed(homedir()));
    const named = slashed(folder === "" ? URI.file(path).fsPath : join(folder, path));
    const extension = extensions[languageId] ?? "";
    return /\.[cm]?[jt]sx?$/.test(named) ? named : named + extension;
  }

  /** The address that the editor knows a file by. */
  uriOf(path: string): string {
    return this.uris.get(path) ?? URI.file(path).toString();
  }

  /** The innermost folder of the workspace that a file lies in, or else its own folder. */
  folderOf(path: string): string {
    const around = this.folders.filter((folder) => path.startsWith(withSlash(folder)));
    return around.sort((one, other) => other.length - one.length)[0] ?? slashed(dirname(path));
  }

  /** How people are shown a file: below its folder of the workspace. */
  shown(path: string): string {
    return path.slice(withSlash(this.folderOf(path)).length);
  }
}

function pathOf(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  // Only roots keep their slash.
  return parsed.scheme === "file" ? slashed(parsed.fsPath).replace(/(?<=[^:])\/$/, "") : undefined;
}

function withSlash(folder: string): string {
  return folder.endsWith("/") ? folder : `${folder}/`;
}
