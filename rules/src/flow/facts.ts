/** What the analysis found out about a file: the answers to the questions that rules ask. */

import type { Overlap } from "@holdfast/contracts";
import type { Span } from "./graph.js";
import type { OutlastingOperations } from "./outlasting.js";
import type { OptionSet, Released, Task, Token } from "./state.js";
import type { HandleType, Identity } from "./values.js";

/** An operation, a release or a setting, where it happens. */
export interface Happening {
  name: string;
  text: string;
  at: Span;
  site: Span;
  statement: Span;
  chain: readonly Span[];
}

/** Two operations in one lane of one handle that may be pending at the same time. */
export interface Conflict {
  identity: Identity;
  type: HandleType;
  overlap: Overlap;
  first: Token;
  second: Token;
  /** How the second came to meet the first, where that is a task that runs many times, or beside the rest. */
  task?: Pick<Task, "kind" | "at">;
  /** The first has handed out what locks the handle, and that is not released yet. */
  isLocked?: true;
  /** The first is a round of the very task that the second belongs to. */
  itself: boolean;
  certain: boolean;
  order: number;
}

/** A release, or the end of a scope, while an operation is pending. */
export interface EarlyRelease {
  type: HandleType;
  pending: Token;
  /** The release; for the end of a scope, what ends it. */
  release: Happening;
  end: "release" | "scope" | "disposal";
  waits: boolean;
  /** Only where the callback of the scope has failed. */
  onFailure?: boolean;
  certain: boolean;
  order: number;
}

/** An operation, or a second release, after the release. */
export interface LateUse {
  type: HandleType;
  identity: Identity;
  released: Released;
  use: Happening;
  again: boolean;
  error?: string;
  certain: boolean;
  order: number;
}

/** An early option that was set too late. */
export interface LateOption extends OptionSet {
  /** For linger: the release that follows. */
  release?: { at: Span; name: string };
  certain: boolean;
  order: number;
}

/** How tokens of one operation ended, anywhere in the file. */
export type TokenEnd = "await" | "all" | "allSettled" | "race" | "any" | "never";

export class Facts {
  readonly conflicts = new Map<string, Conflict>();
  readonly earlyReleases = new Map<string, EarlyRelease>();
  readonly lateUses = new Map<string, LateUse>();
  readonly lateOptions = new Map<string, LateOption>();
  /** Settings that a later call made right. */
  readonly rescued = new Set<string>();
  /** By the place of the operation: how it ended. */
  readonly ends = new Map<string, Set<TokenEnd>>();
  private order = 0;

  /** `outlasting`: what is to be known of operations beyond what rules ask; nothing, where nobody asks. */
  constructor(readonly outlasting?: OutlastingOperations) {}

  conflict(conflict: Omit<Conflict, "order">): void {
    const { first, second } = conflict;
    const places = [first, second].flatMap(({ at, site, later }) => [spanKey(at), spanKey(site), later]);
    const key = [...places, describe(conflict.overlap)].join("|");
    keep(this.conflicts, key, { ...conflict, order: this.order++ });
  }

  earlyRelease(early: Omit<EarlyRelease, "order">): void {
    const key = `${spanKey(early.pending.at)}|${spanKey(early.release.at)}`;
    keep(this.earlyReleases, key, { ...early, order: this.order++ });
  }

  lateUse(use: Omit<LateUse, "order">): void {
    const key = `${spanKey(use.released.at)}|${spanKey(use.use.at)}`;
    keep(this.lateUses, key, { ...use, order: this.order++ });
  }

  lateOption(option: Omit<LateOption, "order">): void {
    const key = `${spanKey(option.at)}|${option.option}`;
    keep(this.lateOptions, key, { ...option, order: this.order++ });
  }

  ended(token: Token, end: TokenEnd): void {
    const key = spanKey(token.site);
    const ends = this.ends.get(key);
    if (ends) ends.add(end);
    else this.ends.set(key, new Set([end]));
  }

  /** Takes in what was found out about one body. */
  add(other: Facts): void {
    for (const conflict of other.conflicts.values()) this.conflict(conflict);
    for (const early of other.earlyReleases.values()) this.earlyRelease(early);
    for (const use of other.lateUses.values()) this.lateUse(use);
    for (const option of other.lateOptions.values()) this.lateOption(option);
    for (const key of other.rescued) this.rescued.add(key);
    for (const [key, ends] of other.ends) this.ends.set(key, new Set([...(this.ends.get(key) ?? []), ...ends]));
  }

  endsOf(site: Span): ReadonlySet<TokenEnd> {
    return this.ends.get(spanKey(site)) ?? new Set();
  }
}

/** What an overlap does may differ with the phase. */
function describe({ outcome, lateStatements }: Overlap): string {
  return `${outcome} ${lateStatements ?? ""}`;
}

export function spanKey({ start, end }: Span): string {
  return `${start}-${end}`;
}

/** Of the same finding in several states the surest counts. */
function keep<T extends { certain: boolean }>(map: Map<string, T>, key: string, fact: T): void {
  const known = map.get(key);
  if (!known || (fact.certain && !known.certain)) map.set(key, fact);
}
