import { describe, expect, it } from "vitest";
import { defaultConfiguration } from "../src/configuration.js";
import type { Finding } from "../src/finding.js";
import { applySuppressions, byPlace, reportable } from "../src/suppressions.js";
import { file, findingAt } from "./support/findings.js";

/** What is left of findings at each `wrong()` of a text, as lines, and what is said about its comments. */
function suppressed(text: string, options?: { eslintHandlesItsOwn?: boolean }, rule = "no-concurrent-use") {
  const count = text.split("wrong()").length - 1;
  const findings = Array.from({ length: count }, (_, index) => findingAt(text, "wrong()", { rule }, index + 1));
  const { findings: left, problems } = applySuppressions(findings, { fileName: file, text }, options);
  return { left: left.map((finding) => finding.place.line), problems: problems.map((finding) => finding.message) };
}

const idle = (name: string) => `This comment suppresses nothing: ${name} reports nothing here; delete it`;
const unreasoned = "This suppression gives no reason; add one at its end, after `--`";

describe("a comment suppresses", () => {
  it("the next line", () => {
    const text = "// holdfast-disable-next-line no-concurrent-use -- one client a test\nwrong();\nwrong();\n";
    expect(suppressed(text)).toEqual({ left: [3], problems: [] });
  });

  it("its own line", () => {
    const text = "wrong(); // holdfast-disable-line no-concurrent-use -- one client a test\nwrong();\n";
    expect(suppressed(text)).toEqual({ left: [2], problems: [] });
  });

  it("the line after the end of a block comment", () => {
    const text = "/* holdfast-disable-next-line no-concurrent-use\n   -- a long\n   reason */\nwrong();\nwrong();\n";
    expect(suppressed(text)).toEqual({ left: [5], problems: [] });
  });

  it("everything from there on", () => {
    const text = "wrong();\n/* holdfast-disable no-concurrent-use -- generated */\nwrong();\nwrong();\n";
    expect(suppressed(text)).toEqual({ left: [1], problems: [] });
  });

  it("everything up to where the rule is enabled again", () => {
    const text =
      "/* holdfast-disable no-concurrent-use -- generated */\nwrong();\n/* holdfast-enable no-concurrent-use */\nwrong();\n" +
      "// holdfast-disable no-concurrent-use -- again\nwrong();\n// holdfast-enable\nwrong();\n";
    expect(suppressed(text)).toEqual({ left: [4, 8], problems: [] });
  });

  it("the rule that it names only, whatever is enabled besides", () => {
    const text =
      "/* holdfast-disable no-late-linger, no-concurrent-use -- generated */\n/* holdfast-enable no-late-linger */\nwrong();\n";
    expect(suppressed(text)).toEqual({ left: [], problems: [idle("no-late-linger")] });
    expect(suppressed("// holdfast-disable-next-line no-late-linger -- why\nwrong();\n")).toEqual({
      left: [2],
      problems: [idle("no-late-linger")],
    });
  });

  it("all rules if it names none", () => {
    expect(suppressed("wrong(); // holdfast-disable-line -- why\n")).toEqual({ left: [], problems: [] });
  });

  it("rules named with the plugin's prefix, separated by commas or blanks", () => {
    const text = "wrong(); // holdfast-disable-line holdfast/no-concurrent-use no-late-linger, no-late-option -- why\n";
    expect(suppressed(text)).toEqual({ left: [], problems: [idle("no-late-linger"), idle("no-late-option")] });
  });

  it("in JSX and between template parts", () => {
    const jsx = { fileName: "/repo/a.tsx" };
    const text =
      "const a = <p>{/* holdfast-disable-next-line -- why */}\n{wrong()}</p>;\n`${\n// holdfast-disable-next-line -- why\nwrong()}`;\n";
    const findings = [findingAt(text, "wrong()"), findingAt(text, "wrong()", {}, 2)];
    expect(applySuppressions(findings, { ...jsx, text })).toEqual({ findings: [], problems: [] });
  });

  it("in a file with syntax errors", () => {
    const text = "function ( {\n// holdfast-disable-next-line -- why\nwrong();\n";
    expect(suppressed(text)).toEqual({ left: [], problems: [] });
  });
});

