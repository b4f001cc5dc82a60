import type { Finding } from "../finding.js";
import { fixesForLateSetting } from "../fixes/for-late-setting.js";
import type { LateOption } from "../flow/facts.js";
import { contractName, type Question } from "./question.js";
import type { Rule } from "./rule.js";

/** Any other early option set after the call that it must precede. */
export const rule: Rule = {
  id: "no-late-option",
  summary: "An early option that is set after the call that it must precede.",
  why:
    "Some settings are read once, by the call that they are for: set later they do nothing, and nobody is told. " +
    "Set them first, or give them to the constructor.",
  severity: "error",
  fixKinds: ["option-first"],
  check: (question) =>
    [...question.facts.lateOptions.values()]
      .filter(
        ({ release, at, option }) => release === undefined && !question.facts.rescued.has(`${at.start}|${option}`),
      )
      .map((option) => finding(question, option)),
};

function finding(question: Question, late: LateOption): Finding {
  const { type, at, after, text, option } = late;
  const name = question.name(text, type);
  const call = after?.name ?? "";
  const line = question.line(after?.at ?? at);
  const contract = type.handle.options?.find((candidate) => candidate.name === option);
  return {
    rule: rule.id,
    confidence: late.certain ? "certain" : "likely",
    severity: "error",
    message: question.message(
      `${name} gets its \`${option}\` in line ${question.line(at)}, too late for \`${call}\` in line ${line}`,
      `\`${option}\` is set in line ${question.line(at)}, too late for \`${call}\` in line ${line}`,
      `\`${option}\` is set too late for line ${line}`,
    ),
    place: question.place(at),
    contract: contractName(type),
    witness: [
      ...(after ? [question.step(`\`${call}\` is done here, without it`, after.at)] : []),
      question.step(`\`${option}\` is set here: ${contract?.tooLate ?? "too late"}`, at),
    ],
    fixes: fixesForLateSetting(question.source, {
      setting: late.statement,
      ...(after && { first: after.at }),
      linger: false,
      words: { handle: name, operation: `\`${call}\`` },
    }),
  };
}
