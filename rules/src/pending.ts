/** Operations that are pending when their statement is over: what an editor shows beside them. */

import { referenceTo } from "@holdfast/contracts";
import type { Place } from "./finding.js";
import type { Question } from "./rules/question.js";

export interface PendingOperation {
  /** The name of the operation. */
  name: string;
  /** The handle, as the code calls it. */
  handle: string;
  /** The handle's contract, as `package#Handle`. */
  contract: string;
  /** The name of the operation, where it begins. */
  place: Place;
  /** Where it is waited for, or handed on to code that may wait; empty if nobody ever does. */
  ends: Place[];
  /** Releases of the handle that come while it is pending. */
  releases?: Place[];
}

/** The operations of a file that nobody waits for at once, in order of place. */
export function pendingOperations(question: Question): PendingOperation[] {
  const all = question.facts.outlasting?.all() ?? [];
  return all.flatMap(({ token, ends, releases }) => {
    if (!token.type) return [];
    const places = releases.map((release) => question.place(release));
    return {
      name: token.name,
      handle: token.text === "" ? token.type.handle.noun : token.text,
      contract: referenceTo(token.type),
      place: question.place(token.site),
      ends: ends.map((end) => question.place(end)),
      ...(places.length > 0 && { releases: places }),
    };
  });
}
