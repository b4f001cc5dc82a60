import { createCatalog, definition } from "@holdfast/contracts";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { bindScopes } from "../src/lowering/scopes.js";
import { compilerOracle } from "../src/types/compiler.js";
import { createTypes, type Types, type ValueType } from "../src/types/oracle.js";
import { programOf, typedFile } from "./support/program.js";

const catalog = createCatalog();

/** A type in short: `pg#PoolClient`, `promise pg#Pool`, `array zeromq#Push`, `typeorm#QueryRunner in transaction`. */
function name(value: ValueType | undefined): string | undefined {
  if (!value) return undefined;
  const { type, promised, array, phase } = value;
  const words = [promised && "promise", array && "array", `${type.contract.package}#${definition(type).name}`];
  return words.filter(Boolean).join(" ") + (phase === undefined ? "" : ` in ${phase}`);
}

function parsed(text: string, fileName = "file.ts") {
  const sourceFile = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const scopes = bindScopes(sourceFile);
  return { sourceFile, scopes, types: createTypes({ sourceFile, scopes, catalog }) };
}

/** What `probe(…)` is given in a text, traced. */
function traced(text: string, fileName?: string): string | undefined {
  const { sourceFile, types } = parsed(text, fileName);
  return name(types.of(probed(sourceFile)));
}

function probed(sourceFile: ts.SourceFile): ts.Expression {
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "probe") {
      found = node.arguments[0];
    }
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return found!;
}

const pool = `import { Pool, type PoolClient } from "pg"; const pool = new Pool();`;

describe("tracing follows a value from its import", () => {
  it.each([
    ["named", `import { Pool } from "pg"; probe(new Pool());`],
    ["renamed", `import { Pool as P } from "pg"; probe(new P());`],
    ["by default", `import pg from "pg"; probe(new pg.Pool());`],
    ["as a namespace", `import * as pg from "pg"; probe(new pg.Pool());`],
    ["with import require", `import pg = require("pg"); probe(new pg.Pool());`],
    ["with require", `const pg = require("pg"); probe(new pg.Pool());`],
    ["with require, destructured", `const { Pool: P } = require("pg"); probe(new P());`],
    ["of a member of require", `const P = require("pg").Pool; probe(new P());`],
    ["dynamic", `const { Pool } = await import("pg"); probe(new Pool());`],
    ["dynamic, with then", `import("pg").then(({ Pool }) => probe(new Pool()));`],
    ["destructured from a namespace", `import pg from "pg"; const { Pool } = pg; probe(new Pool());`],
    ["in a namespace of the module", `import pg from "pg"; probe(new pg.native.Pool());`],
    ["through a class that extends it", `import { Pool } from "pg"; class P extends Pool {} probe(new P());`],
  ])("%s", (_, text) => {
    expect(traced(text)).toBe("pg#Pool");
  });

  it("unless a local name hides it", () => {
    expect(traced(`import { Pool } from "pg"; function f(Pool) { probe(new Pool()); }`)).toBeUndefined();
    expect(traced(`function require() {} const { Pool } = require("pg"); probe(new Pool());`)).toBeUndefined();
  });

  it("and of a global", () => {
    expect(traced("probe((await fetch(url)).body.getReader());")).toBe("web#ReadableStreamDefaultReader");
    expect(traced("probe(new WritableStream().getWriter());")).toBe("web#WritableStreamDefaultWriter");
    expect(traced("const fetch = f; probe(await fetch(url));")).toBeUndefined();
  });
});

