/** The parts of `package.json` that follow from what other packages say. */

const levels = ["off", "warn", "error"];

/** The manifest with all rules in its settings. */
export function withRules(manifest, ruleDescriptions) {
  const { contributes } = manifest;
  const { configuration } = contributes;
  const { properties } = configuration;
  const rules = ruleDescriptions.map(({ id, summary }) => [id, { enum: levels, description: summary }]);
  const setting = { ...properties["holdfast.rules"], properties: Object.fromEntries(rules) };
  const settings = { ...properties, "holdfast.rules": setting };
  return { ...manifest, contributes: { ...contributes, configuration: { ...configuration, properties: settings } } };
}
