/** Methods of a handle in whose place the program has put its own, as whoever spies on them does. */
import type { Method } from "./method.js";

interface Replacement {
  by: unknown;
  /** What the library has there. */
  before: Method;
  /** What the program was shown as that, and calls from its own. */
  shown: unknown;
}

export class Replacements {
  private readonly byKey = new Map<PropertyKey, Replacement>();

  constructor(private readonly raw: object) {}

  /** As good as always: then nobody needs to look. */
  get isEmpty(): boolean {
    return this.byKey.size === 0;
  }

  has(key: PropertyKey): boolean {
    return this.at(key) !== undefined;
  }

  /** The library's method. It is looked up at each call: pools exchange some. */
  methodAt(key: PropertyKey): Method {
    return this.at(key)?.before ?? this.current(key);
  }

  /** The program puts `value` where it was shown `shown`. Returns what the handle is to have there. */
  put(key: PropertyKey, value: unknown, shown: unknown): unknown {
    const earlier = this.at(key);
    const original = earlier?.shown ?? shown;
    const before = this.methodAt(key);
    this.byKey.delete(key);
    if (original === undefined || typeof value !== "function") return value;
    if (value === original) return before;
    this.byKey.set(key, { by: value, before, shown: original });
    return value;
  }

  remove(key: PropertyKey): void {
    this.byKey.delete(key);
  }

  /** Unless something else has taken its place since. */
  private at(key: PropertyKey): Replacement | undefined {
    const replacement = this.byKey.get(key);
    return replacement?.by === this.current(key) ? replacement : undefined;
  }

  private current(key: PropertyKey): Method {
    return (this.raw as Record<PropertyKey, Method>)[key]!;
  }
}
