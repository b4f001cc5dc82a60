import { describe, expect, it } from "vitest";
import { inRange, isRange } from "../src/versions.js";

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
