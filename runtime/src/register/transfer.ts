/**
 * Handles that are given to another thread. Node.js looks at the object itself to see whether it can be transferred, so
 * it is given that, and not what stands for it.
 */

import { MessagePort } from "node:worker_threads";
import { unwrap, unwrapAll } from "../registry.js";

/** The list, or the options that hold it. */
type Transferred = readonly unknown[] | { transfer?: readonly unknown[] } | undefined;

type Send = (this: unknown, value: unknown, transferred?: Transferred) => unknown;

/** Changes how messages are sent, for everybody: threads, ports and `structuredClone` all come by here. */
export function transferHandlesThemselves(): void {
  replace(MessagePort.prototype, "postMessage");
  replace(globalThis, "structuredClone");
}

function replace(owner: object, name: string): void {
  const descriptor = Reflect.getOwnPropertyDescriptor(owner, name);
  if (typeof descriptor?.value !== "function") return;
  const value = new Proxy(descriptor.value as Send, {
    apply: (send, self, given: Parameters<Send>) => Reflect.apply(send, self, ofHandles(given)),
  });
  Reflect.defineProperty(owner, name, { ...descriptor, value });
}

/** What is sent, with handles as themselves where one of them is transferred. */
function ofHandles(given: Parameters<Send>): Parameters<Send> {
  const [value, transferred] = given;
  const isList = (transfer: Transferred): transfer is readonly unknown[] => Array.isArray(transfer);
  const list = isList(transferred) ? transferred : transferred?.transfer;
  if (!Array.isArray(list) || !list.some((item) => unwrap(item) !== item)) return given;
  const transfer = unwrapAll(list);
  return [withoutGuards(value, new Map()), isList(transferred) ? transfer : { ...transferred, transfer }];
}

/** A message as it is, but for guards: what is copied is copied once more on its way anyhow. */
function withoutGuards(value: unknown, copies: Map<unknown, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const own = unwrap(value);
  if (own !== value) return own;
  if (copies.has(value)) return copies.get(value);
  if (value instanceof Map) {
    const copy = remembered(copies, value, new Map<unknown, unknown>());
    for (const [key, item] of value) copy.set(withoutGuards(key, copies), withoutGuards(item, copies));
    return copy;
  }
  if (value instanceof Set) {
    const copy = remembered(copies, value, new Set<unknown>());
    for (const item of value) copy.add(withoutGuards(item, copies));
    return copy;
  }
  const prototype: unknown = Reflect.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  const copy = remembered<object>(copies, value, Array.isArray(value) ? new Array<unknown>(value.length) : {});
  for (const key of Object.keys(value)) Reflect.set(copy, key, withoutGuards(Reflect.get(value, key), copies));
  return copy;
}

function remembered<T>(copies: Map<unknown, unknown>, original: unknown, copy: T): T {
  copies.set(original, copy);
  return copy;
}
