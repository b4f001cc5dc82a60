import { basename } from "node:path";
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  type FileEvent,
} from "vscode-languageserver/node";
import type { FileChange } from "./engine/messages.js";

/** Everything that findings can rest on: source, declarations, configurations, manifests, what git does. */
const watched = [
  "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,json}",
  "**/.gitignore",
  "**/{yarn.lock,pnpm-lock.yaml,bun.lock}",
  "**/.git/HEAD",
];

/** Has the client tell what changes on disk. */
export async function watchFiles(connection: Connection): Promise<void> {
  const watchers = watched.map((globPattern) => ({ globPattern }));
  await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
}

/** Dependencies were installed, or another branch was checked out: more may have changed than was told. */
export function isUpheaval(path: string): boolean {
  return (
    path.endsWith("/.git/HEAD") || /^(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock)$/.test(basename(path))
  );
}

export function changeOf({ type }: FileEvent, path: string): FileChange {
  const kinds: Record<FileChangeType, FileChange["change"]> = {
    [FileChangeType.Created]: "created",
    [FileChangeType.Changed]: "changed",
    [FileChangeType.Deleted]: "deleted",
  };
  return { path, change: kinds[type] };
}
