import { execFile } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSource } from "@holdfast/workspace";
import { binary, createProject, type Run } from "./support/project.js";
import { overlapping, overlappingScript, tsconfig, unrelated } from "../../test/support/programs.js";

/** One clear sentence, the right number to end with, and never a stack trace. */
function expectSentence({ code, stderr }: Run, sentence: string | RegExp): void {
  if (typeof sentence === "string") expect(stderr).toBe(`holdfast: ${sentence}\n`);
  else expect(stderr).toMatch(new RegExp(`^holdfast: ${sentence.source}\n$`));
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
}

describe("what is typed wrong", () => {
  const project = createProject({ "src/a.mjs": overlappingScript });

  it.each([
    [["chekc"], 'there is no command "chekc"; did you mean "check"?'],
    [["src"], 'there is no command "src"; to check a path of that name, run `holdfast check src`.'],
    [["check", "--fromat", "json"], 'there is no option --fromat; did you mean "--format"?'],
    [["check", "--everything"], "there is no option --everything; --help lists all options."],
    [["check", "-x"], "there is no option -x; --help lists all options."],
    [["--everything"], "there is no option --everything; --help lists all options."],
    [["check", "--format", "jsn"], 'there is no format "jsn"; did you mean "json"?'],
    [["check", "--format", "xml"], 'there is no format "xml"; the formats are pretty, json, sarif, github.'],
    [["check", "--format", "json", "--format", "sarif"], "--format was given 2 times; give it once."],
    [
      ["check", "--rule", "no-late-linger"],
      "--rule no-late-linger has no severity; write --rule no-late-linger:off, no-late-linger:warn or no-late-linger:error.",
    ],
    [
      ["check", "--rule", "no-late-lnger:off"],
      '--rule no-late-lnger:off: there is no rule "no-late-lnger"; did you mean "no-late-linger"?',
    ],
    [["check", "--rule", "no-late-linger:on"], '--rule no-late-linger:on: expected "off", "warn" or "error".'],
    [["check", "--confidence", "sure"], '--confidence sure: expected "certain", "likely" or "possible".'],
    [["check", "--max-warnings", "few"], "--max-warnings few is not a whole number; write --max-warnings 0 or more."],
    [["check", "--max-warnings", "1.5"], "--max-warnings 1.5 is not a whole number; write --max-warnings 0 or more."],
    [["check", "--project", "nowhere.json"], "there is no file nowhere.json; check the path after --project."],
    [["check", "--project", "src"], "there is no file src/tsconfig.json; check the path after --project."],
    [
      ["check", "--config", "nowhere.json"],
      "there is no configuration file nowhere.json; check the path after --config.",
    ],
    [["contracts", "zeromqq"], 'there is no contract for "zeromqq"; did you mean "zeromq"?'],
    [["contracts", "left-pad"], 'there is no contract for "left-pad"; `holdfast contracts` lists all of them.'],
    [
      ["contracts", "--format", "sarif"],
      'contracts are not printed as "sarif"; write --format pretty or --format json.',
    ],
    [["check", "-"], "source is not read from standard input; name files or folders in place of `-`."],
    [["explain", "no-concurent-use"], 'there is no rule "no-concurent-use"; did you mean "no-concurrent-use"?'],
    [["explain", "semi"], /there is no rule "semi"; the rules are no-concurrent-use, .+\./],
  ])("%j is explained", async (args, sentence) => {
    const run = await project.holdfast(...args);
    expectSentence(run, sentence);
    expect(run.stdout).toBe("");
  });

  it.each([
    [["check", "--project"], /.+`holdfast check --help` shows how to write it\./],
    [["explain"], /.+`holdfast explain --help` shows how to write it\./],
    [["explain", "one", "two"], /.+`holdfast explain --help` shows how to write it\./],
  ])("%j lacks something, or has too much", async (args, sentence) => {
    expectSentence(await project.holdfast(...args), sentence);
  });
});

describe("paths that lead nowhere", () => {
  const project = createProject({
    "package.json": { name: "example" },
    "src/a.mjs": overlappingScript,
    "README.md": "# Example\n",
    "empty/notes.txt": "",
    "dist/b.js": overlappingScript,
  });

  it.each([
    ["srcc", 'there is no file or folder srcc; did you mean "src"?'],
    ["src/b.mjs", 'there is no file or folder src/b.mjs; did you mean "src/a.mjs"?'],
    ["completely/different", "there is no file or folder completely/different; check the path."],
    [
      "README.md",
      "README.md is not a JavaScript or TypeScript file; name one that ends in .ts, .tsx, .mts, .cts, .js, .jsx, .mjs, .cjs.",
    ],
    ["empty", "there is no JavaScript or TypeScript file in empty; name a folder that has one."],
    [
      "src/**/*.tsx",
      'no JavaScript or TypeScript file matches "src/**/*.tsx"; check the pattern, and quote it so that the shell does not expand it.',
    ],
    ["dist", "dist is in a folder of dependencies or build output, which Holdfast skips; name the source instead."],
    [
      "dist/b.js",
      "dist/b.js is in a folder of dependencies or build output, which Holdfast skips; name the source instead.",
    ],
    [
      "node_modules/zeromq",
      "node_modules/zeromq is in a folder of dependencies or build output, which Holdfast skips; name the source instead.",
    ],
  ])("%s is explained, and the other paths are checked all the same", async (path, sentence) => {
    const alone = await project.holdfast("check", path);
    expectSentence(alone, sentence);
    expect(alone.stdout).toBe("");
    const { report, ...run } = await project.report(path, "src");
    expectSentence(run, sentence);
    expect(report.findings).toMatchObject([{ file: "src/a.mjs" }]);
  });
});

