import type { TimelineAnswer, TimelineStep } from "@holdfast/language-server";
import { describe, expect, it } from "vitest";
import { draw } from "../../src/timeline/draw.js";
import { style } from "../../src/timeline/style.js";

function step(path: TimelineStep["path"], role: TimelineStep["role"], line: number, message: string): TimelineStep {
  const place = { line, character: 2 };
  return { path, role, message, code: "await a < b;", uri: "file:///a.ts", range: { start: place, end: place } };
}

const begins = step("first", "begins", 2, "`send` starts here");
const leads = step("second", "leads", 3, "this runs at every tick");
const meets = step("second", "meets", 4, '`send` starts <here> & "meanwhile"');
const follows = step("second", "follows", 4, "the second call throws");

function timeline(...steps: TimelineStep[]): TimelineAnswer {
  return {
    rule: "no-concurrent-use",
    message: "`push` is still running `send` (line 3) when `send` starts on line 5: the second call throws",
    severity: "error",
    contract: "zeromq#Push",
    steps,
  };
}

/** The rows of a picture. */
const rowsOf = (picture: string) => picture.split("<li>").slice(1);
/** Which rows, counted from 1, have something. */
const rowsWith = (picture: string, part: string | RegExp) =>
  rowsOf(picture).flatMap((row, index) => (row.search(part) >= 0 ? [index + 1] : []));

describe("the picture of a timeline", () => {
  const picture = draw(timeline(begins, leads, meets, follows));

  it("has a button for each step, which bears its line", () => {
    expect(picture.match(/<button class="go"/g)).toHaveLength(4);
    expect(picture).toContain("first path, line 3");
    expect(picture).toContain("second path, line 5");
    expect(picture).toContain("what comes of it:");
  });

  it("numbers the places where code runs", () => {
    expect([...picture.matchAll(/class="number"[^>]*>(\d)</g)].map(([, number]) => number)).toEqual(["1", "2", "3"]);
  });

  it("tells the paths apart by shape: circles on a line, squares on a dashed one", () => {
    expect(rowsWith(picture, /<circle class="step first"/)).toEqual([1]);
    expect(rowsWith(picture, /<rect class="step second"/)).toEqual([2, 3]);
    expect(style).toMatch(/\.second \{[^}]*stroke-dasharray/);
  });

  it("draws what is pending from where it begins to where the paths meet, and says so in words", () => {
    expect(rowsWith(picture, /class="pending"/)).toEqual([1, 2, 3]);
    expect(rowsOf(picture)[0]).toMatch(/class="bar"[^>]* y="20"[^>]* height="100%"/);
    expect(rowsOf(picture)[2]).toMatch(/class="bar"[^>]* y="0"[^>]* height="20"/);
    expect(rowsWith(picture, ">pending</text>")).toEqual([1]);
  });

  it("marks the collision with a shape of its own, and goes on below it", () => {
    expect(rowsWith(picture, /class="cross"/)).toEqual([3]);
    expect(rowsWith(picture, /class="after"/)).toEqual([3, 4]);
  });

  it("marks the step that the cursor is at", () => {
    expect(rowsWith(draw(timeline(begins, meets), 1), 'aria-current="step"')).toEqual([2]);
    expect(picture).not.toContain("aria-current");
  });

  it("can be drawn of any steps", () => {
    expect(rowsWith(draw(timeline(begins)), /class="(?:pending|cross|after)"/)).toEqual([]);
    expect(rowsWith(draw(timeline(begins, follows)), /class="cross"/)).toEqual([]);
    const late = draw(timeline(step("first", "leads", 1, "it is called"), begins, meets));
    expect(rowsWith(late, /class="pending"/)).toEqual([2, 3]);
    expect(rowsOf(late)[0]).toMatch(/<line class="first"/);
    expect(draw(timeline())).toContain("no-concurrent-use");
  });

  it("shows text as text", () => {
    expect(picture).toContain("starts &lt;here&gt; &amp; &quot;meanwhile&quot;");
    expect(picture).toContain("await a &lt; b;");
    expect(picture).not.toContain("<here>");
  });

  it("has the theme's colours only", () => {
    expect(`${picture}${style}`).not.toMatch(/#[0-9a-f]{3,8}\b(?!hatch)|\b(?:rgb|hsl)a?\(/i);
    expect(picture).not.toContain("style=");
  });
});
