import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ignore, { type Ignore } from "ignore";
import { memoized } from "./memoized.js";
import { slashed } from "./paths.js";

/** Whether git ignores a file or folder: a folder's name ends with a slash. */
export type IsIgnored = (path: string) => boolean;

/** What the `.gitignore` files say that lie between the root of the repository and what is asked about. */
export function createIgnored(cwd: string): IsIgnored {
  const root = repositoryRoot(cwd) ?? cwd;
  const rulesOf = memoized(readRules);

  /** What the nearest file decides that has anything to say. */
  const isMatched = (path: string): boolean => {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const name = slashed(relative(folder, path)) + (path.endsWith("/") ? "/" : "");
      const verdict = ignore.isPathValid(name) ? rulesOf(folder)?.test(name) : undefined;
      if (verdict?.ignored || verdict?.unignored) return verdict.ignored;
      if (folder === root || folder === dirname(folder)) return false;
    }
  };

  const isFolderIgnored = memoized((folder): boolean => {
    if (folder === root || folder === dirname(folder)) return false;
    return isFolderIgnored(dirname(folder)) || isMatched(`${folder}/`);
  });

  return (path) => {
    const isFolder = path.endsWith("/");
    const plain = isFolder ? path.slice(0, -1) : path;
    if (relative(root, plain).startsWith("..")) return false;
    return isFolder ? isFolderIgnored(plain) : isFolderIgnored(dirname(plain)) || isMatched(plain);
  };
}

function readRules(folder: string): Ignore | undefined {
  const file = join(folder, ".gitignore");
  return existsSync(file) ? ignore().add(readFileSync(file, "utf8")) : undefined;
}

function repositoryRoot(directory: string): string | undefined {
  if (existsSync(join(directory, ".git"))) return directory;
  return directory === dirname(directory) ? undefined : repositoryRoot(dirname(directory));
}