describe("tracing follows a value", () => {
  it.each([
    ["out of a promise", "const c = await pool.connect(); probe(c);"],
    ["through then", "pool.connect().then((c) => probe(c));"],
    ["through catch and then", "pool.connect().catch(log).then((c) => probe(c));"],
    ["through assignments", "let c; c = await pool.connect(); probe(c);"],
    ["through a choice", "probe(cached ?? (await pool.connect()));"],
    ["through a condition", "const c = x ? await pool.connect() : null; probe(c!);"],
    ["through an assertion", "probe((await pool.connect()) as unknown as never);"],
    ["through itself", "let c = null; c = c ?? (await pool.connect()); probe(c);"],
    ["out of Promise.all", "const [a, c] = await Promise.all([f(), pool.connect()]); probe(c);"],
    [
      "out of an array of promises",
      "const cs = await Promise.all(xs.map(() => pool.connect())); for (const c of cs) probe(c);",
    ],
    [
      "out of Array.from",
      "const cs = await Promise.all(Array.from({ length: 3 }, () => pool.connect())); probe(cs[0]);",
    ],
    ["through array methods", "const cs = [await pool.connect()]; cs.filter(Boolean).forEach((c) => probe(c));"],
    ["out of an array that is filled later", "const cs = []; cs.push(await pool.connect()); probe(cs[0]);"],
    ["out of a map", "const m = new Map(); m.set(1, await pool.connect()); for (const [, c] of m) probe(c);"],
    ["out of a map with types", "const m = new Map<string, PoolClient>(); probe(m.get(key));"],
    ["out of an object", "const o = { c: await pool.connect() }; const { c } = o; probe(c);"],
    ["out of an object that is filled later", "const o = { c: null }; o.c = await pool.connect(); probe(o.c);"],
    ["by a destructuring assignment", "let c; ({ c } = { c: await pool.connect() }); probe(c);"],
    ["out of a function", "function get() { return pool.connect(); } probe(await get());"],
    [
      "out of an async function",
      "const get = async () => { const c = await pool.connect(); return c; }; probe(await get());",
    ],
    ["into a function", "function use(c) { probe(c); } use(await pool.connect());"],
    ["into a destructured parameter", "const use = ({ c }) => probe(c); use({ c: await pool.connect() });"],
    [
      "into a callback of a function",
      "async function withC(work) { return work(await pool.connect()); } withC((c) => probe(c));",
    ],
    [
      "through a function that returns what it is given",
      "async function withC(work) { return await work(await pool.connect()); } probe(await withC((c) => c));",
    ],
    ["into a named callback", "function done(e, c) { probe(c); } pool.connect(done);"],
    ["into a constructor", "class A { constructor(c) { probe(c); } } new A(await pool.connect());"],
    ["into a bound method", "class A { go() { pool.connect(this.done.bind(this)); } done(e, c) { probe(c); } }"],
    ["of bind, call and apply", "function get() { return pool.connect(); } probe(await get.call(null));"],
  ])("%s", (_, text) => {
    expect(traced(`${pool} ${text}`)).toBe("pg#PoolClient");
  });

  it("and says that it is a promise or an array", () => {
    expect(traced(`${pool} probe(pool.connect());`)).toBe("promise pg#PoolClient");
    expect(traced(`${pool} probe(xs.map(async () => pool.connect()));`)).toBe("array pg#PoolClient");
    expect(traced(`${pool} probe(Promise.all(xs.map(() => pool.connect())));`)).toBe("promise array pg#PoolClient");
    expect(traced(`${pool} probe(Promise.all(Array.from(xs, () => pool.connect())));`)).toBe(
      "promise array pg#PoolClient",
    );
  });

  it("but not through a promise that nobody awaits", () => {
    expect(traced(`${pool} const { c } = pool.connect(); probe(c);`)).toBeUndefined();
  });
});

describe("tracing follows fields", () => {
  it.each([
    ["by annotation", "class A { c: PoolClient; m() { probe(this.c); } }"],
    ["by initialiser", "class A { #c = get(); m() { probe(this.#c); } } function get(): PoolClient { return x; }"],
    ["by parameter property", "class A { constructor(private readonly c: PoolClient) {} m() { probe(this.c); } }"],
    [
      "by assignment in the constructor",
      "class A { c; constructor(c: PoolClient) { this.c = c; } m() { probe(this.c); } }",
    ],
    [
      "by assignment in a method",
      "class A { c; async open() { this.c = await pool.connect(); } m() { [1].map(() => probe(this.c)); } }",
    ],
    ["by getter", "class A { get c() { return this.d; } d: PoolClient; m() { probe(this.c); } }"],
    ["by method", "class A { open() { return pool.connect(); } async m() { probe(await this.open()); } }"],
    ["from a base class", "class B { c: PoolClient; } class A extends B { m() { probe(this.c); } }"],
    ["of a static", "class A { static c: PoolClient; m() { probe(A.c); } }"],
    ["of an interface", "interface I { c: PoolClient } function f({ c }: I) { probe(c); }"],
    [
      "of an inherited interface",
      "interface I { c: PoolClient } interface J extends I {} function f(j: J) { probe(j.c); }",
    ],
    ["of another object of the class", "class A { c: PoolClient; } function f(a: A) { probe(a.c); }"],
  ])("%s", (_, text) => {
    expect(traced(`${pool} ${text}`)).toBe("pg#PoolClient");
  });
});

