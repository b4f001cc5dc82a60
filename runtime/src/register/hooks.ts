/** Modules at the moment when they are loaded, by `import` and by `require`. */

import { register as registerLoader } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Catalog, modulesOf } from "@holdfast/contracts";
import { addHook } from "import-in-the-middle";
import type { RegisterHooksOptions } from "import-in-the-middle/register-hooks.mjs";
import { Hook as RequireHook } from "require-in-the-middle";
import { specifiersOf } from "./installed.js";
import { type Imports, includes, isOfPackage, isPath } from "./imports.js";
import type { ModuleGuard } from "./module-guard.js";

/** Extensions that a file of the project may have when it is loaded. */
const extensions = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

/** Guards what the modules of all contracts export, from the moment they are loaded. */
export async function guardModules(guard: ModuleGuard, catalog: Catalog, root: string): Promise<void> {
  const packages = packageModules(catalog);
  const files = projectFiles(catalog, root);

  new RequireHook(packages, (exports, specifier, folder) =>
    guard.required(exports, specifier, folder === undefined ? undefined : join(folder, "package.json")),
  );
  if (files.length > 0) {
    new RequireHook(files, (exports, name, folder) => {
      const file = files.find((each) => folder !== undefined && each.startsWith(join(folder, `${name}.`)));
      return file === undefined ? exports : guard.required(exports, specifierOf(file, root), file);
    });
  }

  // Those who resolve modules themselves, such as test runners, import them by their paths.
  const nameOf = (file: string, specifier: string) =>
    isPath(specifier)
      ? (specifiersOf(file).find((each) => catalog.forModule(each).length > 0) ?? specifier)
      : specifier;
  addHook((url, namespace, specifier) => {
    if (!url.startsWith("file:")) return;
    const file = fileURLToPath(url);
    guard.imported(namespace, files.includes(file) ? specifierOf(file, root) : nameOf(file, specifier ?? ""), file);
  });
  // What begins with a dot is a path to those who import, whatever package it is.
  const importable = packages.filter((specifier) => !specifier.startsWith("."));
  await intercept({
    specifiers: importable,
    urls: files.map((file) => pathToFileURL(file).href),
    packages: [...new Set(importable.map(packageIn))],
  });
}

/** Within the thread of the program where Node.js can do that. */
async function intercept(imports: Imports): Promise<void> {
  const { register, supportsSyncHooks } = await import("import-in-the-middle/register-hooks.mjs");
  if (supportsSyncHooks()) register(includes(imports) as RegisterHooksOptions);
  else registerLoader("./loader.js", import.meta.url, { data: imports });
}

/** The package that a specifier begins with. */
function packageIn(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The specifiers of all contracts but those for Node.js itself; what stands for any end stands for none. */
function packageModules(catalog: Catalog): string[] {
  const specifiers = catalog.contracts
    .filter(isOfPackage)
    .flatMap(modulesOf)
    .filter((specifier) => !specifier.startsWith("./"))
    .map((specifier) => specifier.replace(/\*$/, ""));
  return [...new Set(specifiers)].filter((specifier) => !specifier.endsWith("/") && !specifier.includes("*"));
}

/** The files of the project that contracts of its own are about, under the names that they may have. */
function projectFiles(catalog: Catalog, root: string): string[] {
  const modules = catalog.contracts.flatMap(modulesOf).filter((specifier) => specifier.startsWith("./"));
  return [...new Set(modules)].flatMap((specifier) => extensions.map((extension) => join(root, specifier + extension)));
}

/** `./src/queue`, as a contract of the project's own says it. */
function specifierOf(file: string, root: string): string {
  const plain = file.slice(root.length, -extname(file).length).replaceAll("\\", "/");
  return `.${plain}`;
}
