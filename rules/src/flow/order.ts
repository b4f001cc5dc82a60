/** Facts about the shape of a body: the order in which blocks are best visited, and which registers outlive a block. */

import type { BlockId, Body, Event, Register, Terminator } from "./graph.js";

export interface Shape {
  /** By block: its place in reverse postorder, loops aside everything that leads to it goes before. */
  rank: readonly number[];
  /** Registers that are read in another block than the one that sets them. */
  lasting: ReadonlySet<Register>;
}

export function shapeOf(body: Body): Shape {
  return { rank: ranks(body), lasting: lastingRegisters(body) };
}

function ranks(body: Body): number[] {
  const rank: number[] = body.blocks.map(() => body.blocks.length);
  const seen = new Set<BlockId>();
  const postorder: BlockId[] = [];
  const stack: { id: BlockId; next: BlockId[] }[] = [];
  const visit = (id: BlockId): void => {
    const block = body.blocks[id];
    if (!block || seen.has(id)) return;
    seen.add(id);
    stack.push({ id, next: [...successors(block.end), ...(block.handler === undefined ? [] : [block.handler])] });
  };
  visit(0);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.next.pop();
    if (next !== undefined) visit(next);
    else {
      postorder.push(top.id);
      stack.pop();
    }
  }
  postorder.reverse().forEach((id, index) => (rank[id] = index));
  return rank;
}

function successors(end: Terminator): BlockId[] {
  if (end.kind === "jump") return [end.to];
  return end.kind === "branch" ? [end.else, end.then] : [];
}

function lastingRegisters(body: Body): Set<Register> {
  const lasting = new Set<Register>();
  for (const { events, end } of body.blocks) {
    const set = new Set<Register>();
    const read = (register: Register): void => {
      if (!set.has(register)) lasting.add(register);
    };
    for (const event of events) {
      for (const register of reads(event)) read(register);
      if ("into" in event) set.add(event.into);
    }
    if (end.kind === "branch") {
      read(end.condition);
      if (end.test?.place !== undefined) read(end.test.place);
    }
    if ((end.kind === "return" || end.kind === "throw") && end.value !== undefined) read(end.value);
  }
  return lasting;
}

function reads(event: Event): Register[] {
  switch (event.kind) {
    case "unknown":
      return event.uses;
    case "write":
    case "escape":
    case "dispose":
    case "await":
      return [event.value];
    case "get":
      return [event.object];
    case "set":
      return [event.object, event.value];
    case "object":
      return [...event.properties.map(({ value }) => value), ...event.spreads];
    case "array":
      return [...event.elements, ...event.spreads];
    case "element":
      return [event.of];
    case "copy":
      return [event.from];
    case "call":
      return [...event.arguments, event.receiver, event.callee].filter((register) => register !== undefined);
    default:
      return [];
  }
}
