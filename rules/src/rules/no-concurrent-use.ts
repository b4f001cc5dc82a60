import { overlapPhrase, referenceTo } from "@holdfast/contracts";
import type { Finding, Fix, Severity, WitnessStep } from "../finding.js";
import { fixesForOverlap } from "../fixes/for-overlap.js";
import { type Conflict, spanKey } from "../flow/facts.js";
import type { Span } from "../flow/graph.js";
import type { Token } from "../flow/state.js";
import { byCause, type Question } from "./question.js";
import type { Rule } from "./rule.js";

/** An operation while another in the same lane of the same handle can be pending. */
export const rule: Rule = {
  id: "no-concurrent-use",
  summary: "An operation while another in the same lane of the same handle can be pending.",
  why:
    "Many handles run one operation at a time. What a second one does is up to the library: it throws, answers the wrong " +
    "caller, writes into the middle of the first, or waits its turn, so that after a failure statements still run " +
    "behind the ROLLBACK. Await each operation before the next, or let them take turns through a lock.",
  severity: "error",
  fixKinds: [
    "sequential-loop",
    "settle-all",
    "add-await",
    "await-at-once",
    "await-first",
    "return-await",
    "promise-chain",
    "mutex",
    "exclusive",
  ],
  check: (question) => {
    const conflicts = [...question.facts.conflicts.values()]
      .filter((conflict) => severityOf(question, conflict) !== undefined)
      .sort((left, right) => Number(right.certain) - Number(left.certain) || left.order - right.order);
    return byCause(loudest(question, conflicts), causes).map((conflict) => finding(question, conflict));
  },
};

/** Of the same two places, told several times over, what does the most harm, where the first of them stands. */
function loudest(question: Question, conflicts: readonly Conflict[]): Conflict[] {
  const byPlaces = new Map<string, Conflict>();
  for (const conflict of conflicts) {
    const key = `${spanKey(conflict.first.at)} ${spanKey(conflict.second.at)}`;
    const known = byPlaces.get(key);
    const isLouder = known && severityOf(question, known) !== "error" && severityOf(question, conflict) === "error";
    if (!known || isLouder) byPlaces.set(key, conflict);
  }
  return [...byPlaces.values()];
}

