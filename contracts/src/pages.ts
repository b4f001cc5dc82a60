/** Where the documentation is: what every part of the house points its users to. */

/** Where people find out about Holdfast. */
export const homepage = "https://github.com/holdfast-dev/holdfast";

/** What only the running program can break is explained in its guide. */
const ofTheRuntime = ["no-nested-acquire", "require-release", "require-settlement"];

/** The address of what explains a rule: its page, or its chapter in the guide of the runtime. */
export function documentationUrl(rule: string): string {
  return `${homepage}/blob/main/docs/${ofTheRuntime.includes(rule) ? `runtime.md#${rule}` : `rules/${rule}.md`}`;
}
