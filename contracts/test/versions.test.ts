import { describe, expect, it } from "vitest";
import { inRange, isRange, rangeOf, rangesOverlap } from "../src/versions.js";

describe("ranges", () => {
  it.each([
    ["8.19.0", ">=8.19.0", true],
    ["8.18.9", ">=8.19.0", false],
    ["9.0.0", ">=8.19.0 <9", false],
    ["5.2.8", "<6", true],
    ["6.0.0-beta.16", ">=6", true],
    ["1.2.3", "*", true],
    ["4.0.0", "<2 || >=4", true],
    ["3.0.0", "<2 || >=4", false],
    ["3.1.4", "3.1.4", true],
    ["v3.1.4", "<=3.1.4", true],
  ])("%s in %s: %s", (version, range, expected) => {
    expect(inRange(version, range)).toBe(expected);
  });

  it("does not guess at what it cannot read", () => {
    expect(isRange("^1.2.3")).toBe(false);
    expect(inRange("1.2.3", "latest")).toBeUndefined();
    expect(inRange("workspace", ">=1")).toBeUndefined();
  });
});

describe("ranges of package.json", () => {
  it.each([
    ["^8.11.3", ">=8.11.3 <9.0.0"],
    ["^0.27.6", ">=0.27.6 <0.28.0"],
    ["^0.0.3", ">=0.0.3 <0.0.4"],
    ["~3.1.0", ">=3.1.0 <3.2.0"],
    ["~3", ">=3.0.0 <4.0.0"],
    ["6", ">=6.0.0 <7.0.0"],
    ["6.x", ">=6.0.0 <7.0.0"],
    ["6.5", ">=6.5.0 <6.6.0"],
    ["6.5.1", "=6.5.1"],
    ["v6.5.1", "=6.5.1"],
    ["*", "*"],
    ["", "*"],
    [">= 5", ">=5.0.0"],
    [">=5 <7", ">=5.0.0 <7.0.0"],
    ["1.2.3 - 2.0.0", ">=1.2.3 <=2.0.0"],
    ["^5.0.0 || ^6.0.0", ">=5.0.0 <6.0.0 || >=6.0.0 <7.0.0"],
    ["^6.0.0-beta.16", ">=6.0.0 <7.0.0"],
    ["npm:other@^2.0.0", ">=2.0.0 <3.0.0"],
  ])("%j is %s", (text, range) => {
    expect(rangeOf(text)).toBe(range);
    expect(isRange(range)).toBe(true);
  });

  it.each(["latest", "workspace:*", "git+https://example.org/pg.git", "file:../pg", "catalog:"])("%s is none", (text) =>
    expect(rangeOf(text)).toBeUndefined(),
  );

  it.each([
    [">=3.0.0 <4.0.0", ">=3.20.0", true],
    [">=3.0.0 <4.0.0", "<3.18.0", true],
    [">=3.19.0 <4.0.0", "<3.18.0", false],
    [">=5", "<5", false],
    [">4.9.9", "<=4.9.9", false],
    ["<2 || >=4", ">=2 <4", false],
    ["6.5.0", ">=6", true],
    ["*", "<1", true],
  ])("%s and %s have something in common: %s", (one, other, expected) => {
    expect(rangesOverlap(one, other)).toBe(expected);
    expect(rangesOverlap(other, one)).toBe(expected);
  });
});
