import { describe, expect, it } from "vitest";
import { createProject } from "./support/project.js";
import {
  idleComment,
  outlasting,
  overlapping,
  overlappingScript,
  releasedEarly,
  releasedInTime,
  sequential,
  tsconfig,
  unrelated,
} from "../../test/support/programs.js";

describe("holdfast check", () => {
  it("ends with 0 where there is nothing to report", async () => {
    const project = createProject({ "src/a.js": sequential, "src/b.js": unrelated });
    const { code, stdout, stderr } = await project.holdfast("check");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^✔ nothing to report {2}checked 2 files \(1 analysed, without type information\) in .+\n$/);
    expect(code).toBe(0);
  });

  it("shows findings with the lines that prove them, and ends with 1", async () => {
    const project = createProject({ "src/report.mjs": overlappingScript });
    const { code, stdout, stderr } = await project.holdfast("check");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^error: .+ {2}no-concurrent-use\n/);
    expect(stdout).toMatch(/╭─ src\/report\.mjs:4:\d+\n/);
    expect(stdout).toContain(' 4 │ await Promise.all([push.send("cpu"), push.send("memory")]);\n');
    expect(stdout).toMatch(/─+ ① /);
    expect(stdout).toMatch(/\^+ ② /);
    expect(stdout).toMatch(/✖ 1 error {2}checked 1 file /);
    expect(code).toBe(1);
  });

  it("uses types where there is a tsconfig.json", async () => {
    const project = createProject({ "tsconfig.json": tsconfig, "src/report.ts": overlapping });
    const { code, report } = await project.report();
    expect(report.findings).toMatchObject([{ rule: "no-concurrent-use", file: "src/report.ts", line: 4 }]);
    expect(report.summary).toMatchObject({ files: 1, analysed: 1, findings: 1, oracle: "compiler" });
    expect(code).toBe(1);
  });

  it("does without types where there is none", async () => {
    const project = createProject({ "src/report.ts": overlapping });
    const { report } = await project.report();
    expect(report.findings).toMatchObject([{ rule: "no-concurrent-use", file: "src/report.ts", line: 4 }]);
    expect(report.summary.oracle).toBe("tracing");
  });

  it("knows the classes of a library in the library's own sources", async () => {
    const project = createProject({
      "package.json": '{ "name": "zeromq", "version": "6.4.0" }',
      // The compiler itself tells no package where modules are resolved in this way.
      "tsconfig.json": {
        ...tsconfig,
        compilerOptions: {
          ...tsconfig.compilerOptions,
          module: "ESNext",
          moduleResolution: "Node10",
          ignoreDeprecations: "6.0",
        },
      },
      "src/index.ts": "export class Push {\n  async send(message: string): Promise<void> {}\n}\n",
      "src/report.ts": overlapping.replace(/"zeromq"/, '"./index.js"'),
    });
    const { report } = await project.report();
    expect(report.findings).toMatchObject([{ rule: "no-concurrent-use", file: "src/report.ts", line: 4 }]);
  });

  it("checks a file with syntax errors as far as it can be understood", async () => {
    const project = createProject({ "a.mjs": `${overlappingScript}\nfunction ( {`, "b.mjs": overlappingScript });
    const { report, stderr } = await project.report();
    expect(report.findings.map((finding) => finding.file)).toContain("b.mjs");
    expect(stderr).toBe("");
  });

  it("prints findings in order of file, line, column and rule, whatever project they belong to", async () => {
    const project = createProject({
      "b/tsconfig.json": { ...tsconfig, include: ["."] },
      "b/report.ts": overlapping,
      "a.mjs": overlappingScript,
      "c.mjs": `${overlappingScript}await Promise.all([push.send("disk"), push.send("net")]);\n`,
    });
    const { report } = await project.report();
    expect(report.findings.map(({ file, line }) => `${file}:${line}`)).toEqual([
      "a.mjs:4",
      "b/report.ts:4",
      "c.mjs:4",
      "c.mjs:5",
    ]);
  });
});

