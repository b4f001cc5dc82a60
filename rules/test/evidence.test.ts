/** What may be evidence, and what may not: for each law a program that is right, and its twin that is not. */

import { createCatalog } from "@holdfast/contracts";
import { describe, expect, it } from "vitest";
import { analyse } from "../src/analyse.js";
import { defaultConfiguration } from "../src/configuration.js";
import { programOf, typedFile } from "./support/program.js";

const catalog = createCatalog();
const configuration = { ...defaultConfiguration, confidence: "likely" as const };

function reported(text: string): string[] {
  const { findings, failure } = analyse({ fileName: "/code/a.ts", text, catalog, configuration });
  expect(failure).toBeUndefined();
  return findings.map(({ rule, confidence }) => `${rule} ${confidence}`);
}

/** The same with types. */
function reportedWithTypes(text: string): string[] {
  const program = programOf(text);
  const { findings, failure } = analyse({ fileName: typedFile, text, catalog, configuration, program });
  expect(failure).toBeUndefined();
  return findings.map(({ rule, confidence }) => `${rule} ${confidence}`);
}

const answering = (statements: string) => `import type { IncomingMessage, ServerResponse } from "node:http";
export async function answer(req: IncomingMessage, res: ServerResponse, find: () => Promise<string>) { ${statements} }`;
const onSocket = (statements: string) => `import { connect } from "node:net"; import { rest, show } from "./own.js";
export async function run() { const socket = connect(80); ${statements} }`;
const onClient = (
  statements: string,
) => `import { Pool } from "pg"; import { note } from "./own.js"; const pool = new Pool();
export async function run() { const client = await pool.connect(); ${statements} }`;
const onConnection = (
  statements: string,
) => `import { createPool } from "mysql2/promise"; const pool = createPool("mysql://db");
export async function run() { const client = await pool.getConnection(); ${statements} }`;
const onPush = (members: string) => `import { Push } from "zeromq";
export class Outbox { private readonly socket = new Push(); private free = true; private state = "idle"; private running = 0; ${members} }`;
const all = "all(texts: string[]) { texts.forEach((text) => void this.flush(text)); }";

const late = ["no-use-after-release certain"];
const early = ["no-early-release certain"];
const overlap = ["no-concurrent-use certain"];

/** What it is about, the right program, the wrong one, and what is found in that. */
type Law = [string, string, string, string[]];

function keeps(laws: Law[]): void {
  it.each(laws)("%s", (_, right, wrong, found) => {
    expect(reported(right)).toEqual([]);
    expect(reported(wrong)).toEqual(found);
  });
}

const write = "res.writeHead(200); res.end();";

describe("conditions exclude each other", () => {
  keeps([
    [
      "two constants",
      answering(`const path = req.url; if (path === "/a") { ${write} } if (path === "/b") { ${write} }`),
      answering(`const path = req.url; if (path === "/a") { ${write} } if (req.method === "GET") { ${write} }`),
      late,
    ],
    [
      "two of several constants, after the ways have met",
      answering(
        `const p = req.url; if (p === "/a") { res.end(); } if (p === "/b") { res.end(); } if (p === "/c") { ${write} }`,
      ),
      answering(
        `const p = req.url; if (p === "/a") { res.end(); } if (p === "/b") { res.end(); } if (p !== "/c") { ${write} }`,
      ),
      late,
    ],
    [
      "cases of a switch",
      answering(`switch (req.url) { case "/a": ${write} break; case "/b": ${write} break; }`),
      answering(`switch (req.url) { case "/a": ${write} case "/b": ${write} break; }`),
      late,
    ],
    [
      "beginnings of a text",
      answering(`const p = req.url!; if (p.startsWith("/a")) { ${write} } if (p === "/b") { ${write} }`),
      answering(`const p = req.url!; if (p.startsWith("/a")) { ${write} } if (p === "/ab") { ${write} }`),
      late,
    ],
    [
      "types and classes",
      answering(
        `const p: unknown = req.url; if (typeof p === "string") { ${write} } if (typeof p === "number") { ${write} }`,
      ),
      answering(
        `const p: unknown = req.url; if (typeof p === "string") { ${write} } if (typeof req === "object") { ${write} }`,
      ),
      late,
    ],
    [
      "names that stand for constants",
      answering(`const s = req.statusCode; if (s === Status.Ok) { ${write} } else if (s === Status.Gone) { ${write} }`),
      answering(`const s = req.statusCode; if (s === Status.Ok) { ${write} } if (s !== Status.Gone) { ${write} }`),
      late,
    ],
    [
      "properties that say how far a handle is",
      answering(`if (req.url === "/a") { ${write} } if (!res.headersSent) { res.writeHead(404); res.end(); }`),
      answering(`if (req.url === "/a") { ${write} } if (res.headersSent) { res.writeHead(404); }`),
      late,
    ],
  ]);
});