describe("tracing reads annotations", () => {
  it.each([
    ["PoolClient"],
    ["PoolClient | undefined"],
    ["(PoolClient | null)"],
    ["Readonly<PoolClient>"],
    ["import('pg').PoolClient"],
    ["pg.PoolClient"],
    ["Alias"],
    ["I['c']"],
    ["Awaited<Promise<PoolClient>>"],
    ["Awaited<ReturnType<typeof open>>"],
  ])("%s", (type) => {
    const given = `${pool} import pg from "pg"; type Alias = PoolClient; interface I { c: PoolClient }`;
    expect(traced(`${given} const open = () => pool.connect(); function f(c: ${type}) { probe(c); }`)).toBe(
      "pg#PoolClient",
    );
  });

  it("in promises and arrays", () => {
    expect(traced(`${pool} function f(c: Promise<PoolClient>) { probe(c); }`)).toBe("promise pg#PoolClient");
    expect(traced(`${pool} function f(c: readonly PoolClient[]) { probe(c); }`)).toBe("array pg#PoolClient");
    expect(traced(`${pool} function f<T extends PoolClient>(c: T) { probe(c); }`)).toBe("pg#PoolClient");
    expect(traced(`${pool} function f<PoolClient>(c: PoolClient) { probe(c); }`)).toBeUndefined();
  });

  it("in doc comments", () => {
    const text = "/** @param {import('pg').PoolClient} client */ function f(client) { probe(client); }";
    expect(traced(text, "file.js")).toBe("pg#PoolClient");
    expect(traced("/** @type {import('pg').PoolClient | undefined} */ let c; probe(c);", "file.js")).toBe(
      "pg#PoolClient",
    );
    expect(
      traced("/** @param {import('pg').Pool} p */ const f = async (p) => probe(await p.connect());", "file.js"),
    ).toBe("pg#PoolClient");
  });

  it("and types of the platform", () => {
    expect(traced("function f(s: ReadableStream) { probe(s.getReader()); }")).toBe("web#ReadableStreamDefaultReader");
  });
});

describe("of a type that handles share with others", () => {
  const typeorm = `import { DataSource, type EntityManager } from "typeorm"; const ds = new DataSource({});`;

  it("an annotation means the one that anybody may share", () => {
    expect(traced(`${typeorm} export function f(m: EntityManager) { probe(m); }`)).toBe("typeorm#EntityManager");
  });

  it("the way it was acquired decides", () => {
    const manager = "typeorm#TransactionalEntityManager in transaction";
    expect(traced(`${typeorm} ds.transaction(async (m) => probe(m));`)).toBe(manager);
    expect(traced(`${typeorm} ds.transaction("SERIALIZABLE", async (m: EntityManager) => probe(m));`)).toBe(manager);
    expect(traced(`${typeorm} function f(m: EntityManager) { probe(m); } ds.transaction((m) => f(m));`)).toBe(manager);
    expect(traced(`${typeorm} ds.transaction((m) => probe(m.getRepository(User)));`)).toBe(
      "typeorm#TransactionalRepository in transaction",
    );
    expect(traced(`${typeorm} const m: EntityManager = ds.createQueryRunner().manager; probe(m);`)).toBe(
      "typeorm#TransactionalEntityManager",
    );
  });
});

