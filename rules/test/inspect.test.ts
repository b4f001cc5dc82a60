import { createCatalog } from "@holdfast/contracts";
import { describe, expect, it } from "vitest";
import { describeInspection } from "../src/describe.js";
import { inspect, type Inspection } from "../src/types/inspect.js";
import { programOf, typedFile } from "./support/program.js";

const catalog = createCatalog();

/** What stands at the `|` of a text. */
function inspected(marked: string): Inspection | undefined {
  const text = marked.replace("|", "");
  return inspect({ fileName: "/code/a.ts", text, catalog }, marked.indexOf("|"));
}

/** The same, with a type checker. */
function typed(marked: string): Inspection | undefined {
  const text = marked.replace("|", "");
  return inspect({ fileName: typedFile, text, program: programOf(text), catalog, root: "/app" }, marked.indexOf("|"));
}

/** In short: `zeromq#Push send operation`. */
function short(found: Inspection | undefined): string | undefined {
  return found && [found.contract, found.member?.name, found.member?.kind].filter(Boolean).join(" ");
}

const pool = `import { Pool } from "pg"; const pool = new Pool();`;
const push = `import { Push } from "zeromq"; const push = new Push();`;

describe("a handle is found", () => {
  it.each([
    ["where it is declared", `${pool} const c|lient = await pool.connect();`, "pg#PoolClient"],
    ["where it is mentioned", `${push} log(pu|sh);`, "zeromq#Push"],
    ["at the end of its name", `${push} log(push|);`, "zeromq#Push"],
    ["as a parameter", `${pool} function use(c|) {} use(await pool.connect());`, "pg#PoolClient"],
    [
      "as a parameter with a type",
      `import type { PoolClient } from "pg"; (cl|ient: PoolClient) => 0;`,
      "pg#PoolClient",
    ],
    ["but not as the property that a pattern names", `${push} const { a|: socket } = { a: push };`, undefined],

    ["out of a pattern", `${push} const { a: soc|ket } = { a: push };`, "zeromq#Push"],
    ["as a property", `${push} const o = { soc|ket: push };`, "zeromq#Push"],
    ["as a field", `${push} class A { soc|ket = new Push(); }`, "zeromq#Push"],
    ["as a private field", `${push} class A { #soc|ket = new Push(); }`, "zeromq#Push"],
    ["as a field of this", `${push} class A { socket = new Push(); m() { this.soc|ket.send(); } }`, "zeromq#Push"],
    ["as a private field of this", `${push} class A { #s = new Push(); m() { this.#|s.send(); } }`, "zeromq#Push"],
    ["at new", `import { Push } from "zeromq"; const a = n|ew Push();`, "zeromq#Push"],
    ["at the class behind new", `import { Push } from "zeromq"; const a = new Pu|sh();`, "zeromq#Push"],
    ["at a class in a namespace", `import * as zmq from "zeromq"; const a = new zmq.Pu|sh();`, "zeromq#Push"],
    ["at the import of its class", `import { Pu|sh } from "zeromq";`, "zeromq#Push"],
    ["at the function that makes it", `import amqp from "amqplib"; await amqp.con|nect(url);`, "amqplib#ChannelModel"],
    ["as a source", `${pool} await po|ol.query(a);`, "pg#Pool"],
    ["as a guard", `import { Mutex } from "async-mutex"; const lo|ck = new Mutex();`, "async-mutex#Mutex"],
    [
      "of the user's own",
      "/** @holdfast-handle */ class A { /** @holdfast-release */ end() {} } const a| = new A();",
      ".#A",
    ],
  ])("%s", (_, text, expected) => {
    expect(short(inspected(text))).toBe(expected);
  });

  it("but not in what only holds it, or will", () => {
    for (const text of [
      `${pool} const lat|er = pool.connect();`,
      `${push} const pushes = [push]; log(pus|hes);`,
      `${pool} const row|s = await pool.query(a);`,
    ]) {
      expect(inspected(text), text).toBeUndefined();
    }
  });
});

