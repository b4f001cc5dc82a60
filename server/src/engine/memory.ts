import { getHeapStatistics } from "node:v8";

/** How much of its heap this thread uses, in bytes. */
export function heapUsed(): number {
  return getHeapStatistics().used_heap_size;
}
