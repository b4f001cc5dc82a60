import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProgress } from "../src/progress.js";
import type { Terminal } from "../src/terminal.js";

/** A progress on a standard error that remembers what was written to it. */
function progressOn(stream: { isTTY: boolean; columns?: number }) {
  const written: string[] = [];
  const stderr = { ...stream, write: (text: string) => written.push(text) };
  return { written, progress: createProgress({ stderr } as unknown as Terminal) };
}

describe("progress", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is not shown for short work", () => {
    const { written, progress } = progressOn({ isTTY: true });
    progress.show(() => "Checking a.ts");
    vi.advanceTimersByTime(299);
    progress.show(() => "Checking b.ts");
    progress.clear();
    expect(written).toEqual([]);
  });

  it("is one line, written at most ten times a second, and taken away at the end", () => {
    const { written, progress } = progressOn({ isTTY: true, columns: 12 });
    vi.advanceTimersByTime(300);
    for (let step = 0; step < 50; step++) {
      progress.show(() => "Checking a very long name");
      vi.advanceTimersByTime(10);
    }
    progress.clear();
    expect(written).toEqual([...Array<string>(5).fill("\r\u001B[2KChecking a "), "\r\u001B[2K"]);
  });

  it("is not shown where nobody watches", () => {
    const { written, progress } = progressOn({ isTTY: false });
    vi.advanceTimersByTime(1000);
    progress.show(() => "Checking a.ts");
    progress.clear();
    expect(written).toEqual([]);
  });
});
