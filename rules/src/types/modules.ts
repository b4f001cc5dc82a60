/** What module specifiers lead to: contracts of libraries, and of files of the project. */

import { definition, typesOf } from "@holdfast/contracts";
import type { Catalog, KnownExport, KnownType } from "@holdfast/contracts";
import path from "node:path";
import { declaredType } from "./contract-calls.js";

export interface Modules {
  /** Whether a contract speaks of the module. */
  has(specifier: string): boolean;
  exported(specifier: string, name: string): KnownExport | undefined;
  /** The type that a module exports under a name. */
  typeNamed(specifier: string, name: string): KnownType | undefined;
  /** The path of a file from the project's root. */
  fileOf(fileName: string): string;
}

/** Specifiers as they are written in one file. Without a root, those that begin with a dot lead nowhere. */
export function modulesOfFile(catalog: Catalog, fileName: string, root: string | undefined): Modules {
  const fileOf = (name: string) =>
    (root === undefined ? name : path.relative(root, path.resolve(root, name))).replaceAll("\\", "/");

  const resolve = (specifier: string): string => {
    if (!specifier.startsWith(".") || root === undefined) return specifier;
    const target = path.resolve(root, path.dirname(fileName), specifier);
    return `./${fileOf(target).replace(/\.[cm]?[jt]sx?$/, "")}`;
  };

  return {
    has: (specifier) => catalog.forModule(resolve(specifier)).length > 0,
    exported: (specifier, name) => catalog.exported(resolve(specifier), name),
    typeNamed(specifier, name) {
      const resolved = resolve(specifier);
      return typeOfExport(catalog, catalog.exported(resolved, name)) ?? typeAmong(catalog, resolved, name);
    },
    fileOf,
  };
}

/** The type of what `new` or a mention of the export gives. */
export function typeOfExport(catalog: Catalog, found: KnownExport | undefined): KnownType | undefined {
  if (!found) return undefined;
  const { kind } = found.export;
  return kind === "class" || kind === "value" ? catalog.resolve(found.export.type, found.contract) : undefined;
}

function typeAmong(catalog: Catalog, specifier: string, name: string): KnownType | undefined {
  for (const contract of catalog.forModule(specifier)) {
    for (const type of typesOf(contract)) {
      if (definition(type).types.some((pattern) => pattern.name === name && !pattern.shared)) return type;
    }
  }
  // A package that declares types for a contract of another name.
  return specifier.startsWith(".") ? undefined : declaredType(catalog, { package: packageOf(specifier), name });
}

function packageOf(specifier: string): string {
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}
