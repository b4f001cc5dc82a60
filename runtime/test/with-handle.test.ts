import { describe, expect, it } from "vitest";
import { disposable, HandleViolation, withHandle } from "../src/index.js";
import { WritableStreamDefaultWriter } from "./support/fake-writer.js";

const failure = new Error("disk full");

describe("withHandle", () => {
  it("releases after what is pending, also where nobody has awaited it", async () => {
    const raw = new WritableStreamDefaultWriter();
    const result = withHandle(
      () => Promise.resolve(raw),
      (writer) => {
        void writer.write("a");
        return Promise.resolve("done");
      },
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(raw.calls).toEqual(["write a"]);
    raw.writes[0]?.resolve();
    expect(await result).toBe("done");
    expect(raw.calls).toEqual(["write a", "close"]);
  });

  it("releases after an error, which goes on as it is", async () => {
    const raw = new WritableStreamDefaultWriter();
    await expect(
      withHandle(
        () => raw,
        () => Promise.reject(failure),
      ),
    ).rejects.toBe(failure);
    expect(raw.calls).toEqual(["close"]);
  });

  it("does not release again what has been released", async () => {
    const raw = new WritableStreamDefaultWriter();
    await withHandle(
      () => raw,
      (writer) => writer.close(),
    );
    expect(raw.calls).toEqual(["close"]);
  });

  it("refuses the handle to whoever kept it", async () => {
    let kept: WritableStreamDefaultWriter | undefined;
    await withHandle(
      () => new WritableStreamDefaultWriter(),
      (writer) => void (kept = writer),
    );
    await expect(kept?.write("late")).rejects.toBeInstanceOf(HandleViolation);
  });
});

describe("disposable", () => {
  const asyncDispose = (Symbol as { asyncDispose?: symbol }).asyncDispose ?? Symbol.for("Symbol.asyncDispose");
  const dispose = (handle: object) => (handle as Record<symbol, () => Promise<void>>)[asyncDispose]!();

  it("releases at the end of a block, behind what is pending", async () => {
    const raw = new WritableStreamDefaultWriter();
    const writer = disposable(raw);
    void writer.write("a");
    const disposed = dispose(writer);
    expect(raw.calls).toEqual(["write a"]);
    raw.writes[0]?.resolve();
    await disposed;
    expect(raw.calls).toEqual(["write a", "close"]);
    await dispose(writer);
    expect(raw.calls).toEqual(["write a", "close"]);
  });

  it("is for handles that have a release", () => {
    expect(() => disposable({}, { contract: "kysely#Transaction" })).toThrow(/has no release of its own/);
  });
});
