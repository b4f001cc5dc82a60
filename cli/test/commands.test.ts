import { createRequire } from "node:module";
import { createCatalog } from "@holdfast/contracts";
import { ruleDescriptions } from "@holdfast/rules";
import { describe, expect, it } from "vitest";
import { createProject } from "./support/project.js";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
const project = createProject({});

describe("holdfast", () => {
  it.each([[[]], [["--help"]], [["-h"]]])("%j tells what there is", async (args) => {
    const { code, stdout, stderr } = await project.holdfast(...args);
    for (const command of ["check [...paths]", "report <file>", "contracts [package]", "explain <rule>"])
      expect(stdout).toContain(command);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it.each([[["--version"]], [["-v"]]])("%j tells its version", async (args) => {
    const { code, stdout } = await project.holdfast(...args);
    expect(stdout).toContain(version);
    expect(code).toBe(0);
  });

  it("check --help lists all options", async () => {
    const { code, stdout } = await project.holdfast("check", "--help");
    for (const option of [
      "project",
      "format",
      "rule",
      "confidence",
      "fix",
      "fix-suggestions",
      "max-warnings",
      "config",
      "no-types",
      "quiet",
      "stats",
    ]) {
      expect(stdout).toMatch(new RegExp(`^  --${option}\\b`, "m"));
    }
    expect(stdout).not.toContain("default: true");
    expect(code).toBe(0);
  });
});

describe("holdfast contracts", () => {
  const catalog = createCatalog();

  it("lists all of them", async () => {
    const { code, stdout, stderr } = await project.holdfast("contracts");
    for (const { package: name } of catalog.contracts)
      expect(stdout).toMatch(new RegExp(`^${name.replace("/", "\\/")} `, "m"));
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("describes one of them", async () => {
    const { code, stdout } = await project.holdfast("contracts", "zeromq");
    expect(stdout).toMatch(/^zeromq .+ {2}proven\n/);
    expect(stdout).toContain("one at a time");
    expect(stdout).toContain("release");
    expect(stdout).toContain("Evidence");
    expect(code).toBe(0);
  });

  it("prints them for programs", async () => {
    const all = JSON.parse((await project.holdfast("contracts", "--format", "json")).stdout) as {
      version: number;
      contracts: object[];
    };
    expect(all.version).toBe(1);
    expect(all.contracts).toHaveLength(catalog.contracts.length);
    for (const contract of all.contracts)
      expect(Object.keys(contract)).toEqual(["package", "versions", "status", "handles"]);
    const one = JSON.parse((await project.holdfast("contracts", "pg", "--format", "json")).stdout) as {
      contracts: { package: string }[];
    };
    expect(new Set(one.contracts.map((contract) => contract.package))).toEqual(new Set(["pg"]));
  });

  it("knows those of one's own", async () => {
    const own = createProject({
      "holdfast.config.json": {
        contracts: [{ package: "scale-line", type: "ScaleLine", lanes: { question: ["ask"] } }],
      },
    });
    const { code, stdout } = await own.holdfast("contracts", "scale-line");
    expect(stdout).toContain("ScaleLine");
    expect(code).toBe(0);
  });
});

describe("holdfast explain", () => {
  it.each(ruleDescriptions.map(({ id }) => id))("%s", async (id) => {
    const { code, stdout, stderr } = await project.holdfast("explain", id);
    expect(stdout).toMatch(new RegExp(`^${id}  `));
    expect(stdout).toContain("\nWhy\n");
    expect(stdout).toContain(`docs/rules/${id}.md`);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("shows what the page in the documentation shows", async () => {
    const { stdout } = await project.holdfast("explain", "no-early-release");
    expect(stdout).toContain("    client.release(); // ✗ no-early-release is reported here\n");
    for (const heading of ["Example", "When not to use it", "What it cannot see"])
      expect(stdout).toContain(`\n${heading}\n`);
    expect(stdout).not.toMatch(/```|<!--|\]\(/);
  });

  it("quotes the errors that libraries raise", async () => {
    const { stdout } = await project.holdfast("explain", "holdfast/no-concurrent-use");
    expect(stdout).toContain(
      "zeromq  Socket is busy writing; only one send operation may be in progress at any time\n",
    );
  });
});
