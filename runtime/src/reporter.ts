/** Tells of violations: on a diagnostics channel, to listeners, and as warnings of the process. */

import { channel } from "node:diagnostics_channel";
import { sharedByCopies } from "./copies.js";
import { withoutOwnFrames } from "./place.js";
import { HandleViolation, type ViolationFacts } from "./violation.js";

/**
 * What becomes of a violation. `throw`: the operation that breaks the contract is refused. `serialize`: it waits its
 * turn. `warn`: it is carried out, and the process warns. `observe`: it is carried out, and only channel and listeners
 * learn of it.
 */
export type Mode = "throw" | "warn" | "serialize" | "observe";

export type Listener = (violation: HandleViolation) => void;

/** Every violation is published here, as the `HandleViolation` itself. */
export const violationChannel = channel("holdfast:violation");

const listeners = sharedByCopies("listeners", () => new Set<Listener>());

/** Listens to all violations of the process. Returns what ends it. What a listener throws becomes a warning. */
export function onViolation(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Tells everybody, and never throws: whoever refuses an operation throws what this returns. */
export function report(facts: ViolationFacts, mode: Mode, own?: Listener): HandleViolation {
  const violation = new HandleViolation(facts);
  for (const listener of [own, ...listeners]) if (listener) tell(listener, violation);
  publish(violation);
  if (mode === "warn" || (mode !== "observe" && violation.severity === "warning")) warn(violation);
  return violation;
}

type Subscriber = (message: unknown, name: string | symbol) => void;

/**
 * What a subscriber of a channel throws, `publish` makes an uncaught exception of, and the process ends. Whoever watches
 * must not end what is watched, so that each is called by itself where Node.js lets one.
 */
function publish(violation: HandleViolation): void {
  if (!violationChannel.hasSubscribers) return;
  const { _subscribers: subscribers } = violationChannel as unknown as { _subscribers?: Subscriber[] };
  if (subscribers === undefined) violationChannel.publish(violation);
  else
    for (const subscriber of [...subscribers]) tell((message) => subscriber(message, violationChannel.name), violation);
}

function tell(listener: Listener, violation: HandleViolation): void {
  try {
    listener(violation);
  } catch (error) {
    process.emitWarning(`A listener to violations has thrown: ${String(error)}`, "HoldfastWarning");
  }
}

/** Told once each; a program that runs for months does not collect them. */
const told = new Set<string>();
const mostTold = 1_000;

function warn(violation: HandleViolation): void {
  if (told.has(violation.message) || told.size >= mostTold) return;
  told.add(violation.message);
  if (told.size === 1) warnBeforeTheEnd();
  const warning = Object.assign(new Error(violation.message), { code: violation.rule });
  warning.name = "HoldfastWarning";
  untold.add(withoutOwnFrames(warning));
  process.nextTick(tellUntold);
}

/** Warnings of this turn: like Node.js, the runtime tells them after it, when the program can have listeners. */
const untold = new Set<Error>();

function tellUntold(): void {
  for (const warning of untold) {
    untold.delete(warning);
    process.emit("warning", warning);
  }
}

/** The violation may be why the process dies in this very turn. */
function warnBeforeTheEnd(): void {
  process.on("uncaughtExceptionMonitor", tellUntold);
  process.on("exit", tellUntold);
}
