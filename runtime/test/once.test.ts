import { expect, it } from "vitest";
import { once } from "../src/index.js";

it("runs the initialisation once for callers that come together, and for those that come later", async () => {
  let runs = 0;
  const connect = once(async () => {
    await Promise.resolve();
    return { number: ++runs };
  });
  const [first, second] = await Promise.all([connect(), connect()]);
  expect(first).toBe(second);
  expect(await connect()).toBe(first);
  expect(runs).toBe(1);
});

it("tells all who wait of a failure, and tries again for the next", async () => {
  const failure = new Error("not yet");
  let runs = 0;
  const connect = once(() => {
    runs++;
    if (runs === 1) throw failure;
    return runs;
  });
  const outcomes = await Promise.allSettled([connect(), connect()]);
  expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason === failure)).toEqual([true, true]);
  expect(await connect()).toBe(2);
  expect(await connect()).toBe(2);
});
