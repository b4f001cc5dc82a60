/** Looks at single files of a repository as `holdfast check` does, without reading the rest of their projects. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  CachedFileSystem,
  createProgramFactory,
  createReader,
  createSettings,
  look,
  nearestProjects,
  readSource,
  slashed,
} from "@holdfast/workspace";
import ts from "typescript";

/**
 * A function that looks at files. It keeps what several files share, such as the types of libraries.
 * @param {{ confidence: "certain" | "likely" | "possible", types: boolean }} options
 */
export function createLooker({ confidence, types }) {
  const system = new CachedFileSystem();
  const programs = createProgramFactory(system);
  const readFile = createReader();
  // A tsconfig.json that cannot be read in full holds as far as it goes, as in `holdfast check`.
  const projects = nearestProjects(() => {}, system);

  /**
   * The findings of a file, and the libraries with contracts that it imports.
   * @param {string} folder the repository
   * @param {string} path the file in it
   * @returns {{ findings: object[], libraries: string[], failure?: string }}
   */
  return (folder, path) => {
    const file = slashed(join(folder, path));
    if (!existsSync(file)) return { findings: [], libraries: [], failure: `${path} is not in this commit` };
    const source = readSource(file, path);
    if (typeof source === "string") return { findings: [], libraries: [], failure: source };
    const settings = createSettings({ confidence }, slashed(folder), readFile, () => {});
    const project = types ? projects.projectOf(file) : undefined;
    const program = project && programs.create(project, { files: [file], root: slashed(folder) });
    if (program) programs.retain([program]);
    const { findings, failure } = look({ file, text: source.text }, settings, program);
    return { findings: findings.map(essence), libraries: librariesOf(file, source.text, settings), failure };
  };
}

/** What of a finding is worth sending to another process. */
function essence({ rule, confidence, contract, message, place, witness }) {
  return { rule, confidence, contract, message, place, witness };
}

function librariesOf(file, text, settings) {
  const found = settings.forFile(file);
  if (found === undefined) return [];
  const { specifiers } = settings.allContracts(found);
  const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return [...new Set(imported.filter((name) => specifiers.test(name)).map(packageOf))].sort();
}

/** The package that a module belongs to: `pg` of `pg/lib/client`, `fs` of `node:fs/promises`. */
function packageOf(specifier) {
  const parts = specifier.replace(/^node:/, "").split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