describe("files that cannot be read", () => {
  it.each([
    ["binary", Buffer.from([0x47, 0x40, 0x00, 0x10, 0x00])],
    ["in UTF-16", Buffer.from(`\uFEFF${unrelated}`, "utf16le")],
    ["in Latin-1", Buffer.from("// café\n", "latin1")],
  ])("as they are %s are named, and the others are checked", async (_, content) => {
    const project = createProject({ "src/a.mjs": overlappingScript, "src/broken.ts": content });
    const { report, ...run } = await project.report();
    expectSentence(
      run,
      'src/broken.ts is not text in UTF-8; convert it, or exclude it under "files" in holdfast.config.json.',
    );
    expect(report.findings).toMatchObject([{ file: "src/a.mjs" }]);
  });

  it("may have a NUL character in a string", async () => {
    const project = createProject({ "a.mjs": `const separator = "\0";\n${overlappingScript}` });
    const { code, report } = await project.report();
    expect(report.findings).toMatchObject([{ file: "a.mjs", line: 5 }]);
    expect(code).toBe(1);
  });

  it("as they are links to nothing are named too", async () => {
    const project = createProject({ "src/a.mjs": overlappingScript });
    symlinkSync("nowhere.mjs", join(project.directory, "src/dangling.mjs"));
    const { report, ...run } = await project.report("src/a.mjs", "src/dangling.mjs");
    expectSentence(run, "src/dangling.mjs is a broken link; fix or remove it.");
    expect(report.findings).toMatchObject([{ file: "src/a.mjs" }]);
    // Where nobody named it, it is nobody's business.
    const { code, stderr } = await project.holdfast("check", "src");
    expect([code, stderr]).toEqual([1, ""]);
  });

  it("as they are gone by then, or forbidden, are named too", () => {
    expect(readSource(join(tmpdir(), "holdfast", "gone.ts"), "gone.ts")).toBe(
      "gone.ts cannot be read (ENOENT); check that it exists, and its permissions.",
    );
  });
});

describe("configurations that are wrong", () => {
  it.each([
    [
      { rules: { "no-erly-release": "off" } },
      'holdfast.config.json: there is no rule "no-erly-release"; did you mean "no-early-release"?',
    ],
    [{ rulez: {} }, 'holdfast.config.json: the configuration has no setting "rulez"; did you mean "rules"?'],
    ["null", 'holdfast.config.json: the configuration must be an object, such as { "rules": {} }.'],
    ["[]", 'holdfast.config.json: the configuration must be an object, such as { "rules": {} }.'],
    ['{\n  "rules": {,}\n}', /holdfast\.config\.json:2:\d+: this is not JSON: .+\./],
  ])("%j is explained once, and the files are checked all the same", async (config, sentence) => {
    const project = createProject({
      "holdfast.config.json": config,
      "src/a.mjs": overlappingScript,
      "src/inner/b.mjs": overlappingScript,
    });
    const { report, ...run } = await project.report();
    expectSentence(run, sentence);
    expect(report.findings).toMatchObject([{ file: "src/a.mjs" }, { file: "src/inner/b.mjs" }]);
  });

  it("are explained where they are named", async () => {
    const project = createProject({ "ci.json": { confidence: "sure" }, "a.mjs": overlappingScript });
    const run = await project.holdfast("check", "--config", "ci.json");
    expectSentence(run, 'ci.json: "confidence" is "sure"; expected "certain", "likely" or "possible".');
  });

  it("are explained by `holdfast contracts` too", async () => {
    const project = createProject({ "holdfast.config.json": { contracts: {} } });
    const run = await project.holdfast("contracts", "zeromq");
    expectSentence(run, /holdfast\.config\.json: contracts must be an array.+/);
    expect(run.stdout).toContain("zeromq");
  });
});