describe("each way through a function is one of its own", () => {
  keeps([
    [
      "callbacks that are called once on each",
      `import type { ServerResponse } from "node:http";
function check(text: string, refuse: () => void) { if (text === "") { refuse(); return; } if (text === "b") refuse(); }
export function handle(text: string, res: ServerResponse) { check(text, () => { res.writeHead(400); res.end(); }); }`,
      `import type { ServerResponse } from "node:http";
function check(text: string, refuse: () => void) { if (text === "") { refuse(); } refuse(); }
export function handle(text: string, res: ServerResponse) { check(text, () => { res.writeHead(400); res.end(); }); }`,
      late,
    ],
    [
      "releases on some ways only, told by the result",
      onClient("const stays = keep(client); if (stays) client.release();") +
        "function keep(client: any) { if (Math.random() > 1) { client.release(); return false; } return true; }",
      onClient("const stays = keep(client); if (!stays) client.release();") +
        "function keep(client: any) { if (Math.random() > 1) { client.release(); return false; } return true; }",
      late,
    ],
    [
      "what is thrown is thrown before what comes behind it",
      answering("try { await reply(res, find); } catch { res.writeHead(500); res.end(); }") +
        "async function reply(res: any, find: any) { const text = await find(); res.writeHead(200); res.end(text); }",
      answering("try { await reply(res, find); } finally { res.writeHead(500); }") +
        "async function reply(res: any, find: any) { const text = await find(); res.writeHead(200); res.end(text); }",
      late,
    ],
    [
      "handlers of failures see failures only",
      onClient("await note(1).then(() => client.query('a')).catch(() => undefined).then(() => client.release());"),
      onClient("note(1).then(() => { void client.query('a'); }); client.release(); await client.query('b');"),
      [...early, ...late],
    ],
  ]);
});

describe("what was waited for may be over", () => {
  keeps([
    [
      "a write, after time has passed",
      onSocket(`socket.write("a"); await rest(500); socket.destroy();`),
      onSocket(`const text = show(); socket.write(\`a \${text}\`); socket.destroy();`),
      early,
    ],
    [
      "a write in a helper that is awaited",
      `import { createWriteStream } from "node:fs"; import { rest } from "./own.js";
export async function log() { const file = createWriteStream("log"); const note = async () => { await rest(1); file.write("a"); }; await note(); file.end(); }`,
      `import { createWriteStream } from "node:fs"; import { rest } from "./own.js";
export async function log() { const file = createWriteStream("log"); const note = async () => { await rest(1); file.write("a"); }; void note(); file.end(); }`,
      early,
    ],
    [
      "an earlier statement, by the answer to a later one",
      onConnection(`client.query("BEGIN").catch(() => undefined); await client.query("a"); client.release();`).replace(
        "BEGIN",
        "SET x",
      ),
      onConnection(`const rows = await client.query("a"); client.query("SET x"); client.release(); return rows;`),
      early,
    ],
    [
      "siblings of what has failed, where all are waited for",
      onConnection(
        "try { await Promise.allSettled([client.query('a'), client.query('b')]); } finally { client.release(); }",
      ),
      onConnection("try { await Promise.all([client.query('a'), client.query('b')]); } finally { client.release(); }"),
      early,
    ],
  ]);
});

describe("what a clock starts", () => {
  const onPushed = (statements: string) => `import { Push } from "zeromq";
export async function run(push: Push) { ${statements} }`;

  it("meets other code by chance", () => {
    expect(reported(onPushed("setTimeout(() => void push.send(1), 50); await push.send(2);"))).toEqual([
      "no-concurrent-use likely",
    ]);
    expect(reported(onPushed("setTimeout(() => { void push.send(1); void push.send(2); }, 50);"))).toEqual(overlap);
    expect(reported(onPushed("setImmediate(() => void push.send(1)); await push.send(2);"))).toEqual(overlap);
  });

  it("may be over once code has waited", () => {
    const timeout = `setTimeout(async () => { await client.query("a"); }, 50);`;
    expect(reported(onConnection(`${timeout} client.release();`))).toEqual(early);
    expect(reported(onConnection(`${timeout} await client.ping(); client.release();`))).toEqual([
      "no-early-release likely",
    ]);
  });
});

