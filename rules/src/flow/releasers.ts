/** Functions that are handed out to release: known by where they come in, also to closures that are solved on their own. */

import type { Callback, KnownType } from "@holdfast/contracts";
import type { Engine } from "./engine.js";
import type { BodyId, CallEvent, Event, Register } from "./graph.js";
import type { HandleType } from "./values.js";

/** Looks for functions given to a library that hands them a releaser, and notes what their parameters are. */
export function learnReleasers(engine: Engine): void {
  for (const { blocks } of engine.graph.bodies) {
    for (const { events } of blocks) {
      for (const event of events) if (event.kind === "call") learnFrom(engine, event, events);
    }
  }
}

function learnFrom(engine: Engine, event: CallEvent, events: readonly Event[]): void {
  const type = event.receiverType?.type;
  if (!type || type.kind === "guard" || event.method === undefined) return;
  const methods = type.kind === "handle" ? type.handle.methods : type.source.methods;
  const call = methods && Object.hasOwn(methods, event.method) ? methods[event.method] : undefined;
  for (const callback of call?.callbacks ?? []) {
    const register = event.arguments.at(callback.argument);
    const body = register === undefined ? undefined : functionIn(engine, register, events);
    if (body !== undefined) learnParameters(engine, body, callback, type);
  }
}

/** The function that a register holds, where the same block says so. */
function functionIn(engine: Engine, register: Register, events: readonly Event[]): BodyId | undefined {
  const made = events.findLast((event) => "into" in event && event.into === register);
  if (made?.kind === "function") return made.body;
  return made?.kind === "read" ? engine.graph.variables.get(made.variable)?.function : undefined;
}

function learnParameters(engine: Engine, body: BodyId, callback: Callback, from: KnownType): void {
  const variables = engine.graph.bodies[body]?.parameters ?? [];
  (callback.parameters ?? []).forEach((hands, index) => {
    if (typeof hands?.releases !== "number") return;
    const [releaser, released] = [variables[index], variables[hands.releases]];
    const type = engine.resolve(hands.type, from.contract);
    if (releaser === undefined || released === undefined || type?.kind !== "handle") return;
    const [name, release] = firstRelease(type);
    if (name === undefined) return;
    engine.constants.set(`v${releaser}`, { kind: "releaser", of: `v${released}`, type, release, name });
  });
}

export function firstRelease(
  type: HandleType,
): [string, HandleType["handle"]["releases"][string]] | [undefined, undefined] {
  return Object.entries(type.handle.releases)[0] ?? [undefined, undefined];
}
