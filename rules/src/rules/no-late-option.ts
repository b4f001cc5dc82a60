import { referenceTo } from "@holdfast/contracts";
import type { Finding } from "../finding.js";
import { fixesForLateSetting } from "../fixes/for-late-setting.js";
import type { LateOption } from "../flow/facts.js";
import { type Question } from "./question.js";
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
      .flatMap((option) => (option.after ? finding(question, option, option.after) : [])),
};

function finding(question: Question, late: LateOption, after: NonNullable<LateOption["after"]>): Finding {
  const { type, at, text, option } = late;
  const name = question.name(text, type);
  const call = after.name;
  const line = question.line(after.at);
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
    ...(late.certain && contract?.tooLateDoesNothing && { unnecessary: true }),
    contract: referenceTo(type),
    witness: [
      ...question.begins(after, `\`${call}\` is done here, without it`),
      ...question.meets(late, `\`${option}\` is set here`),
      question.follows("second", at, contract?.tooLate ?? "it comes too late"),
    ],
    fixes: fixesForLateSetting(question.source, {
      setting: late.statement,
      first: after.at,
      linger: false,
      words: { handle: name, operation: `\`${call}\`` },
    }),
  };
}
