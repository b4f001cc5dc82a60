import { createRequire } from "node:module";
import { Ajv } from "ajv";
import AjvDraft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import pc from "picocolors";
import { format, resolveConfig } from "prettier";
import type { Log } from "sarif";
import { describe, expect, it } from "vitest";
import { printGithub } from "../src/report/github.js";
import { printPretty } from "../src/report/pretty.js";
import { createReport } from "../src/report/report.js";
import { printSarif } from "../src/report/sarif.js";
import { reportSchema } from "../src/report/schema.js";
import { createProject } from "./support/project.js";
import { idleComment, overlappingScript } from "../../test/support/programs.js";
import { beat, files, finding, placeOf, resultOf, send, text, warning } from "./support/results.js";

const require = createRequire(import.meta.url);
const plain = pc.createColors(false);
const result = resultOf(files, [finding, warning]);
const project = createProject({ "src/a.mjs": overlappingScript, "src/b.mjs": idleComment });

describe("pretty", () => {
  it("draws the witness in the source, in the order of the file", () => {
    expect(printPretty(result, plain, 100)).toMatchInlineSnapshot(`
      "error: \`push.send\` starts while the timer's \`push.send\` is pending  no-concurrent-use
         ╭─ src/report.ts:7:9
       4 │     setInterval(() => push.send("alive"), 1000);
         ·                       ────────────────── ② pending from here, once a second
         ⋮
       7 │   await push.send("cpu: 50%");
         ·         ^^^^^^^^^^^^^^^^^^^^^ ③ started here while it is pending
         ├─ src/socket.ts:3:33
       3 │ export const openSocket = () => new Push();
         ·                                 ────────── ① acquired here
         ╰─
         fix   Put both behind a mutex (--fix)
         fix   Remove the timer (--fix-suggestions)
         docs  https://github.com/holdfast-dev/holdfast/blob/main/docs/rules/no-concurrent-use.md
         contract zeromq  (holdfast contracts zeromq)

      warning: set too late: 100%, no effect  no-late-option, likely
         ╭─ src/report.ts:4:20
       4 │     setInterval(() => push.send("alive"), 1000);
         ·                       ^^^^^^^^^^^^^^^^^^ set here
         ╰─
         docs  https://github.com/holdfast-dev/holdfast/blob/main/docs/rules/no-late-option.md
         contract zeromq  (holdfast contracts zeromq)

      ✖ 1 error, 1 warning  checked 2 files (1 analysed, with type information) in 1.2 s
        1 can be fixed with --fix
      "
    `);
  });

  it("says what is fixed and what is left", () => {
    const summary = (more: object) => printPretty(resultOf(files, [], more), plain, 100);
    expect(summary({})).toBe("✔ nothing to report  checked 2 files (1 analysed, with type information) in 1.2 s\n");
    expect(summary({ fixed: 1 })).toMatch(/^1 fix applied\n✔ nothing to report/);
    expect(summary({ files: 1, oracle: "tracing" })).toMatch(/checked 1 file \(1 analysed, without type information\)/);
  });

  /** The lines of the excerpt of a finding at some code. */
  const excerpt = (source: string, code: string, columns?: number) => {
    const place = placeOf("/repo/a.ts", source, code);
    const here = { path: "first" as const, role: "begins" as const, message: "here", place };
    const found = { ...finding, message: "wrong", place, witness: [here], fixes: [] };
    return printPretty(resultOf({ "/repo/a.ts": source }, [found]), plain, columns)
      .split("\n")
      .slice(2, 4);
  };

  it("points at the right cells below wide characters and tabs", () => {
    expect(excerpt("\tf('漢字'); g();", "g()")).toEqual([" 1 │     f('漢字'); g();", "   ·                ^^^ here"]);
  });

  it("shows of a very long line the part that matters", () => {
    const [line, label] = excerpt(`${"a();".repeat(500)}bad();${"b();".repeat(500)}`, "bad()", 60);
    expect(line).toMatch(/^ 1 │ ….*bad\(\);.*…$/);
    expect(line!.length).toBeLessThanOrEqual(60);
    expect(label!.indexOf("^")).toBe(line!.indexOf("bad()"));
  });

  it("breaks messages between words where the terminal ends", () => {
    const text = printPretty({ ...result, shown: [finding] }, plain, 50);
    const [headline, more] = text.split("\n");
    expect([headline, more]).toEqual([
      "error: `push.send` starts while the timer's",
      "  `push.send` is pending  no-concurrent-use",
    ]);
    expect(printPretty({ ...result, shown: [finding] }, plain, undefined)).toContain(finding.message);
  });

  it("counts lines as the compiler does, and leaves the terminal alone", () => {
    expect(excerpt("a;\u2028b;\r\n\u001B[2Jc();", "c()")).toEqual([" 3 │ \uFFFD[2Jc();", "   ·     ^^^ here"]);
  });

  it("points at the first line of what spans several", () => {
    expect(excerpt("await all([\n  a(),\n]);", "all([\n  a(),\n])")).toEqual([
      " 1 │ await all([",
      "   ·       ^^^^^ here",
    ]);
  });

  it("colours", () => {
    const coloured = printPretty(result, pc.createColors(true), 100);
    expect(coloured).toContain("\u001B[31m");
    // eslint-disable-next-line no-control-regex -- these are the colours
    expect(coloured.replaceAll(/\u001B\[\d+m/g, "")).toBe(printPretty(result, plain, 100));
  });
});

describe("json", () => {
  const validate = new Ajv({ strict: true }).compile(reportSchema);

  it("says everything about a finding", () => {
    expect(createReport(result)).toEqual({
      version: 1,
      findings: [
        {
          rule: "no-concurrent-use",
          confidence: "certain",
          severity: "error",
          message: "`push.send` starts while the timer's `push.send` is pending",
          file: "src/report.ts",
          line: 7,
          column: 9,
          endLine: 7,
          endColumn: 30,
          contract: "zeromq#Push",
          witness: [
            { message: "acquired here", file: "src/socket.ts", line: 3, column: 33 },
            { message: "pending from here, once a second", file: "src/report.ts", line: 4, column: 20 },
            { message: "started here while it is pending", file: "src/report.ts", line: 7, column: 9 },
          ],
          fixes: [
            {
              title: "Put both behind a mutex",
              safe: true,
              edits: [
                { file: "src/report.ts", start: beat.start, end: beat.start, text: "exclusive(" },
                { file: "src/report.ts", start: send.start, end: send.end, text: "exclusive(push)" },
              ],
            },
            {
              title: "Remove the timer",
              safe: false,
              edits: [{ file: "src/report.ts", start: beat.start, end: beat.end, text: "undefined" }],
            },
          ],
        },
        expect.objectContaining({ rule: "no-late-option", severity: "warning", confidence: "likely", line: 4 }),
      ],
      summary: { files: 2, analysed: 1, findings: 2, durationMs: 1234, oracle: "compiler" },
    });
    expect(validate(createReport(result))).toBe(true);
  });

  it("is what its schema says when the command prints it", async () => {
    const { report } = await project.report();
    validate(report);
    expect(validate.errors).toBeNull();
    expect(report.findings).toHaveLength(2);
  });

  it("has a schema that is shipped as it is", async () => {
    const file = new URL("../schema/report.schema.json", import.meta.url).pathname;
    const formatted = await format(JSON.stringify(reportSchema), { ...(await resolveConfig(file)), parser: "json" });
    await expect(formatted).toMatchFileSnapshot(file);
  });
});

describe("sarif", () => {
  const validate = addFormats
    .default(new AjvDraft04.default({ strict: false, unicodeRegExp: false }))
    .compile(require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") as object);
  const log = JSON.parse(printSarif(result)) as Log;
  const run = log.runs[0]!;

  it("is valid", () => {
    validate(log);
    expect(validate.errors).toBeNull();
  });

  it("is valid when the command prints it", async () => {
    const { code, stdout } = await project.holdfast("check", "--format", "sarif", "src", "nowhere");
    const printed = JSON.parse(stdout) as Log;
    validate(printed);
    expect(validate.errors).toBeNull();
    expect(printed.runs[0]?.results?.map((found) => found.ruleId)).toEqual(["no-concurrent-use", "suppression"]);
    expect(printed.runs[0]?.invocations).toMatchObject([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ message: { text: "there is no file or folder nowhere; check the path." } }],
      },
    ]);
    expect(code).toBe(2);
  });

  it("describes every rule", () => {
    for (const rule of run.tool.driver.rules ?? []) {
      expect(rule.helpUri).toMatch(/^https:.+\/docs\/(?:rules\/.+\.md|runtime\.md#.+)$/);
      expect(rule.help?.markdown).toContain(`# ${rule.id}`);
      expect(rule.shortDescription?.text).toMatch(/\.$/);
    }
  });

  it("leads through the witness, and offers the fixes", () => {
    const [first] = run.results!;
    expect(run.tool.driver.rules?.[first!.ruleIndex!]?.id).toBe(first!.ruleId);
    expect(first).toMatchObject({
      level: "error",
      message: { text: finding.message },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "src/report.ts" },
            region: { startLine: 7, startColumn: 9, endLine: 7, endColumn: 30 },
          },
        },
      ],
      relatedLocations: [{ id: 0 }, { id: 1, message: { text: "pending from here, once a second" } }, { id: 2 }],
    });
    const steps = first!.codeFlows![0]!.threadFlows[0]!.locations;
    expect(steps.map((step) => step.location?.message?.text)).toEqual(finding.witness.map((step) => step.message));
    expect(first!.fixes![0]).toMatchObject({
      description: { text: "Put both behind a mutex" },
      artifactChanges: [
        {
          artifactLocation: { uri: "src/report.ts" },
          replacements: [
            {
              deletedRegion: {
                startLine: 4,
                startColumn: 20,
                endLine: 4,
                endColumn: 20,
                charOffset: beat.start,
                charLength: 0,
              },
            },
            {
              deletedRegion: { startLine: 7, startColumn: 9, endLine: 7, endColumn: 30 },
              insertedContent: { text: "exclusive(push)" },
            },
          ],
        },
      ],
    });
    expect(first!.fixes).toHaveLength(2);
  });

  it("recognises findings by their code, not by their line", () => {
    const printsOf = (source: string) => {
      const found = { ...finding, place: placeOf("/repo/a.ts", source, "bad()") };
      const printed = JSON.parse(printSarif(resultOf({ "/repo/a.ts": source }, [found, found]))) as Log;
      return printed.runs[0]!.results!.map((one) => one.partialFingerprints!["holdfastFinding/v1"]);
    };
    expect(printsOf("\n\n  bad();")).toEqual(printsOf("bad();"));
    expect(printsOf("other(); bad();")).not.toEqual(printsOf("bad();"));
    expect(new Set(printsOf("bad();")).size).toBe(2);
  });
});

