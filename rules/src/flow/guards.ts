/** Guards of access: what runs under one, and from where to where one is held. */

import type { KnownType } from "@holdfast/contracts";
import { apply } from "./apply.js";
import type { Member } from "./calls.js";
import type { CallEvent } from "./graph.js";
import { own } from "./records.js";
import type { BodySolver } from "./solver.js";
import type { State } from "./state.js";
import { type Identity, unknown, type Value } from "./values.js";

/** What runs under a guard. */
export function guardCall(solver: BodySolver, state: State, event: CallEvent, member: Member): Value | undefined {
  if (member.type.kind !== "guard") return undefined;
  const { guard } = member.type;
  const runs =
    member.method === "()"
      ? guard.call && { argument: guard.call.argument, key: undefined }
      : own(guard.runs ?? {}, member.method);
  const key = runs?.key === undefined ? "" : keyText(event, member.values, runs.key);
  const lock = `${member.identity}${key}`;
  const exclusive = guard.exclusive === "always" || solver.engine.exclusive.get(member.identity) === true;
  if (runs) {
    const given = member.values[runs.argument];
    const rest = member.method === "()" ? member.values.slice(runs.argument + 1) : [];
    if (given?.kind !== "function") return { kind: "promise", tokens: [], result: unknown };
    const applied = apply(solver, state, given, {
      arguments: rest,
      place: event.span,
      later: true,
      ...(exclusive && { locks: new Set([lock]) }),
    });
    const tokens = solver.tokensOf(state, applied.result);
    const deferred = applied.result.kind === "promise" ? applied.result.deferred : undefined;
    const result = applied.result.kind === "promise" ? applied.result.result : applied.result;
    return { kind: "promise", tokens, result, ...(deferred && { deferred }) };
  }
  if (guard.enters?.includes(member.method)) {
    if (exclusive) state.locks.add(lock);
    const releaser: Value = { kind: "releaser", of: member.identity, name: "release", lock };
    const result =
      guard.releaserAt === undefined
        ? releaser
        : solver.allocate(state, event.span, {
            properties: new Map([[String(guard.releaserAt), releaser]]),
            many: false,
          });
    return { kind: "promise", tokens: [], result };
  }
  if (guard.leaves?.includes(member.method)) state.locks.delete(lock);
  return unknown;
}

function keyText(event: CallEvent, values: readonly Value[], index: number): string {
  const value = values[index];
  if (value?.kind === "constant") return `[${String(value.value)}]`;
  return value?.kind === "thing" ? `[${value.id}]` : `[${event.texts[index] ?? event.span.start}]`;
}

/** Whether a guard lets only one in: always, or by the argument that it is made with. */
export function noteGuard(
  solver: BodySolver,
  state: State,
  event: CallEvent,
  type: KnownType & { kind: "guard" },
  id: Identity,
): void {
  const { exclusive } = type.guard;
  if (exclusive === "always") {
    solver.engine.exclusive.set(id, true);
    return;
  }
  const register = event.arguments[exclusive.argument];
  const argument = register === undefined ? undefined : solver.value(state, register);
  const property =
    exclusive.property !== undefined && argument?.kind === "object"
      ? state.heap.get(argument.id)?.properties.get(exclusive.property)
      : argument;
  const given =
    property?.kind === "constant" && typeof property.value === "number"
      ? property.value
      : property === undefined
        ? exclusive.default
        : undefined;
  if (given !== undefined) solver.engine.exclusive.set(id, given === 1);
}
