/** How much memory a run takes: it lets go of what it could need again before that is too much. */

import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** So much may be kept, in bytes: most projects never come near it, and two such runs fit beside each other on a small machine. */
const roomy = 700e6;

/** Less than this is not worth letting go of, in bytes. */
const worthIt = 200e6;

/** What is in use, garbage included. */
const used = (): number => getHeapStatistics().used_heap_size;

const collect = (): void => {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
};

/** Watches the heap of this process. */
export class Memory {
  private limit = roomy;

  /** Calls `letGo` where what is kept, without garbage, has grown beyond the limit. Costs nothing as long as it has not. */
  keepWithin(letGo: () => void): void {
    if (used() < this.limit) return;
    collect();
    if (used() < this.limit - worthIt) return;
    letGo();
    collect();
    // What cannot be let go of is no reason to try again and again.
    this.limit = Math.max(roomy, used() + 2 * worthIt);
  }
}