describe("github", () => {
  it("annotates lines, and escapes what would end an annotation", () => {
    expect(printGithub(result)).toBe(
      "::error file=src/report.ts,line=7,col=9,endLine=7,endColumn=30,title=holdfast/no-concurrent-use::" +
        "`push.send` starts while the timer's `push.send` is pending%0A" +
        "1. src/socket.ts:3:33 acquired here%0A" +
        "2. src/report.ts:4:20 pending from here, once a second%0A" +
        "3. src/report.ts:7:9 started here while it is pending\n" +
        "::warning file=src/report.ts,line=4,col=20,endLine=4,endColumn=38,title=holdfast/no-late-option::" +
        "set too late: 100%25, no effect%0A1. src/report.ts:4:20 set here\n",
    );
  });

  it("escapes names of files", () => {
    const place = { ...finding.place, file: "/repo/a,b:c%.ts" };
    expect(printGithub(resultOf({}, [{ ...finding, place, witness: [] }]))).toMatch(
      /^::error file=a%2Cb%3Ac%25\.ts,line=7,/,
    );
  });

  it("is what the command prints", async () => {
    const { stdout } = await project.holdfast("check", "--format", "github");
    expect(stdout).toMatch(
      /^::error file=src\/a\.mjs,line=4,col=\d+,endLine=4,endColumn=\d+,title=holdfast\/no-concurrent-use::.+\n::warning file=src\/b\.mjs,line=1,.+\n$/,
    );
  });
});

describe("all formats", () => {
  it("are given texts that places refer to", () => {
    expect(text.slice(finding.place.start, finding.place.end)).toBe('push.send("cpu: 50%")');
  });
});
