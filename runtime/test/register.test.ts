import { describe, expect, it } from "vitest";
import { createProgram, readLines } from "./support/program.js";

const database = `{ user: "root", database: "test", host: "127.0.0.1" }`;

/** The same program as an ES module and as CommonJS: \`import { a } from "b"\` becomes a \`require\`. */
function inBoth(program: string): [name: string, text: string][] {
  const required = program
    .replaceAll(/^import \{ (.*) \} from (".*");$/gm, (_all, names: string, from: string) => {
      return `const { ${names.replaceAll(" as ", ": ")} } = require(${from});`;
    })
    .replaceAll(/^import (\w+) from (".*");$/gm, "const $1 = require($2);");
  return [
    ["app.mjs", program],
    ["app.cjs", `${required.replace(/^(?!const .*require|$)/m, "(async () => {\n")}\n})();\n`],
  ];
}

const earlyRelease = `import { Pool } from "pg";
const pool = new Pool(${database});
const client = await pool.connect();
const pending = client.query("SELECT 1 AS one");
client.release();
console.log((await pending).rows);
await pool.end();
`;

describe.each(inBoth(earlyRelease))("a client that is released early, in %s", (name, text) => {
  const program = createProgram({ [name]: text });

  it("is told of in a warning, and gives what it gave", async () => {
    const { code, stdout, stderr } = await program.guarded(name);
    expect(stdout).toBe("[ { one: 1 } ]\n");
    expect(stderr).toMatch(
      /HoldfastWarning: no-early-release: pg client: `release` \(.*app\.\w+:\d+:\d+\) releases the handle/,
    );
    expect(stderr.match(/HoldfastWarning/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  it("stands in the report, with both places", async () => {
    const [violation, ...others] = await program.violations(name, { HOLDFAST_MODE: "observe" });
    expect(others).toEqual([]);
    expect(violation).toMatchObject({
      rule: "no-early-release",
      severity: "error",
      contract: "pg#PoolClient",
      first: { operation: "query", place: { file: `${program.directory}/${name}` } },
      second: { operation: "release", place: { file: `${program.directory}/${name}` } },
    });
    expect(violation!.second.place!.line - violation!.first.place!.line).toBe(1);
    expect(Date.parse(violation!.time)).toBeGreaterThan(0);
  });

  it("is silent in observe", async () => {
    expect(await program.guarded(name, { HOLDFAST_MODE: "observe" })).toEqual({
      code: 0,
      stdout: "[ { one: 1 } ]\n",
      stderr: "",
    });
  });
});

describe("a handle among the options of another", () => {
  const program = createProgram({
    "app.mjs": `import { Context, context, Dealer } from "zeromq";
const own = new Context();
const [one, other] = [new Dealer({ context: own }), new Dealer({ context })];
console.log(one instanceof Dealer, one.context === own, other.context === context);
for (const socket of [one, other]) socket.close();
`,
  });

  it("is what the library has made", async () => {
    expect(await program.guarded("app.mjs")).toEqual({ code: 0, stdout: "true true true\n", stderr: "" });
  });
});

describe("the modes", () => {
  const program = createProgram({
    "app.mjs": `import { Pair } from "zeromq";
const [one, other] = [new Pair(), new Pair()];
await one.bind("inproc://modes");
other.connect("inproc://modes");
const receiving = [one.receive(), Promise.resolve().then(() => one.receive())];
await Promise.resolve();
await other.send("a");
await other.send("b");
for (const each of await Promise.allSettled(receiving)) console.log(each.status, each.reason?.message ?? String(each.value));
one.close();
other.close();
`,
  });

  it("warn and observe leave the library to fail in its own words", async () => {
    const { stdout } = await program.bare("app.mjs");
    expect(stdout).toContain("rejected Socket is busy reading");
    for (const mode of ["warn", "observe"])
      expect((await program.guarded("app.mjs", { HOLDFAST_MODE: mode })).stdout).toBe(stdout);
  });

  it("give way to what the program says itself", async () => {
    const byHand = createProgram({
      "app.mjs": `import { guard } from "@holdfast/runtime";
import { Pair } from "zeromq";
const pair = guard(new Pair());
const first = pair.receive().catch(() => {});
await (async () => pair.receive())().catch((error) => console.log(error.name));
pair.close();
await first;
`,
    });
    const { stdout } = await byHand.bare("app.mjs");
    expect(stdout).toBe("HandleViolation\n");
    for (const mode of ["warn", "serialize"])
      expect((await byHand.guarded("app.mjs", { HOLDFAST_MODE: mode })).stdout).toBe(stdout);
  });

  it("throw refuses", async () => {
    expect((await program.guarded("app.mjs", { HOLDFAST_MODE: "throw" })).stdout).toContain(
      "rejected no-concurrent-use: zeromq pair socket",
    );
  });

  it("serialize lets the second one wait", async () => {
    expect((await program.guarded("app.mjs", { HOLDFAST_MODE: "serialize" })).stdout).toBe(
      "fulfilled a\nfulfilled b\n",
    );
  });
});

describe("libraries", () => {
  it.each(
    inBoth(`import { open } from "node:fs/promises";
import { promises } from "fs";
const { writeFile, rm } = promises;
const path = process.argv[1] + ".txt";
await writeFile(path, "a".repeat(10));
const file = await open(path);
const reads = await Promise.all([file.read(Buffer.alloc(5), 0, 5), file.read(Buffer.alloc(5), 0, 5)]);
console.log(reads.map(({ buffer }) => String(buffer)).join(" "), open === promises.open, open.name, open.length);
await file.close();
await rm(path);
`),
  )("guards file handles, in %s", async (name, text) => {
    const program = createProgram({ [name]: text });
    expect((await program.guarded(name)).stdout).toBe((await program.bare(name)).stdout);
    expect(await program.violations(name)).toMatchObject([
      {
        rule: "no-concurrent-use",
        contract: "node#FileHandle",
        first: { operation: "read" },
        second: { operation: "read" },
      },
    ]);
  });

  it.each(
    inBoth(`import { Redis } from "ioredis";
const redis = new Redis();
await redis.set("holdfast:register", "1");
console.log(await redis.get("holdfast:register"), await redis.multi().get("holdfast:register").exec());
await redis.quit();
await redis.get("holdfast:register").catch((error) => console.log(error.message));
`),
  )("guards redis connections, in %s", async (name, text) => {
    const program = createProgram({ [name]: text });
    expect((await program.guarded(name)).stdout).toBe("1 [ [ null, '1' ] ]\nConnection is closed.\n");
    expect(await program.violations(name)).toMatchObject([
      {
        rule: "no-use-after-release",
        contract: "ioredis#Redis",
        first: { operation: "quit" },
        second: { operation: "get" },
      },
    ]);
  });

  it("knows what is no command of a redis connection, whatever its state", async () => {
    const program = createProgram({
      "app.mjs": `import { EventEmitter } from "node:events";
import { Redis } from "ioredis";
const redis = new Redis({ lazyConnect: true });
redis.disconnect();
for (const name of Object.keys(EventEmitter.prototype).filter((each) => typeof redis[each] === "function"))
  redis[name](name === "setMaxListeners" ? 20 : "end", () => {});
`,
    });
    expect(await program.guarded("app.mjs")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("does not take the abort of a blocking read, or a quit after it, for harm", async () => {
    const program = createProgram({
      "app.mjs": `import { Redis } from "ioredis";
const redis = new Redis();
await redis.ping();
const reads = [redis.blpop("holdfast:nothing", 0), redis.xread("BLOCK", 0, "STREAMS", "holdfast:nothing", "$")];
redis.disconnect();
console.log(await redis.quit());
for (const { reason } of await Promise.allSettled(reads)) console.log(reason.message);
`,
    });
    const { stdout } = await program.bare("app.mjs");
    expect(stdout).toBe("OK\nConnection is closed.\nConnection is closed.\n");
    for (const mode of ["warn", "throw"])
      expect(await program.guarded("app.mjs", { HOLDFAST_MODE: mode })).toEqual({ code: 0, stdout, stderr: "" });
  });

  it("tells what an abort takes away besides a blocking read", async () => {
    const program = createProgram({
      "app.mjs": `import { Redis } from "ioredis";
const redis = new Redis();
await redis.ping();
const pending = [redis.set("holdfast:aborted", "1"), redis.blpop("holdfast:nothing", 0)];
redis.disconnect();
await Promise.allSettled(pending);
`,
    });
    expect(await program.violations("app.mjs")).toMatchObject([
      { rule: "no-early-release", first: { operation: "set" }, second: { operation: "disconnect" } },
    ]);
  });

  it("lets programs put methods of their own in front of a handle's, and take them away again", async () => {
    const program = createProgram({
      "app.mjs": `import { Redis } from "ioredis";
const redis = new Redis();
const seen = [];
const spied = (original) => function (...given) { seen.push(given[0]); return original.apply(this, given); };
const { get } = redis;
redis.get = spied(redis.get);
Object.defineProperty(redis, "set", { value: spied(redis.set), configurable: true, writable: true });
console.log(await redis.set("holdfast:spied", "1"), await redis.get("holdfast:spied"), seen.length);
redis.get = spied(redis.get);
console.log(await redis.get("holdfast:spied"), seen.length);
redis.get = get;
delete redis.set;
console.log(await redis.set("holdfast:spied", "2"), await redis.get("holdfast:spied"), seen.length);
await redis.quit();
`,
    });
    const { stdout } = await program.bare("app.mjs");
    expect(stdout).toBe("OK 1 2\n1 4\nOK 2 4\n");
    expect(await program.guarded("app.mjs", { HOLDFAST_MODE: "throw" })).toEqual({ code: 0, stdout, stderr: "" });
  });

  it("tells operations that pass through a method of the program's once", async () => {
    const program = createProgram({
      "app.mjs": `import { Redis } from "ioredis";
const redis = new Redis();
const { get } = redis;
redis.get = function (...given) { return get.apply(this, given); };
await redis.quit();
await redis.get("holdfast:spied").catch(() => {});
`,
    });
    expect(await program.violations("app.mjs")).toMatchObject([
      { rule: "no-use-after-release", first: { operation: "quit" }, second: { operation: "get" } },
    ]);
  });

  it.each(["pg/esm/index.mjs", "pg/lib/index.js"])(
    "guards what is imported by its path, as test runners do: %s",
    async (file) => {
      const program = createProgram({
        "app.mjs": `const { default: pg } = await import(new URL("node_modules/${file}", import.meta.url));
const client = new pg.Client(${database});
await client.connect();
console.log((await client.query("SELECT 1 AS one")).rows);
await client.end();
await client.query("SELECT 2 AS two").catch((error) => console.log(error.message));
`,
      });
      expect((await program.guarded("app.mjs")).stdout).toBe((await program.bare("app.mjs")).stdout);
      expect(await program.violations("app.mjs")).toMatchObject([
        { rule: "no-use-after-release", contract: "pg#Client", first: { operation: "end" } },
      ]);
    },
  );

  it("knows what is imported by its path by the name that its package gives it", async () => {
    const client = `export class Client { async query() {} async connect() {} async end() {} }`;
    for (const exports of [
      "./build/entry.js",
      { import: "./build/entry.js" },
      { ".": { default: ["./build/entry.js"] } },
    ]) {
      const program = createProgram({
        "node_modules/pg/package.json": { name: "pg", version: "8.19.0", type: "module", exports },
        "node_modules/pg/build/entry.js": client,
        "app.mjs": `const { Client } = await import(new URL("node_modules/pg/build/entry.js", import.meta.url));
const client = new Client();
await client.end();
await client.query("1");
`,
      });
      expect((await program.violations("app.mjs")).map(({ rule }) => rule)).toEqual(["no-use-after-release"]);
    }
  });

  it("knows a library that exports itself by many names as one", async () => {
    const program = createProgram({
      "app.cjs": `const Redis = require("ioredis");
const redis = new Redis({ lazyConnect: true });
console.log(Redis === Redis.default, Redis === Redis.Redis, redis instanceof Redis, Redis.name);
`,
    });
    expect((await program.guarded("app.cjs")).stdout).toBe("true true true Redis\n");
  });

  it.each([
    ...inBoth(`import { connect } from "amqplib";
const connection = await connect("amqp://guest:guest@127.0.0.1:5672");
const channel = await connection.createConfirmChannel();
const { queue } = await channel.assertQueue("", { exclusive: true });
const delivered = new Promise((resolve) => {
  void channel.consume(queue, (message) => (channel.ack(message), resolve(String(message.content))));
});
channel.sendToQueue(queue, Buffer.from("hello"));
await channel.waitForConfirms();
console.log(await delivered);
const late = channel.checkQueue(queue);
await channel.close();
await late.catch(() => {});
await connection.close();
`),
  ])("guards channels, in %s", async (name, text) => {
    const program = createProgram({ [name]: text });
    expect((await program.guarded(name)).stdout).toBe("hello\n");
    expect(await program.violations(name)).toMatchObject([
      {
        rule: "no-early-release",
        contract: "amqplib#ConfirmChannel",
        first: { operation: "checkQueue" },
        second: { operation: "close" },
      },
    ]);
  });

  it("leaves a library what it is", async () => {
    const program = createProgram({
      "app.mjs": `import pg, { Client, Pool } from "pg";
import * as namespace from "pg";
import { createRequire } from "node:module";
const required = createRequire(import.meta.url)("pg");
const client = new Client(${database});
console.log(client instanceof Client, client.constructor === Client, new Pool().constructor === Pool, client instanceof required.Client);
console.log(pg.Client === Client, namespace.Client === Client, required.Client === Client, Client.name, Client.length);
console.log(Object.keys(client).length, "query" in client, Client.prototype === required.Client.prototype);
pg.defaults.rows = 3;
console.log(required.defaults.rows, typeof pg.types.setTypeParser, String(Client).slice(0, 12));
await client.end();
`,
    });
    const { stdout } = await program.bare("app.mjs");
    expect(stdout).toContain("true true");
    expect((await program.guarded("app.mjs", { HOLDFAST_MODE: "observe" })).stdout).toBe(stdout);
  });

  it.each([
    ["await", `console.log(await cursor.read(2)); await cursor.close(); client.release();`, []],
    [
      "do not await",
      `const reading = cursor.read(2); client.release(); await reading; await cursor.close();`,
      ["no-early-release"],
    ],
  ])("knows a cursor that is given to a client as the same handle: %s", async (_name, use, rules) => {
    const program = createProgram({
      "app.mjs": `import { Pool } from "pg";
import Cursor from "pg-cursor";
const pool = new Pool(${database});
const client = await pool.connect();
const cursor = new Cursor("SELECT generate_series(1, 5) AS one");
console.log(client.query(cursor) === cursor);
${use}
await pool.end();
`,
    });
    expect((await program.guarded("app.mjs")).stdout).toBe((await program.bare("app.mjs")).stdout);
    const violations = await program.violations("app.mjs", { HOLDFAST_LEAKS: "1" });
    expect(violations.map(({ rule }) => rule)).toEqual(rules);
  });

  it("guards what callbacks are given", async () => {
    const program = createProgram({
      "app.cjs": `const { Pool } = require("pg");
const pool = new Pool(${database});
pool.connect((error, client, done) => {
  client.query("SELECT 1 AS one", (failure, { rows }) => {
    console.log(rows);
    pool.end();
  });
  done();
});
`,
    });
    expect((await program.guarded("app.cjs")).stdout).toBe("[ { one: 1 } ]\n");
    expect(await program.violations("app.cjs")).toMatchObject([
      { rule: "no-early-release", contract: "pg#PoolClient" },
    ]);
  });

  it("guards transactions of kysely, and not what kysely does for them", async () => {
    const program = createProgram({
      "app.mjs": `import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool(${database}) }) });
const rows = await db.transaction().execute(async (tx) => {
  return Promise.all([1, 2].map((one) => tx.selectNoFrom(({ val }) => val(one).as("one")).execute()));
});
console.log(JSON.stringify(rows));
await db
  .transaction()
  .execute(async (tx) => {
    void tx.selectNoFrom(({ val }) => val(1).as("one")).execute().catch(() => {});
    throw new Error("rolled back");
  })
  .catch((error) => console.log(error.message));
await db.destroy();
`,
    });
    expect((await program.guarded("app.mjs")).stdout).toBe((await program.bare("app.mjs")).stdout);
    const violations = await program.violations("app.mjs", { HOLDFAST_LEAKS: "1" });
    expect(violations.map(({ rule, contract }) => `${rule} ${contract}`)).toEqual([
      "no-early-release kysely#Transaction",
    ]);
  });

  it("goes by the contract of the version that is installed", async () => {
    const client = `exports.Client = class Client {
  async query() { await null; }
  async connect() {}
  async end() {}
};`;
    const app = `import { Client } from "pg";
const client = new Client();
await Promise.all([client.query("1"), client.query("2")]);
await client.end();
`;
    const severities = async (version: string) => {
      const program = createProgram({
        "node_modules/pg/package.json": { name: "pg", version, main: "lib/index.js" },
        "node_modules/pg/lib/index.js": client,
        "app.mjs": app,
      });
      return (await program.violations("app.mjs")).map(({ rule, severity }) => `${rule} ${severity}`);
    };
    expect(await severities("8.18.0")).toEqual([]);
    expect(await severities("8.19.0")).toEqual(["no-concurrent-use warning"]);
  });
});

describe("classes that are derived from a library's", () => {
  it.each(
    inBoth(`import { Pair } from "zeromq";
class Talker extends Pair {
  #sent = 0;
  get sent() { return this.#sent; }
  async send(message) {
    this.#sent++;
    await super.send(message);
  }
  async ask(question) {
    await this.send(question);
    return String(await this.receive());
  }
  static make() { return new this({ linger: 0 }); }
}
const talker = Talker.make();
const other = new Pair({ linger: 0 });
await talker.bind("inproc://derived");
other.connect("inproc://derived");
const answered = talker.ask("who?").catch((error) => error.message);
console.log(String(await other.receive()));
const taken = talker.receive();
await other.send("me");
console.log(await answered, talker.sent, talker instanceof Talker, talker instanceof Pair, talker.closed);
console.log(String(await taken));
talker.close();
other.close();
console.log(talker.closed);
`),
  )("work as before, and are guarded, in %s", async (name, text) => {
    const program = createProgram({ [name]: text });
    const { stdout } = await program.bare(name);
    expect(stdout).toContain("any time 1 true true false\nme\n");
    expect((await program.guarded(name)).stdout).toBe(stdout);
    expect(await program.violations(name)).toMatchObject([
      {
        rule: "no-concurrent-use",
        contract: "zeromq#Pair",
        first: { operation: "receive" },
        second: { operation: "receive" },
      },
    ]);
  });

  it("are not blamed for what their library calls on them", async () => {
    const program = createProgram({
      "app.mjs": `import { Redis } from "ioredis";
class Cache extends Redis {
  #hits = 0;
  async fetch(key) {
    this.#hits++;
    return this.get(key);
  }
  get hits() { return this.#hits; }
}
const cache = new Cache({ db: 1 });
await cache.set("holdfast:derived", "1");
console.log(await Promise.all([cache.fetch("holdfast:derived"), cache.fetch("holdfast:derived")]), cache.hits);
await cache.quit();
await new Promise((resolve) => (cache.status === "end" ? resolve() : cache.once("end", resolve)));
console.log(cache.status);
`,
    });
    expect((await program.guarded("app.mjs")).stdout).toBe("[ '1', '1' ] 2\nend\n");
    expect(await program.violations("app.mjs", { HOLDFAST_LEAKS: "1" })).toEqual([]);
  });
});

describe("what a library acquires for itself", () => {
  const program = createProgram({
    "node_modules/accountant/package.json": { name: "accountant", version: "1.0.0", type: "module", main: "index.js" },
    "node_modules/accountant/index.js": `import { Client } from "pg";
export async function sum(pool) {
  const client = await pool.connect();
  const pending = client.query("SELECT 1 + 1 AS two");
  client.release();
  return (await pending).rows[0].two;
}
export async function alone() {
  const client = new Client(${database});
  await client.connect();
  const pending = client.query("SELECT 3 AS three");
  const ended = client.end();
  await pending.catch(() => {});
  await ended;
}
`,
    "app.mjs": `import { Pool } from "pg";
import { alone, sum } from "accountant";
const pool = new Pool(${database});
console.log(await sum(pool));
await alone();
await pool.end();
`,
  });

  it("is not reported", async () => {
    expect(await program.violations("app.mjs", { HOLDFAST_LEAKS: "1" })).toEqual([]);
  });

  it("is reported for packages that are included", async () => {
    const violations = await program.violations("app.mjs", { HOLDFAST_INCLUDE: "accountant" });
    expect(violations.map(({ contract }) => contract)).toEqual(["pg#PoolClient", "pg#Client"]);
    expect(violations[0]!.second.place!.file).toContain("accountant");
  });
});

describe("the process", () => {
  const broken = `import { Client } from "pg";
const client = new Client(${database});
await client.connect();
process.on("exit", (code) => console.log("exit", code));
client.query("SELECT nothing FROM nowhere");
`;

  it.each(inBoth(broken))("still crashes of a rejection that nobody handles, in %s", async (name, text) => {
    const program = createProgram({ [name]: text });
    for (const env of [{}, { HOLDFAST_MODE: "observe" }, { HOLDFAST_MODE: "throw" }, { HOLDFAST_MODE: "serialize" }]) {
      const { code, stdout, stderr } = await program.guarded(name, env);
      expect([code, stdout]).toEqual([1, "exit 1\n"]);
      expect(stderr).toContain('relation "nowhere" does not exist');
    }
  });

  it("ends when it has nothing more to do, and not before", async () => {
    const program = createProgram({
      "app.mjs": `import { open } from "node:fs/promises";
import { Pool } from "pg";
import { Push } from "zeromq";
import { Redis } from "ioredis";
new Pool(${database});
new Redis({ lazyConnect: true });
new Push({ linger: 0 }).close();
setTimeout(() => console.log("last", typeof open), 20);
`,
    });
    const env = { HOLDFAST_LEAKS: "1", HOLDFAST_REPORT: "report.sarif", HOLDFAST_MODE: "observe" };
    expect(await program.guarded("app.mjs", env)).toEqual({ code: 0, stdout: "last function\n", stderr: "" });
  });

  it("prints in the same order, whatever the mode, and throws the same errors", async () => {
    const program = createProgram({
      "app.mjs": `import { Pool } from "pg";
const pool = new Pool({ ...${database}, max: 2 });
const client = await pool.connect();
const log = (name) => (value) => console.log(name, value?.rows ?? value);
const one = client.query("SELECT 1 AS one").then(log("one"));
const two = client.query("SELECT * FROM nowhere").catch((error) => log("two")(error.constructor.name + error.code));
const three = client.query({ text: "SELECT $1::int AS three", values: [3] }).then(log("three"));
client.query("SELECT 4 AS four", (error, { rows }) => log("four")(rows));
await Promise.all([one, two, three]);
const failure = new Error("mine");
await pool.query("SELECT 5").then(() => { throw failure; }).catch((error) => log("same")(error === failure));
client.release();
try { client.release(); } catch (error) { log("twice")(error.message); }
await pool.end();
log("ended")(pool.ended);
`,
    });
    const { stdout, code } = await program.bare("app.mjs");
    expect([code, stdout]).toEqual([0, expect.stringContaining("ended true")]);
    for (const mode of ["observe", "warn"]) {
      expect(await program.guarded("app.mjs", { HOLDFAST_MODE: mode, HOLDFAST_LEAKS: "1" })).toMatchObject({
        stdout,
        code,
      });
    }
  });

  it("survives a listener that throws", async () => {
    const program = createProgram({
      "app.mjs": `import { onViolation } from "@holdfast/runtime";\n${earlyRelease.replace("const pool", 'onViolation(() => { throw new Error("deaf"); });\nconst pool')}`,
    });
    const { code, stdout, stderr } = await program.guarded("app.mjs");
    expect([code, stdout]).toEqual([0, "[ { one: 1 } ]\n"]);
    expect(stderr).toContain("deaf");
    expect(stderr).toContain("no-early-release");
  });

  it("ends with a number of one's own if a contract was broken", async () => {
    const program = createProgram({
      "bad.mjs": earlyRelease,
      "good.mjs": earlyRelease
        .replace("client.release();\n", "")
        .replace("await pool.end", "client.release();\nawait pool.end"),
      "failing.mjs": `${earlyRelease}process.exitCode = 3;\n`,
      "exiting.mjs": `${earlyRelease}process.exit(0);\n`,
    });
    const codes = [];
    for (const name of ["bad", "good", "failing", "exiting"]) {
      codes.push((await program.guarded(`${name}.mjs`, { HOLDFAST_EXIT_CODE: "9" })).code);
    }
    expect(codes).toEqual([9, 0, 3, 9]);
  });
});

describe("the report", () => {
  const repeated = `import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
const file = await open(fileURLToPath(import.meta.url));
for (let index = 0; index < 5; index++) {
  await Promise.all([file.read(), file.read()]);
}
await file.close();
`;

  it("tells a violation once, and at the end how often it was seen", async () => {
    const program = createProgram({ "app.mjs": repeated });
    const violations = await program.violations("app.mjs");
    expect(violations.map(({ count }) => count)).toEqual([undefined, 5]);
  });

  it("loses nothing when the process is killed", async () => {
    const program = createProgram({
      "app.mjs": `${repeated.replace("await file.close();", "")}process.kill(process.pid, "SIGKILL");\n`,
    });
    expect(await program.violations("app.mjs")).toHaveLength(1);
  });

  it("is SARIF where its name ends so", async () => {
    const program = createProgram({ "src/app.mjs": repeated });
    await program.guarded("src/app.mjs", { HOLDFAST_REPORT: "out/report.sarif" });
    const log = JSON.parse(program.read("out/report.sarif")) as { runs: { results: object[] }[] };
    const region = { startLine: 5, startColumn: 27 };
    expect(log).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "Holdfast", rules: [{ id: "no-concurrent-use" }] } },
          results: [
            {
              ruleId: "no-concurrent-use",
              level: "error",
              occurrenceCount: 5,
              locations: [{ physicalLocation: { artifactLocation: { uri: "src/app.mjs" }, region: { startLine: 5 } } }],
              relatedLocations: [{ physicalLocation: { artifactLocation: { uri: "src/app.mjs" }, region } }, {}],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(log)).toContain("/docs/rules/no-concurrent-use.md");
  });

  it("says in one sentence when it cannot be written", async () => {
    const program = createProgram({ "app.mjs": repeated, occupied: "" });
    const { code, stderr } = await program.guarded("app.mjs", {
      HOLDFAST_REPORT: "occupied/report.jsonl",
      HOLDFAST_MODE: "observe",
    });
    expect(stderr).toMatch(/^holdfast: the report .*occupied\/report\.jsonl cannot be written \(.*\); .*\n$/);
    expect(code).toBe(0);
  });
});

describe("leaks", () => {
  const program = createProgram({
    "exit.mjs": `import { Client, Pool } from "pg";
const pool = new Pool(${database});
globalThis.kept = await pool.connect();
const released = await pool.connect();
released.release();
new Client(${database});
process.exit();
`,
    "collected.mjs": `import { Pool } from "pg";
const pool = new Pool(${database});
let told;
process.on("warning", (warning) => (told = warning.code));
await (async () => void (await pool.connect()))();
for (let turn = 0; told === undefined && turn < 1000; turn++) {
  await new Promise((resolve) => setImmediate(resolve));
  gc();
}
console.log(told);
process.exit();
`,
  });

  it("are handles that are alive at exit, told with the place that acquired them", async () => {
    const violations = await program.violations("exit.mjs", { HOLDFAST_LEAKS: "1" });
    expect(violations).toMatchObject([
      {
        rule: "require-release",
        contract: "pg#PoolClient",
        first: { operation: "connect", place: { line: 3 } },
        second: { operation: "exit" },
      },
      { rule: "require-release", contract: "pg#Client", first: { operation: "new Client", place: { line: 6 } } },
    ]);
    const { stderr } = await program.guarded("exit.mjs", { HOLDFAST_LEAKS: "1" });
    expect(stderr.match(/HoldfastWarning: require-release/g)).toHaveLength(2);
  });

  it("are handles that were collected, though their pool keeps what they stand for", async () => {
    const { stdout, stderr } = await program.guarded("collected.mjs", { HOLDFAST_LEAKS: "true" }, "--expose-gc");
    expect(stdout).toBe("require-release\n");
    expect(stderr).toMatch(
      /acquired by `connect` \(.*collected\.mjs:5:\d+\), and not released before `garbage collection`/,
    );
    expect(stderr.match(/HoldfastWarning: require-release/g)).toHaveLength(1);
  });

  it("are told of only if that was asked for", async () => {
    expect(await program.violations("exit.mjs")).toEqual([]);
  });
});

describe("what it is told", () => {
  const line = `export class Line {
  async ask(question) { await null; return question; }
  async hangUp() {}
}
`;
  const own = {
    file: "src/line.js",
    type: "Line",
    lanes: { ask: ["ask"] },
    overlap: "interleaves",
    release: { hangUp: { waits: false } },
  };

  it("comes from the nearest configuration, and from the environment before it", async () => {
    const program = createProgram({
      "holdfast.config.json": `{
  // Comments are fine, and so is a last comma.
  "runtime": { "mode": "observe", "report": "from-config.jsonl", "exitCode": 7, },
}`,
      "deep/app.mjs": earlyRelease,
    });
    expect(await program.guarded("deep/app.mjs")).toEqual({ code: 7, stdout: "[ { one: 1 } ]\n", stderr: "" });
    expect(readLines(program.read("from-config.jsonl"))).toHaveLength(1);
    const { code, stderr } = await program.guarded("deep/app.mjs", { HOLDFAST_MODE: "warn", HOLDFAST_EXIT_CODE: "8" });
    expect(stderr).toContain("no-early-release");
    expect(code).toBe(8);
  });

  it("may name the contracts", async () => {
    const program = createProgram({ "app.mjs": earlyRelease });
    const counts = [];
    for (const contracts of ["pg", "pg#PoolClient", "zeromq,ioredis", "!pg", "!pg#Client"]) {
      counts.push((await program.violations("app.mjs", { HOLDFAST_CONTRACTS: contracts })).length);
    }
    expect(counts).toEqual([1, 1, 0, 0, 1]);
  });

  it.each([
    [
      { HOLDFAST_MODE: "wran" },
      'HOLDFAST_MODE: "wran" is none of throw, warn, serialize, observe; did you mean "warn"?',
    ],
    [{ HOLDFAST_MOED: "warn" }, "HOLDFAST_MOED: there is no such setting; did you mean HOLDFAST_MODE?"],
    [{ HOLDFAST_CONTRACTS: "pq" }, 'HOLDFAST_CONTRACTS: there is no contract "pq"; did you mean "pg"?'],
    [{ HOLDFAST_EXIT_CODE: "much" }, 'HOLDFAST_EXIT_CODE: "much" is no whole number from 1 to 255; write one.'],
    [{ HOLDFAST_LEAKS: "perhaps" }, 'HOLDFAST_LEAKS: "perhaps" is neither true nor false; write one of them.'],
  ])("is explained where it is wrong: %j", async (env, sentence) => {
    const program = createProgram({ "app.mjs": "console.log('ran');" });
    expect(await program.guarded("app.mjs", env)).toEqual({
      code: 0,
      stdout: "ran\n",
      stderr: `holdfast: ${sentence}\n`,
    });
  });

  it.each([
    ['{ "runtime": { "mod": "warn" } }', '"runtime.mod": there is no such setting; did you mean "mode"?'],
    [
      '{ "runtime": { "include": "pg" } }',
      '"runtime.include": "pg" is no list of names; write it as ["my-framework"].',
    ],
    ['{ "runtime": 1 }', '"runtime" must be an object, such as { "mode": "warn" }.'],
    ["{", /this is not JSON: .*; it is ignored\./],
  ])("is explained where the configuration is wrong: %s", async (json, sentence) => {
    const program = createProgram({ "holdfast.config.json": json, "app.mjs": "console.log('ran');" });
    const { code, stdout, stderr } = await program.guarded("app.mjs");
    expect([code, stdout]).toEqual([0, "ran\n"]);
    expect(stderr.split("\n")).toHaveLength(2);
    expect(stderr.startsWith(`holdfast: ${program.directory}/holdfast.config.json: `)).toBe(true);
    if (typeof sentence === "string") expect(stderr).toContain(sentence);
    else expect(stderr).toMatch(sentence);
  });

  it.each([
    ["package.json", { type: "module" }, line, `import { Line } from "./src/line.js";\n`],
    [
      "package.json",
      { type: "commonjs" },
      line.replace("export class", "exports.Line = class"),
      `const { Line } = require("./src/line.js");\n`,
    ],
  ])("may be a contract of one's own: %s %j", async (name, manifest, text, imports) => {
    const app = `${imports}(async () => {
  const line = new Line();
  console.log(await Promise.all([line.ask("a"), line.ask("b")]));
  await line.hangUp();
})();
`;
    const program = createProgram({
      [name]: manifest,
      "holdfast.config.json": { contracts: [own] },
      "src/line.js": text,
      "app.js": app,
    });
    expect((await program.guarded("app.js")).stdout).toBe("[ 'a', 'b' ]\n");
    expect(await program.violations("app.js")).toMatchObject([{ rule: "no-concurrent-use", contract: ".#Line" }]);
  });
});

/** A stand-in for Jest: it too has a realm of its own for tests, and their modules come by `requireModule`. */
const jestRuntime = `const { createRequire, isBuiltin } = require("node:module");
const { readFileSync } = require("node:fs");
const { createContext, runInContext } = require("node:vm");
exports.default = class Runtime {
  realm = createContext({ Buffer, clearTimeout, console, performance, process, setTimeout, TextEncoder, URL });
  modules = new Map();
  constructor() {
    runInContext("globalThis.global = globalThis", this.realm);
  }
  requireModule(from, request) {
    if (isBuiltin(request)) return require(request);
    const filename = createRequire(from).resolve(request);
    if (!this.modules.has(filename)) {
      const module = { exports: {} };
      this.modules.set(filename, module);
      const text = "(function (module, exports, require) {" + readFileSync(filename, "utf8") + "\\n})";
      const own = (name) => this.requireModule(filename, name);
      runInContext(text, this.realm, { filename }).call(module.exports, module, module.exports, own);
    }
    return this.modules.get(filename).exports;
  }
};
`;

describe("under Jest", () => {
  const installed = (name: string, main: string): Record<string, string | object> => ({
    [`node_modules/${name}/package.json`]: { name, version: "30.0.0", main: "index.js" },
    [`node_modules/${name}/index.js`]: main,
  });
  const program = createProgram({
    ...installed("jest", ""),
    ...installed("@jest/core", ""),
    ...installed("jest-runtime", jestRuntime),
    "holdfast.config.json": { runtime: { mode: "observe", report: "report.jsonl" } },
    "app.test.cjs": `const { Client } = require("pg");
(async () => {
  const client = new Client(${database});
  await client.connect();
  const query = client.query("SELECT 1 AS one");
  console.log(query instanceof Promise, (await query).rows.length);
  await client.end();
  await client.query("SELECT 2 AS two").catch((error) => console.log(error.message));
})();
`,
    "jest.cjs": `const { default: Runtime } = require("@holdfast/runtime/register/jest");
new Runtime().requireModule(__filename, "./app.test.cjs");
`,
  });

  it("what tests require is guarded by the runtime that it takes", async () => {
    const { stdout } = await program.bare("jest.cjs");
    expect(stdout).toBe("true 1\nClient was closed and is not queryable\n");
    const file = `${program.directory}/app.test.cjs`;
    expect(readLines(program.read("report.jsonl"))).toMatchObject([
      {
        rule: "no-use-after-release",
        contract: "pg#Client",
        first: { operation: "end", place: { file, line: 7 } },
        second: { operation: "query", place: { file, line: 8 } },
      },
    ]);
  });
});

describe("with source maps", () => {
  const program = createProgram({ "app.mjs": earlyRelease });

  it("the places are those of the program", async () => {
    const [violation] = await program.violations("app.mjs", {}, "--enable-source-maps");
    const file = `${program.directory}/app.mjs`;
    expect(violation).toMatchObject({ first: { place: { file, line: 4 } }, second: { place: { file, line: 5 } } });
  });
});
