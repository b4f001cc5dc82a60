import * as parser from "@typescript-eslint/parser";
import type { Linter } from "eslint";
import { defineConfig } from "eslint/config";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.js";
import { lint, run, versions } from "./support/eslint.js";
import { createProject } from "./support/project.js";
import { acrossFiles, outlasting, overlapping, releasedEarly, releasedInTime } from "./support/programs.js";

const { configs } = plugin;

/** The configuration of a project in TypeScript. */
function typescript(config: Linter.Config, parserOptions: object = {}): Linter.Config[] {
  return [{ ...config, files: ["**/*.ts"], languageOptions: { parser, parserOptions } }];
}

describe.each(versions)("ESLint $version", ({ Engine }) => {
  it("runs the rules on plain JavaScript", async () => {
    const project = createProject({ "a.js": overlapping, "b.js": releasedEarly, "c.js": "export {};\n" });
    const found = await lint(Engine, project, [configs.recommended]);
    expect(found).toEqual(["a.js:4 holdfast/no-concurrent-use error", "b.js:10 holdfast/no-early-release error"]);
  });

  it("runs them on TypeScript, without types", async () => {
    const project = createProject({ ...acrossFiles, "src/a.ts": overlapping });
    expect(await lint(Engine, project, typescript(configs.recommended))).toEqual([
      "src/a.ts:4 holdfast/no-concurrent-use error",
    ]);
  });

  it("runs them with types", async () => {
    const project = createProject({ ...acrossFiles, "src/a.ts": overlapping });
    const config = typescript(configs.recommendedTypeChecked, {
      projectService: true,
      tsconfigRootDir: project.directory,
    });
    expect(await lint(Engine, project, config)).toEqual([
      "src/a.ts:4 holdfast/no-concurrent-use error",
      "src/report.ts:5 holdfast/no-concurrent-use error",
    ]);
  });

  it("does not use types that are there but were not asked for", async () => {
    const project = createProject(acrossFiles);
    const untyped = typescript(configs.recommended, { projectService: true, tsconfigRootDir: project.directory });
    const typed = typescript(configs.recommendedTypeChecked, {
      projectService: true,
      tsconfigRootDir: project.directory,
    });
    expect(await lint(Engine, project, untyped)).not.toEqual(await lint(Engine, project, typed));
  });

  it("does without types that were asked for but are not there", async () => {
    const project = createProject({ "a.js": overlapping });
    expect(await lint(Engine, project, [configs.strictTypeChecked])).toEqual([
      "a.js:4 holdfast/no-concurrent-use error",
    ]);
  });

  it("applies safe fixes", async () => {
    const project = createProject({ "a.js": releasedEarly });
    expect(await lint(Engine, project, [configs.recommended], { fix: true })).toEqual([]);
    expect(project.read("a.js")).toBe(releasedInTime);
  });

  it("applies safe fixes with types", async () => {
    const project = createProject({ ...acrossFiles, "src/report.ts": releasedEarly });
    const config = typescript(configs.recommendedTypeChecked, {
      projectService: true,
      tsconfigRootDir: project.directory,
    });
    expect(await lint(Engine, project, config, { fix: true })).toEqual([]);
    expect(project.read("src/report.ts")).toBe(releasedInTime);
  });

  it("reports the whole place of a finding, and suggests fixes that need a second look", async () => {
    const project = createProject({ "a.js": overlapping });
    const [result] = await run(Engine, project, [configs.recommended]);
    const [message] = result!.messages;
    expect(message).toMatchObject({
      line: 4,
      endLine: 4,
      column: overlapping.split("\n")[3]!.lastIndexOf("send") + 1,
    });
    for (const suggestion of message!.suggestions ?? []) {
      expect(suggestion.desc).toMatch(/\S/);
      expect(suggestion.fix.text).toMatch(/\S/);
    }
    expect((message!.suggestions ?? []).length + (message!.fix ? 1 : 0)).toBeGreaterThan(0);
  });

  it("obeys comments of both kinds, and reports those that are out of place", async () => {
    const withComment = (comment: string) => overlapping.replace("await Promise", `${comment}\nawait Promise`);
    const project = createProject({
      "a.js": withComment("// holdfast-disable-next-line no-concurrent-use -- the queue is never full"),
      "b.js": withComment("// eslint-disable-next-line holdfast/no-concurrent-use -- the queue is never full"),
      "c.js": withComment("// holdfast-disable-next-line no-concurrent-use"),
      "d.js": "// holdfast-disable-next-line no-late-linger -- once\nexport {};\n",
      "e.js":
        "/* eslint holdfast/suppression: off */\n// holdfast-disable-next-line no-late-linger -- once\nexport {};\n",
    });
    expect(await lint(Engine, project, [configs.recommended])).toEqual([
      "c.js:4 holdfast/suppression",
      "d.js:1 holdfast/suppression",
    ]);
  });

  it("reads text that comes without a file", async () => {
    const eslint = new Engine({
      cwd: createProject({}).directory,
      overrideConfigFile: true,
      overrideConfig: [configs.recommended],
    });
    const [result] = await eslint.lintText(overlapping);
    expect(result!.messages.map((message) => message.ruleId)).toEqual(["holdfast/no-concurrent-use"]);
  });

  it("leaves files alone that are no scripts", async () => {
    const project = createProject({ "a.vue": overlapping });
    const config = {
      ...configs.recommended,
      files: ["**/*.vue"],
      languageOptions: { parser, parserOptions: { extraFileExtensions: [".vue"] } },
    };
    expect(await lint(Engine, project, [config])).toEqual([]);
  });
});

