/** Handles that nobody has released when they are collected, or when the process ends. */

import type { Life } from "../life.js";
import { type Mode, report } from "../reporter.js";
import type { HandleViolation, ViolationFacts } from "../violation.js";

export interface Leaks {
  /** Looks after a handle from its acquisition on, and keeps it by nothing. */
  watch: (handle: object, life: Life) => void;
  tellAtExit: () => void;
}

interface Watched {
  handle: WeakRef<object>;
  life: Life;
}

export function watchLeaks(mode: Mode): Leaks {
  const alive = new Set<Watched>();
  const known = new WeakSet<Life>();
  const collected = new FinalizationRegistry<Watched>((watched) => {
    if (!alive.delete(watched) || watched.life.end !== undefined) return;
    const violation = tell(watched.life, "garbage collection", "it can no longer be released");
    if (mode !== "observe") process.emitWarning(warning(violation));
  });

  const watch = (handle: object, life: Life): void => {
    if (!isOwed(life) || known.has(life)) return;
    known.add(life);
    const watched = { handle: new WeakRef(handle), life };
    alive.add(watched);
    collected.register(handle, watched, life);
    life.onRelease.push(() => {
      alive.delete(watched);
      collected.unregister(life);
    });
  };

  const tellAtExit = (): void => {
    for (const { life, handle } of alive) {
      if (life.end !== undefined || handle.deref() === undefined) continue;
      const violation = tell(life, "exit", "its connection is cut off");
      // Warnings are emitted in the next tick, and there is none.
      if (mode !== "observe") process.emit("warning", warning(violation));
    }
    alive.clear();
  };
  return { watch, tellAtExit };
}

/** Whether somebody has to release it. */
function isOwed({ plan }: Life): boolean {
  const { handle } = plan;
  return handle !== undefined && handle.mayBeLeft === undefined && Object.keys(handle.releases).length > 0;
}

function tell({ plan, acquired, policy }: Life, end: string, consequence: string): HandleViolation {
  const facts: ViolationFacts = {
    rule: "require-release",
    severity: "error",
    contract: plan.reference,
    noun: plan.noun,
    first: acquired ?? { operation: "acquired" },
    second: { operation: end },
    what: "acquired by %1, and not released before %2",
    consequence,
  };
  return report(facts, "observe", policy.listener);
}

function warning({ message, rule }: HandleViolation): Error {
  const error = new Error(message);
  error.stack = "";
  return Object.assign(error, { name: "HoldfastWarning", code: rule });
}
