import { documentationUrl, type Finding, type Fix, type Place, ruleDescriptions } from "@holdfast/rules";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { RuleCreator } from "@typescript-eslint/utils/eslint-utils";
import { findingsIn } from "./inspection.js";
import { effectiveSettings, type HoldfastSettings, optionsSchema } from "./settings.js";

export type MessageIds = "finding" | "fix";
export type Options = [HoldfastSettings?];
type Descriptor = TSESLint.ReportDescriptor<MessageIds>;

/** What typescript-eslint's rules say of themselves, and tools read. */
export interface Docs {
  requiresTypeChecking: boolean;
}

const create = RuleCreator<Docs>(documentationUrl);

/** Makes an ESLint rule of one of Holdfast's: it reports that rule's share of what the analysis of the file found. */
export function createRule(id: string) {
  const { summary } = ruleDescriptions.find((rule) => rule.id === id)!;
  return create<Options, MessageIds>({
    name: id,
    meta: {
      type: "problem",
      languages: ["js/js"],
      docs: { description: summary, requiresTypeChecking: false },
      messages: { finding: "{{message}}", fix: "{{title}}" },
      schema: optionsSchema,
      defaultOptions: [],
      fixable: "code",
      hasSuggestions: true,
    },
    create(context) {
      return {
        Program() {
          const settings = effectiveSettings(context.options[0], context.settings["holdfast"]);
          for (const finding of findingsIn(context, settings)) {
            if (finding.rule === id) context.report(describe(finding));
          }
        },
      };
    },
  });
}

/** A finding in ESLint's words. The first safe fix is applied by `--fix`; the others are for people to choose from. */
function describe(finding: Finding): Descriptor {
  const fixes = finding.fixes.filter((fix) => fix.edits.every((edit) => edit.file === finding.place.file));
  const safe = fixes.find((fix) => fix.safe);
  return {
    loc: locationOf(finding.place),
    messageId: "finding",
    data: { message: finding.message, witness: finding.witness },
    fix: safe && apply(safe),
    suggest: fixes
      .filter((fix) => fix !== safe)
      .map((fix) => ({ messageId: "fix", data: { title: fix.title }, fix: apply(fix) })),
  };
}

/** ESLint counts columns from 0. */
function locationOf({ line, column, endLine, endColumn }: Place): TSESTree.SourceLocation {
  return { start: { line, column: column - 1 }, end: { line: endLine, column: endColumn - 1 } };
}

function apply({ edits }: Fix): TSESLint.ReportFixFunction {
  return (fixer) => edits.map(({ start, end, text }) => fixer.replaceTextRange([start, end], text));
}