describe("which files are checked", () => {
  const project = createProject({
    "package.json": { name: "example", type: "module" },
    ".gitignore": "/generated/\n*.gen.ts\n",
    "src/a.ts": unrelated,
    "src/deep/b.tsx": unrelated,
    "src/c.d.ts": "export {};\n",
    "src/d.gen.ts": unrelated,
    "src/build/e.mts": unrelated,
    "src/notes.md": "# notes\n",
    "test/f.test.js": unrelated,
    "generated/g.ts": unrelated,
    "dist/h.js": unrelated,
    "build/i.js": unrelated,
    "packages/one/node_modules/dependency/j.js": unrelated,
    "packages/one/k.cjs": unrelated,
    ".hidden/l.js": unrelated,
  });
  const count = async (...args: string[]) => (await project.report(...args)).report.summary.files;

  it("all of the working directory, but for dependencies, output, declarations and what git ignores", async () => {
    expect(await count()).toBe(5);
  });

  it.each([
    [["src"], 3],
    [["src/a.ts"], 1],
    [["src/d.gen.ts"], 1],
    [["src", "src/a.ts", "./src/../src"], 3],
    [["src/**/*.tsx"], 1],
    [["{src,test}/**"], 4],
    [["src/c.d.ts"], 0],
    [[".hidden"], 1],
  ])("those of %j", async (paths, expected) => {
    expect(await count(...paths)).toBe(expected);
  });

  it("those of the project that is named, where no paths are", async () => {
    const named = createProject({
      "tsconfig.json": { files: [], references: [{ path: "api" }, { path: "web/tsconfig.build.json" }] },
      "api/tsconfig.json": { compilerOptions: { composite: true }, include: ["*.ts"] },
      "api/a.ts": unrelated,
      "web/tsconfig.build.json": { compilerOptions: { composite: true }, files: ["b.ts"] },
      "web/b.ts": unrelated,
      "web/c.ts": unrelated,
      "other/d.ts": unrelated,
    });
    expect((await named.report("--project", "tsconfig.json")).report.summary.files).toBe(2);
    expect((await named.report("--project", "api")).report.summary.files).toBe(1);
    expect((await named.report("--project", "tsconfig.json", "--no-types")).report.summary.files).toBe(2);
    expect((await named.report("--project", "api", "web")).report.summary.files).toBe(2);
  });

  it("those that the configuration includes and does not exclude", async () => {
    const configured = createProject({
      "holdfast.config.json": { files: { include: ["src/**", "lib"], exclude: ["**/*.test.js"] } },
      "src/a.js": unrelated,
      "src/a.test.js": unrelated,
      "lib/b.js": unrelated,
      "scripts/c.js": unrelated,
    });
    expect((await configured.report()).report.summary.files).toBe(2);
    expect((await configured.report("scripts/c.js")).report.summary.files).toBe(0);
  });
});

describe("which project a file belongs to", () => {
  /** The handle comes from another file, so only a type checker that finds that file knows it. */
  const bySource = {
    "api/src/socket.ts": 'import { Push } from "zeromq";\n\nexport function openSocket() {\n  return new Push();\n}\n',
    "api/src/report.ts":
      'import { openSocket } from "#socket";\n\nexport async function report(): Promise<void> {\n  const push = openSocket();\n' +
      '  await Promise.all([push.send("cpu"), push.send("memory")]);\n}\n',
  };
  const options = {
    ...tsconfig.compilerOptions,
    module: "ESNext",
    moduleResolution: "Bundler",
    paths: { "#socket": ["./src/socket.ts"] },
  };

  it.each([
    ["the nearest", { "tsconfig.json": { compilerOptions: {} }, "api/tsconfig.json": { compilerOptions: options } }],
    [
      "one that the nearest refers to",
      {
        "api/tsconfig.json": { files: [], references: [{ path: "./tsconfig.src.json" }] },
        "api/tsconfig.src.json": { compilerOptions: { ...options, composite: true }, include: ["src"] },
      },
    ],
    [
      "the next one above that includes it",
      {
        "tsconfig.json": {
          compilerOptions: { ...options, paths: { "#socket": ["./api/src/socket.ts"] } },
          include: ["**/*.ts"],
        },
        "api/tsconfig.json": { include: ["nothing"] },
      },
    ],
    ["the nearest, if none includes it", { "api/tsconfig.json": { compilerOptions: options, include: ["nothing"] } }],
  ])("%s", async (_, configFiles) => {
    const project = createProject({ ...bySource, ...configFiles });
    const { report } = await project.report("api");
    expect(report.findings).toMatchObject([{ file: "api/src/report.ts", line: 5 }]);
  });

  it("the one that is named", async () => {
    const project = createProject({
      ...bySource,
      "api/tsconfig.json": { include: ["nothing"] },
      "other.json": {
        compilerOptions: { ...options, paths: { "#socket": ["./api/src/socket.ts"] } },
        include: ["api"],
      },
    });
    expect((await project.report("--project", "other.json", "api")).report.findings).toHaveLength(1);
  });

  it("none, if types are not wanted", async () => {
    const project = createProject({
      ...bySource,
      "api/tsconfig.json": { compilerOptions: options },
      "a.mjs": overlappingScript,
    });
    const { report } = await project.report("--no-types");
    expect(report.findings.map((finding) => finding.file)).toContain("a.mjs");
    expect(report.summary.oracle).toBe("tracing");
  });

  it("and to those that it refers to, built or not", async () => {
    const compilerOptions = { ...tsconfig.compilerOptions, composite: true, outDir: "dist", rootDir: "src" };
    const project = createProject({
      "socket/package.json": { name: "@example/socket", type: "module", exports: "./dist/socket.js" },
      "socket/tsconfig.json": { compilerOptions, include: ["src"] },
      "socket/src/socket.ts": bySource["api/src/socket.ts"],
      "api/package.json": { name: "@example/api", type: "module" },
      "api/tsconfig.json": { compilerOptions, include: ["src"], references: [{ path: "../socket" }] },
      "api/src/report.ts": bySource["api/src/report.ts"].replace("#socket", "@example/socket"),
    });
    project.link("socket", "api/node_modules/@example/socket");
    expect((await project.report()).report.findings).toMatchObject([{ file: "api/src/report.ts", line: 5 }]);
  });
});

