/**
 * The small part of semver ranges that contracts use: comparators joined by blanks, alternatives joined by `||`, and
 * `*` for any version. Pre-release tags are ignored: a release candidate behaves as the release will.
 */

type Version = [major: number, minor: number, patch: number];
type Operator = "<" | "<=" | ">" | ">=" | "=";

interface Comparator {
  operator: Operator;
  version: Version;
}

/** Whether the version lies in the range; `undefined` when either cannot be read. */
export function inRange(version: string, range: string): boolean | undefined {
  const wanted = parseVersion(version);
  const alternatives = parseRange(range);
  if (wanted === undefined || alternatives === undefined) return undefined;
  return alternatives.some((comparators) => comparators.every((comparator) => holds(wanted, comparator)));
}

/** Whether the text is a range that `inRange` understands. */
export function isRange(range: string): boolean {
  return parseRange(range) !== undefined;
}

/** Whether some version lies in both ranges; `undefined` when either cannot be read. */
export function rangesOverlap(one: string, other: string): boolean | undefined {
  const [ours, theirs] = [parseRange(one), parseRange(other)];
  if (ours === undefined || theirs === undefined) return undefined;
  return ours.some((mine) =>
    theirs.some((yours) => {
      const both = [...mine, ...yours];
      // What ranges have in common begins at a bound, behind one, or at the very first version.
      const beginnings = both.flatMap(({ version: [major, minor, patch] }): Version[] => [
        [major, minor, patch],
        [major, minor, patch + 1],
      ]);
      return [[0, 0, 0] satisfies Version, ...beginnings].some((version) =>
        both.every((bound) => holds(version, bound)),
      );
    }),
  );
}

/** A range as `package.json` writes it, in the words that contracts use: `^1.2.0` is `>=1.2.0 <2.0.0`. */
export function rangeOf(text: string): string | undefined {
  const alternatives = text
    .replace(/^npm:(?:@?[^@]+)@/, "")
    .split("||")
    .map((alternative) => plainRange(alternative.trim()));
  return alternatives.includes(undefined) ? undefined : alternatives.join(" || ");
}

function plainRange(text: string): string | undefined {
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(text);
  const words = hyphen ? [`>=${hyphen[1]}`, `<=${hyphen[2]}`] : text.replace(/([<>=~^])\s+/g, "$1").split(/\s+/);
  const plain = words.map((word) => plainWord(word));
  return plain.includes(undefined) ? undefined : plain.join(" ");
}

function plainWord(word: string): string | undefined {
  if (word === "" || /^[*xX]$/.test(word)) return "*";
  const match = /^([~^]|[<>]=?|=)?v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+]\S*)?$/.exec(word);
  if (!match) return undefined;
  const [, operator = "", major = "0", minor, patch] = match;
  const [first, second, third] = [Number(major), numberIn(minor), numberIn(patch)];
  const from = `${first}.${second ?? 0}.${third ?? 0}`;
  if (/[<>]/.test(operator)) return `${operator}${from}`;
  const untilMajor = `>=${from} <${first + 1}.0.0`;
  const untilMinor = `>=${from} <${first}.${(second ?? 0) + 1}.0`;
  if (second === undefined) return untilMajor;
  if (operator === "^" && first > 0) return untilMajor;
  if (operator === "^" && second === 0 && third !== undefined) return `>=${from} <0.0.${third + 1}`;
  return operator === "^" || operator === "~" || third === undefined ? untilMinor : `=${from}`;
}

function numberIn(part: string | undefined): number | undefined {
  return part === undefined || !/^\d+$/.test(part) ? undefined : Number(part);
}

function parseRange(range: string): Comparator[][] | undefined {
  const alternatives: Comparator[][] = [];
  for (const alternative of range.split("||")) {
    const comparators: Comparator[] = [];
    for (const word of alternative.trim().split(/\s+/)) {
      if (word === "*") continue;
      const match = /^(<=|>=|<|>|=)?(\d.*)$/.exec(word);
      const version = match?.[2] === undefined ? undefined : parseVersion(match[2]);
      if (version === undefined) return undefined;
      comparators.push({ operator: (match?.[1] ?? "=") as Operator, version });
    }
    alternatives.push(comparators);
  }
  return alternatives;
}

function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(text.trim());
  if (!match) return undefined;
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

function holds(version: Version, { operator, version: bound }: Comparator): boolean {
  const order = compare(version, bound);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "=":
      return order === 0;
  }
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