/** Operations of one statement, or that meet the same pending one, have one cause; and each is told once. */
function causes({ first, second, task }: Conflict): string[] {
  const keys = [`second ${spanKey(second.at)}`, `first ${spanKey(first.at)}`];
  if (contains(first.statement, second.at)) keys.push(`statement ${spanKey(first.statement)}`);
  if (task && task.kind !== "delayed" && task.kind !== "call") keys.push(`task ${spanKey(task.at)}`);
  return keys;
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** How loud it is said: by what the library does. Nothing, where it queues and is content. */
function severityOf(question: Question, conflict: Conflict): Severity | undefined {
  const { overlap } = conflict;
  if (overlap.outcome !== "queues") return "error";
  if (lateStatementsRun(question, conflict)) return "error";
  const announced = overlap.announcedEnd;
  if (!announced) return undefined;
  const { unless } = announced;
  return unless && question.engine.madeWith.has(`${unless.option}=${unless.equals}`) ? undefined : "warning";
}

/** Whether a statement can run after the transaction has failed and was rolled back. */
function lateStatementsRun(question: Question, { overlap, first, second, task }: Conflict): boolean {
  const ends = [question.facts.endsOf(first.site), question.facts.endsOf(second.site)] as const;
  const [ofFirst, ofSecond] = ends;
  // Whoever waits for all of them, failed or not, leaves none behind.
  const settled = ends.every(
    (all) => all.has("allSettled") && [...all].every((end) => end === "allSettled" || end === "await"),
  );
  if (settled) return false;
  if (overlap.lateStatements === "any") return true;
  if (overlap.lateStatements !== "after an await") return false;
  const abandoned = ["all", "race", "any", "never"] as const;
  return (
    first.later ||
    (second.later && (task !== undefined || abandoned.some((end) => ofSecond.has(end) || ofFirst.has(end))))
  );
}

function finding(question: Question, conflict: Conflict): Finding {
  const { type, first, second } = conflict;
  return {
    rule: rule.id,
    confidence: conflict.certain ? "certain" : "likely",
    severity: severityOf(question, conflict) ?? "warning",
    message: message(question, conflict),
    place: question.place(second.at),
    contract: referenceTo(type),
    witness: [
      ...question.begins(first, `\`${first.name}\` starts here and is pending`),
      ...(conflict.task ? [question.leads(pathOf(conflict.task, second), conflict.task.at, taskStep(conflict))] : []),
      ...question.meets(
        second,
        first.at.start === second.at.start ? "it starts again here" : `\`${second.name}\` starts here meanwhile`,
      ),
      question.follows("second", second.at, consequence(question, conflict)),
    ],
    fixes: fixes(question, conflict),
  };
}

function message(question: Question, { type, first, second, task }: Conflict): string {
  const name = question.name(second.text || first.text, type);
  const [from, to] = [question.line(first.at), question.line(second.at)];
  if (first.at.start === second.at.start && first.site.start === second.site.start) {
    const rounds = task?.kind === "listener" ? "event" : task?.kind === "timer" ? "tick" : "round";
    return question.message(
      `${name} is still running the \`${first.name}\` of line ${from} when the next ${rounds} starts another`,
      `${name} is still busy with line ${from} when the next ${rounds} runs it again`,
    );
  }
  return question.message(
    `${name} is still running the \`${first.name}\` of line ${from} when line ${to} starts \`${second.name}\``,
    `${name} is still running the call of line ${from} when line ${to} starts another`,
    `\`${type.handle.noun}\` is still busy with line ${from} when line ${to} starts another`,
  );
}

/** Whose task it is: of what goes on in both, the next round is the one that meets the other. */
function pathOf(task: NonNullable<Conflict["task"]>, second: Token): WitnessStep["path"] {
  return second.task?.at.start === task.at.start ? "second" : "first";
}

function taskStep({ task }: Conflict): string {
  switch (task?.kind) {
    case "listener":
      return "this runs for each event, and does not wait for the one before";
    case "timer":
      return "this runs at every tick, and does not wait for the one before";
    case "delayed":
      return "this runs later, beside what goes on meanwhile";
    case "call":
      return "nobody waits for this call: it goes on beside what follows";
    default:
      return "this runs for every element at once";
  }
}

/** What comes of it, in the library's own words where it has any. */
function consequence(question: Question, conflict: Conflict): string {
  const { overlap } = conflict;
  if (overlap.outcome === "queues" && lateStatementsRun(question, conflict)) {
    return "if one fails, statements of the others still run after the rollback, outside the transaction";
  }
  if (overlap.outcome === "queues" && overlap.announcedEnd) {
    return `they queue until version ${overlap.announcedEnd.endsIn}: ${overlap.announcedEnd.text}`;
  }
  const outcome = overlapPhrase(overlap.outcome);
  return overlap.error === undefined ? outcome : `${outcome}: ${overlap.error}`;
}

function fixes(question: Question, conflict: Conflict): Fix[] {
  const { first, second, type, overlap, task } = conflict;
  const isCall = task?.kind === "call";
  return fixesForOverlap(question.source, {
    first: question.call(first.at),
    second: question.call(second.at),
    origin: question.call(first.site),
    handle: second.text,
    task: task === undefined || task.kind === "repeated" ? "none" : isCall ? "call" : "other",
    ...(isCall && { unawaited: question.call(task.at) }),
    settledBy: first.operation.settledBy,
    settlingHelps: overlap.outcome === "queues" && overlap.announcedEnd === undefined && !overlap.settlingIsNoRemedy,
    words: { handle: question.name(second.text, type), operation: `\`${second.name}\`` },
  });
}
