import type { DisableArguments } from "@holdfast/language-server";
import { expect, it } from "vitest";
import { commentFor } from "../../src/suppression.js";

const line: DisableArguments = { uri: "file:///a.ts", rule: "no-early-release", scope: "line", line: 1 };
const file: DisableArguments = { ...line, scope: "file" };

it("goes above the line, as deep as it", () => {
  const text = "\t  // holdfast-disable-next-line no-early-release -- it waits\n";
  expect(commentFor("a {\n\t  b();\n}", line, "it waits")).toEqual({ line: 1, character: 0, text });
});

it("ends lines as the file does", () => {
  expect(commentFor("a {\r\n  b();\r\n}", line, "it waits").text).toMatch(/-- it waits\r\n$/);
});

it("goes to the top of a file, behind what starts its interpreter", () => {
  const text = "/* holdfast-disable no-early-release -- it waits */\n";
  expect(commentFor("a();", file, "it waits")).toEqual({ line: 0, character: 0, text });
  expect(commentFor("#!/usr/bin/env node\na();", file, "it waits")).toEqual({ line: 1, character: 0, text });
});

it("keeps a reason from ending the comment", () => {
  expect(commentFor("a();", file, "see */ there").text).toBe(
    "/* holdfast-disable no-early-release -- see * / there */\n",
  );
});

it("does not come between a line and another comment about it", () => {
  const text = "/* holdfast-disable-next-line no-early-release -- it waits */ ";
  for (const above of ["// eslint-disable-next-line no-void", "// holdfast-disable-next-line no-late-option -- why"])
    expect(commentFor(`  ${above}\n  b();`, line, "it waits")).toEqual({ line: 0, character: 2, text });
});
