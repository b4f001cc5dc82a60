/** Trees of public repositories as they were at some commit, taken from git directories that are at hand. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What analysis reads: source, declarations, and the configurations and manifests that say how imports resolve. */
const isWanted = (path) => /\.([cm]?[jt]sx?|json)$/.test(path);

/**
 * The git directory of a repository, if it is in the folder of mirrors.
 * @param {string} mirrors a folder with `<owner>+<name>/repo`, or with checkouts `<owner>+<name>` or `<name>`
 * @param {string} repository `owner/name`
 * @returns {string | undefined}
 */
export function gitDirectoryOf(mirrors, repository) {
  const [owner, name] = repository.split("/");
  return [`${owner}+${name}`, name]
    .flatMap((folder) => [join(folder, "repo"), join(folder, ".git"), folder])
    .map((path) => join(mirrors, path))
    .find((path) => (path.endsWith(".git") ? existsSync(path) : existsSync(join(path, "objects"))));
}

/**
 * Puts the sources of a commit into a folder, unless they are there from an earlier run.
 * @param {{ gitDirectory: string, commit: string, folder: string }} tree
 * @returns {string | undefined} why it cannot be done, if it cannot
 */
export function checkOut({ gitDirectory, commit, folder }) {
  if (existsSync(folder)) return undefined;
  // A run that is stopped half-way leaves no half a tree behind under the name that counts.
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // An index of its own: the git directory stays as it is, and need not be writable.
  const index = `${folder}.index`;
  const git = (args, input) =>
    spawnSync("git", ["--git-dir", gitDirectory, "--work-tree", unfinished, ...args], {
      cwd: unfinished,
      env: { ...process.env, GIT_INDEX_FILE: index },
      input,
      maxBuffer: 2 ** 28,
      encoding: "utf8",
    });
  try {
    if (git(["read-tree", commit]).status !== 0) return `commit ${commit} is not in ${gitDirectory}`;
    const paths = git(["ls-files", "-z"]).stdout.split("\0").filter(isWanted);
    // Files that the git directory lacks are left out; the others are written.
    git(["checkout-index", "-z", "--stdin", "--quiet", "--force"], paths.join("\0"));
    renameSync(unfinished, folder);
    return undefined;
  } finally {
    rmSync(index, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}
