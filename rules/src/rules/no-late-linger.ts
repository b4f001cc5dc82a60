import { referenceTo } from "@holdfast/contracts";
import type { Finding } from "../finding.js";
import { fixesForLateSetting } from "../fixes/for-late-setting.js";
import type { LateOption } from "../flow/facts.js";
import { type Question } from "./question.js";
import type { Rule } from "./rule.js";

/** Linger that is set right before close. */
export const rule: Rule = {
  id: "no-late-linger",
  summary: "Disallow setting `linger` right before `close()`.",
  why:
    "`linger` decides what happens to messages that are still queued when a socket is closed. Set to zero right before " +
    "`close`, it drops messages that have been sent but not delivered, and no error tells you; small tests never show it. " +
    "Set it when the socket is created. Where messages matter, wait for an answer, or do not set it at all.",
  severity: "error",
  fixKinds: ["linger-in-constructor"],
  check: (question) =>
    [...question.facts.lateOptions.values()].flatMap((option) =>
      option.release ? finding(question, option, option.release) : [],
    ),
};

function finding(question: Question, option: LateOption, release: NonNullable<LateOption["release"]>): Finding {
  const { type, at, text } = option;
  const name = question.name(text, type);
  const line = question.line(release.at);
  return {
    rule: rule.id,
    confidence: option.certain ? "certain" : "likely",
    severity: "error",
    message: question.message(
      "queued messages are dropped",
      `\`linger\` is set on ${name} on line ${question.line(at)}, right before it is closed on line ${line}`,
      `\`linger\` is set on line ${question.line(at)}, right before the socket is closed on line ${line}`,
    ),
    place: question.place(at),
    contract: referenceTo(type),
    witness: [
      ...question.begins(option, "`linger` is set here, when messages may already be queued"),
      ...question.meets(release, `\`${release.name}\` is called here, with the new \`linger\``),
      question.follows("second", release.at, "messages that are still queued are dropped"),
    ],
    fixes: fixesForLateSetting(question.source, { setting: option.statement, linger: true, words: { handle: name } }),
  };
}