describe("a member is found", () => {
  it.each([
    ["an operation", `${push} await push.se|nd(a);`, "zeromq#Push send operation"],
    ["an operation that is not called", `${push} const f = push.se|nd;`, "zeromq#Push send operation"],
    ["a release", `${push} push.clo|se();`, "zeromq#Push close release"],
    ["an option", `${push} push.lin|ger = 0;`, "zeromq#Push linger option"],
    ["what hands a handle out", `${pool} await pool.con|nect();`, "pg#Pool connect method"],
    [
      "on a field",
      `class A { constructor(pool) {} } ${pool} class B { p = pool; m() { this.p.con|nect(); } }`,
      "pg#Pool connect method",
    ],
    ["on the result of a call", `${pool} (await pool.connect()).que|ry(a);`, "pg#PoolClient query operation"],
    ["any other method", `import Redis from "ioredis"; new Redis().hm|get(a);`, "ioredis#Redis hmget operation"],
    ["a property where any method would do", `import Redis from "ioredis"; new Redis().sta|tus;`, undefined],
    [
      "a call of the handle itself",
      `import knex from "knex"; await knex({}).transaction(async (tr|x) => trx("a"));`,
      "knex#Transaction",
    ],
    [
      "and where it is called",
      `import knex from "knex"; await knex({}).transaction(async (trx) => tr|x("a"));`,
      "knex#Transaction () operation",
    ],
    [
      "taking a lock",
      `import { Mutex } from "async-mutex"; new Mutex().runEx|clusive(f);`,
      "async-mutex#Mutex runExclusive method",
    ],
    [
      "an option by its argument",
      `const zmq = require("zeromq/v5-compat"); zmq.socket("push").setsock|opt("identity", a);`,
      "zeromq#CompatibleSocket identity option",
    ],
  ])("%s", (_, text, expected) => {
    expect(short(inspected(text))).toBe(expected);
  });

  it("at its place", () => {
    expect(inspected(`${push}\n  push.se|nd(a);`)?.place).toEqual({
      file: "/code/a.ts",
      start: push.length + 8,
      end: push.length + 12,
      line: 2,
      column: 8,
      endLine: 2,
      endColumn: 12,
    });
    expect(inspected(`import { Push } from "zeromq";\nne|w Push();`)?.place).toMatchObject({ column: 1, endColumn: 4 });
  });
});

describe("a type checker helps", () => {
  it.each([
    ["with an import", `import { pool } from "./db.js"; po|ol.query("");`, "pg#Pool"],
    ["with a member", `import { pool } from "./db.js"; pool.con|nect();`, "pg#Pool connect method"],
    ["with what is only mentioned", `import type { Deps } from "./db.js"; (d: Deps) => log(d.po|ol);`, "pg#Pool"],
    [
      "with a field",
      `import type { Deps } from "./db.js"; class A { po|ol!: Deps["pool"]; m() { return this.pool; } }`,
      "pg#Pool",
    ],
    [
      "with an inherited field",
      `import { Base } from "./db.js"; class A extends Base { m() { this.client.que|ry(""); } }`,
      "pg#PoolClient query operation",
    ],
    [
      "with a variable that changes",
      `import type { Deps } from "./db.js"; let cl|ient: Deps["maybe"];`,
      "pg#PoolClient",
    ],
    ["but not with a promise", `import type { Deps } from "./db.js"; (d: Deps) => log(d.lat|er);`, undefined],
  ])("%s", (_, text, expected) => {
    expect(short(typed(text))).toBe(expected);
    expect(short(inspected(text))).toBeUndefined();
  });
});

describe("nothing is found", () => {
  it.each([
    ["where nothing stands", `${push} |  log(a);`],
    ["in a comment", `${push} // pu|sh`],
    ["in a text", `${push} log("pu|sh");`],
    ["at a name of no handle", `${push} con|st a = 1;`],
    ["at a method that no contract knows", `${push} push.o|n("a", f);`],
    ["at a handle of another name", `${push} { const push = 1; log(pu|sh); }`],
    ["behind the end", `${push}|`],
    ["without a contract", "const a| = 1;"],
    ["at the parenthesis behind new", `import { Push } from "zeromq"; new Push(|);`],
  ])("%s", (_, text) => {
    expect(inspected(text)).toBeUndefined();
  });
});

it("nothing throws on broken code, wherever somebody looks", () => {
  const text = `${push} class A { #s = new Push(; async m( { await this.#s.send(
    for await (const [m] of this. ) { push.linger = ; new  } } const { a: { b } = push\n/** @holdfast-handle */ class`;
  for (let offset = -1; offset <= text.length + 1; offset++) {
    expect(() => inspect({ fileName: "/code/a.ts", text, catalog }, offset)).not.toThrow();
    const found = inspect({ fileName: "/code/a.tsx", text, catalog }, offset);
    if (found) expect(describeInspection(found)).toContain("Contract of");
  }
  expect(short(inspected(`${push} await push.se|nd(`))).toBe("zeromq#Push send operation");
});

