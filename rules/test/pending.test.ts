import { createCatalog } from "@holdfast/contracts";
import { describe, expect, it } from "vitest";
import { analyse } from "../src/analyse.js";
import { defaultConfiguration } from "../src/configuration.js";

const input = { fileName: "/code/a.ts", catalog: createCatalog(), configuration: defaultConfiguration };

/** What is pending beyond its statement in a text: `handle.operation until …`, with the code at each end. */
function pendingIn(text: string): string[] {
  const { pending, failure } = analyse({ ...input, text, pending: true });
  expect(failure).toBeUndefined();
  const codeAt = ({ start, end }: { start: number; end: number }) => text.slice(start, end).replace(/\s+/g, " ");
  return pending!.map(({ name, handle, place, ends, releases }) => {
    expect(codeAt(place)).toBe(name);
    const met = releases ? `, releases: ${releases.map(codeAt).join(" | ")}` : "";
    return `${handle}.${name} until ${ends.map(codeAt).join(" | ") || "never"}${met}`;
  });
}

/** The same for statements in an async function with a client and a socket. */
function inFunction(statements: string): string[] {
  return pendingIn(`import type { PoolClient } from "pg"; import { Push } from "zeromq";
export async function work(client: PoolClient, push: Push, log: (value: unknown) => Promise<void>) { ${statements} }`);
}

describe("an operation that is waited for at once is not listed", () => {
  it.each([
    ["with await", `await client.query("a");`],
    ["among others", `await Promise.all([client.query("a"), client.query("b")]);`],
    ["at the end of a chain", `const rows = (await client.query("a").then((all) => all)).rows;`],
    ["in a condition", `if (await client.query("a")) await log(1);`],
    ["in callbacks", `await Promise.all(list.map((id) => client.query(id)));`],
    ["in async callbacks", `await Promise.all(list.map(async (id) => { await client.query(id); }));`],
    ["as what is returned", `return client.query("a");`],
    ["as what is handed on", `await log(client.query("a"));`],
    ["with a callback that is told the end", `client.query("a", (error) => log(error));`],
    ["as the result of an arrow", `const ask = () => client.query("a"); await ask();`],
    ["which returns at once", `push.connect("a"); await log(1);`],
    ["whatever an error leaves", `try { await Promise.all([client.query("a"), log(1)]); } catch {}`],
  ])("%s", (_, statements) => {
    expect(inFunction(statements)).toEqual([]);
  });

  it("nor what begins and ends with other calls", () => {
    expect(
      pendingIn(`import Redis from "ioredis"; const redis = new Redis();
export async function swap() { await redis.watch("a"); await redis.multi().set("a", 1).exec(); }`),
    ).toEqual([]);
  });
});

describe("an operation that is waited for later is listed", () => {
  it.each([
    ["with the await", `const p = push.send("a"); await log(1); await p;`, ["push.send until await p"]],
    [
      "with every await",
      `const p = push.send("a"); if (x) await p; else { await p; }`,
      ["push.send until await p | await p"],
    ],
    [
      "with the await of all of them",
      `const a = client.query("a"); const b = client.query("b"); await log(1); await Promise.all([a, b]);`,
      ["client.query until await Promise.all([a, b])", "client.query until await Promise.all([a, b])"],
    ],
    [
      "with the await of a list",
      `const all = list.map((id) => client.query(id)); await log(1); await Promise.all(all);`,
      ["client.query until await Promise.all(all)"],
    ],
    [
      "with the await of a list that is filled in a loop",
      `const all = []; for (const id of list) all.push(push.send(id)); await Promise.allSettled(all);`,
      ["push.send until await Promise.allSettled(all)"],
    ],
    [
      "with the await before the next round",
      `let last; for (;;) { await last; last = push.send("a"); }`,
      ["push.send until await last"],
    ],
    ["with the return", `const p = client.query("a"); await log(1); return p;`, ["client.query until return p;"]],
    ["with the call that gets it", `const p = client.query("a"); await log(p);`, ["client.query until log(p)"]],
    [
      "with an await in a callback",
      `const p = client.query("a"); await log(1); await (async () => { await p; })();`,
      ["client.query until await (async () => { await p; })() | await p"],
    ],
  ])("%s", (_, statements, expected) => {
    expect(inFunction(statements)).toEqual(expected);
  });
});

describe("an operation that nobody ever waits for is listed", () => {
  it.each([
    ["where it stands alone", `client.query("a"); await log(1);`],
    ["with void", `void client.query("a"); await log(1);`],
    ["with a handler of its errors", `client.query("a").catch(log); await log(1);`],
    ["where its variable is forgotten", `const p = client.query("a"); await log(1);`],
    ["in a loop that goes on for ever", `for (;;) { client.query("a"); await log(1); }`],
    ["at every tick", `setInterval(() => client.query("a"), 1000);`],
    ["for every element", `list.forEach((id) => client.query(id));`],
  ])("%s", (_, statements) => {
    expect(inFunction(statements)).toEqual(["client.query until never"]);
  });

  it("but not if others can get at its promise", () => {
    const at = (statements: string) =>
      pendingIn(`import { Push } from "zeromq"; const push = new Push(); ${statements}`);
    expect(at(`export const sent = push.send("a");`)).toEqual([]);
    expect(at(`function send() { const sent = push.send("a"); return () => sent; }`)).toEqual([]);
    expect(at(`class A { go() { this.sent = push.send("a"); } async end() { await this.sent; } }`)).toEqual([]);
    expect(at(`let sent; function go() { sent = push.send("a"); } async function end() { await sent; }`)).toEqual([]);
  });
});

describe("a release that comes meanwhile is listed", () => {
  it.each([
    ["without an await", `client.query("a"); client.release();`, ["client.query until never, releases: release"]],
    [
      "before the await",
      `const p = client.query("a"); client.release(); await p;`,
      ["client.query until await p, releases: release"],
    ],
    ["but not after it", `const p = client.query("a"); await p; client.release();`, ["client.query until await p"]],
    ["but not when it has settled", `client.query("a").then(() => client.release());`, ["client.query until never"]],
  ])("%s", (_, statements, expected) => {
    expect(inFunction(statements)).toEqual(expected);
  });
});

it("nothing is listed, and nothing changes, unless somebody asks", () => {
  const text = `import { Push } from "zeromq"; const push = new Push(); void push.send("a"); await push.send("b");`;
  const { pending, findings } = analyse({ ...input, text });
  expect(pending).toBeUndefined();
  expect(analyse({ ...input, text, pending: true }).findings).toEqual(findings);
  expect(analyse({ ...input, text: "export {};", pending: true }).pending).toEqual([]);
});

it("its contract and its place are named", () => {
  const text = `import { Push } from "zeromq";\nconst push = new Push();\nvoid push.send("a");`;
  expect(analyse({ ...input, text, pending: true }).pending).toEqual([
    {
      name: "send",
      handle: "push",
      contract: "zeromq#Push",
      place: expect.objectContaining({ file: "/code/a.ts", line: 3, column: 11, endColumn: 15 }) as object,
      ends: [],
    },
  ]);
});
