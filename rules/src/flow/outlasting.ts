/** Operations that are pending when their statement is over, and what becomes of them. Only editors ask for it. */

import type { Span } from "./graph.js";
import type { Token } from "./state.js";

/** What becomes of an operation. */
export interface Outlasting {
  token: Token;
  /** Where somebody waits for it, or it is handed on to whoever may. */
  ends: Span[];
  /** Releases that come upon it. */
  releases: Span[];
}

interface Course {
  /** Set when its statement is over before it is. */
  token?: Token;
  ends: Map<number, Span>;
  releases: Map<number, Span>;
  /** On some way out nobody has it any more, and nobody has waited for it. */
  left: boolean;
}

/** Keeps what happens to operations, by the place where they stand. */
export class OutlastingOperations {
  private readonly courses = new Map<number, Course>();
  /** Those that outlast their statement, by their keys. */
  private readonly known = new Map<string, Token>();

  /** The statement is over, and these are what is pending. */
  statementIsOver(statement: Span, pending: Iterable<Token>): void {
    for (const token of pending) {
      const isOwn = token.statement.start === statement.start && token.statement.end === statement.end;
      if (!isOwn || !isDirect(token) || !isAwaitable(token)) continue;
      this.course(token).token ??= token;
      this.known.set(token.key, token);
    }
  }

  /** Somebody waits for these, or gets them and may. */
  waitedFor(keys: readonly string[], at: Span): void {
    for (const key of keys) {
      const token = this.known.get(key);
      const isAtOnce = token && token.statement.start <= at.start && at.end <= token.statement.end;
      if (token && !isAtOnce) this.course(token).ends.set(at.start, at);
    }
  }

  released(token: Token, at: Span): void {
    this.course(token).releases.set(at.start, at);
  }

  left(token: Token): void {
    if (!token.orphan) this.course(token).left = true;
  }

  /** Those of which it is known what becomes of them, in order of place. */
  all(): Outlasting[] {
    return [...this.courses.values()]
      .flatMap(({ token, ends, releases, left }) =>
        token && (left || ends.size + releases.size > 0)
          ? [{ token, ends: inOrder(ends), releases: inOrder(releases) }]
          : [],
      )
      .sort((one, other) => one.token.site.start - other.token.site.start);
  }

  private course({ site }: Token): Course {
    let course = this.courses.get(site.start);
    if (!course) {
      course = { ends: new Map(), releases: new Map(), left: false };
      this.courses.set(site.start, course);
    }
    return course;
  }
}

/** It stands here itself, and is not what a call leads to. */
function isDirect({ at, site }: Token): boolean {
  return at.start === site.start;
}

/** An operation of a handle whose promise somebody could wait for. */
function isAwaitable({ type, name, operation, until, orphan, toCallback }: Token): boolean {
  if (!type || orphan || until !== undefined || toCallback) return false;
  const isSection = type.handle.sections?.some(({ begins }) => begins.includes(name)) ?? false;
  return !isSection && operation.settledBy !== "callback" && operation.settledBy !== "return";
}

function inOrder(spans: ReadonlyMap<number, Span>): Span[] {
  return [...spans.values()].sort((one, other) => one.start - other.start);
}
