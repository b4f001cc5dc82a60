/** Look-ups in records of contracts. */

/** A property of the record itself, never one that every object inherits, such as `constructor`. */
export function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
