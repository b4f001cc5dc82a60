import { overlapPhrase, referenceTo } from "@holdfast/contracts";
import type { Finding, Fix, Severity, WitnessStep } from "../finding.js";
import { fixesForOverlap } from "../fixes/for-overlap.js";
import { type Conflict, spanKey } from "../flow/facts.js";
import type { Span } from "../flow/graph.js";
import { textMatches } from "../flow/operations.js";
import type { TaskKind, Token } from "../flow/state.js";
import { byCause, type Question, siteOf } from "./question.js";
import type { Rule } from "./rule.js";

/** An operation while another in the same lane of the same handle can be pending. */
export const rule: Rule = {
  id: "no-concurrent-use",
  summary: "Disallow starting an operation on a handle while a conflicting one is still running.",
  why:
    "Many handles run one operation at a time. What a second one does depends on the library: it throws, answers the wrong " +
    "caller, writes into the middle of the first, or waits its turn. When a transaction fails, statements that other branches " +
    "start after the `ROLLBACK` run outside it, and their changes stay. Await each operation before the next, or use a lock.",
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
    const collisions = [...question.facts.conflicts.values()].flatMap((conflict) => {
      const harm = harmOf(question, conflict);
      return harm ? [{ conflict, harm }] : [];
    });
    collisions.sort(byWeight);
    return byCause(collisions, causes).map((collision) => finding(question, collision));
  },
};

/** Two operations that overlap, and what comes of it. */
interface Collision {
  conflict: Conflict;
  harm: Harm;
}

interface Harm {
  severity: Severity;
  /** Of the findings with one cause the one with the most weight is told. */
  weight: number;
  /** Nothing about it is a guess. */
  certain: boolean;
  /** As a clause, for the message. */
  brief: string;
  /** The same with the library's own words, if it has any. */
  full: string;
}

/** What is certain first, then what does the most harm. */
function byWeight(left: Collision, right: Collision): number {
  return (
    Number(right.harm.certain) - Number(left.harm.certain) ||
    right.harm.weight - left.harm.weight ||
    left.conflict.order - right.conflict.order
  );
}

/**
 * Operations of one statement, or that meet the same pending one, have one cause; so have all of one handle in a task.
 * Each is told once.
 */
