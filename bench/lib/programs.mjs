/** Programs of TypeScript's compiler for code that was not made for us: whatever can be resolved is, nothing is checked. */

import { readdirSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import ts from "typescript";

const forAll = { noEmit: true, skipLibCheck: true, incremental: false, composite: false, ignoreDeprecations: "6.0" };
const sourceExtensions = new Set([".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx"]);
const notSources = new Set(["node_modules", "dist", "build", "lib-esm", "coverage", "temp"]);

/** The options of a tsconfig.json and some more, with its complaints left unsaid. */
export function optionsOf(configFile, more = {}) {
  const folder = dirname(configFile);
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
  const parsed = ts.getParsedCommandLineOfConfigFile(configFile, {}, host);
  const { options } = ts.convertCompilerOptionsFromJson(more, folder);
  const paths = Object.entries(options.paths ?? {}).map(([name, targets]) => [
    name,
    targets.map((target) => join(folder, target)),
  ]);
  // Projects from before TypeScript 6 rely on all installed @types.
  const types = parsed?.options.types ?? ["*"];
  return {
    ...parsed?.options,
    types,
    ...options,
    ...(options.paths && { paths: Object.fromEntries(paths) }),
    ...forAll,
  };
}

/** Makes programs one after the other; files that several of them share, such as those of libraries, are parsed once. */
export function programs() {
  const shared = new Map();
  return (rootNames, options) => {
    const host = ts.createCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (fileName, languageVersion, ...rest) => {
      if (!fileName.includes("/node_modules/")) return read(fileName, languageVersion, ...rest);
      const key = JSON.stringify([fileName, languageVersion]);
      if (!shared.has(key)) shared.set(key, read(fileName, languageVersion, ...rest));
      return shared.get(key);
    };
    return ts.createProgram({ rootNames, options, host });
  };
}

/** All source files below a folder, sorted; not what is installed, built or only declared. */
export function sourceFiles(folder) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!notSources.has(entry.name) && !entry.name.startsWith(".")) found.push(...sourceFiles(path));
    } else if (entry.isFile() && sourceExtensions.has(extname(entry.name)) && !/\.d\.[cm]?ts$/.test(entry.name)) {
      found.push(path);
    }
  }
  return found.sort();
}
