import { happening, Life, type Places, type Policy } from "./life.js";
import { Trace } from "./place.js";
import { wrap } from "./proxy.js";
import { planOf } from "./recognise.js";
import { type Guarded, guardedBy, guardOf } from "./registry.js";
import type { Listener, Mode } from "./reporter.js";

export interface GuardOptions {
  /** The contract of the handle, as `package#Type`; without it, the one that its class and its methods fit. */
  contract?: string;
  /** What becomes of a violation; `throw` unless something else is said. */
  mode?: Mode;
  /**
   * When the place of an operation is noted, which costs as much as fifty operations: `always`, `never`, or `sampled`,
   * the first 1,000 calls of each operation and then one in 1,024. The place of a violation is always noted.
   */
  places?: Places;
  /** How long a release waits for what is pending, in milliseconds; 10,000 unless something else is said. */
  patience?: number;
  /** Is told of the violations of this handle and of those that it hands out. */
  onViolation?: Listener;
}

const usual: Omit<Policy, "wrap"> = { mode: "throw", places: "sampled", exclusive: false, patience: 10_000 };

/**
 * Watches a handle, or a source of handles such as a pool: gives back the same value with the same type, whose
 * operations are held against the contract of its library. What it hands out is guarded as well.
 *
 * A violation is a `HandleViolation`: thrown, or rejected, or given to the callback, as the library would have failed;
 * see `mode` for other ways. A release, a rollback and the end of a scope are let through in every mode; in `throw` and
 * `serialize` they wait for what is pending, for `patience` milliseconds at most.
 *
 * @throws TypeError if no contract is known for the value, or if there is none by the name.
 */
export function guard<T extends object>(handle: T, options: GuardOptions = {}): T {
  return guardWith(handle, options);
}

/** The same, with what a pool's guard is told on top. */
export function guardWith<T extends object>(handle: T, options: GuardOptions, more: Partial<Policy> = {}): T {
  const known = guardedBy(handle);
  if (known === undefined) return begin(handle, options.contract, { ...usual, ...said(options), ...more, wrap });
  const { policy } = known.life;
  // Whoever guards by hand goes before what guards everything.
  if (policy.admits !== undefined) {
    known.life.policy = { ...policy, ...usual, admits: undefined, ...said(options), ...more };
  }
  return handle;
}

declare const exclusiveBrand: unique symbol;

/** A handle whose operations take turns. The linter knows it by this name; at run time there is nothing of it. */
export type Exclusive<T> = T & { readonly [exclusiveBrand]?: true };

/**
 * A handle that does one operation at a time in each of its lanes, release included: the second operation waits, in
 * the order of arrival. What may overlap by its contract, such as send and receive of one socket, still may.
 *
 * @throws TypeError if no contract is known for the value, or if there is none by the name.
 */
export function exclusive<T extends object>(handle: T, options: Omit<GuardOptions, "mode"> = {}): Exclusive<T> {
  const turns = { ...said(options), mode: "serialize", exclusive: true } as const;
  const known = guardedBy(handle) ?? alive(handle);
  if (known === undefined) return begin(handle, options.contract, { ...usual, ...turns, wrap });
  // Whoever has the handle already takes turns as well from here on: there is no other way to keep out of each other's.
  known.life.policy = { ...known.life.policy, ...turns };
  return known.proxy as T;
}

/** What is known of a value that is guarded and has not come to its end. */
function alive(raw: object): Guarded | undefined {
  const known = guardOf(raw);
  return known?.life.end === undefined ? known : undefined;
}

/** What the options say: what is `undefined` in them is not said. */
function said({ contract: _, onViolation: listener, ...policy }: GuardOptions): Partial<Policy> {
  return Object.fromEntries(Object.entries({ ...policy, listener }).filter(([, value]) => value !== undefined));
}

function begin<T extends object>(raw: T, contract: string | undefined, policy: Policy): T {
  const known = alive(raw);
  if (known !== undefined) return known.proxy as T;
  const plan = planOf(raw, contract);
  const life = new Life(plan, policy, undefined, happening("guard", new Trace()));
  life.settings = settingsOf(raw);
  return wrap(raw, plan, life) as T;
}

/** What a value was made with: many keep it as `options`. */
export function settingsOf(raw: object): Record<string, unknown> {
  return { ...(raw as { options?: object }).options };
}