describe("a test and a change before the wait are a guard", () => {
  const body = "await this.socket.send(text);";
  keeps([
    [
      "a flag that says free",
      onPush(
        `${all} private async flush(text: string) { if (!this.free) return; this.free = false; ${body} this.free = true; }`,
      ),
      onPush(`${all} private async flush(text: string) { if (!this.free) return; ${body} this.free = false; }`),
      overlap,
    ],
    [
      "a state",
      onPush(
        `${all} private async flush(text: string) { if (this.state !== "idle") return; this.state = "busy"; ${body} this.state = "idle"; }`,
      ),
      onPush(
        `${all} private async flush(text: string) { if (this.state !== "idle") return; this.state = "idle"; ${body} }`,
      ),
      overlap,
    ],
    [
      "a counter",
      onPush(
        `${all} private async flush(text: string) { if (this.running >= 1) return; this.running++; ${body} this.running--; }`,
      ),
      onPush(`${all} private async flush(text: string) { this.running++; ${body} this.running--; }`),
      overlap,
    ],
  ]);
});

describe("what is not known is no evidence", () => {
  keeps([
    [
      "when a function runs that is given away",
      onPush("both() { note(() => this.socket.send(1)); note(() => this.socket.send(2)); }"),
      onPush("both() { [1, 2].forEach((n) => this.socket.send(n)); }"),
      overlap,
    ],
    [
      "what an object of an unknown class is to a call",
      onClient(`client.query(new Rows("a")); client.release();`).replace("{ note }", "{ Rows }"),
      onClient(`client.query("a"); client.release();`),
      early,
    ],
    [
      "an abort on the way out",
      onSocket(`try { socket.write("a"); await rest(1); } catch (error) { socket.destroy(); throw error; }`),
      onSocket(`socket.write("a"); socket.destroy();`),
      early,
    ],
    [
      "a call from which control does not come back",
      onClient(
        `if (pool.totalCount > 9) { client.release(); process.exit(1); } await client.query("a"); client.release();`,
      ),
      onClient(`if (pool.totalCount > 9) { client.release(); note(1); } await client.query("a");`),
      late,
    ],
  ]);
});

describe("tests of a runner come one after the other", () => {
  const file = (body: string) => `import { test } from "@playwright/test";
for (const path of ["/a", "/b"]) { test(path, async ({ page }) => { ${body} }); }`;
  keeps([
    ["each with a page of its own", file("await page.goto(path);"), file("page.click(path);"), early],
    [
      "and its steps, too",
      file(`await test.step("opens", async () => { await page.goto(path); }); await page.click("a");`),
      file(`await Promise.all([page.click("a"), page.click("b")]);`),
      overlap,
    ],
    [
      "and what waits for a step comes behind it",
      file(
        `const ready = async () => { await page.waitForURL("b"); await page.click("c"); }; await Promise.all([page.goto(path), ready()]);`,
      ),
      file(`const ready = async () => { await page.click("c"); }; await Promise.all([page.goto(path), ready()]);`),
      overlap,
    ],
  ]);
});

describe("what is assigned anew is another handle", () => {
  const agent = (retry: string) => `import { Push } from "zeromq";
export class Agent { private push = new Push(); ${retry} async send(text: string) { try { await this.push.send(text); } catch { this.reset(); await this.push.send(text); } } }`;
  keeps([
    [
      "a field, in a helper",
      agent("reset() { this.push.close(); this.push = new Push(); }"),
      agent("reset() { this.push.close(); }"),
      late,
    ],
  ]);
});

describe("pools come to an end", () => {
  keeps([
    [
      "and are then of no use",
      onClient("client.release(); await pool.query('a'); await pool.end();"),
      onClient("client.release(); await pool.end(); await pool.query('a');"),
      late,
    ],
  ]);
});

describe("a function of another file uses the handle that it is given", () => {
  const inTransaction = (statements: string) => `import { pool, store, nameOf } from "./db.js";
import * as db from "./db.js"; import { inspect } from "pg";
export async function run(rows: string[]) {
  const client = await pool.connect(); await client.query("BEGIN"); ${statements} await client.query("COMMIT"); client.release();
}`;
  const likely = ["no-concurrent-use likely"];

  it.each([
    ["one after the other", 'await store(client, "a"); await store(client, "b");', []],
    ["at once", 'await Promise.all([store(client, "a"), store(client, "b")]);', likely],
    ["for each row at once", "await Promise.all(rows.map((row) => store(client, row)));", likely],
    ["for each row in turn", "for (const row of rows) await store(client, row);", []],
    ["as a member of its module", 'await Promise.all([db.store(client, "a"), db.store(client, "b")]);', likely],
    ["beside an operation", 'const stored = store(client, "a"); await client.query("b"); await stored;', likely],
    ["kept and awaited first", 'const stored = store(client, "a"); await stored; await client.query("b");', []],
    ["but not where it gives no promise", "await Promise.all([nameOf(client), nameOf(client)]);", []],
    ["nor one of a library", "await Promise.all([inspect(client), inspect(client)]);", []],
    ["nor where it is given the pool", 'await Promise.all([store(pool, "a"), store(pool, "b")]);', []],
  ])("%s", (_, statements, found) => {
    expect(reportedWithTypes(inTransaction(statements))).toEqual(found);
  });
});
