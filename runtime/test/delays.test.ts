import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Delays } from "../src/delays.js";
import { guardWith } from "../src/guard.js";
import { HoldQueue } from "../src/hold-queue.js";
import type { HandleViolation } from "../src/index.js";

/** Stands in for an observer of a zeromq socket: one `receive` at a time, and each is over at once. */
class Observer {
  readonly began: number[] = [];

  async receive(number: number): Promise<number> {
    this.began.push(number);
    return Promise.resolve(number);
  }

  close(): void {
    this.began.push(-1);
  }

  [Symbol.asyncIterator](): void {}
}

/** Two tasks that use one handle, and hardly ever meet: the number of operations before they have. */
async function untilTheyMeet(delays?: Delays): Promise<number> {
  const violations: HandleViolation[] = [];
  const options = { contract: "zeromq#Observer", mode: "observe", places: "always" } as const;
  const onViolation = (violation: HandleViolation) => {
    violations.push(violation);
    delays?.found(violation.first, violation.second);
  };
  const handle = guardWith(new Observer(), { ...options, onViolation }, delays ? { delays } : {});
  for (let number = 1; number <= 150; number++) {
    void handle.receive(number);
    await delay(1);
    if (violations.length > 0) return number;
  }
  return Infinity;
}

describe("operations that hardly ever meet", () => {
  const file = join(mkdtempSync(join(tmpdir(), "holdfast-delays-")), "kept/delays.json");
  let before: number;

  it("do not where nothing is held back, and do where it is", async () => {
    expect(await untilTheyMeet()).toBe(Infinity);
    const delays = new Delays("a seed", file);
    before = await untilTheyMeet(delays);
    expect(before).toBeLessThan(Infinity);
    delays.save();
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ version: 1, finds: [{ seed: "a seed" }] });
  });

  it("meet sooner in the next run, which knows where it pays", async () => {
    expect(await untilTheyMeet(new Delays("another seed", file))).toBeLessThanOrEqual(3);
  });

  it("are held back alike where the seed is the same", () => {
    const decisions = (seed: string) => {
      const delays = new Delays(seed, file);
      return Array.from({ length: 200 }, () => delays.hold("send", { file: "/app/unknown.ts", line: 1, column: 1 }));
    };
    expect(decisions("a seed")).toEqual(decisions("a seed"));
    expect(decisions("a seed")).not.toEqual(decisions("another seed"));
  });
});

describe("what is held back", () => {
  it("begins in the order in which it was called", async () => {
    const queue = new HoldQueue();
    const began: string[] = [];
    const outcomes = [
      queue.hold(5, () => began.push("first")),
      queue.hold(0, () => began.push("second")),
      queue.hold(1, () => {
        throw new Error("third");
      }),
    ];
    expect(await Promise.allSettled(outcomes)).toMatchObject([
      { value: 1 },
      { value: 2 },
      { reason: { message: "third" } },
    ]);
    expect(began).toEqual(["first", "second"]);
    expect(queue.isEmpty).toBe(true);
  });

  it("has begun before its handle is released", async () => {
    const raw = new Observer();
    const always = { hold: () => 20, near: () => undefined } as unknown as Delays;
    const handle = guardWith(raw, { contract: "zeromq#Observer", mode: "observe" }, { delays: always });
    const received = handle.receive(1);
    expect(raw.began).toEqual([]);
    handle.close();
    expect(raw.began).toEqual([1, -1]);
    expect(await received).toBe(1);
  });
});
