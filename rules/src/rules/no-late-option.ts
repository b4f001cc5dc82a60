import { referenceTo } from "@holdfast/contracts";
import type { Finding } from "../finding.js";
import { fixesForLateSetting } from "../fixes/for-late-setting.js";
import type { LateOption } from "../flow/facts.js";
import { type Question } from "./question.js";
import type { Rule } from "./rule.js";

/** Any other early option set after the call that it must precede. */
export const rule: Rule = {
  id: "no-late-option",
  summary: "Disallow setting an option after the call that reads it.",
  why:
    "Some options are read once, by the call that they are for. Set later, they have no effect on it, often without an error. " +
    "Set them first, or pass them to the constructor.",
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
  const tooLate = contract?.tooLate ?? "It comes too late for that call.";
  return {
    rule: rule.id,
    confidence: late.certain ? "certain" : "likely",
    severity: "error",
    message: question.message(
      clause(tooLate),
      `\`${option}\` is set on ${name} on line ${question.line(at)}, after \`${call}\` on line ${line}`,
      `\`${option}\` is set on line ${question.line(at)}, after \`${call}\` on line ${line}`,
    ),
    place: question.place(at),
    ...(late.certain && contract?.tooLateDoesNothing && { unnecessary: true }),
    contract: referenceTo(type),
    witness: [
      ...question.begins(after, `\`${call}\` is called here, without \`${option}\``),
      ...question.meets(late, `\`${option}\` is set here`),
      question.follows("second", at, tooLate),
    ],
    fixes: fixesForLateSetting(question.source, {
      setting: late.statement,
      first: after.at,
      linger: false,
      words: { handle: name, operation: `\`${call}\`` },
    }),
  };
}

/** A sentence as a clause; the text of an error stays as it is. */
function clause(text: string): string {
  return text.endsWith(".") ? text.slice(0, 1).toLowerCase() + text.slice(1, -1) : text;
}
