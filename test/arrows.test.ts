/** Who may know whom: the arrows between packages, and between the rooms of one. */

import { builtinModules } from "node:module";
import { describe, expect, it } from "vitest";
import {
  circleFrom,
  folders,
  manifestOf,
  type PackageFolder,
  packageOf,
  published,
  sourcesOf,
} from "./support/packages.js";

/** The packages of ours that each package may import; there are no other arrows. */
const arrows: Record<PackageFolder, PackageFolder[]> = {
  contracts: [],
  rules: ["contracts"],
  runtime: ["contracts"],
  workspace: ["contracts", "rules"],
  "eslint-plugin": ["contracts", "rules"],
  cli: ["contracts", "rules", "workspace"],
  server: ["rules", "workspace"],
};

/** The rooms and files of `rules` that may know syntax. */
const seesSyntax = [
  "rules/src/comments.ts",
  "rules/src/lowering/",
  "rules/src/fixes/",
  "rules/src/types/",
  "rules/src/analyse.ts",
  "rules/src/suppressions.ts",
  // It reads JSON with the compiler's parser, which allows comments.
  "rules/src/configuration.ts",
];

/** What `rules` may use of Node.js: names of files, never files. */
const pureModules = ["node:path"];

const ours = Object.values(published) as string[];
const isBuiltin = (specifier: string) => specifier.startsWith("node:") || builtinModules.includes(specifier);

/** `file imports specifier`, for each import that is not allowed. */
function importsOf(folder: PackageFolder, isWrong: (specifier: string, file: string) => boolean): string[] {
  return sourcesOf(folder).flatMap(({ name, foreign }) =>
    foreign.filter((specifier) => isWrong(specifier, name)).map((specifier) => `${name} imports ${specifier}`),
  );
}

describe.each(folders)("%s", (folder) => {
  it("imports no packages of ours but those that it may know", () => {
    const allowed = arrows[folder].map((known) => published[known] as string);
    const wrong = importsOf(folder, (specifier) => {
      const name = packageOf(specifier);
      return ours.includes(name) && !allowed.includes(name);
    });
    expect(wrong).toEqual([]);
  });

  it("reaches into no other package", () => {
    const inside = sourcesOf(folder).flatMap(({ own }) => own);
    const isItsOwn = (name: string) => name.startsWith(`${folder}/src/`) || name === `${folder}/package.json`;
    expect(inside.filter((name) => !isItsOwn(name))).toEqual([]);
    expect(importsOf(folder, (specifier) => ours.some((name) => specifier.startsWith(`${name}/`)))).toEqual([]);
  });

  it("declares every package that it imports, and imports every one that it declares", () => {
    const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = manifestOf(folder);
    const declared = Object.keys({ ...dependencies, ...peerDependencies });
    // Types without code are needed to build it only.
    const isTypesOnly = (name: string) => !declared.includes(name) && `@types/${name}` in devDependencies;
    const imported = sourcesOf(folder)
      .flatMap(({ foreign }) => foreign.filter((specifier) => !isBuiltin(specifier)).map(packageOf))
      .filter((name) => !isTypesOnly(name));
    expect([...new Set(imported)].sort()).toEqual(declared.sort());
  });

  it("has no circles of files that load each other", () => {
    const files = sourcesOf(folder);
    const circles = files.map((file) => circleFrom(file, files)).filter((circle) => circle !== undefined);
    expect(circles.map((circle) => circle.join(" → "))).toEqual([]);
  });
});

describe("contracts", () => {
  it("depends on nothing, Node.js included", () => {
    expect(importsOf("contracts", () => true)).toEqual([]);
    expect(Object.keys(manifestOf("contracts").dependencies ?? {})).toEqual([]);
  });
});

describe("rules", () => {
  it("does no input or output", () => {
    expect(importsOf("rules", (specifier) => isBuiltin(specifier) && !pureModules.includes(specifier))).toEqual([]);
  });

  it("sees syntax in a few rooms only", () => {
    const wrong = importsOf(
      "rules",
      (specifier, file) => packageOf(specifier) === "typescript" && !seesSyntax.some((room) => file.startsWith(room)),
    );
    expect(wrong).toEqual([]);
  });
});

describe("ESLint", () => {
  it.each(folders.filter((folder) => folder !== "eslint-plugin"))("is not known to %s", (folder) => {
    const isEslint = (specifier: string) => /^(@typescript-eslint\/|eslint($|\/))/.test(specifier);
    expect(importsOf(folder, isEslint)).toEqual([]);
  });
});

describe("the language server protocol", () => {
  it.each(folders.filter((folder) => folder !== "server"))("is not known to %s", (folder) => {
    expect(importsOf(folder, (specifier) => specifier.startsWith("vscode"))).toEqual([]);
  });
});
