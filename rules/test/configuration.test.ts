import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { format, resolveConfig } from "prettier";
import { describe, expect, it } from "vitest";
import {
  catalogFor,
  configurationSchema,
  covers,
  defaultConfiguration,
  didYouMean,
  findConfiguration,
  type FoundConfiguration,
  readConfiguration,
  withSettings,
} from "../src/configuration.js";
import type { Finding } from "../src/finding.js";
import { allRules } from "../src/rules/index.js";
import { findingAt } from "./support/findings.js";

const where = "holdfast.config.json";

/** A disk that holds these files and no others. */
function diskOf(files: Record<string, unknown>) {
  return (path: string) => {
    const content = files[path.replaceAll("\\", "/")];
    return content === undefined || typeof content === "string" ? content : JSON.stringify(content);
  };
}

describe("reading a configuration", () => {
  it("fills in what is left out", () => {
    expect(readConfiguration({}, where)).toEqual({ configuration: defaultConfiguration, problems: [] });
  });

  it("reads everything that may be said", () => {
    const { configuration, problems } = readConfiguration(
      {
        $schema: "./schema.json",
        rules: { "no-late-linger": "off", suppression: "error" },
        confidence: "likely",
        contracts: [
          { file: "src/line.ts", type: "Line", lanes: { ask: ["ask"] }, release: { hangUp: { waits: false } } },
        ],
        files: { include: ["src/**"], exclude: ["src/generated"] },
      },
      where,
    );
    expect(problems).toEqual([]);
    expect(configuration).toMatchObject({
      rules: { "no-late-linger": "off", suppression: "error" },
      confidence: "likely",
      files: { include: ["src/**"], exclude: ["src/generated"] },
    });
    expect(configuration.contracts.flatMap(({ handles }) => handles.map((handle) => handle.name))).toEqual(["Line"]);
  });

  it.each([
    [{ rules: { "no-erly-release": "off" } }, 'there is no rule "no-erly-release"; did you mean "no-early-release"?'],
    [
      { rules: { "no-late-linger": "warning" } },
      '"rules.no-late-linger" is "warning"; expected "off", "warn" or "error".',
    ],
    [{ rules: { "no-late-linger": 2 } }, '"rules.no-late-linger" is 2; expected "off", "warn" or "error".'],
    [{ rules: [] }, '"rules" must be an object.'],
    [{ rulez: {} }, 'the configuration has no setting "rulez"; did you mean "rules"?'],
    [
      { somethingElse: 1 },
      'the configuration has no setting "somethingElse"; it has $schema, rules, confidence, contracts, files, runtime.',
    ],
    [{ confidence: "sure" }, '"confidence" is "sure"; expected "certain", "likely" or "possible".'],
    [{ files: { excludes: [] } }, '"files" has no setting "excludes"; did you mean "exclude"?'],
    [{ files: { include: "src" } }, '"files.include" must be an array of globs, such as ["src/**"].'],
    [{ runtime: "warn" }, '"runtime" must be an object, such as { "mode": "warn" }.'],
    [{ runtime: { mod: "warn" } }, '"runtime.mod": there is no such setting; did you mean "mode"?'],
    [
      { runtime: { mode: "loud" } },
      '"runtime.mode": "loud" is none of throw, warn, serialize, observe; write one of them.',
    ],
    [
      { runtime: { contracts: ["!zeromk#Push"] } },
      '"runtime.contracts": there is no contract "zeromk#Push"; did you mean "zeromq#Push"?',
    ],
    [{ runtime: { exitCode: 0 } }, '"runtime.exitCode": 0 is no whole number from 1 to 255; write one.'],
    [[], 'the configuration must be an object, such as { "rules": {} }.'],
  ])("explains what is wrong with %j", (json, sentence) => {
    expect(readConfiguration(json, where).problems).toEqual([`${where}: ${sentence}`]);
  });

  it("sets rules that only the running program reports", () => {
    const rules = { "require-release": "off", "no-nested-acquire": "warn", "require-settlement": "error" };
    expect(readConfiguration({ rules }, where)).toMatchObject({ problems: [], configuration: { rules } });
  });

  it("lists the rules for a name that resembles none", () => {
    const { problems } = readConfiguration({ rules: { eqeqeq: "off" } }, where);
    expect(problems).toEqual([
      `${where}: there is no rule "eqeqeq"; the rules are ${allRules.map(({ id }) => id).join(", ")}.`,
    ]);
  });

  it("lets the settings of the runtime name contracts of one's own", () => {
    const contracts = [{ file: "src/line.ts", type: "Line", lanes: { ask: ["ask"] } }];
    const runtime = { contracts: [".#Line"] };
    expect(readConfiguration({ contracts, runtime }, where).problems).toEqual([]);
    expect(readConfiguration({ runtime }, where).problems).toHaveLength(1);
  });

  it("says where a contract of one's own is wrong", () => {
    const { configuration, problems } = readConfiguration({ contracts: [{ file: "a.ts", lanes: {} }] }, where);
    expect(configuration.contracts).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) expect(problem).toMatch(/^holdfast\.config\.json: contracts\[0\]/);
  });

  it("keeps what is right beside what is wrong", () => {
    const { configuration, problems } = readConfiguration(
      { rules: { "no-late-linger": "off", typo: "off" }, confidence: "likely", extra: true },
      where,
    );
    expect(problems).toHaveLength(2);
    expect(configuration).toMatchObject({ rules: { "no-late-linger": "off" }, confidence: "likely" });
    expect(configuration.rules).not.toHaveProperty("typo");
  });

  it("starts from what holds otherwise", () => {
    const base = { ...defaultConfiguration, confidence: "possible" as const };
    expect(readConfiguration({}, where, base).configuration.confidence).toBe("possible");
    expect(readConfiguration({ confidence: "certain" }, where, base).configuration.confidence).toBe("certain");
  });
});

