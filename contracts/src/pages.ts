/** Where the documentation is: what every part of the house points its users to. */

/** Where people find out about Holdfast. */
export const homepage = "https://github.com/holdfast-dev/holdfast";

/** The address of a rule's page. */
export function documentationUrl(rule: string): string {
  return `${homepage}/blob/main/docs/rules/${rule}.md`;
}
