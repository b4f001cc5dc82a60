/** The manifest with all rules in its settings. */
export function withRules<Manifest extends object>(
  manifest: Manifest,
  ruleDescriptions: readonly { id: string; summary: string }[],
): Manifest;