describe("settings", () => {
  const project = createProject({ "a.mjs": overlappingScript, "b.mjs": idleComment, "c.ts": outlasting });
  const summaryOf = async (...args: string[]) => {
    const { code, report } = await project.report(...args);
    return [code, ...report.findings.map(({ rule, severity, confidence }) => `${rule} ${severity} ${confidence}`)];
  };

  it("by default report what is certain, as loud as the contract says", async () => {
    expect(await summaryOf()).toEqual([1, "no-concurrent-use error certain", "suppression warning certain"]);
  });

  it("--rule turns rules off, down and up", async () => {
    expect(await summaryOf("--rule", "no-concurrent-use:off")).toEqual([1, "suppression warning certain"]);
    expect(await summaryOf("--rule", "no-concurrent-use:warn", "--rule", "suppression:error")).toEqual([
      1,
      "no-concurrent-use warning certain",
      "suppression error certain",
    ]);
    expect(await summaryOf("--rule", "no-concurrent-use:off", "--rule", "suppression:off")).toEqual([0]);
  });

  it("--confidence asks for more", async () => {
    expect(await summaryOf("--confidence", "likely")).toEqual([
      1,
      "no-concurrent-use error certain",
      "suppression warning certain",
      "no-concurrent-use error likely",
    ]);
  });

  it("--quiet reports errors only, and does not mind warnings", async () => {
    expect(await summaryOf("--quiet")).toEqual([1, "no-concurrent-use error certain"]);
    expect(await summaryOf("--quiet", "--rule", "no-concurrent-use:warn")).toEqual([0]);
  });

  it("--max-warnings says how many warnings are all right", async () => {
    const { holdfast } = createProject({ "b.mjs": idleComment });
    expect((await holdfast("check")).code).toBe(1);
    expect((await holdfast("check", "--max-warnings", "1")).code).toBe(0);
    expect((await holdfast("check", "--max-warnings", "1", "--rule", "suppression:error")).code).toBe(1);
    const { code, stderr } = await holdfast("check", "--max-warnings", "0", "--quiet");
    expect(stderr).toBe("holdfast: found 1 warning; --max-warnings allows 0.\n");
    expect(code).toBe(1);
  });

  it("come from the nearest configuration, and options go before it", async () => {
    const configured = createProject({
      "holdfast.config.json": { rules: { "no-concurrent-use": "warn" } },
      "a.mjs": overlappingScript,
      "inner/holdfast.config.json": { rules: { "no-concurrent-use": "off" }, confidence: "likely" },
      "inner/b.mjs": overlappingScript,
    });
    expect((await configured.report()).report.findings).toMatchObject([{ file: "a.mjs", severity: "warning" }]);
    const { report } = await configured.report("--rule", "no-concurrent-use:error");
    expect(report.findings).toMatchObject([
      { file: "a.mjs", severity: "error" },
      { file: "inner/b.mjs", severity: "error" },
    ]);
  });

  it("--config names the configuration of all files", async () => {
    const configured = createProject({
      "holdfast.config.json": { rules: { "no-concurrent-use": "off" } },
      "settings/ci.json": { files: { exclude: ["b.mjs"] } },
      "a.mjs": overlappingScript,
      "b.mjs": overlappingScript,
    });
    expect((await configured.report()).code).toBe(0);
    expect((await configured.report("--config", "settings/ci.json")).report.findings).toMatchObject([
      { file: "a.mjs" },
    ]);
  });

  it("contracts of one's own are obeyed", async () => {
    const own = createProject({
      "holdfast.config.json": {
        contracts: [{ file: "src/scale.ts", type: "Scale", lanes: { question: ["ask"] }, acquire: ["openScale"] }],
      },
      "tsconfig.json": tsconfig,
      "src/scale.ts":
        "export class Scale {\n  async ask(question: string): Promise<number> {\n    return question.length;\n  }\n}\n\nexport function openScale(): Scale {\n  return new Scale();\n}\n",
      "src/weigh.ts":
        'import { openScale } from "./scale.js";\n\nexport async function weigh(): Promise<number[]> {\n  const scale = openScale();\n  return await Promise.all([scale.ask("gross"), scale.ask("tare")]);\n}\n',
    });
    const { report, stderr } = await own.report();
    expect(stderr).toBe("");
    expect(report.findings).toMatchObject([{ rule: "no-concurrent-use", file: "src/weigh.ts", line: 5 }]);
    const elsewhere = await createProject({}).report(own.directory);
    expect(elsewhere.report.findings).toMatchObject([{ rule: "no-concurrent-use", line: 5 }]);
  });

  it("--stats tells on standard error how long what took", async () => {
    const { stdout, stderr } = await project.holdfast("check", "--format", "json", "--stats");
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
    expect(stderr).toMatch(
      /^reading files +\d+ ms\nreading projects \(\d+\) +\d+ ms\nanalysing +\d+ ms\ntotal +\d+ ms\nfunctions +\d+\nblocks +\d+\nrounds +\d+\n$/,
    );
  });
});

