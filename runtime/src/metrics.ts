/** Metrics, where the program has `@opentelemetry/api`; it is the program's to install and to configure. */

import { createRequire } from "node:module";
import { join } from "node:path";

/** What is measured of a ledger. */
export interface Measured {
  readonly received: number;
  readonly settled: number;
  readonly settledTwice: number;
  readonly lost: number;
  readonly open: number;
}

interface Observable {
  addCallback(callback: (result: { observe(value: number, attributes: object): void }) => void): void;
}

interface OpenTelemetry {
  metrics: {
    getMeter(name: string): Record<"createObservableCounter" | "createObservableGauge", (name: string) => Observable>;
  };
}

/** Publishes the counts for as long as somebody else holds them. */
export function publishMetrics(contract: string, measured: Measured): void {
  const meter = openTelemetry()?.metrics.getMeter("@holdfast/runtime");
  if (meter === undefined) return;
  const held = new WeakRef(measured);
  const observe = (instrument: Observable, read: (counts: Measured) => number) =>
    instrument.addCallback((result) => {
      const counts = held.deref();
      if (counts !== undefined) result.observe(read(counts), { contract });
    });
  observe(meter.createObservableCounter("holdfast.messages.received"), ({ received }) => received);
  observe(meter.createObservableCounter("holdfast.messages.settled"), ({ settled }) => settled);
  observe(meter.createObservableCounter("holdfast.messages.settled_twice"), ({ settledTwice }) => settledTwice);
  observe(meter.createObservableCounter("holdfast.messages.lost"), ({ lost }) => lost);
  observe(meter.createObservableGauge("holdfast.messages.open"), ({ open }) => open);
}

function openTelemetry(): OpenTelemetry | undefined {
  try {
    return createRequire(join(process.cwd(), "package.json"))("@opentelemetry/api") as OpenTelemetry;
  } catch {
    return undefined;
  }
}