describe("contracts say what comes out of", () => {
  it("any property", () => {
    const prisma = `import { PrismaClient } from "@prisma/client"; const db = new PrismaClient();`;
    expect(traced(`${prisma} probe(db.user);`)).toBe("@prisma/client#Model");
    expect(traced(`${prisma} db.$transaction(async (tx) => probe(tx.user));`)).toBe("@prisma/client#TransactionModel");
    expect(
      traced(
        `import { PrismaClient } from "@prisma/client"; class D extends PrismaClient { own = 1; m() { probe(this.own); } }`,
      ),
    ).toBeUndefined();
  });

  it("an argument that a call gives back", () => {
    const text = `import pg from "pg"; import Cursor from "pg-cursor"; const c = new pg.Client(); probe(c.query(new Cursor("")));`;
    expect(traced(text)).toBe("pg-cursor#Cursor");
  });

  it("a callback of pg instead of a promise", () => {
    expect(traced(`${pool} probe(pool.connect((e, c, release) => {}));`)).toBeUndefined();
    expect(traced(`${pool} pool.connect((e, c, release) => probe(release));`)).toBeUndefined();
  });

  it("the same name in two modules", () => {
    expect(traced(`import { Channel } from "amqplib"; function f(c: Channel) { probe(c); }`)).toBe("amqplib#Channel");
    expect(traced(`import { Channel } from "amqplib/callback_api"; function f(c: Channel) { probe(c); }`)).toBe(
      "amqplib#CallbackChannel",
    );
  });

  it("factories and guards", () => {
    expect(traced(`import pLimit from "p-limit"; probe(pLimit(1));`)).toBe("p-limit#LimitFunction");
    expect(traced(`import { Mutex, withTimeout } from "async-mutex"; probe(withTimeout(new Mutex(), 1));`)).toBe(
      "async-mutex#Mutex",
    );
  });

  it("doc comments of a class in the file", () => {
    const link = `/** @holdfast-handle link */ class Link { /** @holdfast-operation send */ async send() {} port: number; }`;
    expect(traced(`${link} probe(new Link());`)).toBe(".#Link");
    expect(traced(`${link} function f(link: Link | null) { probe(link); }`)).toBe(".#Link");
  });
});

describe("an export of a contract", () => {
  it("is found behind the expression that means it", () => {
    const kind = (text: string) => {
      const { sourceFile, types } = parsed(text);
      return types.exportOf(probed(sourceFile))?.export.kind;
    };
    expect(kind(`import { Pool } from "pg"; probe(Pool);`)).toBe("class");
    expect(kind(`import pLimit from "p-limit"; probe(pLimit);`)).toBe("function");
    expect(kind(`import fs from "node:fs"; probe(fs.promises.open);`)).toBe("function");
    expect(kind(`import fs from "node:fs"; probe(fs.promises);`)).toBe("namespace");
    expect(kind(`import x from "elsewhere"; probe(x);`)).toBeUndefined();
  });
});

describe("whether a value is a promise", () => {
  it.each<[string, boolean | undefined]>([
    ["pool.connect()", true],
    ["pool.query('')", true],
    ["later()", true],
    ["now()", false],
    ["later", false],
    ["pool", false],
    ["'text'", false],
    ["elsewhere()", undefined],
    ["later().then(f)", true],
    ["Promise.all(xs)", true],
  ])("%s: %s", (expression, expected) => {
    const text = `${pool} async function later() {} function now() { return 1; } probe(${expression});`;
    const { sourceFile, types } = parsed(text);
    expect(types.thenable(probed(sourceFile))).toBe(expected);
  });
});

describe("of variables and fields", () => {
  it("types are known without an expression", () => {
    const { scopes, sourceFile, types } = parsed(`${pool} class A { c: PoolClient; } let c: PoolClient;`);
    expect(name(types.ofVariable(scopes.variables.find((variable) => variable.name === "pool")!))).toBe("pg#Pool");
    expect(name(types.ofVariable(scopes.variables.find((variable) => variable.name === "c")!))).toBe("pg#PoolClient");
    expect(name(types.ofField(sourceFile.statements.find(ts.isClassDeclaration)!, "c"))).toBe("pg#PoolClient");
  });
});

/** A text in a program, as a checker and tracing together see it. */
function typed(text: string): { sourceFile: ts.SourceFile; types: Types; batches: number[] } {
  const program = programOf(text);
  const sourceFile = program.getSourceFile(typedFile)!;
  const oracle = compilerOracle(program, sourceFile);
  const batches: number[] = [];
  const counting = {
    ...oracle,
    declaredTypes: (positions: readonly { start: number; end: number }[]) => {
      batches.push(positions.length);
      return oracle.declaredTypes(positions);
    },
  };
  const scopes = bindScopes(sourceFile);
  return { sourceFile, types: createTypes({ sourceFile, scopes, catalog, oracle: counting, root: "/app" }), batches };
}

