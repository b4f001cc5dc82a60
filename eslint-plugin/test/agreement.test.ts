import { execFile } from "node:child_process";
import { join } from "node:path";
import * as parser from "@typescript-eslint/parser";
import { ESLint, type Linter } from "eslint";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.js";
import { createProject, repository, type TestProject } from "./support/project.js";
import { acrossFiles, outlasting, overlapping, releasedEarly } from "./support/programs.js";

interface Located {
  rule: string;
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  message: string;
}

/** What the command line finds in a project. */
function commandLine({ directory }: TestProject, ...options: string[]): Promise<Located[]> {
  return new Promise((resolve) => {
    const args = [join(repository, "cli/bin/holdfast.mjs"), "check", "--format", "json", ...options];
    execFile(process.execPath, args, { cwd: directory }, (_, stdout) => {
      const { findings } = JSON.parse(stdout) as { findings: Located[] };
      resolve(
        findings.map(({ rule, file, line, column, endLine, endColumn, message }) => {
          return { rule, file, line, column, endLine, endColumn, message };
        }),
      );
    });
  });
}

/** What ESLint finds in it. */
async function eslint({ directory }: TestProject, overrideConfig: Linter.Config[]): Promise<Located[]> {
  const linter = new ESLint({ cwd: directory, overrideConfigFile: true, overrideConfig });
  const results = await linter.lintFiles(["."]);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, line, column, endLine, endColumn, message }) => ({
      rule: ruleId!.replace("holdfast/", ""),
      file: filePath.slice(directory.length + 1),
      line,
      column,
      endLine: endLine!,
      endColumn: endColumn!,
      message,
    })),
  );
}

describe("ESLint and the command line", () => {
  it("find the same in the same order", async () => {
    const project = createProject({
      "holdfast.config.json": { confidence: "likely", files: { exclude: ["old"] } },
      "a.js": `${overlapping}await Promise.all([push.send("disk"), push.send("net")]); // holdfast-disable-line -- a test\n`,
      "b.js": releasedEarly,
      "c.js": outlasting,
      "d.js": "// holdfast-disable-next-line no-late-linger\nexport {};\n",
      "e.js": `${releasedEarly}\n${releasedEarly.replace("findOrders", "findMore").split("\n").slice(4).join("\n")}`,
      "old/f.js": overlapping,
    });
    const found = await commandLine(project, "--no-types");
    expect(found.length).toBeGreaterThanOrEqual(6);
    expect(await eslint(project, [plugin.configs.recommended])).toEqual(found);
  });

  it("find the same with types", async () => {
    const project = createProject({ ...acrossFiles, "src/a.ts": overlapping, "src/b.ts": releasedEarly });
    const parserOptions = { projectService: true, tsconfigRootDir: project.directory };
    const config = {
      ...plugin.configs.recommendedTypeChecked,
      files: ["**/*.ts"],
      languageOptions: { parser, parserOptions },
    };
    const found = await commandLine(project);
    expect(found.map(({ file }) => file)).toEqual(["src/a.ts", "src/b.ts", "src/report.ts"]);
    expect(await eslint(project, [config])).toEqual(found);
  });
});
