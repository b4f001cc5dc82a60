import { referenceTo } from "@holdfast/contracts";
import type { Finding } from "../finding.js";
import { fixesForLateUse } from "../fixes/for-late-use.js";
import { type LateUse, spanKey } from "../flow/facts.js";
import { byCause, type Question } from "./question.js";
import type { Rule } from "./rule.js";

/** An operation after the release; a second release where the contract says that it does harm. */
export const rule: Rule = {
  id: "no-use-after-release",
  summary: "An operation after the release; a second release where the contract says that it does harm.",
  why:
    "After its release a handle fails every operation, or, worse, works: on a connection that somebody else has been given. " +
    "A second release can give away what is no longer yours. Release once, after the last operation; acknowledge " +
    "a message before the handle that it came from is released.",
  severity: "error",
  fixKinds: ["acknowledge-first", "move-release", "release-in-finally", "await-using", "drop-release"],
  check: (question) => {
    const uses = [...question.facts.lateUses.values()].sort(
      (left, right) => Number(right.certain) - Number(left.certain) || left.order - right.order,
    );
    return byCause(uses, ({ use, released }) => [`use ${spanKey(use.at)}`, `released ${spanKey(released.at)}`]).map(
      (use) => finding(question, use),
    );
  },
};

function finding(question: Question, late: LateUse): Finding {
  const { type, use, released } = late;
  return {
    rule: rule.id,
    confidence: late.certain ? "certain" : "likely",
    severity: "error",
    message: message(question, late),
    place: question.place(use.at),
    contract: referenceTo(type),
    witness: [
      ...question.begins(released, `\`${released.name}\` ends its life here`),
      ...question.meets(use, late.again ? "it is released again here" : `\`${use.name}\` is called here`),
      question.follows("second", use.at, consequence(late)),
    ],
    fixes: fixesForLateUse(question.source, {
      release: question.call(released.at),
      use: question.call(use.at),
      again: late.again,
      acknowledges: isAnswer(late),
      isDisposable: type.handle.disposal?.kind === "async",
      words: { handle: question.name(use.text, type), operation: `\`${use.name}\`` },
    }),
  };
}

function isAnswer({ type, use }: LateUse): boolean {
  const { settlement } = type.handle;
  return settlement !== undefined && [...settlement.acknowledges, ...settlement.rejects].includes(use.name);
}

function message(question: Question, { type, use, released, again }: LateUse): string {
  const name = question.name(use.text, type);
  const [from, to] = [question.line(released.at), question.line(use.at)];
  if (again) {
    return question.message(
      `${name} is released again in line ${to}, after line ${from} has done so`,
      `\`${type.handle.noun}\` is released again in line ${to}, after line ${from}`,
    );
  }
  return question.message(
    `${name} is used by \`${use.name}\` in line ${to} after its release in line ${from}`,
    `\`${type.handle.noun}\` is used in line ${to} after its release in line ${from}`,
  );
}

function consequence({ type, again, error }: LateUse): string {
  if (again) return error === undefined ? "the second release does harm" : `the second release fails: ${error}`;
  const { outcome, error: text } = type.handle.afterRelease;
  switch (outcome) {
    case "works":
      return "it works, on a handle that may be somebody else's by then";
    case "silent":
      return "nothing happens, and nobody is told";
    case "hangs":
      return "it never settles";
    default:
      return text === undefined ? "it fails" : `it fails: ${text}`;
  }
}
