import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import type { Report } from "../src/report/report.js";
import { createProject, type TestProject } from "./support/project.js";

const app = `import { Pool } from "pg";

const pool = new Pool();
const client = await pool.connect();
const pending = client.query("SELECT 1");
client.release();
export const lost = new Pool();
`;

const guide = "https://github.com/holdfast-dev/holdfast/blob/main/docs/runtime.md";
const url = "https://github.com/holdfast-dev/holdfast/blob/main/docs/rules";

/** What the runtime writes of an early release in `app.mjs`. */
function earlyRelease(directory: string, more: object = {}): object {
  const file = `${directory}/app.mjs`;
  return {
    rule: "no-early-release",
    severity: "error",
    contract: "pg#PoolClient",
    message: `no-early-release: pg client: \`release\` (${file}:6:8) releases the handle while \`query\` (${file}:5:24) is pending; it runs on (${url}/no-early-release.md)`,
    first: { operation: "query", place: { file, line: 5, column: 24 } },
    second: { operation: "release", place: { file, line: 6, column: 8, function: "main" } },
    page: `${url}/no-early-release.md`,
    time: "2024-01-01T00:00:00.000Z",
    ...more,
  };
}

function leak(directory: string): object {
  const file = `${directory}/app.mjs`;
  return {
    rule: "require-release",
    severity: "error",
    contract: "pg#Client",
    message: `require-release: pg client: \`new Pool\` (${file}:7:21) has acquired it, and nothing has released it before \`exit\`; what it holds is cut off (${guide}#require-release)`,
    first: { operation: "new Pool", place: { file, line: 7, column: 21 } },
    second: { operation: "exit" },
    page: `${guide}#require-release`,
    time: "2024-01-01T00:00:00.000Z",
  };
}

/** A project whose program has run and left this report. */
function reported(name: string, text: (directory: string) => string): TestProject {
  const project = createProject({ "app.mjs": app });
  project.write(name, text(project.directory));
  return project;
}

const lines = (...violations: object[]) => violations.map((violation) => `${JSON.stringify(violation)}\n`).join("");

const both = () =>
  reported("run.jsonl", (directory) => {
    const first = earlyRelease(directory);
    return lines(leak(directory), first, earlyRelease(directory, { count: 41 }));
  });

