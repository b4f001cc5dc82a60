/** A method of a handle, of which nothing is known but that it can be called. */
export type Method = (...given: unknown[]) => unknown;
