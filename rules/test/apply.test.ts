import { describe, expect, it } from "vitest";
import type { Finding } from "../src/finding.js";
import { applyFixes, fixAllUntilStable, fixUntilStable } from "../src/fixes/apply.js";
import { file, findingAt, placeOf, replacing } from "./support/findings.js";

describe("applying fixes", () => {
  const text = "one(); two(); three();\n";

  it("changes what the fixes change, and nothing else", () => {
    const findings = [
      findingAt(text, "three()", { fixes: [replacing(text, "three()", "await three()")] }),
      findingAt(text, "two()"),
      findingAt(text, "one()", { fixes: [replacing(text, "one()", "1")] }),
    ];
    const result = applyFixes(text, findings);
    expect(result.text).toBe("1; two(); await three();\n");
    expect(result.applied.map(({ finding }) => finding.place.start)).toEqual([14, 0]);
    expect(result.skipped).toEqual([]);
  });

  it("applies all edits of a fix, insertions included", () => {
    const { start, end } = placeOf(text, "two()");
    const edits = [
      { file, start, end: start, text: "[" },
      { file, start: end, end, text: "]" },
    ];
    const fixes = [{ kind: "wrap", title: "Wrap it", safe: true, edits }];
    expect(applyFixes(text, [findingAt(text, "two()", { fixes })]).text).toBe("one(); [two()]; three();\n");
  });

  it("takes the first fix that it may", () => {
    const fixes = [
      replacing(text, "two()", "unsafe", { safe: false, kind: "a" }),
      replacing(text, "two()", "safe", { kind: "b" }),
      replacing(text, "two()", "other", { kind: "c" }),
    ];
    const findings = [findingAt(text, "two()", { fixes })];
    expect(applyFixes(text, findings).text).toContain(" safe;");
    expect(applyFixes(text, findings, { safeOnly: false }).text).toContain(" unsafe;");
    expect(applyFixes(text, findings, { kind: "c" }).text).toContain(" other;");
    expect(applyFixes(text, findings, { kind: "a" }).text).toBe(text);
    expect(applyFixes(text, findings, { kind: "a", safeOnly: false }).text).toContain(" unsafe;");
  });

  it.each([
    ["the same place", "two()", "two()"],
    ["places that overlap", "two(); th", "three"],
    ["places that meet", "one();", " two()"],
  ])("leaves out the later of two fixes at %s, and says so", (_, first, second) => {
    const findings = [
      findingAt(text, first, { fixes: [replacing(text, first, "A")] }),
      findingAt(text, second, { fixes: [replacing(text, second, "B")] }),
    ];
    const result = applyFixes(text, findings);
    expect(result.text).toBe(text.replace(first, "A"));
    expect(result.skipped).toEqual([{ finding: findings[1], fix: findings[1]!.fixes[0], reason: "overlaps" }]);
  });

  it("applies a fix whole or not at all", () => {
    const two = replacing(text, "two()", "2");
    const both = { ...two, edits: [...replacing(text, "one()", "1").edits, ...two.edits] };
    const findings = [
      findingAt(text, "two()", { fixes: [replacing(text, "two()", "II")] }),
      findingAt(text, "one()", { fixes: [both] }),
    ];
    expect(applyFixes(text, findings).text).toBe("one(); II; three();\n");
  });

  it("leaves out a fix that edits another file, and says so", () => {
    const fix = replacing(text, "two()", "2");
    const elsewhere = { ...fix, edits: fix.edits.map((edit) => ({ ...edit, file: "/repo/src/other.ts" })) };
    const result = applyFixes(text, [findingAt(text, "two()", { fixes: [elsewhere] })]);
    expect(result.text).toBe(text);
    expect(result.skipped).toMatchObject([{ reason: "other file" }]);
  });
});

describe("fixing until nothing is left", () => {
  /** Finds every `bad`, and would replace it. */
  const analyse =
    (replacement: string) =>
    (text: string): { findings: Finding[] } => ({
      findings: [...text.matchAll(/bad/g)].map((_, index) => {
        const finding = findingAt(text, "bad", {}, index + 1);
        const { start, end } = finding.place;
        return {
          ...finding,
          fixes: [{ kind: "mend", title: "Mend it", safe: true, edits: [{ file, start, end, text: replacement }] }],
        };
      }),
    });

  it("looks again until there is nothing to find", () => {
    const looks: string[] = [];
    const result = fixUntilStable("badbad bad", (text) => {
      looks.push(text);
      return analyse("good")(text);
    });
    expect(result).toEqual({ text: "goodgood good", applied: 3, outcome: { findings: [] }, unfinished: false });
    expect(looks).toEqual(["badbad bad", "goodbad good", "goodgood good"]);
  });

  it("looks once where there is nothing to fix", () => {
    const result = fixUntilStable("fine", analyse("good"));
    expect(result).toEqual({ text: "fine", applied: 0, outcome: { findings: [] }, unfinished: false });
  });

  it("gives up after so many rounds", () => {
    const result = fixUntilStable("bad", analyse("bad bad"), {}, 3);
    expect(result.unfinished).toBe(true);
    expect(result.text).toBe("bad bad bad bad bad bad bad bad");
  });

  it("stops when fixes undo each other", () => {
    const flip = (text: string) => {
      const [from, to] = text.includes("yes") ? ["yes", "no"] : ["no", "yes"];
      return { findings: [findingAt(text, from, { fixes: [replacing(text, from, to)] })] };
    };
    const result = fixUntilStable("yes;", flip);
    expect(result).toMatchObject({ text: "no;", applied: 1, unfinished: true });
  });

  it("keeps what the last look saw", () => {
    const result = fixUntilStable("bad", (text) => ({ ...analyse("good")(text), seen: text }));
    expect(result.outcome.seen).toBe("good");
  });

  it("looks at several files together, and again only at those that changed", () => {
    const looks: string[][] = [];
    const texts = new Map([
      ["a", "bad"],
      ["b", "fine"],
    ]);
    const result = fixAllUntilStable(texts, (changed) => {
      looks.push([...changed.keys()]);
      return new Map([...changed].map(([name, text]) => [name, analyse("good")(text)]));
    });
    expect(looks).toEqual([["a", "b"], ["a"]]);
    expect([...result].map(([name, { text }]) => [name, text])).toEqual([
      ["a", "good"],
      ["b", "fine"],
    ]);
  });
});
