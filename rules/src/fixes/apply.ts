import type { Edit, Finding, Fix } from "../finding.js";

/** Which fixes may be applied. */
export interface FixChoice {
  /** Only those that cannot make behaviour worse; default true. */
  safeOnly?: boolean;
  /** Only those of this kind. */
  kind?: string;
}

export interface AppliedFix {
  finding: Finding;
  fix: Fix;
}

/** A fix that was left out of this round, and why. */
export interface SkippedFix extends AppliedFix {
  reason: "overlaps" /* with a fix that was applied */ | "other file" /* it edits a file that is not at hand */;
}

/** A text with fixes applied to it. */
export interface AppliedFixes {
  text: string;
  applied: AppliedFix[];
  skipped: SkippedFix[];
}

/** What became of a text that was fixed until nothing was left to fix. */
export interface StableText<O extends Outcome> {
  text: string;
  /** How many fixes were applied. */
  applied: number;
  /** What the last look at the text gave: it belongs to `text`. */
  outcome: O;
  /** Allowed fixes are left: the rounds ran out, fixes undid each other, or they are for other files. */
  unfinished: boolean;
}

/**
 * Applies the best allowed fix of each finding to the text of their file.
 * A fix is applied whole or not at all; of two that touch the same place the earlier finding's wins.
 */
export function applyFixes(text: string, findings: readonly Finding[], choice: FixChoice = {}): AppliedFixes {
  const applied: AppliedFix[] = [];
  const skipped: SkippedFix[] = [];
  const taken: Edit[] = [];
  for (const finding of findings) {
    const fix = allowedFix(finding, choice);
    if (fix === undefined) continue;
    if (fix.edits.some((edit) => edit.file !== finding.place.file)) {
      skipped.push({ finding, fix, reason: "other file" });
    } else if (fix.edits.some((edit) => taken.some((other) => touch(edit, other)))) {
      skipped.push({ finding, fix, reason: "overlaps" });
    } else {
      applied.push({ finding, fix });
      taken.push(...fix.edits);
    }
  }
  return { text: edited(text, taken), applied, skipped };
}

/** What a look at a text gives: its findings, with whatever else the caller wants to keep. */
export interface Outcome {
  findings: readonly Finding[];
}

/** Applies fixes to a text, looks again, and so on until nothing is left to fix. */
export function fixUntilStable<O extends Outcome>(
  text: string,
  analyseText: (text: string) => O,
  choice: FixChoice = {},
  maxRounds = 10,
): StableText<O> {
  const analyseTexts = (texts: ReadonlyMap<string, string>) => mapValues(texts, analyseText);
  const [stable] = fixAllUntilStable(new Map([["", text]]), analyseTexts, choice, maxRounds).values();
  return stable!;
}

/**
 * The same for several files at once, for callers to whom it is cheaper to look at all of them together.
 * `analyseTexts` is given the files whose text changed, at first all of them, and returns what it sees in each.
 */
export function fixAllUntilStable<O extends Outcome>(
  texts: ReadonlyMap<string, string>,
  analyseTexts: (changed: ReadonlyMap<string, string>) => ReadonlyMap<string, O>,
  choice: FixChoice = {},
  maxRounds = 10,
): Map<string, StableText<O>> {
  const outcomes = analyseTexts(texts);
  const states = mapValues(texts, (text, file) => new FixingText(text, outcomes.get(file)!, choice));
  for (let round = 0; round < maxRounds; round++) {
    const changed = new Map<string, string>();
    for (const [file, state] of states) if (state.fix()) changed.set(file, state.text);
    if (changed.size === 0) break;
    for (const [file, outcome] of analyseTexts(changed)) states.get(file)!.outcome = outcome;
  }
  return mapValues(states, (state) => state.result());
}

/** A text on its way to being fixed. */
class FixingText<O extends Outcome> {
  private readonly seen = new Set<string>();
  private applied = 0;

  constructor(
    public text: string,
    public outcome: O,
    private readonly choice: FixChoice,
  ) {
    this.seen.add(text);
  }

  /** Applies what can be applied now. False: nothing changed, and nothing will. */
  fix(): boolean {
    const next = applyFixes(this.text, this.outcome.findings, this.choice);
    // Two fixes that undo each other would go on for ever.
    if (this.seen.has(next.text)) return false;
    this.seen.add(next.text);
    this.text = next.text;
    this.applied += next.applied.length;
    return true;
  }

  result(): StableText<O> {
    const { text, applied, outcome } = this;
    return { text, applied, outcome, unfinished: outcome.findings.some((finding) => allowedFix(finding, this.choice)) };
  }
}

function mapValues<Key, From, To>(map: ReadonlyMap<Key, From>, convert: (value: From, key: Key) => To): Map<Key, To> {
  return new Map([...map].map(([key, value]) => [key, convert(value, key)]));
}

/** The best fix of a finding among those that may be applied. */
function allowedFix(finding: Finding, { safeOnly = true, kind }: FixChoice): Fix | undefined {
  return finding.fixes.find((fix) => (fix.safe || !safeOnly) && (kind === undefined || fix.kind === kind));
}

/** Edits that only meet at an end count too: the order of two insertions at one place would be a guess. */
function touch(one: Edit, other: Edit): boolean {
  return one.start <= other.end && other.start <= one.end;
}

/** The text after edits that do not overlap; at one place, in the order given. */
function edited(text: string, edits: readonly Edit[]): string {
  const ascending = [...edits].sort((one, other) => one.start - other.start || one.end - other.end);
  let result = "";
  let position = 0;
  for (const { start, end, text: replacement } of ascending) {
    result += text.slice(position, start) + replacement;
    position = end;
  }
  return result + text.slice(position);
}
