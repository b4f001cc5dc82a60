import type { RuleDescription } from "./rule.js";

/**
 * Rules that only a running program can break: `@holdfast/runtime` reports them, the analysis never does. In configurations
 * and comments they are rules like any other.
 */
export const runtimeRules: readonly RuleDescription[] = [
  {
    id: "no-nested-acquire",
    summary:
      "Disallow acquiring a second handle from a pool while holding the first. Reported only by `@holdfast/runtime`.",
    why:
      "When every task holds one handle and waits for another, the pool is empty and no task can go on. Acquire both at " +
      "once, pass the first one along, or release it before you acquire the next.",
    severity: "error",
    fixKinds: [],
  },
  {
    id: "require-release",
    summary: "Require every acquired handle to be released. Reported only by `@holdfast/runtime`.",
    why:
      "A handle that is never released keeps its connection: the pool runs empty, or the process does not end. Release it in " +
      "a `finally` block, or declare it with `await using`.",
    severity: "error",
    fixKinds: [],
  },
  {
    id: "require-settlement",
    summary:
      "Require every delivered message to be acknowledged or rejected exactly once. Reported only by `@holdfast/runtime`.",
    why:
      "A message that is not answered before its channel closes is delivered again, and a second answer closes the channel. " +
      "Answer each message once, on the channel that delivered it.",
    severity: "error",
    fixKinds: [],
  },
];