describe("holdfast report", () => {
  it("shows each violation at its lines, once", async () => {
    const { code, stdout, stderr } = await both().holdfast("report", "run.jsonl");
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toBe(`error: pg client: \`release\` releases the handle while \`query\` is pending  no-early-release
   ╭─ app.mjs:6:8
 5 │ const pending = client.query("SELECT 1");
   ·                        ───── ① \`query\` is called here
 6 │ client.release();
   ·        ^^^^^^^ ② then \`release\`; it runs on; seen 41 times
   ╰─
   docs  ${url}/no-early-release.md
   contract pg  (holdfast contracts pg)

error: pg client: \`new Pool\` has acquired it, and nothing has released it before \`exit\`  require-release
   ╭─ app.mjs:7:21
 7 │ export const lost = new Pool();
   ·                     ^^^^^^^^ not released before exit
   ╰─
   docs  ${guide}#require-release
   contract pg  (holdfast contracts pg)

✖ 2 errors  recorded while the program ran, in 1 file
`);
  });

  it("prints what check prints, for programs", async () => {
    const { code, stdout } = await both().holdfast("report", "run.jsonl", "--format", "json");
    const { findings, summary } = JSON.parse(stdout) as Report;
    expect(code).toBe(1);
    expect(summary).toMatchObject({ findings: 2, files: 1 });
    expect(findings).toMatchObject([
      {
        rule: "no-early-release",
        confidence: "certain",
        severity: "error",
        file: "app.mjs",
        line: 6,
        column: 8,
        endColumn: 15,
        contract: "pg#PoolClient",
        witness: [
          { file: "app.mjs", line: 5, column: 24 },
          { file: "app.mjs", line: 6, column: 8 },
        ],
      },
      { rule: "require-release", line: 7, column: 21, endColumn: 29 },
    ]);
  });

  it("prints annotations", async () => {
    const { stdout } = await both().holdfast("report", "run.jsonl", "--format", "github");
    expect(stdout).toContain(
      "::error file=app.mjs,line=6,col=8,endLine=6,endColumn=15,title=holdfast/no-early-release::",
    );
  });

  it("reads SARIF as well, and writes it", async () => {
    const location = (line: number, column: number, id?: number) => ({
      ...(id !== undefined && { id }),
      physicalLocation: {
        artifactLocation: { uri: "app.mjs", uriBaseId: "SRCROOT" },
        region: { startLine: line, startColumn: column },
      },
    });
    const project = reported("run.sarif", (directory) =>
      JSON.stringify({
        version: "2.1.0",
        runs: [
          {
            originalUriBaseIds: { SRCROOT: { uri: pathToFileURL(`${directory}/`).href } },
            results: [
              {
                ruleId: "no-early-release",
                level: "error",
                message: { text: "no-early-release: pg client: released" },
                locations: [location(6, 8)],
                relatedLocations: [location(5, 24, 0), location(6, 8, 1)],
                properties: { contract: "pg#PoolClient", first: "query", second: "release" },
              },
            ],
          },
        ],
      }),
    );
    const { code, stdout } = await project.holdfast("report", "run.sarif", "--format", "sarif");
    expect(code).toBe(1);
    const log = JSON.parse(stdout) as { runs: { results: object[] }[] };
    expect(log.runs[0]?.results).toMatchObject([
      {
        ruleId: "no-early-release",
        locations: [{ physicalLocation: { region: { startLine: 6, startColumn: 8, endColumn: 15 } } }],
      },
    ]);
  });

  it("adds up how often something was seen in several runs", async () => {
    const later = { time: "2024-01-02T00:00:00.000Z" };
    const project = reported("run.jsonl", (directory) =>
      lines(
        earlyRelease(directory),
        earlyRelease(directory, { count: 40 }),
        earlyRelease(directory, later),
        earlyRelease(directory, { ...later, count: 2 }),
      ),
    );
    const { stdout } = await project.holdfast("report", "run.jsonl");
    expect(stdout).toContain("it runs on; seen 42 times");
  });

  it("marks what is set, where a stack tells of the place behind it", async () => {
    const project = reported("run.jsonl", (directory) =>
      lines({
        ...earlyRelease(directory),
        rule: "no-late-option",
        second: { operation: "pending", place: { file: `${directory}/app.mjs`, line: 5, column: 15 } },
      }),
    );
    const { stdout } = await project.holdfast("report", "run.jsonl", "--format", "github");
    expect(stdout).toContain("::error file=app.mjs,line=5,col=7,endLine=5,endColumn=14,");
  });

  it("has nothing to say of a run without violations", async () => {
    const { code, stdout } = await reported("run.jsonl", () => "").holdfast("report", "run.jsonl");
    expect(stdout).toContain("✔ nothing to report");
    expect(code).toBe(0);
  });

  it("shows a violation without a place where it was told", async () => {
    const project = reported("run.jsonl", (directory) =>
      lines({ ...earlyRelease(directory), first: { operation: "query" }, second: { operation: "release" } }),
    );
    const { stdout } = await project.holdfast("report", "run.jsonl", "--format", "github");
    expect(stdout).toContain("::error file=run.jsonl,line=1,col=1,");
  });

  it("goes on where a file is no more", async () => {
    const project = reported("run.jsonl", (directory) => lines(earlyRelease(`${directory}/gone`)));
    const { code, stdout } = await project.holdfast("report", "run.jsonl");
    expect(stdout).toContain("gone/app.mjs:6:8");
    expect(code).toBe(1);
  });

  it.each([
    [["nowhere.jsonl"], "", /there is no file nowhere\.jsonl; .*HOLDFAST_REPORT=nowhere\.jsonl/],
    [["."], "", /\. cannot be read \(EISDIR\); name a report/],
    [["run.jsonl"], "{}\n", /run\.jsonl:1 is not a violation; name a report/],
    [["run.jsonl"], "\n{", /run\.jsonl:2 is not a violation; name a report/],
    [["run.sarif"], "[]", /run\.sarif is not a report; name one/],
    [["run.sarif"], '{ "runs": [{ "results": [{}] }] }', /run\.sarif is not a report; name one/],
    [["run.sarif"], '{ "runs": [{ "results": [null] }] }', /run\.sarif is not a report; name one/],
    [["run.jsonl", "--format", "jsn"], "", /there is no format "jsn"; did you mean "json"\?/],
  ])("explains itself in one sentence: %j with %j", async (args, text, sentence) => {
    const project = reported("run.jsonl", () => text);
    project.write("run.sarif", text);
    const { code, stdout, stderr } = await project.holdfast("report", ...args);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([code, stdout]).toEqual([2, ""]);
  });
});
