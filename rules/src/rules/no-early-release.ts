import { lateOutcome, latePhrase, pendingPhrase, referenceTo, type Release } from "@holdfast/contracts";
import type { Finding } from "../finding.js";
import { fixesForPending } from "../fixes/for-pending.js";
import { type EarlyRelease, spanKey } from "../flow/facts.js";
import type { HandleType } from "../flow/values.js";
import { byCause, type Question, siteOf } from "./question.js";
import type { Rule } from "./rule.js";

/** A release, or the end of a scope, while an operation on the handle or on what it handed out is pending. */
export const rule: Rule = {
  id: "no-early-release",
  summary: "Disallow releasing a handle while one of its operations is still running.",
  why:
    "A release that does not wait takes the handle away from operations that are still running: they fail, are lost, or " +
    "keep running on a connection that another caller may already be using. Await every operation before the release; " +
    "inside `try … finally` or a `using` block, use `return await`.",
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
    ]).map((early) => finding(question, early, besides(early, releases)));
  },
};

/** Other operations that the same release comes upon, as surely: they are part of the same finding. */
function besides(early: EarlyRelease, all: readonly EarlyRelease[]): EarlyRelease["pending"][] {
  if (early.end !== "release") return [];
  const alike = all.filter(({ release, certain, pending }) => {
    const isSame = spanKey(release.at) === spanKey(early.release.at) && certain === early.certain;
    return isSame && spanKey(pending.at) !== spanKey(early.pending.at);
  });
  return [...new Map(alike.map(({ pending }) => [spanKey(pending.at), pending])).values()];
}

function finding(question: Question, early: EarlyRelease, others: readonly EarlyRelease["pending"][]): Finding {
  const { type, pending, release, end } = early;
  const isRelease = end === "release";
  const fate = fateOf(early);
  return {
    rule: rule.id,
    confidence: early.certain ? "certain" : "likely",
    severity: "error",
    message: message(question, early, others, others.length > 0 ? fate.brief.replace(/^it /, "each ") : fate.brief),
    place: question.place(isRelease ? release.at : pending.at),
    contract: referenceTo(type),
    witness: [
      ...question.begins(pending, `\`${pending.name}\` starts here, and is not awaited`),
      ...others.map(({ at, name }) =>
        question.leads("second", at, `\`${name}\` starts here, and is not awaited either`),
      ),
      ...question.meets(release, ending(early)),
      isRelease
        ? question.follows("second", siteOf(release), fate.full)
        : question.follows("first", siteOf(pending), fate.full),
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

/** How the life of the handle ends while the operation is still running. */
function ending({ end, release, waits }: EarlyRelease): string {
  switch (end) {
    case "release":
      return `\`${release.name}\` releases the handle here${waits ? ", before its task goes on" : " without waiting"}`;
    case "scope":
      return "the callback of this call ends without waiting";
    case "disposal":
      return "`using` disposes the handle here without waiting";
  }
}

function message(
  question: Question,
  { type, pending, release, end }: EarlyRelease,
  others: readonly EarlyRelease["pending"][],
  consequence: string,
): string {
  const from = question.line(pending.at);
  const noun = `\`${type.handle.noun}\``;
  const [name, what] =
    end === "release"
      ? [question.name(release.text || pending.text, type), `is released on line ${question.line(release.at)}`]
      : [question.name(pending.text, type), "reaches the end of its scope"];
  const also = others.map(({ name: other, at }) => ` and \`${other}\` (line ${question.line(at)})`).join("");
  return question.message(
    consequence,
    ...(also === "" ? [] : [`${name} ${what} while \`${pending.name}\` (line ${from})${also} are still running`]),
    `${name} ${what} while \`${pending.name}\` (line ${from}) is still running`,
    `${noun} ${what} while \`${pending.name}\` (line ${from}) is still running`,
    `${noun} ${what} while the call on line ${from} is still running`,
  );
}

/** What becomes of the operation: as a clause for the message, and in full for the last step. */
function fateOf(early: EarlyRelease): { brief: string; full: string } {
  const { type, pending, release, end, waits, onFailure } = early;
  // What begins only after the release meets a handle that has ended; so does what a scope leaves behind.
  const isLate = waits || pending.later || end === "scope";
  const contract = isLate ? undefined : releaseOf(type, release.name)?.pending;
  if (contract) return told(pendingPhrase(contract.outcome), contract.error);
  if (isLate) {
    const late = lateOutcome(type.handle.afterRelease, { operation: pending.name, failed: onFailure === true });
    return told(latePhrase(type.handle, late), late.error);
  }
  return told("may be cut short", undefined);
}

function told(phrase: string, error: string | undefined): { brief: string; full: string } {
  const brief = `it ${phrase}`;
  return { brief, full: error === undefined ? brief : `${brief}: ${error}` };
}

/** What the contract says of a release: of the handle itself, or of the pool that it is given back to. */
function releaseOf({ handle, contract }: HandleType, name: string): Release | undefined {
  const givenBack = contract.sources?.find(({ releases }) => releases?.[name]?.releasesArgument !== undefined);
  return handle.releases[name] ?? givenBack?.releases?.[name];
}