const { Engine } = versions.at(-1)!;

describe("the configurations", () => {
  it("can be extended by name", async () => {
    const project = createProject({ "a.js": overlapping });
    const config = defineConfig({ plugins: { holdfast: plugin }, extends: ["holdfast/recommended"] });
    expect(await lint(Engine, project, config)).toEqual(["a.js:4 holdfast/no-concurrent-use error"]);
  });

  it("fit the types of ESLint and typescript-eslint", () => {
    const project = createProject({
      "eslint.config.mts": `import { defineConfig } from "eslint/config";
import holdfast, { type HoldfastSettings } from "eslint-plugin-holdfast";
import tseslint from "typescript-eslint";

export const settings: HoldfastSettings = { types: true };
export const one = defineConfig([holdfast.configs.recommended, { plugins: { holdfast }, settings: { holdfast: settings } }]);
export const other = tseslint.config({ extends: [holdfast.configs.strictTypeChecked], plugins: { holdfast } });
`,
    });
    const options = {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: [],
    };
    const program = ts.createProgram([project.path("eslint.config.mts")], options);
    expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  });
});

describe("settings", () => {
  it("of configurations say how sure findings are", async () => {
    const project = createProject({ "a.js": overlapping, "b.js": outlasting });
    const globals = { languageOptions: { globals: { setInterval: false as const } } };
    expect(await lint(Engine, project, [{ ...configs.recommended, ...globals }])).toHaveLength(1);
    expect(await lint(Engine, project, [{ ...configs.strict, ...globals }])).toHaveLength(2);
  });

  it("of a rule go before the others", async () => {
    const project = createProject({
      "a.js": overlapping,
      "b.js": outlasting,
      "holdfast.config.json": { confidence: "likely" },
    });
    const withOption = (option: object): Linter.Config[] => [
      configs.recommended,
      { rules: { "holdfast/no-concurrent-use": ["error", option] } },
    ];
    expect(await lint(Engine, project, withOption({}))).toHaveLength(2);
    expect(await lint(Engine, project, withOption({ confidence: "certain" }))).toHaveLength(1);
  });

  it("of a rule are checked", async () => {
    const project = createProject({ "a.js": overlapping });
    const config: Linter.Config[] = [
      configs.recommended,
      { rules: { "holdfast/no-concurrent-use": ["error", { confidence: "sure" }] } },
    ];
    await expect(lint(Engine, project, config)).rejects.toThrow('"sure" should be equal to one of the allowed values');
  });

  it("of a rule may ask for types for that rule only", async () => {
    const project = createProject(acrossFiles);
    const parserOptions = { projectService: true, tsconfigRootDir: project.directory };
    const rules: Linter.RulesRecord = { "holdfast/no-concurrent-use": ["error", { types: true }] };
    const config = typescript(
      { ...configs.recommended, rules: { ...configs.recommended.rules, ...rules } },
      parserOptions,
    );
    expect(await lint(Engine, project, config)).toEqual(["src/report.ts:5 holdfast/no-concurrent-use error"]);
  });
});

describe("holdfast.config.json", () => {
  it("is read where it is nearest, and again when it changes", async () => {
    const project = createProject({
      "holdfast.config.json": { rules: { "no-concurrent-use": "off" } },
      "a.js": overlapping,
      "inner/b.js": overlapping,
    });
    const found = () => lint(Engine, project, [configs.recommended]);
    expect(await found()).toEqual([]);
    project.write("inner/holdfast.config.json", {});
    expect(await found()).toEqual(["inner/b.js:4 holdfast/no-concurrent-use error"]);
    project.write("holdfast.config.json", { files: { exclude: ["inner"] } });
    expect(await found()).toEqual([
      "a.js:4 holdfast/no-concurrent-use error",
      "inner/b.js:4 holdfast/no-concurrent-use error",
    ]);
  });

  it("excludes files, asks for more, and goes before the configuration's settings", async () => {
    const project = createProject({
      "holdfast.config.json": { confidence: "certain", files: { exclude: ["a.js"] } },
      "a.js": overlapping,
      "b.js": outlasting,
    });
    const globals = { languageOptions: { globals: { setInterval: false as const } } };
    expect(await lint(Engine, project, [{ ...configs.strict, ...globals }])).toEqual([]);
    project.write("holdfast.config.json", { confidence: "likely" });
    expect(await lint(Engine, project, [{ ...configs.recommended, ...globals }])).toHaveLength(2);
  });
});
