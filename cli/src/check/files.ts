import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, relative, resolve, sep } from "node:path";
import { didYouMean } from "@holdfast/rules";
import ignore from "ignore";
import { globSync, isDynamicPattern } from "tinyglobby";
import { slashed } from "../terminal.js";

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
const anySource = `**/*.{${extensions.join(",")}}`;

/** Folders that never hold source. */
const neverSource = new Set(["node_modules", "dist", ".git"]);
/** Folders that hold output if they lie beside a `package.json`; elsewhere they are folders like any other. */
const outputOfPackages = new Set(["build", "out", "coverage"]);

/** Finds the source files that paths stand for: files, folders and globs, relative to the working directory. */
export function discoverFiles(paths: readonly string[], cwd: string): Discovery {
  const isIgnored = createIgnore(cwd);
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

function find(path: string, cwd: string, isIgnored: (file: string) => boolean): Found {
  const absolute = resolve(cwd, path);
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return findInFolder(path, absolute, cwd, isIgnored);
  if (stats !== undefined) return findFile(path, absolute, cwd);
  if (lstatSync(absolute, { throwIfNoEntry: false }))
    return { files: [], problem: `${path} is a link that leads nowhere; mend it.` };
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
    problem: `${path} is no JavaScript or TypeScript file; name one that ends in .${extensions.join(", .")}.`,
  };
}

function findInFolder(path: string, absolute: string, cwd: string, isIgnored: (file: string) => boolean): Found {
  const root = rootFor(absolute, cwd);
  if (isOutput(join(absolute, "any"), root)) return { files: [], problem: leftAlone(path) };
  const files = glob(anySource, absolute).filter((file) => !isOutput(file, root) && !isIgnored(file));
  if (files.length > 0) return { files };
  return { files, problem: `there is no JavaScript or TypeScript file in ${path}; name a folder that has one.` };
}

function leftAlone(path: string): string {
  return `${path} lies in a folder of dependencies or of output, which Holdfast leaves alone; name the source instead.`;
}

/** From where on the names of folders tell what they hold; those above the working directory do not. */
function rootFor(absolute: string, cwd: string): string {
  return relative(cwd, absolute).startsWith("..") ? dirname(absolute) : cwd;
}

function findByGlob(pattern: string, cwd: string, isIgnored: (file: string) => boolean): Found {
  const files = glob(slashed(pattern), cwd).filter((file) => !isOutput(file, rootFor(file, cwd)) && !isIgnored(file));
  if (files.length > 0) return { files };
  return {
    files,
    problem: `no JavaScript or TypeScript file matches "${pattern}"; check the pattern, and quote it so that the shell leaves it alone.`,
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

/** What the `.gitignore` at the root of the repository says; those in folders below it are not read. */
function createIgnore(cwd: string): (file: string) => boolean {
  const root = repositoryRoot(cwd) ?? cwd;
  const file = join(root, ".gitignore");
  if (!existsSync(file)) return () => false;
  const rules = ignore().add(readFileSync(file, "utf8"));
  return (path) => {
    const inside = slashed(relative(root, path));
    return ignore.isPathValid(inside) && rules.ignores(inside);
  };
}

function repositoryRoot(directory: string): string | undefined {
  if (existsSync(join(directory, ".git"))) return directory;
  return directory === dirname(directory) ? undefined : repositoryRoot(dirname(directory));
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
