/** What a source has handed out locks it until it is released: a reader of a stream, a writer. */

import type { Release } from "@holdfast/contracts";
import type { CallEvent } from "./graph.js";
import { begin, isSurelyPending } from "./operations.js";
import type { BodySolver } from "./solver.js";
import type { State } from "./state.js";
import type { HandleType, Identity, Value } from "./values.js";

/** A source, and where the call stands that is about it. */
export interface Locking {
  identity: Identity;
  type: HandleType;
  name: string;
}

/** Notes that a source is locked until what it has handed out is released; nothing where no end of the source minds. */
export function lend(solver: BodySolver, state: State, event: CallEvent, { identity, type, name }: Locking, to: Value) {
  const minds = Object.values(type.handle.releases).some(({ whileLent }) => whileLent !== undefined);
  if (!minds || to.kind !== "thing") return;
  const { receiverText: text, nameSpan: at, statement } = event;
  begin(solver, state, {
    ...{ identity, type, name, text, at, site: at, statement },
    chain: [],
    operation: { outlivesRelease: true },
    until: to.id,
    later: false,
    locks: new Set(state.locks),
    certain: true,
  });
}

/** The end of a source that is still locked. */
export function noteLocked(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  { identity, type, name }: Locking,
  { whileLent }: Release,
): void {
  if (whileLent?.outcome !== "rejects" && whileLent?.outcome !== "throws") return;
  const { outcome, error } = whileLent;
  for (const first of state.pending.values()) {
    if (first.identity !== identity || first.until === undefined || !first.operation.outlivesRelease) continue;
    const { receiverText: text, nameSpan: at, statement } = event;
    solver.facts.conflict({
      identity,
      type,
      overlap: { outcome, ...(error !== undefined && { error }) },
      first,
      second: { ...first, ...{ name, text, at, site: at, statement }, key: `${first.key} ${name} ${at.start}` },
      itself: false,
      isLocked: true,
      certain: isSurelyPending(first) && !state.merged,
    });
  }
}
