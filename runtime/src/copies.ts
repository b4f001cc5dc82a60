/** What all copies of this package in a process have in common. */

/** The number is that of the layout: copies that do not understand each other do not share. */
const layout = 3;

/** The value that whichever copy came first has made. */
export function sharedByCopies<T extends object>(name: string, make: () => T): T {
  const shared = globalThis as unknown as Record<symbol, T | undefined>;
  return (shared[keyFor(name)] ??= make());
}

/** A symbol that is the same in all copies. */
export function keyFor(name: string): symbol {
  return Symbol.for(`@holdfast/runtime ${name} ${layout}`);
}