describe("suppressions", () => {
  it("are obeyed, whoever they are written for", async () => {
    const withComment = (comment: string) => overlappingScript.replace("await Promise", `${comment}\nawait Promise`);
    const project = createProject({
      "a.mjs": withComment("// holdfast-disable-next-line no-concurrent-use -- the queue is never full"),
      "b.mjs": withComment("// eslint-disable-next-line holdfast/no-concurrent-use -- the queue is never full"),
      "c.mjs": withComment("// holdfast-disable-next-line no-concurrent-use"),
    });
    const { report } = await project.report();
    expect(report.findings).toMatchObject([{ file: "c.mjs", line: 4, rule: "suppression" }]);
  });
});

describe("fixing", () => {
  it("--fix mends what it can, and reports the rest", async () => {
    const project = createProject({ "src/orders.ts": releasedEarly, "src/b.mjs": idleComment });
    const { code, report } = await project.report("--fix");
    expect(project.read("src/orders.ts")).toBe(releasedInTime);
    expect(report.findings).toMatchObject([{ rule: "suppression" }]);
    expect(code).toBe(1);
  });

  it("--fix works with types, and over several files of a project", async () => {
    const project = createProject({ "tsconfig.json": tsconfig, "src/a.ts": releasedEarly, "src/b.ts": releasedEarly });
    const { code, stdout } = await project.holdfast("check", "--fix");
    expect(project.read("src/a.ts")).toBe(releasedInTime);
    expect(project.read("src/b.ts")).toBe(releasedInTime);
    expect(stdout).toMatch(
      /^2 fixes applied\n✔ nothing to report {2}checked 2 files \(2 analysed, with type information\)/,
    );
    expect(code).toBe(0);
  });

  it("--fix leaves byte order marks and line ends as they are", async () => {
    const marked = `\uFEFF${releasedEarly.replaceAll("\n", "\r\n")}`;
    const project = createProject({ "src/orders.ts": marked });
    const { code } = await project.holdfast("check", "--fix");
    expect(project.read("src/orders.ts")).toBe(marked.replace("return client", "return await client"));
    expect(code).toBe(0);
  });

  it("touches nothing without being told to, or where a comment suppresses the finding", async () => {
    const suppressed = `/* holdfast-disable no-early-release -- a demonstration */\n${releasedEarly}`;
    const project = createProject({ "src/a.ts": releasedEarly, "src/b.ts": suppressed });
    await project.holdfast("check");
    expect(project.read("src/a.ts")).toBe(releasedEarly);
    await project.holdfast("check", "--fix");
    expect(project.read("src/b.ts")).toBe(suppressed);
  });

  it("--fix-suggestions applies fixes that need a second look too", async () => {
    const project = createProject({ "src/report.mjs": overlappingScript });
    const before = (await project.report()).report.findings;
    expect(before[0]?.fixes.length).toBeGreaterThan(0);
    expect((await project.report("--fix-suggestions")).code).toBe(0);
    expect(project.read("src/report.mjs")).not.toBe(overlappingScript);
  });
});

describe("colours", () => {
  const project = createProject({ "a.mjs": overlappingScript });
  const coloured = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
    return (await project.holdfastWith(env, "check", ...args)).stdout.includes("\u001B[");
  };

  it.each([
    [{}, [], false],
    [{ FORCE_COLOR: "1" }, [], true],
    [{ FORCE_COLOR: "0" }, [], false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, [], false],
    [{ FORCE_COLOR: "1" }, ["--no-color"], false],
    [{ FORCE_COLOR: "1" }, ["--format", "json"], false],
  ])("with %j and %j: %s", async (env, args, expected) => {
    expect(await coloured(env, ...args)).toBe(expected);
  });
});
