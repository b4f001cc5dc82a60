import pg from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { HandleViolation, lease, type LeaseOptions } from "../src/index.js";

const pools: pg.Pool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.end())));

function createPool(options: LeaseOptions = {}): { pool: pg.Pool; seen: HandleViolation[] } {
  const bare = new pg.Pool({ host: "127.0.0.1", database: "test", user: "root", max: 4 });
  pools.push(bare);
  const seen: HandleViolation[] = [];
  return { pool: lease(bare, { onViolation: (violation) => seen.push(violation), ...options }), seen };
}

const rules = (seen: HandleViolation[]) => seen.map(({ rule }) => rule);

describe("a handle that is given back", () => {
  it("goes back after what is pending", async () => {
    const { pool, seen } = createPool();
    const client = await pool.connect();
    const slow = client.query("SELECT pg_sleep(0.05)");
    client.release();
    expect(pool.idleCount).toBe(0);
    await slow;
    await vi.waitFor(() => expect(pool.idleCount).toBe(1));
    expect(rules(seen)).toEqual(["no-early-release"]);
  });

  it("goes back all the same when its patience is over", async () => {
    const { pool, seen } = createPool({ patience: 10 });
    const client = await pool.connect();
    const slow = client.query("SELECT pg_sleep(0.3)");
    client.release();
    await vi.waitFor(() => expect(pool.idleCount).toBe(1), { interval: 5, timeout: 250 });
    await slow;
    expect(rules(seen)).toEqual(["no-early-release"]);
  });

  it("is refused to whoever kept it, while its next owner has it", async () => {
    const { pool, seen } = createPool();
    const client = await pool.connect();
    client.release();
    const next = await pool.connect();
    await expect(client.query("SELECT 1")).rejects.toBeInstanceOf(HandleViolation);
    expect(() => client.release()).toThrow(HandleViolation);
    expect((await next.query<{ one: number }>("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    next.release();
    expect(rules(seen)).toEqual(["no-use-after-release", "no-use-after-release"]);
  });
});

describe("a task that acquires while it holds a handle of the same pool", () => {
  it("is noticed where tasks are tracked, also in a function that it calls", async () => {
    const { pool, seen } = createPool({ track: true });
    const count = async () => {
      const inner = await pool.connect();
      inner.release();
    };
    const outer = await pool.connect();
    await outer.query("SELECT 1");
    await count();
    outer.release();
    expect(rules(seen)).toEqual(["no-nested-acquire"]);
    const [{ first, second } = { first: undefined, second: undefined }] = seen;
    expect([first?.place?.function, second?.place?.function]).toEqual([undefined, "count"]);
  });

  it("is none where other tasks hold the others", async () => {
    const { pool, seen } = createPool({ track: true });
    const work = async () => {
      for (let round = 0; round < 5; round++) {
        const client = await pool.connect();
        await client.query("SELECT 1");
        client.release();
      }
    };
    await Promise.all([work(), work(), work(), work(), work(), work()]);
    const handled: Promise<void>[] = [];
    for (let message = 0; message < 4; message++) {
      handled.push(work());
      await Promise.resolve();
    }
    await Promise.all(handled);
    expect(seen).toEqual([]);
  });

  it("goes unnoticed where nobody asked", async () => {
    const { pool, seen } = createPool();
    const [outer, inner] = [await pool.connect(), await pool.connect()];
    outer.release();
    inner.release();
    expect(seen).toEqual([]);
  });
});

it("a handle that is held too long is reported, with the place that took it", async () => {
  const { pool, seen } = createPool({ longest: 10 });
  const client = await pool.connect();
  await vi.waitFor(() => expect(rules(seen)).toEqual(["require-release"]));
  expect(seen[0]?.first.place?.file).toContain("lease.test.ts");
  client.release();
});
