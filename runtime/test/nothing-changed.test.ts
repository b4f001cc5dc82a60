/** What a program could tell a guarded handle by, and must not. */

import { describe, expect, it } from "vitest";
import { createProgram, type Program } from "./support/program.js";

const modes = ["warn", "observe", "throw", "serialize"];
const ofMode = (HOLDFAST_MODE: string) => ({ HOLDFAST_MODE, HOLDFAST_REPORT: "report.jsonl" });

/** Whether it prints the same in every mode as without a guard. */
async function expectSame(program: Program, file: string, output: string): Promise<void> {
  expect((await program.bare(file)).stdout).toBe(output);
  for (const mode of modes) expect((await program.guarded(file, ofMode(mode))).stdout, mode).toBe(output);
}

describe("a file handle", () => {
  const program = createProgram({
    "sending.mjs": `import { open } from "node:fs/promises";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
const { port1, port2 } = new MessageChannel();
const [posted, given, sent, cloned] = await Promise.all(["1", "2", "3", "4"].map((name) => open(process.argv[1] + name, "w")));
port1.postMessage({ list: [posted], map: new Map([[1, posted]]), set: new Set([posted]), posted }, { transfer: [posted] });
port1.close();
const { message } = receiveMessageOnPort(port2);
console.log(message.list[0] === message.posted, message.map.get(1) === message.posted, message.set.has(message.posted));
await message.posted.close();
const worker = new Worker("./worker.mjs", { workerData: { given }, transferList: [given] });
worker.postMessage(sent, [sent]);
worker.on("message", (written) => console.log(written));
await new Promise((ended) => worker.on("exit", ended));
const copy = structuredClone({ cloned }, { transfer: [cloned] });
await copy.cloned.close();
console.log(await cloned.write("a").catch((error) => error.code));
`,
    "worker.mjs": `import { parentPort, workerData } from "node:worker_threads";
parentPort.once("message", async (sent) => {
  for (const handle of [workerData.given, sent]) {
    parentPort.postMessage((await handle.write("text")).bytesWritten);
    await handle.close();
  }
  parentPort.close();
});
`,
    "messages.mjs": `import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
const { port1, port2 } = new MessageChannel();
const buffer = new ArrayBuffer(8);
port1.postMessage({ buffer, ["__proto__"]: 1, nested: [{ date: new Date(0) }] }, [buffer]);
port1.postMessage("text");
console.log(buffer.byteLength, receiveMessageOnPort(port2).message, receiveMessageOnPort(port2).message);
try { port1.postMessage(() => {}); } catch (error) { console.log(error.name); }
console.log(structuredClone([1]), structuredClone.name, structuredClone.length);
port1.close();
`,
  });

  it("can be transferred to another thread", async () => {
    await expectSame(program, "sending.mjs", "true true true\n4\n4\nEBADF\n");
  });

  it("leaves other messages as they are", async () => {
    const { stdout } = await program.bare("messages.mjs");
    expect(stdout).toContain("DataCloneError");
    await expectSame(program, "messages.mjs", stdout);
  });
});

describe("the function that pg calls back with", () => {
  const program = createProgram({
    "app.mjs": `import pg from "pg";
const pool = new pg.Pool({ user: "root", database: "test", host: "127.0.0.1" });
await new Promise((ended) => pool.connect((error, client, done) => {
  console.log(done === client.release);
  client.query("SELECT 1", () => { done(); ended(); });
}));
await pool.end();
`,
  });

  it("is the method of the client", async () => {
    await expectSame(program, "app.mjs", "true\n");
  });
});

describe("the code of an error", () => {
  const program = createProgram({
    "app.mjs": `import { open } from "node:fs/promises";
import { guard } from "@holdfast/runtime";
import { Dealer, Pull, Push } from "zeromq";
import { PassThrough } from "node:stream";
const tell = async (act) => { try { await act(); } catch (error) { console.log(error.code); } };
const mode = process.env.HOLDFAST_MODE ?? "observe";
const file = await open(process.argv[1]);
await file.close();
await tell(() => file.read(Buffer.alloc(1)));
await tell(() => file.stat());
const push = new Push({ sendTimeout: 1 });
const pending = tell(() => push.send("a"));
await tell(() => push.send("b"));
await pending;
push.close();
await tell(() => push.send("c"));
await tell(() => push.bind("inproc://code"));
const pull = new Pull();
await pull.bind("inproc://other");
pull.close();
await tell(() => pull.receive());
const stream = guard(new PassThrough(), { mode });
stream.on("error", () => {});
stream.end();
await tell(() => new Promise((written, failed) => stream.write("a", (error) => (error ? failed(error) : written()))));
const reader = guard(new ReadableStream().getReader(), { mode });
reader.releaseLock();
await tell(() => reader.read());
const writer = guard(new WritableStream().getWriter(), { mode });
writer.releaseLock();
await tell(() => writer.write("a"));
`,
  });

  it("is the library's own, whether the library fails or the guard", async () => {
    const { stdout } = await program.bare("app.mjs");
    expect(stdout.split("\n").slice(0, 4)).toEqual(["EBADF", "EBADF", "EBUSY", "EAGAIN"]);
    for (const mode of ["warn", "observe", "throw"]) {
      expect((await program.guarded("app.mjs", ofMode(mode))).stdout, mode).toBe(stdout);
    }
  });
});

