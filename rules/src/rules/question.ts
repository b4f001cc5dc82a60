/** What a rule asks with: the facts of a file, and the words and places to tell them in. */

import type { Place, WitnessStep } from "../finding.js";
import type { FixSource } from "../fixes/source.js";
import type { Engine } from "../flow/engine.js";
import type { Facts } from "../flow/facts.js";
import type { Span } from "../flow/graph.js";
import type { HandleType } from "../flow/values.js";
import { placeOf } from "../place.js";

/** In characters: what a list of problems shows of a line in a window of usual width. */
const longestMessage = 180;
const longestName = 32;

/** Where something shows in the code at hand, the calls that lead from there, and where it happens in the end. */
interface Located {
  at: Span;
  chain?: readonly Span[];
  site?: Span;
}

export class Question {
  readonly facts: Facts;

  constructor(
    readonly engine: Engine,
    readonly source: FixSource,
  ) {
    this.facts = engine.facts;
  }

  place(span: Span): Place {
    return placeOf(this.source.fileName, this.source.sourceFile, span);
  }

  line(span: Span): number {
    return this.source.sourceFile.getLineAndCharacterOfPosition(span.start).line + 1;
  }

  /** An operation begins, and is pending from here. */
  begins(located: Located, message: string): WitnessStep[] {
    return this.steps("first", "begins", located, message);
  }

  /** The other path comes upon it. */
  meets(located: Located, message: string): WitnessStep[] {
    return this.steps("second", "meets", located, message);
  }

  /** A call or a task on the way, before what it leads to. */
  leads(path: WitnessStep["path"], span: Span, message: string): WitnessStep {
    return { path, role: "leads", message, place: this.place(span) };
  }

  /** What comes of it, and on whose way. */
  follows(path: WitnessStep["path"], span: Span, message: string): WitnessStep {
    return { path, role: "follows", message, place: this.place(span) };
  }

  /** The whole call whose name stands there. */
  call(nameSpan: Span): Span {
    return this.engine.calls.get(nameSpan.start) ?? nameSpan;
  }

  /** In the order in which they happen: the calls that lead to it, and then the thing itself. */
  private steps(
    path: WitnessStep["path"],
    role: WitnessStep["role"],
    located: Located,
    message: string,
  ): WitnessStep[] {
    const calls = wayTo(located).slice(0, -1);
    return [
      ...calls.map((span) => this.leads(path, span, "called from here")),
      { path, role, message, place: this.place(siteOf(located)) },
    ];
  }

  /** How a message calls a handle: as the code does, if that is short. */
  name(text: string, type: HandleType): string {
    const name = text.length > 0 && text.length <= longestName ? text : type.handle.noun;
    return `\`${name}\``;
  }

  /** What happened and what comes of it, in the first of several wordings that is short enough. */
  message(consequence: string, ...wordings: string[]): string {
    const messages = wordings.map((wording) => `${wording}: ${consequence}`);
    return (
      messages.find(({ length }) => length <= longestMessage) ??
      `${(messages.at(-1) ?? "").slice(0, longestMessage - 1)}…`
    );
  }
}

/** Where something happens: in the code at hand, or in a function that is called from there. */
export function siteOf({ at, chain = [], site }: Located): Span {
  return site ?? chain.at(-1) ?? at;
}

/** The calls that lead to something, from the outermost on, and its own place. */
function wayTo(located: Located): Span[] {
  const way = [located.at, ...(located.chain ?? []), siteOf(located)];
  return way.filter((span, index) => span.start !== way[index - 1]?.start);
}

/** Keeps the first of the findings that share one of their keys: they have the same cause. */
export function byCause<T>(items: readonly T[], causes: (item: T) => readonly string[]): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const keys = causes(item);
    const isNew = !keys.some((key) => seen.has(key));
    if (isNew) for (const key of keys) seen.add(key);
    return isNew;
  });
}
