import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject, type TestProject } from "./support/project.js";
import { overlapping } from "./support/programs.js";

const require = createRequire(import.meta.url);
const manifest = require.resolve("oxlint/package.json");
const { bin } = require("oxlint/package.json") as { bin: { oxlint: string } };

/** Runs oxlint on files of a project, with the plugin as it is built. */
function oxlint(
  project: TestProject,
  files: string[],
  config: object,
): Promise<{ code: number; found: string[]; stderr: string }> {
  project.write(".oxlintrc.json", {
    jsPlugins: ["eslint-plugin-holdfast"],
    categories: { correctness: "off" },
    ...config,
  });
  return new Promise((resolve) => {
    const args = [join(dirname(manifest), bin.oxlint), "--format", "unix", ...files];
    execFile(process.execPath, args, { cwd: project.directory }, (error, stdout, stderr) => {
      const found = stdout.split("\n").filter((line) => line.includes("holdfast"));
      resolve({ code: error ? 1 : 0, found: found.sort(), stderr });
    });
  });
}

describe("oxlint", () => {
  it("runs the rules, without types even where they are asked for", async () => {
    const project = createProject({ "a.js": overlapping, "b.ts": overlapping, "c.js": "export {};\n" });
    const { code, found } = await oxlint(project, ["a.js", "b.ts", "c.js"], {
      settings: { holdfast: { types: true } },
      rules: { "holdfast/no-concurrent-use": "error", "holdfast/suppression": "warn" },
    });
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/a\.js:4:\d+: .+holdfast\(no-concurrent-use\)/);
    expect(found[1]).toMatch(/b\.ts:4:\d+: .+holdfast\(no-concurrent-use\)/);
    expect(code).toBe(1);
  });

  it("passes options on", async () => {
    const project = createProject({ "a.js": overlapping });
    const { found } = await oxlint(project, ["a.js"], {
      rules: { "holdfast/no-concurrent-use": ["error", { types: false, confidence: "certain" }] },
    });
    expect(found).toHaveLength(1);
  });
});
