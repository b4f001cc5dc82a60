/** What a guard does to the process that it is in: seen from outside, on what is built. */
import { describe, expect, it } from "vitest";
import { runProgram } from "./support/child.js";

/** A dealer of zeromq whose operations are over at once, or as `settle` says. */
const fakes = `
  import { guard, exclusive, onViolation } from "@holdfast/runtime";
  class Dealer {
    send(message) { return message instanceof Promise ? message : Promise.resolve(message); }
    receive() { return new Promise(() => {}); }
    bind() { return Promise.resolve(); }
    unbind() { return Promise.resolve(); }
    bindSync() {} unbindSync() {} connect() {} disconnect() {}
    close() { console.log("closed"); }
  }
  const collected = async () => { for (let turn = 0; turn < 5; turn++) { await new Promise(setImmediate); gc(); } };
`;

async function outputOf(program: string, flags: string[] = []): Promise<string[]> {
  const { code, stdout, stderr } = await runProgram(fakes + program, { flags });
  expect(code, stderr).toBe(0);
  return stdout.trim().split("\n");
}

describe("an operation that nobody awaits", () => {
  it.each(["throw", "serialize", "warn", "observe"])(
    "raises unhandledRejection once, with its own error: %s",
    async (mode) => {
      const lines = await outputOf(`
      const failure = new Error("failed");
      process.on("unhandledRejection", (error) => console.log("unhandled", error === failure));
      const handle = guard(new Dealer(), { mode: "${mode}" });
      void handle.send(Promise.reject(failure));
      await new Promise(setImmediate);
      handle.send(Promise.reject(failure)).catch(() => console.log("handled"));
      await new Promise(setImmediate);
      const decorated = Object.assign(Promise.reject(failure), { cancel() {} });
      void handle.send(decorated);
    `);
      expect(lines).toEqual(["unhandled true", "handled", "unhandled true"]);
    },
  );

  it("ends the process as it would have without a guard", async () => {
    const { code, stderr } = await runProgram(`${fakes}
      void guard(new Dealer(), { mode: "observe" }).send(Promise.reject(new Error("nobody listens")));
    `);
    expect(code).toBe(1);
    expect(stderr).toContain("nobody listens");
  });
});

describe("listeners", () => {
  it("that throw end nothing, wherever they listen", async () => {
    const lines = await outputOf(`
      import { subscribe } from "node:diagnostics_channel";
      const broken = () => { throw new Error("broken"); };
      process.on("uncaughtException", (error) => console.log("uncaught", error.message));
      process.on("warning", ({ name, message }) => console.log(name, message));
      subscribe("holdfast:violation", broken);
      onViolation(broken);
      const handle = guard(new Dealer(), { mode: "observe", onViolation: broken });
      console.log(await Promise.all([handle.send(1), handle.send(2)]).then(String));
      await new Promise(setImmediate);
    `);
    const warning = "HoldfastWarning A listener to violations has thrown: Error: broken";
    expect(lines.sort()).toEqual(["1,2", warning, warning, warning].sort());
  });
});

describe("a guard", () => {
  it("keeps no handle alive", async () => {
    const lines = await outputOf(
      `
        const used = async (guarding) => {
          const raw = new Dealer();
          const handle = guarding(raw);
          await handle.send(1);
          void handle.receive();
          await new Promise(setImmediate);
          return [new WeakRef(raw), new WeakRef(handle)];
        };
        const references = [...await used(guard), ...await used(exclusive), ...await used((raw) => guard(raw, { mode: "observe" }))];
        await collected();
        console.log(references.map((reference) => reference.deref() === undefined).join());
      `,
      ["--expose-gc"],
    );
    expect(lines).toEqual(["true,true,true,true,true,true"]);
  });

  it("keeps no process alive, even while a release waits", async () => {
    const start = performance.now();
    const lines = await outputOf(`
      const handle = exclusive(new Dealer(), { patience: 3_600_000 });
      void handle.send(new Promise(() => {}));
      handle.close();
      console.log("end");
    `);
    expect(lines).toEqual(["end"]);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("does not grow with the number of operations", async () => {
    const lines = await outputOf(
      `
        const growth = async (guarding, sending) => {
          const handle = guarding(new Dealer());
          const run = async (count) => { for (let sent = 0; sent < count; sent++) await sending(handle, sent); };
          await run(200_000);
          await collected();
          const before = process.memoryUsage().heapUsed;
          await run(1_000_000);
          await collected();
          return process.memoryUsage().heapUsed - before;
        };
        const one = (handle, sent) => handle.send(sent);
        const two = (handle, sent) => Promise.all([handle.send(sent), handle.send(sent)]);
        console.log(await growth(guard, one));
        console.log(await growth(exclusive, one));
        console.log(await growth(exclusive, two));
      `,
      ["--expose-gc"],
    );
    for (const line of lines) expect(Number(line)).toBeLessThan(300_000);
  });

  it("leaves no descriptors or memory behind after a million reads of real files", { timeout: 180_000 }, async () => {
    const lines = await outputOf(
      `
        import { readdirSync } from "node:fs";
        import { open } from "node:fs/promises";
        const buffer = Buffer.alloc(1);
        const read = async (count) => {
          for (let file = 0; file < count / 1_000; file++) {
            const handle = guard(await open("/dev/zero"));
            for (let batch = 0; batch < 10; batch++)
              await Promise.all(Array.from({ length: 100 }, () => handle.read(buffer, 0, 1, 0)));
            await handle.close();
          }
          await collected();
          return [readdirSync("/proc/self/fd").length, process.memoryUsage().heapUsed];
        };
        const [descriptors, memory] = await read(100_000);
        const after = await read(1_000_000);
        console.log(after[0] - descriptors, after[1] - memory < 300_000);
      `,
      ["--expose-gc"],
    );
    expect(lines).toEqual(["0 true"]);
  });

  it("does not grow with the number of violations", async () => {
    const lines = await outputOf(
      `
        const handle = guard(new Dealer(), { mode: "observe" });
        const run = async (count) => { for (let sent = 0; sent < count; sent++) await Promise.all([handle.send(1), handle.send(2)]); };
        await run(3_000);
        await collected();
        const before = process.memoryUsage().heapUsed;
        await run(10_000);
        await collected();
        console.log(process.memoryUsage().heapUsed - before);
      `,
      ["--expose-gc"],
    );
    expect(Number(lines[0])).toBeLessThan(300_000);
  });
});
