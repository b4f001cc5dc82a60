/** Sources that have an end of their own: a pool, a client that is shared, a connection that hands out the rest. */

import type { Handle, KnownType, Lane, Source } from "@holdfast/contracts";
import type { HandleType } from "./values.js";

type SourceType = KnownType & { kind: "source" };

const lives = new WeakMap<Source, HandleType>();
const noLanes: Record<string, Lane> = {};

/** The source as a handle that can be released and is then used too late; nothing where its contract knows no end. */
export function lifeOf({ contract, source }: SourceType): HandleType | undefined {
  if (!source.ends || !source.afterEnd) return undefined;
  let life = lives.get(source);
  if (!life) {
    const handle: Handle = {
      name: source.name,
      noun: source.noun ?? source.name,
      types: source.types,
      lanes: noLanes,
      operations: {},
      releases: source.ends,
      afterRelease: source.afterEnd,
      ...(source.reopenedBy && { reopenedBy: source.reopenedBy }),
      ...(source.states && { states: source.states }),
    };
    life = { kind: "handle", contract, handle };
    lives.set(source, life);
  }
  return life;
}
