/** Patterns in contracts: plain text in which `*` matches any run of characters. */

const compiled = new Map<string, RegExp>();

/** Whether the whole text matches the pattern. */
export function matchesPattern(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(`^${patternSource(pattern)}$`);
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}

/** The pattern as the source of a regular expression, without anchors. */
export function patternSource(pattern: string): string {
  return pattern
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, "\\$&"))
    .join(".*");
}
