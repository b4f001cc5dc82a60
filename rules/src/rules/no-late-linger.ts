import { referenceTo } from "@holdfast/contracts";
import type { Finding } from "../finding.js";
import { fixesForLateSetting } from "../fixes/for-late-setting.js";
import type { LateOption } from "../flow/facts.js";
import { type Question } from "./question.js";
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
      `${name} gets its linger in line ${question.line(at)}, just before line ${line} closes it`,
      `\`${type.handle.noun}\` gets its linger in line ${question.line(at)}, just before line ${line} closes it`,
    ),
    place: question.place(at),
    contract: referenceTo(type),
    witness: [
      ...question.begins(option, "linger is set here, when messages may already be queued"),
      ...question.meets(release, `\`${release.name}\` obeys it here`),
      question.follows("second", release.at, "what is still queued then is dropped"),
    ],
    fixes: fixesForLateSetting(question.source, { setting: option.statement, linger: true, words: { handle: name } }),
  };
}
