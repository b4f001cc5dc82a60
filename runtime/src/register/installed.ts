/** Where a module comes from: the package that it was installed with, which version of it, and the names that it has there. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const versions = new Map<string, string | undefined>();

/** The version of the package that a file belongs to; nothing if there is no telling. */
export function versionAt(file: string): string | undefined {
  const folder = dirname(file);
  if (!versions.has(folder)) versions.set(folder, readVersion(folder));
  return versions.get(folder);
}

function readVersion(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const version = versionIn(join(folder, "package.json"));
    if (version !== undefined || folder === dirname(folder)) return version;
  }
}

/** Packages have such files in folders of theirs that say no more than `type`. */
function versionIn(manifest: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(manifest, "utf8")) as { name?: unknown; version?: unknown };
    return typeof name === "string" && typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

const installed = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/](.+)$/;

/** The package that a file is installed with, if it is. */
export function packageOf(file: string): string | undefined {
  return installed.exec(file)?.[2]?.replace("\\", "/");
}

/** The specifiers by which programs reach a file of an installed package: those that its package gives it, and its path. */
export function specifiersOf(file: string): string[] {
  const [, folder, , path] = installed.exec(file) ?? [];
  const name = packageOf(file);
  if (folder === undefined || path === undefined || name === undefined) return [];
  const target = `./${path.replaceAll("\\", "/")}`;
  const subpaths = entriesOf(join(folder, "package.json")).flatMap(([subpath, to]) => {
    const [start, end] = to.split("*") as [string, string?];
    if (end === undefined) return [to, `${to}.js`, `${to}/index.js`].includes(target) ? [subpath] : [];
    const fits = target.length >= to.length && target.startsWith(start) && target.endsWith(end);
    return fits ? [subpath.replace("*", target.slice(start.length, target.length - end.length))] : [];
  });
  return [...new Set([...subpaths, target])].map((subpath) => name + subpath.slice(1));
}

/** What a package exports, whatever the conditions: each subpath with a file that it may stand for. */
function entriesOf(manifest: string): [subpath: string, to: string][] {
  try {
    const { main, module, exports } = JSON.parse(readFileSync(manifest, "utf8")) as Record<string, unknown>;
    const files = (to: unknown): string[] =>
      typeof to === "string" ? [to] : typeof to === "object" && to !== null ? Object.values(to).flatMap(files) : [];
    const hasSubpaths = typeof exports === "object" && exports !== null && "." in exports;
    const entries = hasSubpaths
      ? Object.entries(exports)
      : [[".", exports ?? [main, module, "index.js"]] as [string, unknown]];
    return entries.flatMap(([subpath, to]) =>
      files(to).map((each): [string, string] => [subpath, `./${each.replace(/^\.?\//, "").replace(/\/$/, "")}`]),
    );
  } catch {
    return [];
  }
}
