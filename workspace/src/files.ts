import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { didYouMean } from "@holdfast/rules";
import { fdir } from "fdir";
import { globSync, isDynamicPattern } from "tinyglobby";
import { createIgnored, type IsIgnored } from "./ignored.js";
import { slashed } from "./paths.js";

/** The files to look at, and what was asked for and cannot be had. */
export interface Discovery {
  /** Absolute paths with forward slashes, each once, sorted. */
  files: string[];
  /** One sentence each. */
  problems: string[];
}

/** What one path on the command line leads to. */
interface Found {
  files: string[];
  problem?: string;
}

const extensions = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

/** Folders that never hold source. */
const neverSource = new Set(["node_modules", "dist", ".git"]);
/** Folders that hold output if they lie beside a `package.json`; elsewhere they are folders like any other. */
const outputOfPackages = new Set(["build", "out", "coverage"]);

/** Finds the source files that paths stand for: files, folders and globs, relative to the working directory. */
export function discoverFiles(paths: readonly string[], cwd: string): Discovery {
  const isIgnored = createIgnored(cwd);
  const found = paths.map((path) => find(path, cwd, isIgnored));
  const problems = found.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  return { files: [...new Set(found.flatMap(({ files }) => files.map(slashed)))].sort(), problems };
}

/** Whether a file is one that Holdfast looks at: source by its name, and no declaration file. */
export function isSource(file: string): boolean {
  return extensions.includes(extname(file).slice(1)) && !isDeclaration(file);
}

function isDeclaration(file: string): boolean {
  return /\.d(\.[^.]+)?\.[cm]?ts$/.test(file);
}

/** Whether a file lies in a folder of dependencies or of output. */
export function isOutput(file: string, root: string): boolean {
  const folders = relative(root, dirname(file)).split(sep);
  return folders.some((name, index) => {
    if (neverSource.has(name)) return true;
    return outputOfPackages.has(name) && existsSync(join(root, ...folders.slice(0, index), "package.json"));
  });
}

function find(path: string, cwd: string, isIgnored: IsIgnored): Found {
  const absolute = resolve(cwd, path);
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return findInFolder(path, absolute, cwd, isIgnored);
  if (stats !== undefined) return findFile(path, absolute, cwd);
  if (lstatSync(absolute, { throwIfNoEntry: false }))
    return { files: [], problem: `${path} is a broken link; fix or remove it.` };
  if (isDynamicPattern(path)) return findByGlob(path, cwd, isIgnored);
  const neighbours = namesIn(dirname(absolute)).map((name) => slashed(join(dirname(path), name)));
  const hint = didYouMean(slashed(path), neighbours) || "; check the path.";
  return { files: [], problem: `there is no file or folder ${path}${hint}` };
}

/** A file that is named is looked at even if git ignores it; tools pass declaration files along, which is no mistake. */
function findFile(path: string, absolute: string, cwd: string): Found {
  if (isOutput(absolute, rootFor(absolute, cwd))) return { files: [], problem: leftAlone(path) };
  if (isSource(absolute)) return { files: [absolute] };
  if (isDeclaration(absolute)) return { files: [] };
  return {
    files: [],
    problem: `${path} is not a JavaScript or TypeScript file; name one that ends in .${extensions.join(", .")}.`,
  };
}

function findInFolder(path: string, absolute: string, cwd: string, isIgnored: IsIgnored): Found {
  const root = rootFor(absolute, cwd);
  if (isOutput(join(absolute, "any"), root)) return { files: [], problem: leftAlone(path) };
  const files = walk(absolute, root, isIgnored);
  if (files.length > 0) return { files };
  return { files, problem: `there is no JavaScript or TypeScript file in ${path}; name a folder that has one.` };
}

/** All source below a folder; links to nothing are passed over. Folders of dependencies and of output, hidden ones, and what git ignores are not entered. */
function walk(folder: string, root: string, isIgnored: IsIgnored): string[] {
  return new fdir()
    .withFullPaths()
    .exclude((name, path) => name.startsWith(".") || isOutput(join(path, "any"), root) || isIgnored(slashed(path)))
    .filter((file) => isSource(file) && !basename(file).startsWith(".") && !isIgnored(file) && existsSync(file))
    .crawl(folder)
    .sync();
}

function leftAlone(path: string): string {
  return `${path} is in a folder of dependencies or build output, which Holdfast skips; name the source instead.`;
}

/** From where on the names of folders tell what they hold; those above the working directory do not. */
function rootFor(absolute: string, cwd: string): string {
  return relative(cwd, absolute).startsWith("..") ? dirname(absolute) : cwd;
}

function findByGlob(pattern: string, cwd: string, isIgnored: IsIgnored): Found {
  const files = glob(slashed(pattern), cwd).filter((file) => !isOutput(file, rootFor(file, cwd)) && !isIgnored(file));
  if (files.length > 0) return { files };
  return {
    files,
    problem: `no JavaScript or TypeScript file matches "${pattern}"; check the pattern, and quote it so that the shell does not expand it.`,
  };
}

function glob(pattern: string, cwd: string): string[] {
  const ignored = [...neverSource].map((name) => `**/${name}/**`);
  return globSync(pattern, {
    cwd,
    ignore: ignored,
    absolute: true,
    followSymbolicLinks: false,
    expandDirectories: false,
  })
    .map((file) => resolve(file))
    .filter(isSource);
}

/** What lies in a folder, to guess what a mistyped name meant. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // The folder is missing as well: nothing to guess from.
    return [];
  }
}
