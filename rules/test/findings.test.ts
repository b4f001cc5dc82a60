import { createCatalog } from "@holdfast/contracts";
import { describe, expect, it } from "vitest";
import { analyse } from "../src/analyse.js";
import { defaultConfiguration } from "../src/configuration.js";

const catalog = createCatalog();

/** What the analysis reports of a text, in order of place. */
function findingsIn(text: string) {
  return analyse({ fileName: "/code/a.ts", text, catalog, configuration: defaultConfiguration }).findings;
}

describe("a setting that comes too late is unnecessary", () => {
  const responding = (statements: string) => `import type { ServerResponse } from "node:http";
export function answer(response: ServerResponse) { ${statements} }`;
  const connected = (statements: string) => `import { Dealer } from "zeromq";
export function open() { const dealer = new Dealer(); dealer.connect(address); ${statements} return dealer; }`;

  it.each([
    ["where it does nothing", responding("response.writeHead(200); response.statusCode = 404;"), true],
    ["but not where it throws", responding('response.writeHead(200); response.setHeader("a", "b");'), undefined],
    ["nor where it holds for what comes next", connected("dealer.routingId = name;"), undefined],
  ])("%s", (_, text, unnecessary) => {
    expect(findingsIn(text).map((finding) => [finding.rule, finding.unnecessary])).toEqual([
      ["no-late-option", unnecessary],
    ]);
  });
});

describe("a guard in a field holds", () => {
  const line = (name: string, concurrency: number, constructor = "") => `class ${name} {
  queue = new PQueue({ concurrency: ${concurrency} });
  push = new Push();
  ${constructor}
  both() { return Promise.all([this.queue.add(() => this.push.send(1)), this.queue.add(() => this.push.send(2))]); }
}`;
  const found = (...classes: string[]) =>
    findingsIn(`import PQueue from "p-queue"; import { Push } from "zeromq"; ${classes.join("\n")}`).length;

  it.each([
    ["in a class with a constructor", "constructor() { this.push.connect(address); }"],
    ["in a class without one", ""],
  ])("%s", (_, constructor) => {
    expect(found(line("A", 1, constructor))).toBe(0);
    expect(found(line("A", 5, constructor))).toBe(1);
  });

  it("whatever another class has by that name", () => {
    expect(found(line("A", 1), line("B", 5))).toBe(0);
    expect(found(line("B", 5), line("A", 1))).toBe(0);
  });
});

describe("a release that comes upon several operations", () => {
  it("is one finding that names each of them", () => {
    const [finding, ...others] =
      findingsIn(`import { createPool } from "mysql2/promise"; const pool = createPool("mysql://db");
export async function run() {
  const connection = await pool.getConnection();
  void connection.query("a");
  void connection.ping();
  connection.release();
}`);
    expect(others).toEqual([]);
    expect(finding?.message).toContain("while `query` (line 4) and `ping` (line 5) are still running: each ");
    expect(finding?.witness.map(({ place }) => place.line)).toEqual([4, 5, 6, 6]);
  });
});
