import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { excerpt } from "../lib/excerpt.mjs";
import { check, checkoutOf, isTest, nameOf } from "../lib/field.mjs";
import { cells, tableOfRepositories } from "../lib/field-report.mjs";
import { lostVerdicts, withOpinions, withVerdicts } from "../lib/verdicts.mjs";
import { early } from "./programs.js";

// Processes are started, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "holdfast-field-"));
const shop = { url: "https://github.com/somebody/shop", commit: "55ee32f" };
const root = join(folder, "somebody+shop");
mkdirSync(join(root, "test"), { recursive: true });
writeFileSync(join(root, "count.ts"), early);
writeFileSync(join(root, "test/count.ts"), early);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("a repository", () => {
  test("is looked for under its owner and name, or under the name that the list gives it", () => {
    expect(nameOf(shop)).toBe("somebody/shop");
    expect(checkoutOf(folder, shop)).toBe(root);
    expect(checkoutOf(folder, { ...shop, url: "https://github.com/a/b", name: "somebody+shop" })).toBe(root);
    expect(checkoutOf(folder, { ...shop, url: "https://github.com/a/b" })).toBeUndefined();
  });

  test("is checked in a process of its own, and each finding comes with its code", async () => {
    const result = await check(root, new AbortController().signal);
    expect(result).toMatchObject({ files: 2 });
    expect(result.cpu).toBeGreaterThan(0);
    expect(result.megabytes).toBeGreaterThan(0);
    const [product, inTest] = result.findings!;
    expect(product).toMatchObject({ file: "count.ts", line: 10, rule: "no-early-release", isTest: false });
    expect(inTest).toMatchObject({ file: "test/count.ts", isTest: true });
    expect(product!.fingerprint).not.toBe(inTest!.fingerprint);
    expect(product!.code).toMatch(/ {2}count\.ts\n.* 8 .*client\.query.*\n +\^ `query` starts here.*\n.* 9 /s);
  });

  test("that is stopped has no result but says so", async () => {
    expect(await check(root, AbortSignal.abort())).toEqual({ failure: "stopped at the time limit" });
  });
});

test.each([
  ["src/a.ts", false],
  ["tests/a.ts", true],
  ["src/__tests__/a.ts", true],
  ["packages/e2e-tests/pages/a.ts", true],
  ["packages/test-runner/src/a.ts", false],
  ["src/a.spec.ts", true],
  ["src/a_test.ts", true],
  ["test.js", true],
  ["src/latest.ts", false],
  ["examples/a.ts", false],
  ["benchmark/a.js", true],
])("%s", (file, is) => {
  expect(isTest(file)).toBe(is);
});

test("an excerpt shows three lines around each step, and what it says below", () => {
  const text = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join("\n");
  const shown = excerpt(text, [
    { line: 2, message: "starts" },
    { line: 12, message: "ends" },
  ]).split("\n");
  expect(shown).toHaveLength(5 + 1 + 1 + 7 + 1);
  expect(shown.slice(1, 3)).toEqual(["      2 line 2", "        ^ starts"]);
  expect(shown[6]).toBe("      …");
});

describe("verdicts", () => {
  const found = (fingerprint: string, isTest = false) => ({
    ...{ fingerprint, isTest, rule: "no-early-release", confidence: "certain", contract: "pg#Client" },
    ...{ file: "a.ts", line: 2 },
  });
  const result = {
    repository: "somebody/shop",
    commit: "55ee32f",
    findings: [found("a"), found("b"), found("c", true)],
  };
  const given = (fingerprint: string, verdict = "true", reason = "read") => ({ fingerprint, verdict, reason });

  test("keep what they are about, and take the place of earlier ones", () => {
    const first = withVerdicts([], [given("a"), given("c", "false")], [result]);
    expect(first[0]).toMatchObject({ repository: "somebody/shop", commit: "55ee32f", file: "a.ts", verdict: "true" });
    const second = withVerdicts(first, [given("a", "harmless")], [result]);
    expect(second).toHaveLength(2);
    expect(withOpinions([result], second).map(({ opinion }) => opinion)).toEqual(["harmless", undefined, "false"]);
  });

  test.each([
    [given("a", "right"), 'is "right"; it must be true, harmless, false'],
    [given("a", "true", ""), "needs a reason"],
    [given("z"), "no finding has the fingerprint z"],
  ])("%j is refused", (wrong, sentence) => {
    expect(() => withVerdicts([], [wrong], [result])).toThrow(sentence);
  });

  test("are lost with their finding, unless its repository was not checked", () => {
    const verdicts = withVerdicts([], [given("a"), given("b")], [result]);
    expect(lostVerdicts([{ ...result, findings: [found("a")] }], verdicts)).toMatchObject([{ fingerprint: "b" }]);
    expect(lostVerdicts([{ repository: "somebody/shop", failure: "stopped" }], verdicts)).toEqual([]);
  });

  test("are counted: true, harmless, false and none, in tests apart", () => {
    const verdicts = withVerdicts([], [given("a"), given("c", "false")], [result]);
    const opinions = withOpinions([result], verdicts);
    expect(cells(opinions)).toEqual(["1 / 0 / 0 / 1", "", "0 / 0 / 1 / 0", "", "100 %"]);
    const measured = { ...result, files: 3, cpu: 2.5, seconds: 2, megabytes: 200 };
    const stopped = { repository: "somebody/else", failure: "stopped" };
    const rows = tableOfRepositories([measured, stopped], opinions).split("\n");
    expect(rows[2]).toContain("| somebody/shop | 3 | 2.5 | 2 | 200 | 1 / 0 / 0 / 1 |");
    expect(rows[3]).toContain("| somebody/else | stopped | – | – | – |");
  });
});