describe("projects that are wrong", () => {
  it.each([
    [
      "broken",
      { "tsconfig.json": '{ "compilerOptions": { "strict": tru } }' },
      /tsconfig\.json:1:\d+: .+; fix it, or pass --no-types to skip type information\./,
    ],
    ["mistyped", { "tsconfig.json": { compilerOptions: { strict: "yes" } } }, /tsconfig\.json:1:\d+: .+; fix it, .+/],
    [
      "circular",
      { "tsconfig.json": { extends: "./base.json" }, "base.json": { extends: "./tsconfig.json" } },
      /tsconfig\.json.*: Circularity detected .+; fix it, .+/,
    ],
  ])("as they are %s are explained once, and the files are checked all the same", async (_, configs, sentence) => {
    const project = createProject({ ...configs, "src/a.mjs": overlappingScript, "src/inner/b.mjs": overlappingScript });
    const { report, ...run } = await project.report();
    expectSentence(run, sentence);
    expect(report.findings).toMatchObject([{ file: "src/a.mjs" }, { file: "src/inner/b.mjs" }]);
    const { code, stderr } = await project.holdfast("check", "--no-types");
    expect([code, stderr]).toEqual([1, ""]);
  });

  it("are explained where they are named", async () => {
    const project = createProject({ "broken.json": "{ nonsense", "a.mjs": overlappingScript });
    const { report, ...run } = await project.report("--project", "broken.json", "a.mjs");
    expectSentence(run, /broken\.json:1:\d+: .+; fix it, .+/);
    expect(report.findings).toMatchObject([{ file: "a.mjs" }]);
  });

  it.each(["./nowhere.json", "@tsconfig/node20/tsconfig.json"])(
    "as they extend %s, which is not there, are used all the same",
    async (base) => {
      const options = { ...tsconfig.compilerOptions, skipLibCheck: true };
      const project = createProject({
        "tsconfig.json": { extends: base, compilerOptions: options },
        "src/a.ts": overlapping,
      });
      const { code, report, stderr } = await project.report();
      expect(stderr).toMatch(
        /tsconfig\.json(:1:\d+)?: .+ its options are missing, so some types may not be found\.\n$/,
      );
      expect(stderr.split("\n")).toHaveLength(2);
      expect(report.findings).toMatchObject([{ file: "src/a.ts", rule: "no-concurrent-use" }]);
      expect(code).toBe(1);
    },
  );

  it("do no harm where nothing asks for types", async () => {
    const project = createProject({ "tsconfig.json": "{ nonsense", "a.ts": unrelated });
    const { code, stderr } = await project.holdfast("check");
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("may have options of another version of TypeScript", async () => {
    const compilerOptions = { ...tsconfig.compilerOptions, target: "ES2099", futureOption: true };
    const project = createProject({
      "tsconfig.json": { ...tsconfig, compilerOptions },
      "src/a.mjs": overlappingScript,
    });
    const { code, stderr } = await project.holdfast("check");
    expect([code, stderr]).toEqual([1, ""]);
  });
});

describe("surroundings that are wrong", () => {
  const sh = (directory: string, script: string) =>
    new Promise<{ code: unknown; stderr: string }>((resolve) => {
      const command = `${process.execPath} ${binary}`;
      execFile("sh", ["-c", script.replace("holdfast", command)], { cwd: directory }, (error, _, stderr) =>
        resolve({ code: error?.code ?? 0, stderr }),
      );
    });

  it.runIf(existsSync("/dev/full"))("an output that takes nothing is told", async () => {
    const { directory } = createProject({ "a.mjs": overlappingScript });
    for (const command of ["check", "contracts", "explain no-late-linger"]) {
      expect(await sh(directory, `holdfast ${command} > /dev/full`)).toEqual({
        code: 2,
        stderr: "holdfast: the output cannot be written (ENOSPC); check where it goes.\n",
      });
    }
  });

  it("a name of a file is no command to the terminal", async () => {
    const project = createProject({ "a\u001B[31m.mjs": overlappingScript, "b\n::error::c.mjs": overlappingScript });
    for (const format of ["pretty", "github"]) {
      const { stdout } = await project.holdfast("check", "--format", format);
      expect(stdout).toContain("no-concurrent-use");
      expect(stdout).not.toContain("\u001B");
      expect(stdout).not.toContain("\n::error::c");
    }
  });

  it("a working directory that is gone is told", async () => {
    const { directory } = createProject({ "a.mjs": overlappingScript });
    expect(await sh(directory, "mkdir gone && cd gone && rmdir ../gone && holdfast check")).toEqual({
      code: 2,
      stderr: "holdfast: the working directory does not exist any more; change to another one.\n",
    });
  });
});

describe("several things that are wrong", () => {
  it("are all told", async () => {
    const project = createProject({ "a.mjs": overlappingScript });
    const { code, stderr, stdout } = await project.holdfast("check", "nowhere.ts", "gone.ts", "a.mjs");
    expect(stderr.split("\n")).toHaveLength(3);
    expect(stdout).toContain("✖ 1 error");
    expect(code).toBe(2);
  });
});
