import type { Contract } from "@holdfast/contracts";
import { documentationUrl, type RuleDescription } from "@holdfast/rules";
import type { Colours } from "../terminal.js";
import { wrap } from "../wording.js";
import { errorsOf } from "./errors.js";
import { printMarkdown, sectionsOf } from "./sections.js";

/** A rule's page in Markdown, for reports that show it. */
export function explainInMarkdown({ id, summary, why }: RuleDescription): string {
  return `# ${id}\n\n${summary}\n\n${why}\n\n[More about this rule](${documentationUrl(id)})\n`;
}

/** The same as plain text. */
export function explainInText({ id, summary, why }: RuleDescription): string {
  return `${summary} ${why} More: ${documentationUrl(id)}`;
}

/** A rule's page in a terminal. `contracts` are asked for the errors that lead people here. */
export function explainInTerminal(rule: RuleDescription, contracts: readonly Contract[], colours: Colours): string {
  const heading = (text: string) => `\n${colours.bold(text)}\n`;
  const errors = errorsOf(rule.id, contracts);
  const lines = [
    `${colours.bold(rule.id)}  ${colours.dim(traits(rule))}\n`,
    paragraph(rule.summary),
    heading("Why"),
    paragraph(rule.why),
  ];
  if (errors.length > 0) {
    lines.push(heading("Errors that lead here"));
    for (const error of errors) lines.push(`  ${colours.cyan(error.package)}  ${error.text}\n`);
  }
  for (const { heading: title, body } of sectionsOf(rule.id)) lines.push(heading(title), printMarkdown(body, colours));
  lines.push(
    heading("Settings"),
    `  in holdfast.config.json   ${JSON.stringify({ rules: { [rule.id]: "off" } })}\n`,
    `  for one line              // holdfast-disable-next-line ${rule.id} -- the reason\n`,
    `\n${colours.dim(documentationUrl(rule.id))}\n`,
  );
  return lines.join("");
}

function traits({ severity, fixKinds }: RuleDescription): string {
  return fixKinds.length === 0 ? severity : `${severity}, fixes: ${fixKinds.join(", ")}`;
}

function paragraph(text: string): string {
  return wrap(text, 88)
    .map((line) => `  ${line}\n`)
    .join("");
}
