/** How a handle is released that nobody has said more about: by its graceful release. */

import { planOf } from "./recognise.js";
import { guardedBy } from "./registry.js";

/**
 * Releases a handle, guarded or not, by the release that loses nothing.
 *
 * @throws TypeError if its contract names no release of its own, or if no contract is known for it.
 */
export function releaseGracefully(handle: object, contract?: string): unknown {
  const name = gracefulRelease(handle, contract);
  return (handle as Record<string, () => unknown>)[name]!();
}

/** Releases a guarded handle behind what is pending, unless that has been done already. */
export async function releaseWhenIdle(handle: object): Promise<void> {
  const held = guardedBy(handle);
  if (held === undefined || held.life.end !== undefined) return;
  await new Promise<void>((resolve) => held.life.whenIdle(resolve));
  await releaseGracefully(handle);
}

/** The name of the method that releases the handle gracefully; of one that has no such method, of any release. */
export function gracefulRelease(handle: object, contract?: string): string {
  const plan = guardedBy(handle)?.plan ?? planOf(handle, contract);
  const releases = Object.entries(plan.handle?.releases ?? {}).filter(
    ([, { releasesArgument, builds }]) => releasesArgument === undefined && builds === undefined,
  );
  const [name] = releases.find(([, { kind }]) => kind === "graceful") ?? releases[0] ?? [];
  if (name === undefined)
    throw new TypeError(`A ${plan.noun} has no release of its own: release it through what handed it out.`);
  return name;
}
