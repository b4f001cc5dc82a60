import ts from "typescript";
import { describe, expect, it } from "vitest";
import {
  acknowledgeFirst,
  addAwait,
  awaitAtOnce,
  awaitPending,
  awaitUsing,
  dropRelease,
  exclusive,
  lingerInConstructor,
  moveRelease,
  mutex,
  optionFirst,
  promiseChain,
  releaseInFinally,
  returnAwait,
  sequentialLoop,
  settleAll,
  type FixSource,
  type Span,
} from "../src/fixes/index.js";
import type { Fix } from "../src/finding.js";

/** What the snippets use, so that the compiler can judge what the fixes make of them. */
const DECLARATIONS = `
interface Row { id: number; name: string }
interface Client {
  query(sql: string, values?: unknown[]): Promise<Row[]>;
  count(sql: string): Promise<number>;
  release(): void;
  end(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
declare const pool: { connect(): Promise<Client> };
declare class Socket {
  constructor(options?: { linger?: number; sendTimeout?: number });
  linger: number;
  routingId: string | null;
  connect(address: string): void;
  send(message: string | string[]): Promise<void>;
  close(): void;
}
declare class Push extends Socket {}
interface Channel { ack(message: object): void; close(): Promise<void>; prefetch(count: number): Promise<void>; consume(queue: string): Promise<void> }
declare const console: { log(...values: unknown[]): void };
declare function setInterval(callback: () => void, period: number): number;
declare module "async-mutex" {
  export class Mutex { runExclusive<T>(callback: () => Promise<T> | T): Promise<T> }
}
declare module "@holdfast/runtime" {
  export function once(): void;
  export function exclusive<T extends object>(handle: T): T;
}
declare module "zeromq" { export class Push extends Socket {} }
`;

function sourceOf(text: string, fileName = "snippet.ts"): FixSource {
  return { sourceFile: ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true), fileName };
}

/** The span of a piece of the text: of its first occurrence, or of a later one. */
function spanIn(text: string, piece: string, occurrence = 1): Span {
  let start = -1;
  for (let found = 0; found < occurrence; found++) start = text.indexOf(piece, start + 1);
  if (start < 0) throw new Error(`not in the text: ${piece}`);
  return { start, end: start + piece.length };
}

function applied(text: string, fix: Fix | undefined): string {
  if (fix === undefined) throw new Error("no fix");
  let result = text;
  let limit = text.length;
  for (const { start, end, text: replacement } of [...fix.edits].reverse()) {
    expect(start).toBeLessThanOrEqual(end);
    expect(end).toBeLessThanOrEqual(limit);
    result = result.slice(0, start) + replacement + result.slice(end);
    limit = start;
  }
  return result;
}

const options: ts.CompilerOptions = {
  strict: true,
  noUnusedLocals: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts"],
  types: [],
  noEmit: true,
};
const libraries = new Map<string, ts.SourceFile>();

