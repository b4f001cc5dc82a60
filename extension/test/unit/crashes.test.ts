import { expect, it } from "vitest";
import { Crashes, reasonOf } from "../../src/crashes.js";

const second = 1_000;

it("waits longer each time, and not at all after the fifth end within three minutes", () => {
  const crashes = new Crashes();
  const delays = [0, 1, 2, 3, 4].map((time) => crashes.note(time * second));
  expect(delays).toEqual([250, 500, 1_000, 2_000, undefined]);
});

it("forgets what is long ago", () => {
  const crashes = new Crashes();
  for (const time of [0, 1, 2, 3]) crashes.note(time * second);
  expect(crashes.note(200 * second)).toBe(250);
});

it("starts anew when somebody wants another try", () => {
  const crashes = new Crashes();
  for (const time of [0, 1, 2, 3, 4]) crashes.note(time * second);
  crashes.forget();
  expect(crashes.note(5 * second)).toBe(250);
});

it("says why a process ended, as far as it is known", () => {
  expect(reasonOf(null, "SIGKILL", "")).toBe("it was ended by SIGKILL");
  expect(reasonOf(1, null, "Debugger listening\n")).toBe("it ended with code 1");
  const full = "\nFATAL ERROR: Reached heap limit\n 1: 0xb0 node::Abort()\n";
  expect(reasonOf(134, null, full)).toBe("it ended with code 134: FATAL ERROR: Reached heap limit");
});