describe("finding a configuration", () => {
  it("takes the nearest one", () => {
    const disk = diskOf({
      "/repo/holdfast.config.json": { confidence: "likely" },
      "/repo/packages/api/holdfast.config.json": { confidence: "possible" },
    });
    expect(findConfiguration("/repo/packages/api/src", disk)).toMatchObject({
      file: "/repo/packages/api/holdfast.config.json",
      directory: "/repo/packages/api",
      configuration: { confidence: "possible" },
    });
    expect(findConfiguration("/repo/packages/web", disk).configuration.confidence).toBe("likely");
  });

  it("does without one", () => {
    expect(findConfiguration("/repo/src", diskOf({}))).toEqual({
      directory: "/repo/src",
      configuration: defaultConfiguration,
      problems: [],
    });
  });

  it("says where a file is not JSON, and does not look further", () => {
    const disk = diskOf({
      "/repo/src/holdfast.config.json": '{\n  "rules": {,}\n}',
      "/repo/holdfast.config.json": { confidence: "likely" },
    });
    const found = findConfiguration("/repo/src", disk);
    expect(found.configuration).toEqual(defaultConfiguration);
    expect(found.problems).toHaveLength(1);
    expect(found.problems[0]).toMatch(/^\/repo\/src\/holdfast\.config\.json:2:\d+: this is not JSON: .+\.$/);
  });

  it("allows comments", () => {
    const disk = diskOf({ "/repo/holdfast.config.json": '{ // why\n "confidence": "likely" }' });
    expect(findConfiguration("/repo", disk)).toMatchObject({ configuration: { confidence: "likely" }, problems: [] });
  });
});

describe("the files of a configuration", () => {
  const foundIn = (
    directory: string,
    files: Partial<FoundConfiguration["configuration"]["files"]>,
  ): FoundConfiguration => ({
    directory,
    configuration: { ...defaultConfiguration, files: { ...defaultConfiguration.files, ...files } },
    problems: [],
  });

  it.each([
    [{}, "/repo/any/where.ts", true],
    [{}, "/elsewhere/file.ts", true],
    [{ include: ["src/**"] }, "/repo/src/a.ts", true],
    [{ include: ["src"] }, "/repo/src/deep/a.ts", true],
    [{ include: ["./src/"] }, "/repo/src/deep/a.ts", true],
    [{ include: ["src/**"] }, "/repo/test/a.ts", false],
    [{ exclude: ["**/*.test.ts"] }, "/repo/src/a.test.ts", false],
    [{ exclude: ["generated"] }, "/repo/generated/a.ts", false],
    [{ exclude: ["generated"] }, "/repo/src/generated.ts", true],
    [{ include: ["src/**"], exclude: ["src/old"] }, "/repo/src/old/a.ts", false],
    [{ include: ["src/**"] }, "/repo/src/.hidden/a.ts", true],
  ])("are those that %j covers: %s is one, %s", (files, file, expected) => {
    expect(covers(foundIn("/repo", files), file)).toBe(expected);
  });
});

describe("settings", () => {
  const findings: Finding[] = [
    { ...findingAt("a;", "a"), rule: "no-concurrent-use", severity: "error", confidence: "certain" },
    { ...findingAt("a;", "a"), rule: "no-early-release", severity: "warning", confidence: "likely" },
    { ...findingAt("a;", "a"), rule: "no-late-option", severity: "warning", confidence: "possible" },
  ];
  const rulesOf = (configuration: object) => {
    return withSettings(findings, { ...defaultConfiguration, ...configuration }).map(
      ({ rule, severity }) => `${rule} ${severity}`,
    );
  };

  it("leave out what is not sure enough", () => {
    expect(rulesOf({})).toEqual(["no-concurrent-use error"]);
    expect(rulesOf({ confidence: "likely" })).toEqual(["no-concurrent-use error", "no-early-release warning"]);
    expect(rulesOf({ confidence: "possible" })).toHaveLength(3);
  });

  it("turn rules off, down and up, and leave the others as loud as their contracts say", () => {
    const rules = { "no-concurrent-use": "warn", "no-early-release": "error", "no-late-option": "off" };
    expect(rulesOf({ confidence: "possible", rules })).toEqual(["no-concurrent-use warning", "no-early-release error"]);
  });
});