/** What the compiler has to say against a snippet. */
function typeErrors(text: string): string[] {
  const host = ts.createCompilerHost(options);
  const files = new Map([
    ["/snippet.ts", text],
    ["/declarations.d.ts", DECLARATIONS],
  ]);
  host.getSourceFile = (name, target) => {
    const own = files.get(name);
    if (own !== undefined) return ts.createSourceFile(name, own, target);
    if (!libraries.has(name)) libraries.set(name, ts.createSourceFile(name, ts.sys.readFile(name) ?? "", target));
    return libraries.get(name);
  };
  host.fileExists = (name) => files.has(name);
  const program = ts.createProgram(["/snippet.ts", "/declarations.d.ts"], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** Expects a fix that makes this of the text, and that the compiler has nothing against it. */
function expectFixed(text: string, fix: Fix | undefined, expected: string, safe = true): void {
  expect(applied(text, fix)).toBe(expected);
  expect(fix!.safe).toBe(safe);
  expect(fix!.title).toMatch(/^[A-Z].*[^.]$/);
  expect(typeErrors(expected)).toEqual([]);
}

describe("add-await", () => {
  const build = (text: string, piece: string, fileName?: string) =>
    addAwait(sourceOf(text, fileName), spanIn(text, piece));

  it("awaits a call that is a statement, with the chain that it heads", () => {
    const text = `export async function f(push: Push) {\n  push.send("a").catch(console.log); // why\n}\n`;
    expectFixed(text, build(text, `push.send("a")`), text.replace("  push", "  await push"));
  });

  it("takes the place of void", () => {
    const text = `export async function f(push: Push) {\n  void push.send("a");\n}\n`;
    expectFixed(text, build(text, `push.send("a")`), text.replace("void", "await"));
  });

  it("awaits the last part of a condition, and an async block", () => {
    const text = `export async function f(push: Push, ready: boolean) {\n  ready && push.send("a");\n}\n`;
    expectFixed(text, build(text, `push.send("a")`), text.replace("&& push", "&& await push"));
    const block = `export async function f(push: Push) {\n  (async () => {\n    await push.send("a");\n  })();\n}\n`;
    const call = block.slice(block.indexOf("(async"), block.lastIndexOf(";\n}"));
    expectFixed(block, build(block, call), block.replace("(async", "await (async"));
  });

  it("awaits at the top of a module, but not of a script or a CommonJS file", () => {
    const text = `export const push = new Push();\npush.send("a");\n`;
    expectFixed(text, build(text, `push.send("a")`), text.replace("\npush", "\nawait push"), false);
    expect(build(text, `push.send("a")`, "snippet.cts")).toBeUndefined();
    expect(build(`new Push().send("a");\n`, `new Push().send("a")`)).toBeUndefined();
  });

  it("makes a function async whose result nobody takes", () => {
    const text = `class A {\n  constructor(private push: Push) {}\n  close(): void {\n    this.push.send("a");\n    this.push.close();\n  }\n}\nexport function f(a: A) {\n  a.close();\n}\n`;
    const expected = text
      .replace("close(): void", "async close(): Promise<void>")
      .replace("    this.push.send", "    await this.push.send");
    const fix = build(text, `this.push.send("a")`);
    expectFixed(text, fix, expected, false);
    expect(fix!.title).toBe("Make `close` async and await the operation");
  });

  it("makes a callback async, but not one whose caller would not wait", () => {
    const text = `export async function f(push: Push) {\n  await push.send("a").then(() => {\n    push.send("b");\n  });\n}\n`;
    expectFixed(
      text,
      build(text, `push.send("b")`),
      text.replace("() =>", "async () =>").replace(`push.send("b")`, `await push.send("b")`),
      false,
    );
    const each = `export function f(push: Push, all: string[]) {\n  all.forEach((a) => {\n    push.send(a);\n  });\n}\n`;
    expect(build(each, "push.send(a)")).toBeUndefined();
  });

  it("leaves functions alone that are used as something else", () => {
    const used = `function close(push: Push) {\n  push.send("a");\n}\nexport const closed = [1].map(() => close(new Push()));\n`;
    expect(build(used, `push.send("a")`)).toBeUndefined();
    const made = `export class A {\n  constructor(push: Push) {\n    push.send("a");\n  }\n}\n`;
    expect(build(made, `push.send("a")`)).toBeUndefined();
    const kept = `export async function f(push: Push) {\n  const sent = push.send("a");\n  await sent;\n}\n`;
    expect(build(kept, `push.send("a")`)).toBeUndefined();
  });
});

describe("return-await", () => {
  const build = (text: string, piece: string) => returnAwait(sourceOf(text), spanIn(text, piece));

  it("awaits what is returned", () => {
    const text = `export async function f(): Promise<Row[]> {\n  const client = await pool.connect();\n  try {\n    return client.query("a");\n  } finally {\n    client.release();\n  }\n}\n`;
    expectFixed(text, build(text, `client.query("a")`), text.replace("return client", "return await client"));
  });

  it("awaits chains, branches and promises that are given another type", () => {
    const chain = `export async function f(c: Client) {\n  return c.query("a").then((rows) => rows[0]);\n}\n`;
    expectFixed(chain, build(chain, `c.query("a")`), chain.replace("return c", "return await c"));
    const branch = `export async function f(c: Client, n: boolean) {\n  return n ? c.query("a") : [];\n}\n`;
    expectFixed(branch, build(branch, `c.query("a")`), branch.replace("? c", "? await c"));
    const cast = `export async function f(c: Client) {\n  return c.query("a") as Promise<{ id: number }[]>;\n}\n`;
    expectFixed(cast, build(cast, `c.query("a")`), cast.replace(/return (.*);/, "return await ($1);"));
  });

  it("leaves functions alone that are not async, and arrow functions inside", () => {
    const plain = `export function f(c: Client) {\n  return c.query("a");\n}\n`;
    expect(build(plain, `c.query("a")`)).toBeUndefined();
    const arrow = `export async function f(c: Client) {\n  return [() => c.query("a")];\n}\n`;
    expect(build(arrow, `c.query("a")`)).toBeUndefined();
  });
});

describe("await-first", () => {
  const build = (text: string, later: string, before: string, occurrence = 1) =>
    awaitPending(sourceOf(text), spanIn(text, later, occurrence), spanIn(text, before));

  it("moves an await that comes too late", () => {
    const text = `export async function f(push: Push) {\n  const sent = push.send("a");\n  push.close();\n  await sent;\n}\n`;
    const expected = `export async function f(push: Push) {\n  const sent = push.send("a");\n  await sent;\n  push.close();\n}\n`;
    expectFixed(text, build(text, "sent", "push.close()", 2), expected);
  });

  it("waits for an array with the combinator that it is given to", () => {
    const text = `export async function f(push: Push, all: string[]) {\n  const sent: Promise<void>[] = [];\n  for (const one of all) sent.push(push.send(one));\n  push.close();\n  console.log(await Promise.all(sent));\n}\n`;
    const expected = text.replace("  push.close", "  await Promise.all(sent);\n  push.close");
    expectFixed(text, build(text, "Promise.all(sent)", "push.close()"), expected);
  });

  it("says nothing where the promise is not in reach", () => {
    const text = `export async function f(push: Push) {\n  push.close();\n  const sent = push.send("a");\n  await sent;\n}\n`;
    expect(build(text, "await sent", "push.close()")).toBeUndefined();
    const self = `export async function f(push: Push) {\n  const sent: Promise<void>[] = ["a"].map(async (a) => {\n    await push.send(a);\n  });\n  await Promise.all(sent);\n}\n`;
    expect(build(self, "Promise.all(sent)", "push.send(a)")).toBeUndefined();
  });
});

describe("await-at-once", () => {
  const around = (...lines: string[]) =>
    ["async function f(c: Client) {", ...lines.map((line) => `  ${line}`), "}", ""].join("\n");
  const atOnce = (text: string) => awaitAtOnce(sourceOf(text), spanIn(text, 'c.query("a")'));

  it("drops the name of what nobody takes the value of", () => {
    const text = around('const a = c.query("a");', 'await c.query("b");', "await a;");
    expect(applied(text, atOnce(text))).toBe(around('await c.query("a");', 'await c.query("b");'));
  });

  it("brings the later name along", () => {
    const text = around('const a = c.query("a");', 'await c.query("b");', "const [row] = await a;", "return row;");
    expect(applied(text, atOnce(text))).toBe(
      around('const [row] = await c.query("a");', 'await c.query("b");', "return row;"),
    );
  });

  it("keeps the value where it is taken more than once, or inside something else", () => {
    const text = around('const a = c.query("a");', 'await c.query("b");', "return [...(await a), ...(await a)];");
    expect(applied(text, atOnce(text))).toBe(
      around('const a = await c.query("a");', 'await c.query("b");', "return [...a, ...a];"),
    );
  });

  it("takes out an `if` that has nothing else to do", () => {
    const text = around('const a = c.query("a");', "if (c) {", "  await a;", "}", "c.release();");
    expect(applied(text, atOnce(text))).toBe(around('await c.query("a");', "c.release();"));
  });

  it("leaves a promise alone that is given away", () => {
    const text = around('const a = c.query("a");', "console.log(a);", "await a;");
    expect(atOnce(text)).toBeUndefined();
  });
});

describe("drop-release", () => {
  const program = (inside: string, last = "c.release();") =>
    `async function f(c: Client) {\n  try {\n    await c.count("a");\n${inside}    return 1;\n  } finally {\n    ${last}\n  }\n}\n`;
  const dropped = (text: string) =>
    dropRelease(sourceOf(text), spanIn(text, "c.release()"), spanIn(text, "c.release()", 2));

  it("leaves a release to the finally block", () => {
    const text = program("    c.release();\n");
    const fix = dropped(text);
    expect(applied(text, fix)).toBe(program(""));
    expect(fix?.safe).toBe(true);
  });

  it("is not safe where something else follows", () => {
    expect(dropped(program("    c.release();\n    await pool.connect();\n"))?.safe).toBe(false);
  });

  it("keeps a release that the finally block may not make", () => {
    expect(dropped(program("    c.release();\n", "if (pool) {\n      c.release();\n    }"))).toBeUndefined();
  });
});

describe("move-release", () => {
  const build = (text: string, release: string, after: string) =>
    moveRelease(sourceOf(text), spanIn(text, release), spanIn(text, after));

  it("moves the release, with its comment, behind the last use", () => {
    const text = `export async function f() {\n  const client = await pool.connect();\n  const rows = client.query("a");\n  // Not needed any more.\n  client.release(); // give back\n  console.log(await rows);\n\n  return 1;\n}\n`;
    const expected = `export async function f() {\n  const client = await pool.connect();\n  const rows = client.query("a");\n  console.log(await rows);\n  // Not needed any more.\n  client.release(); // give back\n\n  return 1;\n}\n`;
    expectFixed(text, build(text, "client.release()", "await rows"), expected);
  });

  it("does not pass ways out, nor what changes the handle", () => {
    const returns = `export async function f(client: Client) {\n  client.release();\n  return await client.query("a");\n}\n`;
    expect(build(returns, "client.release()", `client.query("a")`)).toBeUndefined();
    const changes = `export async function f(client: Client) {\n  client.release();\n  client = await pool.connect();\n  await client.query("a");\n}\n`;
    expect(build(changes, "client.release()", `client.query("a")`)).toBeUndefined();
  });
});

describe("release-in-finally", () => {
  const build = (text: string, acquire: string | undefined, release: string, lastUse: string) =>
    releaseInFinally(
      sourceOf(text),
      acquire ? spanIn(text, acquire) : undefined,
      spanIn(text, release),
      spanIn(text, lastUse),
    );

  it("tries what stands between the acquire and the release", () => {
    const text = `export async function f() {\n  const client = await pool.connect();\n  // Two statements.\n  await client.query(\`a\n  b\`);\n\n  await client.query("b");\n  client.release();\n  return 1;\n}\n`;
    const expected = `export async function f() {\n  const client = await pool.connect();\n  try {\n    // Two statements.\n    await client.query(\`a\n  b\`);\n\n    await client.query("b");\n  } finally {\n    client.release();\n  }\n  return 1;\n}\n`;
    expectFixed(text, build(text, "pool.connect()", "client.release()", `client.query("b")`), expected);
  });

  it("takes along what uses the results, and early releases out", () => {
    const text = `export async function f() {\n  const client = await pool.connect();\n  const rows = await client.query("a");\n  if (rows.length === 0) {\n    client.release();\n    return [];\n  }\n  client.release();\n  return rows;\n}\n`;
    const expected = `export async function f() {\n  const client = await pool.connect();\n  try {\n    const rows = await client.query("a");\n    if (rows.length === 0) {\n      return [];\n    }\n    return rows;\n  } finally {\n    client.release();\n  }\n}\n`;
    const fix = releaseInFinally(
      sourceOf(text),
      spanIn(text, "pool.connect()"),
      spanIn(text, "client.release()", 2),
      spanIn(text, `client.query("a")`),
    );
    expectFixed(text, fix, expected, false);
  });

  it("extends a try that is there", () => {
    const text = `export async function f() {\n  const client = await pool.connect();\n  try {\n    await client.query("a");\n    await client.end();\n  } catch (error) {\n    console.log(error);\n  }\n}\n`;
    const expected = `export async function f() {\n  const client = await pool.connect();\n  try {\n    await client.query("a");\n  } catch (error) {\n    console.log(error);\n  } finally {\n    await client.end();\n  }\n}\n`;
    expectFixed(text, build(text, "pool.connect()", "client.end()", `client.query("a")`), expected, false);
  });

  it("leaves the test for a missing handle outside", () => {
    const text = `export async function f(find: () => Client | undefined) {\n  const client = find();\n  if (!client) return;\n  await client.query("a");\n  client.release();\n}\n`;
    const expected = `export async function f(find: () => Client | undefined) {\n  const client = find();\n  if (!client) return;\n  try {\n    await client.query("a");\n  } finally {\n    client.release();\n  }\n}\n`;
    expectFixed(text, build(text, "const client = find()", "client.release()", `client.query("a")`), expected);
  });

  it("says nothing where the handle would be out of reach", () => {
    const text = `export async function f() {\n  console.log(1);\n  const client = await pool.connect();\n  await client.query("a");\n  client.release();\n}\n`;
    expect(build(text, undefined, "client.release()", `client.query("a")`)).toBeUndefined();
  });
});

describe("acknowledge-first and option-first", () => {
  it("acknowledges before the channel is closed", () => {
    const text = `export async function f(channel: Channel, message: object) {\n  await channel.close();\n  channel.ack(message);\n}\n`;
    const fix = acknowledgeFirst(sourceOf(text), spanIn(text, "channel.close()"), spanIn(text, "channel.ack(message)"));
    expectFixed(
      text,
      fix,
      `export async function f(channel: Channel, message: object) {\n  channel.ack(message);\n  await channel.close();\n}\n`,
    );
  });

  it("sets an option before the call that it is for", () => {
    const text = `export async function f(channel: Channel) {\n  await channel.consume("a");\n  await channel.prefetch(1);\n  console.log("ready");\n}\n`;
    const fix = optionFirst(sourceOf(text), spanIn(text, "channel.prefetch(1)"), spanIn(text, `channel.consume("a")`));
    expectFixed(
      text,
      fix,
      `export async function f(channel: Channel) {\n  await channel.prefetch(1);\n  await channel.consume("a");\n  console.log("ready");\n}\n`,
    );
    const property = `export function f(push: Push, name: string) {\r\n\tpush.connect("a");\r\n\tpush.routingId = name;\r\n}\r\n`;
    const moved = optionFirst(
      sourceOf(property),
      spanIn(property, "push.routingId = name"),
      spanIn(property, `push.connect("a")`),
    );
    expectFixed(
      property,
      moved,
      `export function f(push: Push, name: string) {\r\n\tpush.routingId = name;\r\n\tpush.connect("a");\r\n}\r\n`,
    );
  });

  it("does not use what is not there yet", () => {
    const text = `export async function f(channel: Channel) {\n  await channel.consume("a");\n  const limit = 1;\n  await channel.prefetch(limit);\n}\n`;
    expect(
      optionFirst(sourceOf(text), spanIn(text, "channel.prefetch(limit)"), spanIn(text, `channel.consume("a")`)),
    ).toBeUndefined();
  });
});

describe("sequential-loop", () => {
  const build = (text: string, piece: string) => {
    const start = text.indexOf(piece);
    const source = sourceOf(text);
    let found: Span | undefined;
    const visit = (node: ts.Node): void => {
      if (!found && ts.isCallExpression(node) && node.getStart(source.sourceFile) === start)
        found = { start, end: node.end };
      ts.forEachChild(node, visit);
    };
    visit(source.sourceFile);
    return sequentialLoop(source, found!);
  };
  const inFunction = (body: string, head = "export async function f(c: Client, names: string[])") =>
    `${head} {\n${body
      .split("\n")
      .map((line) => (line ? `  ${line}` : line))
      .join("\n")}\n}\n`;
  const check = (
    body: string,
    expected: string,
    { safe = true, piece = "Promise.all", head = undefined as string | undefined } = {},
  ) => {
    const text = inFunction(body, head);
    expectFixed(text, build(text, piece), inFunction(expected, head), safe);
  };

  it("makes a loop of a map", () => {
    check(
      "await Promise.all(\n  names.map(async (name) => {\n    // One at a time.\n    await c.query(name);\n  }),\n);",
      "for (const name of names) {\n  // One at a time.\n  await c.query(name);\n}",
    );
    check(
      "await Promise.all(names.map((name, i) => c.query(name, [i])));",
      "for (const [i, name] of names.entries()) {\n  await c.query(name, [i]);\n}",
    );
    check(
      "await Promise.all(names.map((name, i) => c.query(name)));",
      "for (const name of names) {\n  await c.query(name);\n}",
    );
  });

  it("keeps the results", () => {
    check(
      "const rows = await Promise.all(names.map((name) => c.query(name)));\nreturn rows.flat();",
      "const rows = [];\nfor (const name of names) {\n  rows.push(await c.query(name));\n}\nreturn rows.flat();",
    );
    check(
      "return Promise.all(\n  names.map(async (name) => {\n    const [row] = await c.query(name);\n    if (!row) return null;\n    return row.id;\n  }),\n);",
      "const results = [];\nfor (const name of names) {\n  const [row] = await c.query(name);\n  if (!row) {\n    results.push(null);\n    continue;\n  }\n  results.push(row.id);\n}\nreturn results;",
    );
    check(
      "const [first] = await Promise.all(names.map((name) => c.query(name)));\nreturn first;",
      "const results = [];\nfor (const name of names) {\n  results.push(await c.query(name));\n}\nconst [first] = results;\nreturn first;",
    );
    check(
      "return await Promise.all(names.map((name) => c.query(name)));",
      "const results: Row[][] = [];\nfor (const name of names) {\n  results.push(await c.query(name));\n}\nreturn results;",
      { head: "export async function f(c: Client, names: string[]): Promise<Row[][]>" },
    );
  });

  it("turns returns into what they mean in a loop", () => {
    check(
      'await Promise.all(\n  names.map(async (name) => {\n    if (name === "") return;\n    const seen = [1].map((n) => {\n      return n;\n    });\n    return c.query(name, seen);\n  }),\n);',
      'for (const name of names) {\n  if (name === "") continue;\n  const seen = [1].map((n) => {\n    return n;\n  });\n  await c.query(name, seen);\n}',
    );
  });

  it("makes a block of an expression", () => {
    check(
      "await run((all: string[]) => Promise.all(all.map((name) => c.query(name))));",
      "await run(async (all: string[]) => {\n  const results = [];\n  for (const name of all) {\n    results.push(await c.query(name));\n  }\n  return results;\n});",
      {
        head: "declare function run<T>(work: (all: string[]) => Promise<T>): Promise<T>;\nexport async function f(c: Client)",
      },
    );
  });

  it("calls a function that is given by name", () => {
    const head =
      "async function save(name: string): Promise<void> {\n  console.log(name);\n}\nexport async function f(names: string[])";
    check("await Promise.all(names.map(save));", "for (const name of names) {\n  await save(name);\n}", { head });
    const imported = `import { save } from "./save.js";\nexport async function f(names: string[]) {\n  await Promise.all(names.map(save));\n}\n`;
    expect(build(imported, "Promise.all")).toBeUndefined();
  });

  it("makes statements of a list", () => {
    check(
      'await Promise.all([\n  c.query("a"), // first\n  // second\n  c.query("b"),\n]);',
      'await c.query("a"); // first\n// second\nawait c.query("b");',
    );
    check(
      'const [rows, n] = await Promise.all([c.query("a"), c.count("b")]);\nreturn rows.length + n;',
      'const rows = await c.query("a");\nconst n = await c.count("b");\nreturn rows.length + n;',
    );
    check(
      'return Promise.all([c.query("a"), c.count("b")]);',
      'return [await c.query("a"), await c.count("b")] satisfies [unknown, unknown];',
    );
    check(
      'return await Promise.all([c.query("a"), c.count("b")]);',
      'return [await c.query("a"), await c.count("b")];',
      { head: "export async function f(c: Client): Promise<[Row[], number]>" },
    );
  });

  it("awaits what was started before the list, or collected in an array", () => {
    check(
      'const a = c.query("a");\nconst b = c.count("b");\nconst [rows, n] = await Promise.all([a, b]);\nreturn rows.length + n;',
      'const rows = await c.query("a");\nconst n = await c.count("b");\nreturn rows.length + n;',
      { safe: false },
    );
    check(
      "const started: Promise<Row[]>[] = [];\nfor (const name of names) {\n  started.push(c.query(name));\n}\nawait Promise.all(started);",
      "for (const name of names) {\n  await c.query(name);\n}",
      { safe: false },
    );
    check(
      "const started: Promise<Row[]>[] = [];\nfor (const name of names) {\n  started.push(c.query(name));\n}\nreturn Promise.all(started);",
      "const started: Row[][] = [];\nfor (const name of names) {\n  started.push(await c.query(name));\n}\nreturn started;",
      { safe: false },
    );
    check(
      "const started = names.map((name) => c.query(name));\nconst rows = await Promise.all(started);\nreturn rows;",
      "const rows = [];\nfor (const name of names) {\n  rows.push(await c.query(name));\n}\nreturn rows;",
      { safe: false },
    );
  });

  it("makes a loop of forEach", () => {
    check(
      "names.forEach(async (name) => {\n  await c.query(name);\n});",
      "for (const name of names) {\n  await c.query(name);\n}",
      { piece: "names.forEach" },
    );
    const head = "export function f(c: Client, ages: Map<string, number>): void";
    const text = inFunction("ages.forEach(async (age, name) => {\n  await c.query(name, [age]);\n});", head);
    const expected = inFunction(
      "for (const [name, age] of ages) {\n  await c.query(name, [age]);\n}",
      head.replace("function f", "async function f").replace("void", "Promise<void>"),
    );
    expectFixed(text, build(text, "ages.forEach"), expected.replace("export async", "export async"), false);
  });

  it("lets errors pass by where allSettled did", () => {
    check(
      "await Promise.allSettled(names.map((name) => c.query(name)));",
      "for (const name of names) {\n  await Promise.allSettled([c.query(name)]);\n}",
      { piece: "Promise.allSettled" },
    );
  });

  it("says nothing where the order of things would not be the same", () => {
    const bodies = [
      'const pending = c.query("a");\nawait Promise.all([pending, c.query("b")]);\nawait pending;',
      "await Promise.all(names.map(function (this: void, name) {\n  return c.query(name + String(arguments.length));\n}));",
      'const results = await Promise.allSettled([c.query("a")]);\nreturn results;',
      "names.forEach((name) => {\n  void c.query(name);\n});",
      "await Promise.all([...names.map((name) => c.query(name))]);",
      "await Promise.all(names.map(async (name) => {\n  for (;;) {\n    if (await c.count(name)) return;\n  }\n}));",
    ];
    for (const body of bodies) {
      const text = inFunction(body);
      const piece = /Promise\.all\w*|names\.forEach/.exec(text)![0];
      expect(build(text, piece), body).toBeUndefined();
    }
  });

  it("is not safe where one may wait for another", () => {
    const text = inFunction(
      'await Promise.all([c.query("a"), other.query("b")]);',
      "declare const other: Client;\nexport async function f(c: Client)",
    );
    expect(build(text, "Promise.all")!.safe).toBe(false);
  });
});

describe("settle-all", () => {
  const build = (text: string) => {
    const start = text.indexOf("Promise.all(");
    return settleAll(sourceOf(text), { start, end: text.indexOf(");", start) + 1 });
  };

  it("throws when all have settled", () => {
    const text = `export async function f(c: Client) {\n  await Promise.all([c.query("a"), c.query("b")]);\n}\n`;
    const expected = `export async function f(c: Client) {\n  const results = await Promise.allSettled([c.query("a"), c.query("b")]);\n  for (const result of results) {\n    if (result.status === "rejected") throw result.reason;\n  }\n}\n`;
    expectFixed(text, build(text), expected, false);
  });

  it("unwraps the results", () => {
    const tuple = `export async function f(c: Client) {\n  const [rows, n] = await Promise.all([c.query("a"), c.count("b")]);\n  return rows.length + n;\n}\n`;
    const expected = `export async function f(c: Client) {\n  const [rowsResult, nResult] = await Promise.allSettled([c.query("a"), c.count("b")]);\n  if (rowsResult.status === "rejected") throw rowsResult.reason;\n  if (nResult.status === "rejected") throw nResult.reason;\n  const rows = rowsResult.value;\n  const n = nResult.value;\n  return rows.length + n;\n}\n`;
    expectFixed(tuple, build(tuple), expected, false);
    const array = `export async function f(c: Client, names: string[]): Promise<number[]> {\n  return Promise.all(names.map((name) => c.count(name)));\n}\n`;
    const mapped = `export async function f(c: Client, names: string[]): Promise<number[]> {\n  const results = await Promise.allSettled(names.map((name) => c.count(name)));\n  return results.map((result) => {\n    if (result.status === "rejected") throw result.reason;\n    return result.value;\n  });\n}\n`;
    expectFixed(array, build(array), mapped, false);
  });
});

describe("mutex and promise-chain", () => {
  const text = `import { Push } from "zeromq";\n\nexport class Sink {\n  private readonly push = new Push();\n\n  constructor(address: string) {\n    this.push.connect(address);\n    setInterval(() => void this.push.send("alive"), 1_000);\n  }\n\n  async write(line: Promise<string>): Promise<void> {\n    await this.push.send(await line);\n  }\n}\n`;
  const operations = [spanIn(text, `this.push.send("alive")`), spanIn(text, "this.push.send(await line)")];

  it("runs the operations inside a mutex", () => {
    const expected = text
      .replace(`"zeromq";\n`, `"zeromq";\nimport { Mutex } from "async-mutex";\n`)
      .replace("new Push();\n", "new Push();\n  private readonly pushLock = new Mutex();\n")
      .replace(`this.push.send("alive")`, `this.pushLock.runExclusive(() => this.push.send("alive"))`)
      .replace("this.push.send(await line)", "this.pushLock.runExclusive(async () => this.push.send(await line))");
    expectFixed(text, mutex(sourceOf(text), operations, "push"), expected, false);
  });

  it("runs the operations in a chain", () => {
    const expected = text
      .replace("new Push();\n", "new Push();\n  private pushQueue: Promise<unknown> = Promise.resolve();\n")
      .replace(
        "1_000);\n  }\n",
        "1_000);\n  }\n\n  private enqueueOnPush<T>(operation: () => T | PromiseLike<T>): Promise<T> {\n    const result = this.pushQueue.then(operation);\n    this.pushQueue = result.catch(() => undefined);\n    return result;\n  }\n",
      )
      .replace(`this.push.send("alive")`, `this.enqueueOnPush(() => this.push.send("alive"))`)
      .replace("this.push.send(await line)", "this.enqueueOnPush(async () => this.push.send(await line))");
    expectFixed(text, promiseChain(sourceOf(text), operations, "push"), expected, false);
  });

  it("puts the gate beside a variable", () => {
    const module = `const push = new Push();\n\nexport async function f() {\n  await push.send("a");\n}\n`;
    const span = [spanIn(module, `push.send("a")`)];
    const locked = `import { Mutex } from "async-mutex";\n\nconst push = new Push();\nconst pushLock = new Mutex();\n\nexport async function f() {\n  await pushLock.runExclusive(() => push.send("a"));\n}\n`;
    expectFixed(module, mutex(sourceOf(module), span, "push"), locked, false);
    const chained = applied(module, promiseChain(sourceOf(module), span, "push"));
    expect(chained).toContain('await enqueueOnPush(() => push.send("a"));');
    expect(typeErrors(chained)).toEqual([]);
  });

  it("requires the mutex where the file requires", () => {
    const common = `const { Push } = require('zeromq')\n\nconst push = new Push()\n\nasync function f() {\n  await push.send('a')\n}\n\nmodule.exports = { f }\n`;
    const fix = mutex(sourceOf(common, "snippet.cjs"), [spanIn(common, "push.send('a')")], "push");
    expect(applied(common, fix)).toBe(
      common
        .replace("'zeromq')\n", "'zeromq')\nconst { Mutex } = require('async-mutex')\n")
        .replace("new Push()\n", "new Push()\nconst pushLock = new Mutex()\n")
        .replace("await push.send('a')", "await pushLock.runExclusive(() => push.send('a'))"),
    );
  });

  it("says nothing where the field may be missing, or is another class's", () => {
    const missing = `export class A {\n  private push?: Push;\n  async f() {\n    if (this.push) await this.push.send("a");\n  }\n}\n`;
    expect(mutex(sourceOf(missing), [spanIn(missing, `this.push.send("a")`)], "push")).toBeUndefined();
    expect(mutex(sourceOf(text), operations, "pull")).toBeUndefined();
  });
});

describe("exclusive", () => {
  const build = (text: string, piece = `push.send("a")`, fileName?: string) =>
    exclusive(sourceOf(text, fileName), [spanIn(text, piece)], { handle: "`push`" });
  const imported = `import { exclusive } from "@holdfast/runtime";\n\n`;

  it("wraps what makes a constant", () => {
    const text = `const push = new Push();\n\nexport async function f() {\n  await push.send("a");\n}\n`;
    expectFixed(text, build(text), imported + text.replace("new Push()", "exclusive(new Push())"), false);
    expect(build(text)!.title).toBe("Let `push` do one operation at a time, with `exclusive`");
  });

  it("wraps what a factory gives", () => {
    const text = `export async function f() {\n  const client = await pool.connect();\n  await client.query("a");\n}\n`;
    const expected = imported + text.replace("await pool.connect()", "exclusive(await pool.connect())");
    expectFixed(text, build(text, `client.query("a")`), expected, false);
  });

  it("wraps what a field is made with", () => {
    const field = `export class A {\n  readonly #push: Push = new Push({ linger: 0 });\n\n  async f() {\n    await this.#push.send("a");\n  }\n}\n`;
    const wrapped = imported + field.replace("new Push({ linger: 0 })", "exclusive(new Push({ linger: 0 }))");
    expectFixed(field, build(field, `this.#push.send("a")`), wrapped, false);
    const assigned = `export class A {\n  private readonly push: Push;\n\n  constructor() {\n    this.push = new Push();\n  }\n\n  async f() {\n    await this.push.send("a");\n  }\n}\n`;
    const expected = imported + assigned.replace("new Push()", "exclusive(new Push())");
    expectFixed(assigned, build(assigned, `this.push.send("a")`), expected, false);
  });

  it("imports beside what is imported already, by a free name, as the file does", () => {
    const text = `import { once } from "@holdfast/runtime";\n\nonce();\nexport const push = new Push();\nvoid push.send("a");\n`;
    const expected = text.replace("once }", "once, exclusive }").replace("new Push()", "exclusive(new Push())");
    expectFixed(text, build(text), expected, false);
    const taken = `export const exclusive = 1;\nexport const push = new Push();\nvoid push.send("a");\n`;
    expectFixed(
      taken,
      build(taken),
      `import { exclusive as exclusive2 } from "@holdfast/runtime";\n\n${taken.replace("new Push()", "exclusive2(new Push())")}`,
      false,
    );
    const common = `const { Push } = require('zeromq')\n\nconst push = new Push()\npush.send('a')\n`;
    expect(applied(common, build(common, "push.send('a')", "snippet.cjs"))).toBe(
      common
        .replace("'zeromq')\n", "'zeromq')\nconst { exclusive } = require('@holdfast/runtime')\n")
        .replace("new Push()", "exclusive(new Push())"),
    );
  });

  it.each([
    ["a parameter", `export async function f(push: Push) {\n  await push.send("a");\n}\n`],
    ["a variable that changes", `let push = new Push();\npush = new Push();\nvoid push.send("a");\n`],
    ["another name of it", `const first = new Push();\nconst push = first;\nvoid push.send("a");\n`],
    [
      "a static field",
      `class A {\n  static push = new Push();\n  static f() {\n    void this.push.send("a");\n  }\n}\n`,
    ],
    [
      "a field that is set later",
      `class A {\n  push!: Push;\n  f() {\n    this.push = new Push();\n    void this.push.send("a");\n  }\n}\n`,
    ],
    [
      "a field that is set twice",
      `class A {\n  push = new Push();\n  f() {\n    this.push = new Push();\n    void this.push.send("a");\n  }\n}\n`,
    ],
  ])("says nothing about %s", (_, text) => {
    expect(build(text, text.includes("this.push.send") ? `this.push.send("a")` : undefined)).toBeUndefined();
  });

  it("says nothing where the operations are on handles of different makes", () => {
    const text = `function f() {\n  const push = new Push();\n  void push.send("a");\n}\nfunction g() {\n  const push = new Push();\n  void push.send("b");\n}\n`;
    const operations = [spanIn(text, `push.send("a")`), spanIn(text, `push.send("b")`)];
    expect(exclusive(sourceOf(text), operations)).toBeUndefined();
  });
});

describe("linger-in-constructor", () => {
  const build = (text: string, piece: string, construction?: string, fileName?: string) =>
    lingerInConstructor(
      sourceOf(text, fileName),
      spanIn(text, piece),
      construction ? spanIn(text, construction) : undefined,
    );

  it("sets linger where the socket is made", () => {
    const text = `export async function f() {\n  const push = new Push();\n  await push.send("a");\n  push.linger = 0;\n  push.close();\n}\n`;
    const expected = `export async function f() {\n  const push = new Push({ linger: 0 });\n  await push.send("a");\n  push.close();\n}\n`;
    expectFixed(text, build(text, "push.linger = 0", "new Push()"), expected, false);
    expectFixed(text, build(text, "push.linger = 0"), expected, false);
  });

  it("extends the options that are there", () => {
    const text = `export class A {\n  private readonly push = new Push({\n    sendTimeout: 1,\n  });\n\n  close() {\n    this.push.linger = -1;\n    this.push.close();\n  }\n}\n`;
    const expected = `export class A {\n  private readonly push = new Push({\n    sendTimeout: 1,\n    linger: -1,\n  });\n\n  close() {\n    this.push.close();\n  }\n}\n`;
    expectFixed(text, build(text, "this.push.linger = -1"), expected, false);
  });

  it("moves setsockopt to the creation", () => {
    const text = `const socket = zmq.socket("push");\nsocket.connect("a");\n\nfunction close() {\n  socket.setsockopt("linger", 0);\n  socket.close();\n}\n`;
    const expected = `const socket = zmq.socket("push");\nsocket.setsockopt("linger", 0);\nsocket.connect("a");\n\nfunction close() {\n  socket.close();\n}\n`;
    expect(applied(text, build(text, `socket.setsockopt("linger", 0)`, `zmq.socket("push")`, "snippet.cjs"))).toBe(
      expected,
    );
  });

  it("says nothing where the value is not known yet, or depends on a condition", () => {
    const late = `export function f() {\n  const push = new Push();\n  const linger = 0;\n  push.linger = linger;\n}\n`;
    expect(build(late, "push.linger = linger")).toBeUndefined();
    const sometimes = `export function f(forced: boolean) {\n  const push = new Push();\n  if (forced) {\n    push.linger = 0;\n  }\n}\n`;
    expect(build(sometimes, "push.linger = 0")).toBeUndefined();
  });
});

describe("await-using", () => {
  const build = (text: string, release: string) =>
    awaitUsing(sourceOf(text), spanIn(text, "pool.connect()"), spanIn(text, release));

  it("takes the place of a release at the end", () => {
    const text = `export async function f() {\n  const client = await pool.connect();\n  await client.query("a");\n  await client.end();\n}\n`;
    expectFixed(
      text,
      build(text, "client.end()"),
      `export async function f() {\n  await using client = await pool.connect();\n  await client.query("a");\n}\n`,
      false,
    );
  });

  it("takes the place of try and finally", () => {
    const text = `export async function f() {\n  const client = await pool.connect();\n  try {\n    // Ask.\n    return await client.query("a");\n  } finally {\n    await client.end();\n  }\n}\n`;
    expectFixed(
      text,
      build(text, "client.end()"),
      `export async function f() {\n  await using client = await pool.connect();\n  // Ask.\n  return await client.query("a");\n}\n`,
      false,
    );
    const caught = `export async function f() {\n  const client = await pool.connect();\n  try {\n    await client.query("a");\n  } catch (error) {\n    console.log(error);\n  } finally {\n    await client.end();\n  }\n}\n`;
    const kept = `export async function f() {\n  await using client = await pool.connect();\n  try {\n    await client.query("a");\n  } catch (error) {\n    console.log(error);\n  }\n}\n`;
    expectFixed(caught, build(caught, "client.end()"), kept, false);
  });

  it("says nothing where more is done after the release", () => {
    const text = `export async function f(other: Client) {\n  const client = await pool.connect();\n  await client.end();\n  await other.query("a");\n}\n`;
    expect(build(text, "client.end()")).toBeUndefined();
  });
});

describe("all builders", () => {
  it("never throw, whatever they are given", () => {
    const texts = [
      "await Promise.all([, ...a.map(async ([x = 1], ...rest) => { return x; }), b(]);",
      "class { #a = await b(); static { c.d(); } get e() { f.g(); } async *h(i = j.k()) { yield l.m(); } }",
      "switch (a) { case b(): c.d(); default: void e.f().then(; }\nif (g) h.i(); else for (;;) j.k();",
      "label: try { const a = b?.c(); return a.d(); } catch { a.e(); } finally { await a.f() }",
      "",
    ];
    for (const text of texts) {
      const source = sourceOf(text);
      const spans: Span[] = [
        { start: 0, end: 0 },
        { start: 5, end: 9_999 },
      ];
      const visit = (node: ts.Node): void => {
        spans.push({ start: node.getStart(source.sourceFile), end: node.end });
        ts.forEachChild(node, visit);
      };
      visit(source.sourceFile);
      for (const one of spans) {
        for (const build of [addAwait, returnAwait, sequentialLoop, settleAll]) build(source, one);
        lingerInConstructor(source, one, undefined);
        mutex(source, [one], "a");
        exclusive(source, [one]);
        promiseChain(source, [one], "a");
        for (const other of spans) {
          for (const build of [awaitPending, moveRelease, acknowledgeFirst, optionFirst, awaitUsing])
            build(source, one, other);
          awaitAtOnce(source, one);
          dropRelease(source, one, other);
          releaseInFinally(source, undefined, one, other);
          releaseInFinally(source, one, other, one);
        }
      }
    }
    expect(typeErrors("export const judged: string = 1;")).toHaveLength(1);
  });
});
