/** What a rule asks with: the facts of a file, and the words and places to tell them in. */

import type { Place, WitnessStep } from "../finding.js";
import type { FixSource } from "../fixes/source.js";
import type { Engine } from "../flow/engine.js";
import type { Facts, Happening } from "../flow/facts.js";
import type { Span } from "../flow/graph.js";
import type { HandleType } from "../flow/values.js";

const longestMessage = 100;
const longestName = 32;

export class Question {
  readonly facts: Facts;

  constructor(
    readonly engine: Engine,
    readonly source: FixSource,
  ) {
    this.facts = engine.facts;
  }

  place({ start, end }: Span): Place {
    const { sourceFile, fileName } = this.source;
    const from = sourceFile.getLineAndCharacterOfPosition(start);
    const to = sourceFile.getLineAndCharacterOfPosition(end);
    return {
      file: fileName,
      start,
      end,
      line: from.line + 1,
      column: from.character + 1,
      endLine: to.line + 1,
      endColumn: to.character + 1,
    };
  }

  line(span: Span): number {
    return this.source.sourceFile.getLineAndCharacterOfPosition(span.start).line + 1;
  }

  step(message: string, span: Span): WitnessStep {
    return { message, place: this.place(span) };
  }

  /** The whole call whose name stands there. */
  call(nameSpan: Span): Span {
    return this.engine.calls.get(nameSpan.start) ?? nameSpan;
  }

  /** Where an operation begins, and by which calls the code at hand comes to it. */
  steps(happening: Happening, message: string): WitnessStep[] {
    const through = happening.chain.map((span) => this.step("which leads here", span));
    return [this.step(message, happening.at), ...through];
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

/** The name by which findings refer to a contract. */
export function contractName(type: HandleType): string {
  return `${type.contract.package}#${type.handle.name}`;
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
