/** What a rule asks with: the facts of a file, and the words and places to tell them in. */

import type { Place, WitnessStep } from "../finding.js";
import type { FixSource } from "../fixes/source.js";
import type { Engine } from "../flow/engine.js";
import type { Facts } from "../flow/facts.js";
import type { Span } from "../flow/graph.js";
import type { HandleType } from "../flow/values.js";
import { placeOf } from "../place.js";

const longestMessage = 100;
const longestName = 32;

/** Where something happens in the code at hand, and the calls by which that comes to it. */
interface Located {
  at: Span;
  chain?: readonly Span[];
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

  /** A call or a task on the way. */
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

  private steps(
    path: WitnessStep["path"],
    role: WitnessStep["role"],
    { at, chain = [] }: Located,
    message: string,
  ): WitnessStep[] {
    const through = chain.map((span) => this.leads(path, span, "which leads here"));
    return [{ path, role, message, place: this.place(at) }, ...through];
  }

  /** How a message calls a handle: as the code does, if that is short. */
  name(text: string, type: HandleType): string {
    const name = text.length > 0 && text.length <= longestName ? text : type.handle.noun;
    return `\`${name}\``;
  }

  /** The first of several wordings that is short enough. */
  message(...wordings: string[]): string {
    return (
      wordings.find(({ length }) => length <= longestMessage) ??
      `${(wordings.at(-1) ?? "").slice(0, longestMessage - 1)}…`
    );
  }
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
