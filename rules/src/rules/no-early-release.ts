import { referenceTo } from "@holdfast/contracts";
import type { Finding } from "../finding.js";
import { fixesForPending } from "../fixes/for-pending.js";
import { type EarlyRelease, spanKey } from "../flow/facts.js";
import { byCause, type Question } from "./question.js";
import type { Rule } from "./rule.js";

/** A release, or the end of a scope, while an operation on the handle or on what it handed out is pending. */
export const rule: Rule = {
  id: "no-early-release",
  summary: "A release, or the end of a scope, while an operation on the handle or on what it handed out is pending.",
  why:
    "A release that does not wait takes the handle away from what is still under way: it fails, or is lost, or runs on a " +
    "connection that is somebody else's by then. Await every operation before the release; out of `try … finally` or a " +
    "`using` block, return with `return await`.",
  severity: "error",
  fixKinds: [
    "return-await",
    "add-await",
    "await-at-once",
    "await-first",
    "move-release",
    "release-in-finally",
    "await-using",
    "sequential-loop",
  ],
  check: (question) => {
    const releases = [...question.facts.earlyReleases.values()].sort(
      (left, right) => Number(right.certain) - Number(left.certain) || left.order - right.order,
    );
    return byCause(releases, ({ pending, release, end }) => [
      `pending ${spanKey(pending.at)}`,
      end === "release" ? `release ${spanKey(release.at)}` : `statement ${spanKey(pending.statement)}`,
    ]).map((release) => finding(question, release));
  },
};

function finding(question: Question, early: EarlyRelease): Finding {
  const { type, pending, release, end } = early;
  const isRelease = end === "release";
  return {
    rule: rule.id,
    confidence: early.certain ? "certain" : "likely",
    severity: "error",
    message: message(question, early),
    place: question.place(isRelease ? release.at : pending.at),
    contract: referenceTo(type),
    witness: [
      ...question.begins(pending, `\`${pending.name}\` starts here, and nobody has waited for it`),
      ...question.meets(release, ending(early)),
      isRelease
        ? question.follows("second", release.at, consequence(early))
        : question.follows("first", pending.at, consequence(early)),
    ],
    fixes: fixesForPending(question.source, {
      pending: question.call(pending.at),
      ...(isRelease && { release: question.call(release.at) }),
      origin: question.call(pending.site),
      settledBy: pending.operation.settledBy,
      isDisposable: type.handle.disposal?.kind === "async",
      words: { handle: question.name(release.text || pending.text, type), operation: `\`${pending.name}\`` },
    }),
  };
}

/** How the life of the handle ends while the operation is pending. */
function ending({ end, release, waits }: EarlyRelease): string {
  switch (end) {
    case "release":
      return `\`${release.name}\` releases the handle here${waits ? ", before its task goes on" : ""}`;
    case "scope":
      return "the scope of this call ends without it";
    case "disposal":
      return "this is disposed of without it";
  }
}

function message(question: Question, { type, pending, release, end }: EarlyRelease): string {
  const name = question.name(release.text || pending.text, type);
  const from = question.line(pending.at);
  if (end === "release") {
    const to = question.line(release.at);
    return question.message(
      `${name} is released in line ${to} while the \`${pending.name}\` of line ${from} is still pending`,
      `\`${type.handle.noun}\` is released in line ${to} while the call of line ${from} is still pending`,
    );
  }
  const whose = question.name(pending.text, type);
  return question.message(
    `${whose} comes to its end while the \`${pending.name}\` of line ${from} is still pending`,
    `\`${type.handle.noun}\` comes to its end while the call of line ${from} is still pending`,
  );
}

function consequence({ type, pending, release }: EarlyRelease): string {
  const contract = type.handle.releases[release.name];
  const error = contract?.pending?.error ?? type.handle.afterRelease.error;
  switch (contract?.pending?.outcome) {
    case "lost":
      return error === undefined ? "what was handed over is lost" : `what was handed over is lost: ${error}`;
    case "rejects":
      return error === undefined ? "it rejects" : `it rejects: ${error}`;
    case "hangs":
      return "it never settles";
    case "runs on":
      return "it runs on, on a handle that may be somebody else's by then";
    default:
      return error === undefined ? `\`${pending.name}\` runs on outside of it` : `it fails: ${error}`;
  }
}
