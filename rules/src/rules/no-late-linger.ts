import type { Finding } from "../finding.js";
import { fixesForLateSetting } from "../fixes/for-late-setting.js";
import type { LateOption } from "../flow/facts.js";
import { contractName, type Question } from "./question.js";
import type { Rule } from "./rule.js";

/** Linger set just before close. */
export const rule: Rule = {
  id: "no-late-linger",
  summary: "Linger set just before close.",
  why:
    "Linger decides what becomes of messages that are queued when a socket is closed. Set to zero on the way to `close`, it " +
    "drops what was sent and is not out yet, and nobody is told; small tests never show it. Decide when the socket is " +
    "made, and wait for an answer, or leave linger alone, where messages matter.",
  severity: "error",
  fixKinds: ["linger-in-constructor"],
  check: (question) =>
    [...question.facts.lateOptions.values()]
      .filter(({ release }) => release !== undefined)
      .map((option) => finding(question, option)),
};

function finding(question: Question, option: LateOption): Finding {
  const { type, at, release, text } = option;
  const name = question.name(text, type);
  const line = question.line(release?.at ?? at);
  return {
    rule: rule.id,
    confidence: option.certain ? "certain" : "likely",
    severity: "error",
    message: question.message(
      `${name} gets its linger in line ${question.line(at)}, just before line ${line} closes it`,
      `\`${type.handle.noun}\` gets its linger in line ${question.line(at)}, just before line ${line} closes it`,
    ),
    place: question.place(at),
    contract: contractName(type),
    witness: [
      question.step("linger is set here, when messages may already be queued", at),
      ...(release ? [question.step(`\`${release.name}\` drops what is still queued then`, release.at)] : []),
    ],
    fixes: fixesForLateSetting(question.source, { setting: option.statement, linger: true, words: { handle: name } }),
  };
}