/** The receiver of the `query`, `save` or `send` in a text, as a checker and tracing together see it. */
function receiver(text: string): string | undefined {
  const { sourceFile, types } = typed(text);
  let found: ts.Expression | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && ["query", "save", "send", "transaction"].includes(node.name.text))
      found = node.expression;
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return name(types.of(found!));
}

describe("a compiler answers where tracing ends", () => {
  it.each([
    ["an import", `import { pool } from "./db.js"; pool.query("");`, "pg#Pool"],
    [
      "what it hands out",
      `import { pool } from "./db.js"; const c = await pool.connect(); c.query("");`,
      "pg#PoolClient",
    ],
    ["a chain of properties", `import type { Deps } from "./db.js"; (d: Deps) => d.pool.query("");`, "pg#Pool"],
    ["an element", `import type { Deps } from "./db.js"; (d: Deps) => d.clients[0]!.query("");`, "pg#PoolClient"],
    ["an optional property", `import type { Deps } from "./db.js"; (d: Deps) => d.maybe?.query("");`, "pg#PoolClient"],
    [
      "a promise",
      `import type { Deps } from "./db.js"; async (d: Deps) => (await d.later).query("");`,
      "pg#PoolClient",
    ],
    [
      "a field of a base class",
      `import { Base } from "./db.js"; class A extends Base { m() { this.client.query(""); } }`,
      "pg#PoolClient",
    ],
    ["an intersection", `import type { Special } from "./db.js"; (c: Special) => c.query("");`, "pg#PoolClient"],
    [
      "a type parameter",
      `import type { Special } from "./db.js"; <T extends Special>(c: T) => c.query("");`,
      "pg#PoolClient",
    ],
    ["a tagged class of another file", `import { Link } from "./db.js"; new Link().send();`, ".#Link"],
    [
      "a class that is no instance",
      `import { Pool } from "pg"; (P: typeof Pool) => (P as any as { query(): void }).query();`,
      undefined,
    ],
    ["a shared type", `import { ds } from "./db.js"; ds.manager.transaction(save);`, "typeorm#EntityManager"],
    [
      "a shared type in a callback",
      `import { ds } from "./db.js"; ds.transaction(async (m) => m.save(1));`,
      "typeorm#TransactionalEntityManager in transaction",
    ],
  ])("%s", (_, text, expected) => {
    expect(receiver(text)).toBe(expected);
  });

  it("and is not asked what can be traced", () => {
    expect(
      typed(`import { Pool } from "pg"; const c = await new Pool().connect(); await c.query("");`).batches,
    ).toEqual([]);
  });

  it("in few batches", () => {
    const { batches } = typed(
      `import { pool, ds } from "./db.js"; pool.query(""); pool.query(""); ds.transaction(async (m) => m.save(1));`,
    );
    expect(batches.length).toBeLessThanOrEqual(3);
    expect(batches[0]).toBeLessThanOrEqual(3);
  });

  it("and knows promises", () => {
    const { sourceFile, types } = typed(
      `import { pool } from "./db.js"; const probe = (x: unknown) => x; probe(pool.connect());`,
    );
    expect(types.thenable(probed(sourceFile))).toBe(true);
  });
});

it("nothing throws on broken or circular code", () => {
  const texts = [
    "const a = b, b = a; probe(a);",
    "const f = () => f(); probe(f());",
    "const a = { ...b }, b = { ...a }; probe(a.x);",
    "const f = g, g = f; const h = (x) => probe(x.y); h(f);",
    "class A { static x = A.y; static y = A.x; } probe(A.x);",
    "class A extends A {} probe(new A().query());",
    "type A = A[]; function f(a: A) { probe(a); }",
    "interface I extends I {} function f(i: I) { probe(i.x); }",
    "for (const of of of) probe(of",
    "probe(await import()",
    "const { a: { b } = probe(b)",
    "new (class { x = this.x.y.z; m(q = this.m(q)) { probe(this.x) } })",
  ];
  for (const text of texts) expect(() => traced(text)).not.toThrow();
});
