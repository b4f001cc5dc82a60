import { describe, expect, test } from "vitest";
import { fingerprints } from "../lib/fingerprint.mjs";
import { hasRule, judge, tally, total } from "../lib/judging.mjs";
import { median, withResult } from "../lib/report.mjs";
import { compareWithVerdicts, withNew } from "../lib/verdicts.mjs";

const at = (line: number, endLine = line, file = "/code/a.ts") => ({ file, line, endLine });
const finding = (
  place: ReturnType<typeof at>,
  witness = [place],
  rule = "no-early-release",
  confidence = "certain",
) => ({
  rule,
  confidence,
  contract: "pg#Client",
  message: "",
  place,
  witness: witness.map((step) => ({ message: "", place: step })),
});
const entry = { id: "1", class: "released-before-last-op", evidence: "fix", label: "bug", line: 20, endLine: 25 };

describe("an entry is met", () => {
  test.each([
    ["inside its lines", at(22), true],
    ["three lines above", at(17), true],
    ["four lines above", at(16), false],
    ["three lines below", at(28), true],
    ["four lines below", at(29), false],
    ["by a finding that reaches into it", at(10, 18), true],
  ])("%s", (_, place, met) => {
    expect(judge(entry, [finding(place)]).confidence).toBe(met ? "certain" : undefined);
  });

  test("by a step of the witness, if it is in the same file", () => {
    expect(judge(entry, [finding(at(90), [at(21), at(90)])]).meeting).toHaveLength(1);
    expect(judge(entry, [finding(at(90), [at(21, 21, "/code/b.ts"), at(90)])]).meeting).toHaveLength(0);
  });

  test("with the best confidence of all findings that meet it", () => {
    const likely = finding(at(21), [], "no-early-release", "likely");
    expect(judge(entry, [likely]).confidence).toBe("likely");
    expect(judge(entry, [likely, finding(at(22))]).confidence).toBe("certain");
  });
});

test("a tally counts bugs by confidence, and right places that are reported", () => {
  const right = { ...entry, label: "ok" };
  const rows = tally([
    judge(entry, [finding(at(20))]),
    judge(entry, []),
    judge(right, []),
    judge(right, [finding(at(20))]),
  ]);
  expect(rows).toEqual([{ class: entry.class, evidence: "fix", bugs: 2, certain: 1, likely: 0, ok: 2, wrong: 1 }]);
  expect(total(rows)).toEqual({ bugs: 2, certain: 1, likely: 0, ok: 2, wrong: 1 });
});

test("classes with and without a rule", () => {
  expect(["concurrent-use-interval", "unawaited-op-in-transaction", "ack-wrong-channel"].every(hasRule)).toBe(true);
  expect(["leak", "racy-lazy-init", "nested-acquire"].some(hasRule)).toBe(false);
});

describe("a fingerprint", () => {
  const text = "a();\n  b( 1 );\nc();\na();\n  b( 1 );\n";

  test("stays when lines move and indentation changes", () => {
    const before = fingerprints([finding(at(2), [at(1)])], "a.ts", text);
    const after = fingerprints(
      [finding(at(4), [at(3)])],
      "a.ts",
      `// new\n\n${text.replace("  b( 1 )", "    b(  1 )")}`,
    );
    expect(after).toEqual(before);
  });

  test("differs by rule, file and place, and between findings that look alike", () => {
    const all = [
      ...fingerprints(
        [finding(at(2)), finding(at(5)), finding(at(3)), finding(at(2), [at(2)], "no-use-after-release")],
        "a.ts",
        text,
      ),
      ...fingerprints([finding(at(2))], "b.ts", text),
    ];
    expect(new Set(all).size).toBe(5);
  });
});

test("findings are held against verdicts", () => {
  const repository = { name: "pg-boss", commit: "55ee32f" };
  const found = (fingerprint: string) => ({ ...finding(at(2)), file: "a.ts", fingerprint });
  const verdict = (fingerprint: string, says: string, confidence = "certain") => ({
    repository: "pg-boss",
    fingerprint,
    confidence,
    verdict: says,
  });
  const verdicts = [
    verdict("a", "right"),
    verdict("b", "wrong"),
    verdict("c", "right"),
    verdict("d", "wrong"),
    verdict("e", "right", "likely"),
  ];
  const { fresh, lost, mended, counts } = compareWithVerdicts(
    repository,
    ["a", "b", "f"].map(found),
    verdicts,
    "certain",
  );
  expect(fresh.map((one) => one.fingerprint)).toEqual(["f"]);
  expect(lost).toEqual([verdict("c", "right")]);
  expect(mended).toEqual([verdict("d", "wrong")]);
  expect(counts).toEqual({ right: 1, wrong: 1, wrongCertain: 1, unsure: 0 });
  expect(withNew([], repository, fresh)).toMatchObject([
    { repository: "pg-boss", commit: "55ee32f", fingerprint: "f", verdict: "unsure" },
  ]);
});

test("a result replaces the one before, between the markers of its name", () => {
  const page = "x\n<!-- a: begin -->\nold\n<!-- a: end -->\n<!-- b: begin -->\n<!-- b: end -->\n";
  expect(withResult(page, "a", "new")).toBe(
    "x\n<!-- a: begin -->\n\nnew\n\n<!-- a: end -->\n<!-- b: begin -->\n<!-- b: end -->\n",
  );
  expect(() => withResult(page, "c", "new")).toThrow('no markers for "c"');
});

test("the median of an even number of figures lies between the middle two", () => {
  expect(median([4, 1, 2, 10])).toBe(3);
});
