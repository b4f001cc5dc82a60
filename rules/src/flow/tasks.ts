/** Tasks that outlive the body that starts them, against each other and against what others may call meanwhile. */

import type { Engine } from "./engine.js";
import type { Body } from "./graph.js";
import { overlapOf, sharesLock } from "./operations.js";
import type { Token } from "./state.js";
import type { Summary } from "./summaries.js";

/** A body, and what it leaves running. */
interface Starter {
  body: Body;
  summary: Summary;
}

/** Notes operations of tasks that can meet operations of other tasks, or of methods and functions that others call. */
export function findTaskConflicts(engine: Engine): void {
  const starters = engine.graph.bodies.map((body): Starter => ({ body, summary: engine.summaryOf(body.id) }));
  const tasks = starters.flatMap(({ body, summary }) => livingTasks(summary).map((token) => ({ body, token })));
  for (const { body, token } of tasks) {
    for (const other of starters) {
      if (other.body.id === body.id || !shareOwner(body, other.body, token)) continue;
      if (starts(other.summary, token)) continue;
      const others = other.body.public ? operationsOf(other.summary) : livingTasks(other.summary);
      for (const operation of others) meet(engine, token, operation, other.body);
    }
  }
}

/** Operations of timers, listeners and un-awaited calls on what outlives the body: fields and outer variables. */
function livingTasks(summary: Summary): Token[] {
  return summary.tasks.filter(
    ({ identity, task, lane }) =>
      lane !== undefined && task !== undefined && task.kind !== "delayed" && isShared(identity),
  );
}

function operationsOf(summary: Summary): Token[] {
  return summary.effects.flatMap((effect) =>
    effect.kind === "operation" && effect.token.lane !== undefined && isShared(effect.token.identity)
      ? [effect.token]
      : [],
  );
}

function isShared(identity: string): boolean {
  return /^(this\.|v\d+)/.test(identity);
}

/** Paths from `this` mean the same only in the same class. */
function shareOwner(left: Body, right: Body, token: Token): boolean {
  return token.identity.startsWith("this.") ? left.class !== undefined && left.class === right.class : true;
}

/** Whether a body starts the very task itself: what it does besides was judged there. */
function starts(summary: Summary, token: Token): boolean {
  return summary.effects.some((effect) => effect.kind === "operation" && effect.token.site.start === token.site.start);
}

function meet(engine: Engine, token: Token, operation: Token, _body: Body): void {
  if (operation.identity !== token.identity || operation.site.start === token.site.start) return;
  const { type, lane } = operation;
  if (!type || lane === undefined || sharesLock(token.locks, operation.locks)) return;
  if (token.operation.waiter || operation.operation.waiter) return;
  const overlap = overlapOf(type, token, lane, operation.phase ?? token.phase);
  if (!overlap) return;
  const [first, second] = token.at.start <= operation.at.start ? [token, operation] : [operation, token];
  engine.facts.conflict({
    identity: token.identity,
    type,
    overlap,
    first,
    second,
    ...(token.task && { task: token.task }),
    itself: false,
    certain: true,
  });
}