describe("it is described", () => {
  const described = (marked: string) => describeInspection(inspected(marked)!);

  it("with no link and no picture that a workspace has thought of", () => {
    const text = described(
      "/** @holdfast-handle [x](command:evil) ![](https://evil.example/a.png) <img src=x> */ class A { /** @holdfast-release */ end() {} } const a| = new A();",
    );
    expect(text).toContain("command:evil");
    expect(text).not.toMatch(/(?<!\\)\]\(|(?<!\\)<img/);
  });

  it("as a handle", () => {
    const text = described(`${push} log(pu|sh);`);
    expect(text).toMatch(/^\*\*zeromq push socket\*\*\n\n/);
    expect(text).toContain("- `send`: the second call throws: “Socket is busy writing;");
    expect(text).toContain("- `close` does not wait for what is pending; what is still pending then rejects: “");
    expect(text).toContain("An operation after the release throws: “Socket is closed”.");
    expect(text).toContain("- `linger`: before `send`");
    expect(text).toMatch(/\n\nContract of `zeromq` >=6, proven: .*\n\n- proof: \[.+\]\(https:.+zeromq\.mjs\)\n/);
    // What returns at once is never pending.
    expect(text).not.toContain("- `bindSync`");
  });

  it("as an operation", () => {
    expect(described(`${push} push.bi|nd(a);`)).toMatch(
      /^\*\*`bind`\*\*, an operation of a zeromq push socket\n\nIts lane is `endpoint`\. While `bind` or `unbind` is pending, none of them may begin, nor may `send`, .+: the second call throws: “.+”\.\n\nUntil bind .+\n\nIt is pending until its promise settles\. Wait for it before `close`, which does not\.\n\nContract of `zeromq#Push` >=6/,
    );
  });

  it("as an operation that sets something", () => {
    const text = described(
      `import amqp from "amqplib"; const ch = await (await amqp.connect(a)).createChannel(); ch.pre|fetch(1);`,
    );
    expect(text).toContain("It has to be set before `consume`.\n\nSet too late: A consumer that was started");
  });

  it("as a release", () => {
    expect(described(`${pool} (await pool.connect()).rele|ase();`)).toMatch(
      /^\*\*`release`\*\*, a release of a pg client\n\nIt does not wait for what is pending; .*; a second one throws: “.+”; once the handle has its next owner, it is released from under that owner\.\n\nAn operation after the release runs on a connection that another caller/,
    );
  });

  it("as an option", () => {
    expect(described(`${push} push.lin|ger = 0;`)).toMatch(
      /^\*\*`linger`\*\*, an early option of a zeromq push socket\n\nIt has to be set before `send`\.\n\nThe constructor takes it as well/,
    );
  });

  it("as a source, and what it hands out", () => {
    expect(described(`${pool} log(po|ol);`)).toMatch(
      /^\*\*Pool\*\*, shared freely: .+\n\n- `connect` hands out a pg client; when all are taken, it hangs: “/,
    );
    expect(described(`${pool} pool.con|nect();`)).toMatch(
      /^\*\*`connect`\*\* of a `Pool`\n\nIt hands out a pg client, in a promise; when all are taken/,
    );
    expect(described(`import { Kysely } from "kysely"; new Kysely({}).transaction().exe|cute(f);`)).toContain(
      "Its callback is given a kysely transaction, which lives until the callback's promise settles.",
    );
  });

  it("as a guard", () => {
    expect(described(`import { Mutex } from "async-mutex"; const lo|ck = new Mutex();`)).toContain(
      "What runs inside `runExclusive` or `acquire` does not overlap: always.",
    );
  });

  it("whatever a contract says", () => {
    for (const contract of catalog.contracts) {
      for (const handle of contract.handles) {
        const type = { kind: "handle" as const, contract, handle };
        const found = { place: inspected(`${push} pu|sh`)!.place, contract: "", type };
        const members = [
          ...Object.keys(handle.operations).map((name) => ({ name, kind: "operation" as const })),
          ...Object.keys(handle.releases).map((name) => ({ name, kind: "release" as const })),
          ...Object.keys(handle.methods ?? {}).map((name) => ({ name, kind: "method" as const })),
          ...(handle.options ?? []).map(({ name }) => ({ name, kind: "option" as const })),
        ];
        for (const text of [found, ...members.map((member) => ({ ...found, member }))].map(describeInspection)) {
          expect(text).not.toMatch(/undefined(?! behaviour)|\n\n\n|\.\.|\[object/);
          expect(text.length).toBeLessThan(4000);
        }
      }
    }
  });
});
