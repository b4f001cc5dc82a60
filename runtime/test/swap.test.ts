import { expect, it, vi } from "vitest";
import { guard, swap } from "../src/index.js";
import { WritableStreamDefaultWriter } from "./support/fake-writer.js";

it("gives the next handle at once, and releases the old one after its last operation", async () => {
  const raw = new WritableStreamDefaultWriter();
  const old = guard(raw);
  const writing = old.write("a");
  const next = guard(new WritableStreamDefaultWriter());
  expect(await swap(old, Promise.resolve(next))).toBe(next);
  expect(raw.calls).toEqual(["write a"]);
  raw.writes[0]?.resolve();
  await writing;
  await vi.waitFor(() => expect(raw.calls).toEqual(["write a", "close"]));
});

it("keeps the old handle as it is where there is no next one", async () => {
  const raw = new WritableStreamDefaultWriter();
  const old = guard(raw);
  const failure = new Error("no connection");
  await expect(swap(old, () => Promise.reject(failure))).rejects.toBe(failure);
  await new Promise((resolve) => setImmediate(resolve));
  expect(raw.calls).toEqual([]);
});

it("has nothing to release at first", async () => {
  const next = guard(new WritableStreamDefaultWriter());
  expect(await swap(undefined, next)).toBe(next);
});

it("takes only handles whose operations are known", async () => {
  const raw = new WritableStreamDefaultWriter();
  await expect(swap(raw, new WritableStreamDefaultWriter())).rejects.toThrow(/guard it/);
});
