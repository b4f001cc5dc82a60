import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCatalog } from "@holdfast/contracts";
import { afterEach, describe, expect, test, vi } from "vitest";
import { analyse } from "../src/analyse.js";
import { defaultConfiguration } from "../src/configuration.js";
import { ruleById } from "../src/rules/index.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const catalog = createCatalog();
const configuration = { ...defaultConfiguration, confidence: "likely" as const };

/** What the analysis says went wrong inside, if anything. */
function failureOf(fileName: string, text: string): string | undefined {
  return analyse({ fileName, text, catalog, configuration, pending: true }).failure;
}

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name) && !name.includes("node_modules"))
    .map((name) => join(root, folder, name))
    .sort();
}

/** A generator of the same numbers each time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

describe("the analysis never gives up", () => {
  test("on its own sources, and on those of the other packages", () => {
    const files = ["contracts/src", "rules/src", "cli/src", "eslint-plugin/src"].flatMap((folder) =>
      filesBelow(folder, /\.ts$/),
    );
    expect(files.length).toBeGreaterThan(100);
    // The tag makes a candidate of every file.
    expect(
      files.map((file) => failureOf(file, `/* @holdfast- */${readFileSync(file, "utf8")}`)).filter(Boolean),
    ).toEqual([]);
  });

  const programs = filesBelow("fixtures", /^(?!dist).*(bad|ok)\.[cm]?[jt]s$/);
  const chosen = programs.filter((_, index) => index % Math.ceil(programs.length / 20) === 0);

  test.each(chosen)("on %s, cut off anywhere", (file) => {
    const text = readFileSync(file, "utf8");
    const random = numbers(text.length);
    const places = Array.from({ length: 60 }, () => Math.floor((random.next().value as number) * text.length));
    const failures = places.map((place) => failureOf(file, text.slice(0, place))).filter(Boolean);
    expect(failures).toEqual([]);
  });

  test("on lines out of order", () => {
    for (const file of chosen) {
      const lines = readFileSync(file, "utf8").split("\n");
      expect(failureOf(file, lines.reverse().join("\n"))).toBeUndefined();
      expect(failureOf(file, lines.filter((_, index) => index % 3 !== 0).join("\n"))).toBeUndefined();
    }
  });

  test("on what is no program", () => {
    for (const text of [
      "",
      "}",
      "import",
      'import { Pool } from "pg"; {{{{',
      "@holdfast- \u0000\uffff",
      "/* @holdfast- ",
    ]) {
      expect(failureOf(join(root, "x.ts"), text)).toBeUndefined();
    }
  });
});

describe("a rule that gives up", () => {
  const text = `import { Push } from "zeromq";
export async function greet(push: Push) {
  void push.send("a");
  await push.send("b");
}
export async function farewell(push: Push) {
  push.close();
  await push.send("c");
}`;
  const look = () => analyse({ fileName: "/code/a.ts", text, catalog, configuration });
  const giveUp = (id: string, reason: unknown) =>
    vi.spyOn(ruleById(id)!, "check").mockImplementation(() => {
      throw reason;
    });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("loses no findings of the others", () => {
    expect(look().findings.map(({ rule }) => rule)).toEqual(["no-concurrent-use", "no-use-after-release"]);
    giveUp("no-concurrent-use", new Error("a bad day\nat work"));
    const { findings, failure } = look();
    expect(findings.map(({ rule }) => rule)).toEqual(["no-use-after-release"]);
    expect(failure).toBe("/code/a.ts: internal error in rule no-concurrent-use (please report it): a bad day");
  });

  test("is named beside others that do", () => {
    giveUp("no-concurrent-use", new Error("a bad day"));
    giveUp("no-late-option", "for no reason");
    expect(look().failure).toBe(
      "/code/a.ts: internal error in rule no-concurrent-use (please report it): a bad day; internal error in rule no-late-option (please report it): for no reason",
    );
  });
});

describe("functions that call each other", () => {
  /** So many functions, each of which may call each. */
  const mutual = (count: number, parameter: string, given: string) => `import { open } from "node:fs/promises";
const out = await open("report", "w");
${Array.from({ length: count }, (_, index) => {
  const cases = Array.from({ length: count }, (_, other) => `case ${other}: return await f${other}(${given}x.next);`);
  return `async function f${index}(${parameter}x) { await out.write("a"); switch (x.kind) { ${cases.join(" ")} } }`;
}).join("\n")}`;
  /** A chain of helpers, each of which calls the next one twice. */
  const doubling = (depth: number) => `import { open } from "node:fs/promises";
${Array.from({ length: depth }, (_, index) => `async function f${index}(out) { await f${index + 1}(out); await f${index + 1}(out); }`).join("\n")}
async function f${depth}(out) { await out.write("a"); }
await f0(await open("report", "w"));`;
  const stepsFor = (text: string) =>
    analyse({ fileName: "/code/a.mjs", text, catalog, configuration }).statistics.steps;

  test.each([
    ["on a handle of the module", (size: number) => mutual(size, "", ""), 6, 16],
    ["on a handle that is handed on", (size: number) => mutual(size, "out, ", "out, "), 6, 16],
    ["in a chain, twice each", doubling, 8, 3],
  ])("%s take work that does not explode", (_, program, size, most) => {
    expect(stepsFor(program(2 * size)) / stepsFor(program(size))).toBeLessThan(most);
  });

  test("are given up whole, in one line, where they are too many", () => {
    const { findings, failure } = analyse({
      fileName: "/code/a.mjs",
      text: `${mutual(16, "out, ", "out, ")}\nout.close(); out.write("late");`,
      catalog,
      configuration,
      mostSteps: 20_000,
    });
    expect(findings).toEqual([]);
    expect(failure).toMatch(
      /^\/code\/a\.mjs: not analysed, because `f\d+` and what it calls are too complex; split it/,
    );
  });
});