function causes({ conflict: { identity, first, second, task } }: Collision): string[] {
  const keys = [`second ${spanKey(second.at)}`, `first ${spanKey(first.at)}`];
  if (contains(first.statement, second.at)) keys.push(`statement ${spanKey(first.statement)}`);
  if (task && task.kind !== "delayed" && task.kind !== "call") keys.push(`task ${spanKey(task.at)} ${identity}`);
  return keys;
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** What the library makes of the overlap; nothing, where it queues and no harm is done. */
function harmOf(question: Question, conflict: Conflict): Harm | undefined {
  const { overlap, certain } = conflict;
  if (overlap.outcome !== "queues") {
    const brief = conflict.isLocked ? `it ${overlap.outcome}` : overlapPhrase(overlap.outcome);
    const full = brief + (overlap.error === undefined ? "" : `: ${overlap.error}`);
    return { severity: "error", weight: 1, certain, brief, full };
  }
  const late = lateStatementsRun(question, conflict);
  if (late !== "no") {
    const brief = "if one fails, later statements of the others run outside the transaction and stay";
    const full =
      "if one branch fails, statements that the others start after the rollback run outside the transaction, and their changes stay";
    // Best told where the statement stands that stays behind.
    const weight = staysBehind(question, conflict.second) ? 2 : 1;
    return { severity: "error", weight, certain: certain && late === "yes", brief, full };
  }
  const { announcedEnd } = overlap;
  if (!announcedEnd || isExempt(question, announcedEnd.unless)) return undefined;
  const brief = `they queue, which is deprecated and ends in version ${announcedEnd.endsIn}`;
  // Today nothing breaks, and the driver that the program runs with may be another one.
  return { severity: "warning", weight: 0, certain: false, brief, full: `${brief}: ${announcedEnd.text}` };
}

/** A handle is made so that the announced end does not concern it. */
function isExempt({ engine }: Question, unless: { option: string; equals: boolean } | undefined): boolean {
  return unless !== undefined && engine.madeWith.has(`${unless.option}=${unless.equals}`);
}

/** Whether a statement can run after the transaction has failed and was rolled back. */
function lateStatementsRun(question: Question, { overlap, first, second, task }: Conflict): "yes" | "perhaps" | "no" {
  const ends = [question.facts.endsOf(first.site), question.facts.endsOf(second.site)] as const;
  const [ofFirst, ofSecond] = ends;
  // Code that waits for all of them, failed or not, leaves none behind.
  const settled = ends.every(
    (all) => all.has("allSettled") && [...all].every((end) => end === "allSettled" || end === "await"),
  );
  if (settled) return "no";
  if (overlap.lateStatements === "any") return "yes";
  if (overlap.lateStatements !== "after an await") return "no";
  const abandoned = ["all", "race", "any", "never"] as const;
  const isAbandoned = task !== undefined || abandoned.some((end) => ofSecond.has(end) || ofFirst.has(end));
  if (staysBehind(question, first) || (staysBehind(question, second) && isAbandoned)) return "yes";
  const mayStay = isAbandoned && (first.operation.severalStatements ?? second.operation.severalStatements);
  return mayStay ? "perhaps" : "no";
}

/** It may start after the transaction has ended, and is not what ends it. */
function staysBehind(question: Question, { later, operation: { ends }, site }: Token): boolean {
  if (!later || ends === undefined) return later;
  const passed = question.source.sourceFile.text.slice(site.end, question.call(site).end);
  const [, statement] = /^\s*\(\s*["'`]([^"'`]*)/.exec(passed) ?? [];
  return !textMatches(ends.text, statement);
}

function finding(question: Question, { conflict, harm }: Collision): Finding {
  const { type, second } = conflict;
  return {
    rule: rule.id,
    confidence: harm.certain ? "certain" : "likely",
    severity: harm.severity,
    message: message(question, conflict, harm.brief),
    place: question.place(second.at),
    contract: referenceTo(type),
    witness: [...meeting(question, conflict), question.follows("second", siteOf(second), harm.full)],
    fixes: fixes(question, conflict),
  };
}

/** The steps to the overlap in the order in which they happen: a task comes before what it starts. */
function meeting(question: Question, conflict: Conflict): WitnessStep[] {
  const { first, second, task } = conflict;
  if (conflict.isLocked) {
    const locks = question.begins(first, `\`${first.name}\` locks it here`);
    return [...locks, ...question.meets(second, `\`${second.name}\` is called here, before the lock is released`)];
  }
  const begins = question.begins(first, `\`${first.name}\` starts here and is still running`);
  const meets = question.meets(second, secondStep(first, second));
  if (task === undefined) return [...begins, ...meets];
  const inTask = (path: WitnessStep["path"], steps: WitnessStep[]) => [
    question.leads(path, task.at, taskStep(task.kind)),
    ...steps.filter(({ role, place }) => role !== "leads" || place.start !== task.at.start),
  ];
  return first.task?.at.start === task.at.start
    ? [...inTask("first", begins), ...meets]
    : [...begins, ...inTask("second", meets)];
}

function secondStep(first: Token, second: Token): string {
  if (siteOf(first).start === siteOf(second).start) return "it starts here again, before the first has finished";
  return first.name === second.name
    ? `a second \`${second.name}\` starts here, before the first has finished`
    : `\`${second.name}\` starts here, before \`${first.name}\` has finished`;
}

function taskStep(kind: TaskKind): string {
  switch (kind) {
    case "listener":
      return "this runs for each event, without waiting for the previous one";
    case "timer":
      return "this runs on every tick, without waiting for the previous one";
    case "delayed":
      return "this runs later, while other code goes on";
    case "call":
      return "this call is not awaited: it runs alongside what follows";
    default:
      return "this runs for all elements at once";
  }
}

function message(question: Question, { type, first, second, task, isLocked }: Conflict, consequence: string): string {
  const name = question.name(second.text || first.text, type);
  const [from, to] = [question.line(first.at), question.line(second.at)];
  const noun = `\`${type.handle.noun}\``;
  if (isLocked) {
    const rest = `is still locked by \`${first.name}\` (line ${from}) when \`${second.name}\` is called on line ${to}`;
    return question.message(consequence, `${name} ${rest}`, `${noun} ${rest}`);
  }
  if (first.at.start === second.at.start && first.site.start === second.site.start) {
    const next = task?.kind === "listener" ? "event" : task?.kind === "timer" ? "tick" : "iteration";
    return question.message(
      consequence,
      `${name} is still running \`${first.name}\` (line ${from}) when the next ${next} starts another`,
      `${noun} is still busy on line ${from} when the next ${next} starts another call`,
    );
  }
  return question.message(
    consequence,
    `${name} is still running \`${first.name}\` (line ${from}) when \`${second.name}\` starts on line ${to}`,
    `${noun} is still running \`${first.name}\` (line ${from}) when \`${second.name}\` starts on line ${to}`,
    `${noun} is still running the call on line ${from} when another starts on line ${to}`,
  );
}

function fixes(question: Question, conflict: Conflict): Fix[] {
  const { first, second, type, overlap, task } = conflict;
  if (conflict.isLocked) return [];
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