describe("the contracts that hold for a folder", () => {
  const rangesOfZeromq = (disk: Record<string, unknown>, directory: string) => {
    return catalogFor(defaultConfiguration, directory, diskOf(disk))
      .ofPackage("zeromq")
      .map((contract) => contract.versions);
  };
  const all = rangesOfZeromq({}, "/repo/src");

  it("are those for the versions installed there", () => {
    const newer = { "/repo/node_modules/zeromq/package.json": { version: "6.5.0" } };
    const older = { "/repo/node_modules/zeromq/package.json": { version: "5.3.1" } };
    expect(rangesOfZeromq(newer, "/repo/src")).not.toEqual([]);
    expect(rangesOfZeromq(newer, "/repo/src")).not.toEqual(rangesOfZeromq(older, "/repo/src"));
    expect(rangesOfZeromq(older, "/other")).toEqual(all);
  });

  it("are those for the range that the package of the folder asks for, where another version is installed", () => {
    const disk = {
      "/repo/node_modules/zeromq/package.json": { version: "6.5.0" },
      "/repo/old/package.json": { dependencies: { zeromq: "^5.2.0" } },
      "/repo/new/package.json": { devDependencies: { zeromq: "6" } },
      "/repo/tool/package.json": { dependencies: { zeromq: "workspace:*" } },
    };
    const newer = rangesOfZeromq(disk, "/repo/src");
    expect(newer).not.toContain("<6");
    expect(rangesOfZeromq(disk, "/repo/old/src")).toEqual(["<6"]);
    for (const folder of ["new", "tool"]) expect(rangesOfZeromq(disk, `/repo/${folder}`)).toEqual(newer);
  });

  it("are those of the installed version where it is what the package asks for", () => {
    const disk = {
      "/repo/node_modules/zeromq/package.json": { version: "6.5.0" },
      "/repo/package.json": { dependencies: { zeromq: ">=5" } },
    };
    expect(rangesOfZeromq(disk, "/repo/src")).not.toContain("<6");
  });

  it("are all of them where an installation is broken", () => {
    expect(rangesOfZeromq({ "/repo/node_modules/zeromq/package.json": "{" }, "/repo")).toEqual(all);
  });

  it("are kept for folders with the same versions", () => {
    const disk = diskOf({});
    expect(catalogFor(defaultConfiguration, "/a", disk)).toBe(catalogFor(defaultConfiguration, "/b", disk));
  });
});

describe("a guess at what was meant", () => {
  it.each([
    ["no-concurent-use", '; did you mean "no-concurrent-use"?'],
    ["entirely different", ""],
  ])("for %s", (name, hint) => {
    expect(didYouMean(name, ["no-concurrent-use", "no-late-linger"])).toBe(hint);
  });
});

describe("the JSON schema", () => {
  it("is shipped as it is", async () => {
    const file = new URL("../schema/holdfast.config.schema.json", import.meta.url).pathname;
    const formatted = await format(JSON.stringify(configurationSchema), {
      ...(await resolveConfig(file)),
      parser: "json",
    });
    await expect(formatted).toMatchFileSnapshot(file);
    const { exports } = createRequire(import.meta.url)("../package.json") as { exports: Record<string, unknown> };
    expect(exports).toHaveProperty(["./schema/*"]);
  });

  const validate = new Ajv({ strict: true, strictRequired: false }).compile(configurationSchema);

  it("accepts what the reader accepts", () => {
    const json = {
      $schema: "x",
      rules: { "no-late-linger": "off" },
      confidence: "likely",
      files: { exclude: ["x"] },
      contracts: [],
      runtime: {
        mode: "throw",
        contracts: ["pg", "!zeromq#Push"],
        places: "never",
        report: "holdfast.jsonl",
        exitCode: 3,
        include: ["my-framework"],
        leaks: true,
      },
    };
    expect(readConfiguration(json, where).problems).toEqual([]);
    expect(validate(json)).toBe(true);
  });

  it.each([
    { rules: { typo: "off" } },
    { rules: { "no-late-linger": "loud" } },
    { confidence: "sure" },
    { files: { exclude: "x" } },
    { extra: 1 },
  ])("rejects %j, as the reader does", (json) => {
    expect(validate(json)).toBe(false);
    expect(readConfiguration(json, where).problems).toHaveLength(1);
  });
});
