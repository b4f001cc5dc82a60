import { execFile } from "node:child_process";
import { ESLint } from "eslint";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.js";
import { createProject, repository, type TestProject } from "./support/project.js";
import { outlasting, overlapping, releasedEarly } from "./support/programs.js";

interface Located {
  rule: string;
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  message: string;
}

/** What the command line finds in a project, without types. */
function commandLine({ directory }: TestProject): Promise<Located[]> {
  return new Promise((resolve) => {
    const args = [join(repository, "cli/bin/holdfast.mjs"), "check", "--no-types", "--format", "json"];
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
async function eslint({ directory }: TestProject): Promise<Located[]> {
  const linter = new ESLint({ cwd: directory, overrideConfigFile: true, overrideConfig: [plugin.configs.recommended] });
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
    const found = await commandLine(project);
    expect(found.length).toBeGreaterThanOrEqual(6);
    expect(await eslint(project)).toEqual(found);
  });
});
