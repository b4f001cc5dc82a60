import { lateOutcome, latePhrase, referenceTo, secondPhrase } from "@holdfast/contracts";
import type { Finding, Fix } from "../finding.js";
import { fixesForLateUse } from "../fixes/for-late-use.js";
import { type LateUse, spanKey } from "../flow/facts.js";
import type { Span } from "../flow/graph.js";
import { byCause, type Question, siteOf } from "./question.js";
import type { Rule } from "./rule.js";

/** An operation after the release; a second release where the contract says that it does harm. */
export const rule: Rule = {
  id: "no-use-after-release",
  summary: "Disallow using a handle after it has been released, or releasing it twice.",
  why:
    "After its release a handle fails every operation or, worse, works: on a connection that another caller may already " +
    "be using. A second release can take the connection away from that caller. Release once, after the last operation; " +
    "acknowledge a message before the handle that delivered it is released.",
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
  const outcome = outcomeOf(late);
  const when = released.request ? " for the next request" : "";
  return {
    rule: rule.id,
    confidence: late.certain ? "certain" : "likely",
    severity: "error",
    message: message(question, late, outcome.brief),
    place: question.place(placesOf(late).use),
    contract: referenceTo(type),
    witness: [
      ...(released.request ? [question.leads("first", released.request, "this runs for each request")] : []),
      ...question.begins(released, `\`${released.name}\` releases the handle here`),
      ...question.meets(use, `${late.again ? "it is released again here" : `\`${use.name}\` is called here`}${when}`),
      question.follows("second", siteOf(use), outcome.full),
    ],
    fixes: released.request ? [] : fixes(question, late),
  };
}

function fixes(question: Question, late: LateUse): Fix[] {
  const { type, use, released } = late;
  return fixesForLateUse(question.source, {
    release: question.call(released.at),
    use: question.call(use.at),
    again: late.again,
    acknowledges: isAnswer(late),
    isDisposable: type.handle.disposal?.kind === "async",
    words: { handle: question.name(use.text, type), operation: `\`${use.name}\`` },
  });
}

function isAnswer({ type, use }: LateUse): boolean {
  const { settlement } = type.handle;
  return settlement !== undefined && [...settlement.acknowledges, ...settlement.rejects].includes(use.name);
}

/** Where it shows; what one call of a helper does both of shows in the helper. */
function placesOf({ released, use }: LateUse): { release: Span; use: Span } {
  return released.at.start === use.at.start
    ? { release: siteOf(released), use: siteOf(use) }
    : { release: released.at, use: use.at };
}

function message(question: Question, late: LateUse, consequence: string): string {
  const { type, use, released, again } = late;
  const name = question.name(use.text, type);
  const noun = `\`${type.handle.noun}\``;
  const places = placesOf(late);
  const [from, to] = [question.line(places.release), question.line(places.use)];
  const when = released.request ? " for the next request" : "";
  const what = `${again ? `is released again on line ${to}` : `is used on line ${to} (\`${use.name}\`)`}${when}`;
  return question.message(
    consequence,
    `${name} ${what}, after its release on line ${from}`,
    `${noun} ${what}, after its release on line ${from}`,
  );
}

/** What the late call does: as a clause for the message, and in full for the last step. */
function outcomeOf({ type, released, use, again, error }: LateUse): { brief: string; full: string } {
  const late =
    released.afterwards ?? lateOutcome(type.handle.afterRelease, { operation: use.name, release: released.name });
  const second = type.handle.releases[use.name]?.second.outcome;
  const brief = again
    ? `the second release ${second === undefined ? "fails" : secondPhrase(second)}`
    : `the call ${latePhrase(type.handle, late)}`;
  const text = again ? error : late.error;
  return { brief, full: text === undefined ? brief : `${brief}: ${text}` };
}
