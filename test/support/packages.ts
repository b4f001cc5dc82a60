/** The packages of the house as their source files and manifests show them. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every package that is published: its folder, and the names by which others import it. */
export const published = {
  contracts: "@holdfast/contracts",
  rules: "@holdfast/rules",
  runtime: "@holdfast/runtime",
  workspace: "@holdfast/workspace",
  "eslint-plugin": "eslint-plugin-holdfast",
  cli: "holdfast",
  server: "@holdfast/language-server",
} as const;

export type PackageFolder = keyof typeof published;

export const folders = Object.keys(published) as PackageFolder[];

export interface Manifest {
  name: string;
  version: string;
  main: string;
  types: string;
  files: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  name: string;
  /** Files of the same package that it imports, by name. */
  own: string[];
  /** Of these, the ones that are loaded when it runs: not for their types alone. */
  runs: string[];
  /** What it imports from elsewhere: the specifier as it is written. */
  foreign: string[];
}

export function manifestOf(folder: PackageFolder): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

/** All source files of a package, with what they import. */
export function sourcesOf(folder: PackageFolder): SourceFile[] {
  return readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readSource(join(root, folder, "src", file)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, "utf8");
  const specifiers = specifiersIn(text);
  const isOwn = (specifier: string) => specifier.startsWith(".");
  const resolved = (specifier: string) => nameOf(join(dirname(path), specifier.replace(/\.js$/, ".ts")));
  return {
    name: nameOf(path),
    own: specifiers.filter(isOwn).map(resolved),
    runs: specifiersIn(withoutTypes(text)).filter(isOwn).map(resolved),
    foreign: specifiers.filter((specifier) => !isOwn(specifier)),
  };
}

function specifiersIn(text: string): string[] {
  return [...new Set(ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName))];
}

/** What is left of a file when it runs. */
function withoutTypes(text: string): string {
  const { ESNext: target } = ts.ScriptTarget;
  return ts.transpileModule(text, { compilerOptions: { target, module: ts.ModuleKind.ESNext } }).outputText;
}

/** `@scope/name` or `name` of a specifier that leads into a package; of Node.js itself `node:` and the module. */
export function packageOf(specifier: string): string {
  return specifier.startsWith("@") ? specifier.split("/", 2).join("/") : specifier.split("/", 1).join("");
}

function nameOf(path: string): string {
  return relative(root, path).replaceAll("\\", "/");
}

/** The shortest way round from a file back to itself, if there is one. */
export function circleFrom(start: SourceFile, files: readonly SourceFile[]): string[] | undefined {
  const byName = new Map(files.map((file) => [file.name, file]));
  const cameFrom = new Map<string, string>();
  const queue = [start.name];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    for (const next of byName.get(name)?.runs ?? []) {
      if (next === start.name) return wayTo(name, cameFrom).concat(start.name);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(name: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const before = cameFrom.get(name);
  return before === undefined ? [name] : [...wayTo(before, cameFrom), name];
}
