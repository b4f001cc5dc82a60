import { describe, expect, test } from "vitest";
import { fingerprints } from "../lib/fingerprint.mjs";
import { judge, tally, total } from "../lib/judging.mjs";
import { median, withResult } from "../lib/report.mjs";

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

test("a tally counts bugs and right places by confidence, under each of their names", () => {
  const right = { ...entry, label: "ok" };
  const likely = finding(at(20), [], "no-early-release", "likely");
  const judgements = [
    judge(entry, [finding(at(20))]),
    judge(entry, []),
    judge(right, []),
    judge(right, [likely]),
    judge({ ...right, class: "leak" }, [finding(at(20))]),
  ];
  const none = { bugs: 0, certain: 0, likely: 0, ok: 0, wrongCertain: 0, wrongLikely: 0 };
  expect(tally(judgements, (judgement) => [judgement.entry.class, "any"])).toEqual([
    { name: "any", bugs: 2, certain: 1, likely: 0, ok: 3, wrongCertain: 1, wrongLikely: 1 },
    { ...none, name: "leak", ok: 1, wrongCertain: 1 },
    { ...none, name: entry.class, bugs: 2, certain: 1, ok: 2, wrongLikely: 1 },
  ]);
  expect(total(judgements)).toMatchObject({ bugs: 2, ok: 3 });
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
