import { expect, it } from "vitest";
import { detailOf, textOf } from "../../src/status-text.js";

const compiler = "TypeScript 6.0.3, bundled";

it("tells the state, and beside it the project, the time and the compiler", () => {
  const status = { state: "ready", compiler, project: "api/tsconfig.json", milliseconds: 12, memory: 90 } as const;
  expect(textOf(status)).toBe("Holdfast: ready");
  expect(detailOf(status)).toBe("api/tsconfig.json · 12 ms · TypeScript 6.0.3, bundled");
});

it("names a file that is slow", () => {
  const status = { state: "busy", compiler, slow: { file: "src/big.ts", milliseconds: 4_200 } } as const;
  expect(textOf(status)).toBe("Holdfast: src/big.ts is slow");
  expect(detailOf(status)).toBe("src/big.ts takes 4.2 s · TypeScript 6.0.3, bundled");
});

it("says why there is less than there could be, or nothing at all", () => {
  expect(detailOf({ state: "limited", compiler, message: "Out of memory." })).toMatch(/^Out of memory\. · /);
  expect(textOf({ state: "stopped", message: "It ended." })).toBe("Holdfast: stopped");
  expect(detailOf({ state: "stopped", message: "It ended." })).toBe("It ended.");
});

it("knows nothing of the compiler before the server has said it", () => {
  expect(detailOf({ state: "starting", compiler: "" })).toBe("");
});
