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