describe("a process that dies of a violation", () => {
  const dying = `const socket = new Push();
await socket.bind("inproc://dying");
await Promise.all([socket.send("cpu 12"), socket.send("memory 80")]);
`;
  const program = createProgram({
    "app.mjs": `import { Push } from "zeromq";\n${dying}`,
    "later.cjs": `const { Push } = require("zeromq");
setImmediate(() => {
  const socket = new Push();
  socket.send("cpu 12");
  socket.send("memory 80");
});
`,
    "exits.mjs": `import { Push } from "zeromq";
const socket = new Push();
await socket.bind("inproc://dying");
try { socket.send("cpu 12"); socket.send("memory 80"); } catch { process.exit(3); }
`,
    "lives.mjs": `import { Push } from "zeromq";
process.on("uncaughtException", () => console.log("caught"));
process.on("warning", ({ name, code }) => console.log(name, code));
setImmediate(() => {
  const socket = new Push({ sendTimeout: 1, linger: 0 });
  socket.send("cpu 12").catch(() => {});
  socket.send("memory 80").catch(() => {});
});
`,
  });

  it.each(["app.mjs", "later.cjs"])(
    "tells it in front of the library's error, with no line of its own: %s",
    async (name) => {
      const { stderr, code } = await program.guarded(name);
      expect(code).toBe(1);
      expect(stderr.indexOf("HoldfastWarning: no-concurrent-use")).toBeGreaterThanOrEqual(0);
      expect(stderr.indexOf("Error: Socket is busy")).toBeGreaterThan(stderr.indexOf("HoldfastWarning"));
      expect(stderr.match(/HoldfastWarning: /g)).toHaveLength(1);
      expect(stderr).not.toMatch(/invoke\.js|runtime\/dist/);
      expect(stderr).toMatch(new RegExp(`at .*${name.replace(".", "\\.")}:\\d+:\\d+`));
    },
  );

  it("shows no line of its own where the guard has refused", async () => {
    const { stderr } = await program.guarded("app.mjs", { HOLDFAST_MODE: "throw" });
    expect(stderr).toContain("HandleViolation: no-concurrent-use");
    expect(stderr).not.toMatch(/runtime\/dist/);
  });

  it("tells it before it exits", async () => {
    const { stderr, code } = await program.guarded("exits.mjs");
    expect(stderr.match(/HoldfastWarning: /g)).toHaveLength(1);
    expect(code).toBe(3);
  });

  it("tells it once, to whoever listens, if it lives on", async () => {
    const { stdout, stderr } = await program.guarded("lives.mjs");
    expect(stdout).toBe("HoldfastWarning no-concurrent-use\ncaught\n");
    expect(stderr.match(/HoldfastWarning: /g)).toHaveLength(1);
  });
});

describe("another hook for imports", () => {
  const program = createProgram({
    "hook.mjs": `import { register } from "node:module";
register("import-in-the-middle/hook.mjs", ${JSON.stringify(import.meta.url)}, { data: { include: ["pg"] } });
`,
    "app.mjs": `import { Push } from "zeromq"; new Push().close(); console.log("ran");\n`,
    "both.mjs": `import "./hook.mjs"; await import("./app.mjs");\n`,
  });

  it("is not warned of, before it or after it", async () => {
    for (const flags of [[], ["--import", "./hook.mjs"]]) {
      const file = flags.length === 0 ? "both.mjs" : "app.mjs";
      expect(await program.guarded(file, {}, ...flags)).toEqual({ code: 0, stdout: "ran\n", stderr: "" });
    }
  });
});

describe("a report", () => {
  const program = createProgram({
    "app.mjs": `import pg from "pg";
import { Push } from "zeromq";
import { open } from "node:fs/promises";
const pool = new pg.Pool({ user: "root", database: "test", host: "127.0.0.1", password: "secret-1" });
const client = await pool.connect();
const query = client.query({ text: "SELECT $1::text AS \\"secret-2\\"", values: ["secret-3"], name: "secret-4" });
client.release();
await query;
await pool.query("SELECT 'secret-5'");
await pool.end();
await pool.query("SELECT 'secret-6'").catch(() => {});
const socket = new Push({ sendTimeout: 1, linger: 0 });
socket.send("secret-7").catch(() => {});
try { await socket.send("secret-8"); } catch {}
const file = await open(process.argv[1] + ".txt", "w");
await file.close();
await file.write("secret-9").catch(() => {});
`,
  });

  it.each(["report.jsonl", "report.sarif"])("holds no values that the program handles: %s", async (report) => {
    const { stderr } = await program.guarded("app.mjs", { HOLDFAST_REPORT: report });
    expect(stderr).toContain("no-early-release");
    expect(program.read(report)).toContain("no-use-after-release");
    expect(program.read(report) + stderr).not.toContain("secret");
  });
});
