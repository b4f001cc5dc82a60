import { ESLint, type Linter } from "eslint";
import { ESLint as ESLint9 } from "eslint9";
import type { TestProject } from "./project.js";

/** The versions of ESLint that the plugin promises to work with. */
export const versions = [
  { version: "9", Engine: ESLint9 as unknown as typeof ESLint },
  { version: "10", Engine: ESLint },
];

/** What ESLint says about the files of a project, in short: `file:line rule`, errors marked. */
export async function lint(
  Engine: typeof ESLint,
  project: TestProject,
  config: Linter.Config[],
  { files = ["."], fix = false } = {},
): Promise<string[]> {
  const results = await run(Engine, project, config, { files, fix });
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, severity, message }) => {
      const file = filePath.slice(project.directory.length + 1);
      return `${file}:${line} ${ruleId ?? message}${severity === 2 ? " error" : ""}`;
    }),
  );
}

/** The same with everything that ESLint has to say. */
export async function run(
  Engine: typeof ESLint,
  project: TestProject,
  config: Linter.Config[],
  { files = ["."], fix = false } = {},
): Promise<ESLint.LintResult[]> {
  const eslint = new Engine({ cwd: project.directory, overrideConfigFile: true, overrideConfig: config, fix });
  const results = await eslint.lintFiles(files);
  if (fix) await Engine.outputFixes(results);
  return results;
}