describe("what only looks like a comment", () => {
  it.each([
    "const a = '// holdfast-disable-next-line -- why'\nwrong();\n",
    "const a = `\n// holdfast-disable-line -- why\n${wrong()} // holdfast-disable-line -- why`;\n",
    'const a = /[/]/ + " // holdfast-disable-line -- why"; wrong();\n',
    "// holdfast-disable-next-lines -- why\nwrong();\n",
    "// see holdfast-disable-next-line -- why\nwrong();\n",
    "// eslint-disable-next-line no-concurrent-use -- why\nwrong();\n",
    "// eslint-disable-next-line -- why\nwrong();\n",
    "// eslint-disable holdfast/no-concurrent-use -- in a block comment only\nwrong();\n",
  ])("suppresses nothing: %j", (text) => {
    const { left, problems } = suppressed(text);
    expect(left).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  it("is no comment in the text of JSX", () => {
    const text = "const a = <p>\n// holdfast-disable-next-line -- why\n{wrong()}</p>;\n";
    const { findings } = applySuppressions([findingAt(text, "wrong()")], { fileName: "/repo/a.tsx", text });
    expect(findings).toHaveLength(1);
  });
});

describe("ESLint's comments", () => {
  it.each([
    "// eslint-disable-next-line holdfast/no-concurrent-use -- why\nwrong();\n",
    "wrong(); // eslint-disable-line no-console, holdfast/no-concurrent-use -- why\n",
    "/* eslint-disable holdfast/no-concurrent-use -- why */\nwrong();\n",
  ])("mean the same where they name a rule of Holdfast: %j", (text) => {
    expect(suppressed(text)).toEqual({ left: [], problems: [] });
  });

  it("enable everything if they enable all rules", () => {
    const text = "/* eslint-disable holdfast/no-concurrent-use -- why */\nwrong();\n/* eslint-enable */\nwrong();\n";
    expect(suppressed(text)).toEqual({ left: [4], problems: [] });
  });

  it("do not undo Holdfast's, nor the other way round", () => {
    const text =
      "/* eslint-disable holdfast/no-concurrent-use -- why */\n/* holdfast-enable */\nwrong();\n" +
      "/* holdfast-disable -- why */\n/* eslint-enable */\nwrong();\n";
    expect(suppressed(text).left).toEqual([]);
  });

  it("are left to ESLint where it runs the rules, but for their reasons", () => {
    const text =
      "wrong(); // eslint-disable-line holdfast/no-concurrent-use -- why\n" +
      "wrong(); // holdfast-disable-line no-concurrent-use -- why\n" +
      "right(); // eslint-disable-line holdfast/no-late-linger -- why\n" +
      "right(); // eslint-disable-line holdfast/no-late-linger\n";
    expect(suppressed(text, { eslintHandlesItsOwn: true })).toEqual({ left: [1], problems: [unreasoned] });
  });
});

describe("a comment is reported", () => {
  it.each([
    ["wrong(); // holdfast-disable-line no-concurrent-use\n", [unreasoned]],
    ["wrong(); // holdfast-disable-line no-concurrent-use --\n", [unreasoned]],
    ["wrong(); // holdfast-disable-line\n", [unreasoned]],
    ["right(); // holdfast-disable-line no-concurrent-use -- why\n", [idle("no-concurrent-use")]],
    ["right(); // holdfast-disable-line no-concurrent-use\n", [idle("no-concurrent-use")]],
    [
      "right(); // holdfast-disable-line -- why\n",
      ["This comment suppresses nothing: no rule reports anything here; delete it"],
    ],
    [
      "right(); // holdfast-disable-line no-concurent-use -- why\n",
      ['There is no rule "no-concurent-use" to suppress; did you mean "no-concurrent-use"?'],
    ],
    ["right(); // holdfast-disable-line suppression -- why\n", ['There is no rule "suppression" to suppress']],
    // Only a running program reports these, so it is not known here whether there is anything to suppress.
    ["right(); // holdfast-disable-line require-release -- the pool is closed elsewhere\n", []],
    ["right(); // holdfast-disable-line no-nested-acquire\n", [unreasoned]],
    ["// holdfast-enable nonsense\n", ['There is no rule "nonsense" to suppress']],
  ])("as it should be: %j", (text, problems) => {
    expect(suppressed(text).problems).toEqual(problems);
  });

  it.each([
    ["right(); // holdfast-disable-line no-concurrent-use -- why\n", true],
    ["right(); // holdfast-disable-line -- why\n", true],
    ["right(); // eslint-disable-line holdfast/no-late-linger -- why\n", true],
    ["right(); // eslint-disable-line holdfast/no-late-linger, no-console -- why\n", undefined],
    ["wrong(); // holdfast-disable-line no-concurrent-use, no-late-linger -- why\n", undefined],
    ["wrong(); // holdfast-disable-line\n", undefined],
  ])("as unnecessary if all of it is: %j", (text, unnecessary) => {
    const findings = text.includes("wrong()") ? [findingAt(text, "wrong()")] : [];
    const { problems } = applySuppressions(findings, { fileName: file, text });
    expect(problems.map((problem) => problem.unnecessary)).toEqual([unnecessary]);
  });

  it("as a certain warning with its own place", () => {
    const text = "right();\n  // holdfast-disable-line -- why\n";
    const [problem] = applySuppressions([], { fileName: file, text }).problems;
    expect(problem).toMatchObject({
      rule: "suppression",
      confidence: "certain",
      severity: "warning",
      place: { file, line: 2, column: 3, endLine: 2, endColumn: 34, start: 11, end: 42 },
    });
    expect(problem?.witness).toHaveLength(1);
  });

  it("in words that fit into a line of an editor", () => {
    const text =
      "// holdfast-disable-next-line no-use-after-release\n// holdfast-disable\n// holdfast-disable-line no-use-aftr-release\n";
    for (const { message } of applySuppressions([], { fileName: file, text }).problems)
      expect(message.length).toBeLessThanOrEqual(100);
  });
});

describe("what is to be reported of a file", () => {
  const text =
    "wrong(); // holdfast-disable-line no-late-linger -- why\nwrong(); // holdfast-disable-line -- why\nwrong();\n";
  const findings: Finding[] = [3, 2, 1].map((line) => findingAt(text, "wrong()", {}, line));
  const report = (configuration: object) =>
    reportable(findings, { fileName: file, text }, { ...defaultConfiguration, ...configuration }).map(
      ({ rule, severity, place }) => `${place.line} ${rule} ${severity}`,
    );

  it("is in order, with what is wrong with comments", () => {
    expect(report({})).toEqual(["1 no-concurrent-use error", "1 suppression warning", "3 no-concurrent-use error"]);
  });

  it("is as the configuration sets rules", () => {
    expect(report({ rules: { suppression: "off", "no-concurrent-use": "warn" } })).toEqual([
      "1 no-concurrent-use warning",
      "3 no-concurrent-use warning",
    ]);
    expect(report({ rules: { suppression: "error", "no-concurrent-use": "off" } })).toEqual([
      "1 suppression error",
      "2 suppression error",
    ]);
  });
});

describe("findings are ordered", () => {
  it("by file, line, column and rule", () => {
    const at = (name: string, line: number, column: number, rule = "no-late-linger") => {
      const finding = findingAt("a", "a", { rule });
      return { ...finding, place: { ...finding.place, file: name, line, column } };
    };
    const ordered = [
      at("a.ts", 2, 1),
      at("a.ts", 10, 1, "no-a"),
      at("a.ts", 10, 1, "no-b"),
      at("a.ts", 10, 2),
      at("b.ts", 1, 1),
    ];
    expect([...ordered].reverse().sort(byPlace)).toEqual(ordered);
  });
});
