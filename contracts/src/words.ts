/**
 * What contracts say, in words: data in, texts out. Pages, terminals and editors take their sentences from here, so that
 * all of them say the same. Names of the library stand between backticks in sentences, and bare in lists of names.
 */

import type {
  AfterRelease,
  Call,
  Contract,
  EarlyOption,
  Guard,
  Handle,
  Lane,
  LateOutcome,
  Operation,
  Overlap,
  Release,
  SecondRelease,
  Source,
  TypeName,
} from "./contract.js";

/** What comes of something, as far as contracts say more than its name. */
interface Outcome extends Partial<Omit<Overlap, "outcome">> {
  outcome: string;
}

type PendingOutcome = NonNullable<Release["pending"]>["outcome"];
type SecondOutcome = Release["second"]["outcome"];

const overlapPhrases: Record<Overlap["outcome"], string> = {
  throws: "the second call throws",
  rejects: "the second call rejects",
  corrupts: "data is corrupted",
  interleaves: "their output is mixed",
  swaps: "results reach the wrong caller",
  hangs: "one of them never settles",
  undefined: "the library does not define what happens",
  queues: "they run one after the other",
};

const latePhrases: Record<AfterRelease["outcome"], string> = {
  throws: "throws",
  rejects: "rejects",
  emits: "returns, and an `error` event follows",
  silent: "does nothing, and raises no error",
  works: "runs on a connection that another caller may already be using",
  hangs: "never settles",
  fine: "works as it should",
};

const pendingPhrases: Record<PendingOutcome, string> = {
  lost: "is lost",
  rejects: "rejects",
  "runs on": "keeps running on a connection that another caller may already be using",
  hangs: "never settles",
  finishes: "is carried out all the same",
};

const secondPhrases: Record<SecondOutcome, string> = {
  harmless: "is harmless",
  throws: "throws",
  rejects: "rejects",
  harms: "may take the handle away from another caller",
  hangs: "never settles",
};

const settlings: Record<NonNullable<Operation["settledBy"]>, string> = {
  promise: "is pending until its promise settles",
  callback: "is pending until its callback is called",
  either: "is pending until its promise settles, or its callback is called",
  return: "is over when it returns",
  close: "is pending until what it hands out is closed",
};

/** What overlap comes to, as a clause: `the second call throws`. */
export function overlapPhrase(outcome: Overlap["outcome"]): string {
  return overlapPhrases[outcome];
}

/** What becomes of an operation that a release comes upon, as a clause without its subject: `is lost`. */
export function pendingPhrase(outcome: PendingOutcome): string {
  return pendingPhrases[outcome];
}

/** What an operation does that comes after the end of the handle, as a clause without its subject: `rejects`. */
export function latePhrase({ afterRelease, lanes, releases }: Handle, late: LateOutcome = afterRelease): string {
  const { outcome } = late;
  if (outcome !== "works") return latePhrases[outcome];
  if (Object.values(lanes).some(({ overlap }) => overlap.lateStatements !== undefined)) {
    return "runs outside the transaction";
  }
  const ends = Object.values(releases);
  // What no other caller can be given works as before.
  const isHandedOn = ends.length === 0 || ends.some(({ pending }) => pending?.outcome === "runs on");
  return isHandedOn ? latePhrases.works : "works all the same";
}

/** What a second release does, as a clause without its subject: `throws`. */
export function secondPhrase(outcome: SecondOutcome): string {
  return secondPhrases[outcome];
}

/**
 * All that is known of an overlap, as a clause: `the second call throws: “Socket is busy”`. What a library has announced
 * is not said again if it was `told` before.
 */
export function overlapWords(overlap: Overlap, told?: Overlap): string {
  const isTold = told?.announcedEnd !== undefined && told.announcedEnd.text === overlap.announcedEnd?.text;
  return overlapPhrases[overlap.outcome] + details(isTold ? { ...overlap, announcedEnd: undefined } : overlap);
}

/** An outcome for a column of a table, with the text that a user would search for: `throws: “Socket is closed”`. */
export function outcomeWords(outcome: Outcome): string {
  return (outcome.outcome === "undefined" ? overlapPhrases.undefined : outcome.outcome) + details(outcome);
}

function details({ error, kills, threshold, lateStatements, announcedEnd }: Partial<Outcome>): string {
  return [
    kills ? " and makes the handle unusable" : "",
    threshold === undefined ? "" : `, from ${threshold} on`,
    error === undefined ? "" : `: “${error}”`,
    lateStatements === "any" || lateStatements === "after an await"
      ? `; when one branch fails, statements of the others${lateStatements === "any" ? "" : " after an await"} still run, outside the transaction`
      : "",
    announcedEnd === undefined
      ? ""
      : `; deprecated since ${announcedEnd.warnsSince} (“${announcedEnd.text}”), removed in ${announcedEnd.endsIn}`,
  ].join("");
}

/** A lane, or a lane in a phase of the handle: the operations in it, and what overlap does. */
export interface LaneFacts {
  name: string;
  phase?: string;
  operations: string[];
  overlap: Overlap;
  /** For a phase: what overlap does in the lane otherwise. */
  otherwise?: Overlap;
  /** Why, in sentences; may be empty. For a phase nothing is repeated. */
  why: string;
}

/** The lanes of a handle, each followed by the phases in which overlap does something else. */
export function lanesOf(handle: Handle): LaneFacts[] {
  return Object.entries(handle.lanes).flatMap(([name, lane]) => {
    const operations = operationsIn(handle, name);
    const phases = Object.entries(lane.phases ?? {});
    return [
      { name, operations, overlap: lane.overlap, why: whyOf(handle, name, lane) },
      ...phases.map(([phase, overlap]) => ({ name, phase, operations, overlap, otherwise: lane.overlap, why: "" })),
    ];
  });
}

function whyOf({ sections = [] }: Handle, name: string, { why, inOrder }: Lane): string {
  const reasons = [
    why,
    inOrder ? "Answers come in the order of the calls." : undefined,
    ...sections.filter(({ lane }) => lane === name).map((section) => section.why),
  ];
  return reasons.filter((reason) => reason !== undefined).join(" ");
}

/** The operations in one lane, and how the handle is passed along to be used in it. */
function operationsIn({ operations, passedAs }: Handle, lane: string): string[] {
  const names = Object.keys(operations).filter((name) => operations[name]?.lane === lane);
  return passedAs?.lane === lane ? [...names, passedWords(passedAs)] : names;
}

/** `{ session }` for an option of any call, `execute(…)` for an argument of one. */
function passedWords({ property, method }: NonNullable<Handle["passedAs"]>): string {
  return property === undefined ? `${method}(…)` : `{ ${property} }`;
}

/** Operations of which any number may be pending, but which a release must not meet. */
export function freeOperations({ operations, lanes, anyMethod }: Handle): string[] {
  const names = Object.entries(operations)
    .filter(([, { outlivesRelease }]) => !outlivesRelease)
    .filter(([, { lane, settledBy }]) => settledBy !== "return" && (lane === undefined || lanes[lane] === undefined))
    .map(([name]) => name);
  return anyMethod === undefined ? names : [...names, "any other method"];
}

/**
 * What may not begin while an operation is pending, and what must not be pending when it begins: sentences. Empty for an
 * operation without a lane.
 */
export function laneSentences(handle: Handle, name: string, { lane: laneName, settledBy }: Operation): string[] {
  const lane = laneName === undefined ? undefined : handle.lanes[laneName];
  if (laneName === undefined || lane === undefined) return [];
  const blocking = Object.entries(handle.lanes).filter(([, { blocks = [] }]) => blocks.includes(laneName));
  const phases = Object.entries(lane.phases ?? {});
  return [
    ...(settledBy === "return" ? [] : [whilePending(handle, name, laneName, lane)]),
    ...phases.map(([phase, overlap]) => `In a ${phase}: ${overlapWords(overlap, lane.overlap)}.`),
    ...blocking.map(
      ([other, { overlap, blocked }]) =>
        `It may not begin while ${oneOf(operationsIn(handle, other), other)} is pending: ${overlapWords(blocked ?? overlap)}.`,
    ),
  ];
}

function whilePending(handle: Handle, name: string, laneName: string, lane: Lane): string {
  const others = operationsIn(handle, laneName).filter((other) => other !== name);
  const pending = oneOf([name, ...others], laneName);
  const none = others.length === 0 ? "it may not begin again" : "none of them may begin";
  const shutOut = operationsShutOut(handle, laneName, lane);
  if (lane.overlap.outcome === "queues" && shutOut.length === 0) {
    const waiting =
      others.length === 0 ? `a second ${spoken(name)} waits for the first` : `${pending} waits for another`;
    return sentence(waiting + details(lane.overlap));
  }
  const nor = shutOut.length === 0 ? "" : `, nor may ${listed(shutOut, "or")}`;
  return `While ${pending} is pending, ${none}${nor}: ${overlapWords(lane.overlap)}.`;
}

/** Operations of other lanes that may not begin while one of this lane is pending. */
function operationsShutOut(handle: Handle, laneName: string, { excludes = [], blocks = [] }: Lane): string[] {
  return Object.entries(handle.lanes)
    .filter(([other, lane]) => [...excludes, ...blocks].includes(other) || lane.excludes?.includes(laneName))
    .filter(([other]) => other !== laneName)
    .flatMap(([other]) => operationsIn(handle, other));
}

function oneOf(names: readonly string[], lane: string): string {
  if (names.length > mostNames) return `one of the ${names.length} operations in the lane \`${lane}\``;
  return names.length > 2 ? `one of ${listed(names, "and")}` : listed(names, "or");
}

/** How long an operation is pending, as a clause without its subject: `is pending until its promise settles`. */
export function settlingWords({ settledBy = "promise", lazy, builds, severalStatements }: Operation): string {
  if (builds && !builds.lazy) return `begins with ${listed(builds.runs, "or")} and ${settlings[settledBy]}`;
  const sends = severalStatements ? "; it may send several statements, each after the answer to the one before" : "";
  return `${lazy || builds ? "begins when it is awaited, and " : ""}${settlings[settledBy]}${sends}`;
}

/** What a release does, as clauses without their subject: `does not wait for what is pending; a second one is harmless`. */
export function releaseWords(release: Release): string {
  const { waits, waitsWith, kind, graceful, abortsWith, drops, unless, bounded, pending, second } = release;
  const { failsOpen, stuckOn, whileLent } = release;
  return [
    unless === undefined ? "" : `releases nothing with ${unless.equals} as argument ${unless.argument + 1}`,
    `${waits ? "waits" : "does not wait"} for what is pending${waits && bounded !== undefined ? `, but: ${bounded.replace(/\.$/, "")}` : ""}`,
    waitsWith === undefined ? "" : `waits if the handle was made with \`${waitsWith.option}: ${waitsWith.equals}\``,
    kind === "abort" ? "breaks off what is under way" : "",
    abortsWith === undefined ? "" : `breaks off what is under way if argument ${abortsWith.argument + 1} is true`,
    drops ? `drops what was handed over${graceful === undefined ? "" : `, which ${graceful} does not`}` : "",
    pending === undefined || (waits && pending.outcome === "finishes")
      ? ""
      : `what is still pending then ${pendingPhrases[pending.outcome]}${details(pending)}`,
    stuckOn === undefined ? "" : `never settles while ${listed(stuckOn, "or")} waits without a limit of time`,
    failsOpen ? "one that fails has released nothing" : "",
    whileLent === undefined ? "" : `while something that was handed out is not released it ${outcomeWords(whileLent)}`,
    `a second one ${secondWords(second)}`,
  ]
    .filter((clause) => clause !== "")
    .join("; ");
}

/** What an operation does that comes too late, as a clause: `an operation after the release throws: “Socket is closed”`. */
export function afterReleaseWords(handle: Handle): string {
  const { afterRelease, operations, anyMethod, releases } = handle;
  if (Object.keys(operations).length === 0 && anyMethod === undefined) return "";
  // What has no release of its own ends with its parent, or with a scope.
  const end = Object.keys(releases).length > 0 ? "the release" : "its end";
  return `an operation after ${end} ${latePhrase(handle)}${details(afterRelease)}`;
}

/** What is different for some operations, or after some releases, as sentences. */
export function lateSentences({ afterRelease: { operations = {}, after = {}, errorOnFailure } }: Handle): string[] {
  return [
    ...lateExceptions("", operations),
    ...Object.entries(after).flatMap(([release, outcomes]) => [
      `After \`${release}\` it ${latePhrases[outcomes.outcome]}${details(outcomes)}.`,
      ...lateExceptions(`After \`${release}\` `, outcomes.operations ?? {}),
    ]),
    errorOnFailure === undefined ? "" : `After a failure the text is “${errorOnFailure}”.`,
  ].filter((words) => words !== "");
}

/** Operations that come to the same are told together. */
function lateExceptions(when: string, operations: Record<string, LateOutcome>): string[] {
  const groups = new Map<string, string[]>();
  for (const [name, outcome] of Object.entries(operations)) {
    const words = latePhrases[outcome.outcome] + details(outcome);
    groups.set(words, [...(groups.get(words) ?? []), name]);
  }
  return [...groups].map(([words, names]) => sentence(`${when}${listed(names, "or")} ${words}`));
}

/** What a second release comes to, as a clause with all its cases. */
export function secondWords(second: SecondRelease): string {
  const { outcome, underWay, harmlessAfter = [], errorAfter = {}, harmsNextOwner } = second;
  return [
    outcome === "harmless" ? "is harmless" : outcomeWords(second),
    underWay === undefined ? "" : `while the first is under way it ${outcomeWords(underWay)}`,
    harmlessAfter.length === 0 ? "" : `after ${listed(harmlessAfter, "or")} it is harmless`,
    ...Object.entries(errorAfter).map(([release, text]) => `after \`${release}\`: “${text}”`),
    harmsNextOwner ? "once the handle has its next owner, it is released from under that owner" : "",
  ]
    .filter((clause) => clause !== "")
    .join("; ");
}

/** The properties that say how far a handle or a source is, as a sentence; empty where there are none. */
export function stateSentence({ states = {} }: Pick<Handle, "states">): string {
  const names = Object.entries(states).map(([name, { method }]) => `\`${name}${method ? "()" : ""}\``);
  return names.length === 0 ? "" : `How far it is: ${names.join(", ")}.`;
}

/** What ends a source, and what becomes of what is done on it afterwards, as sentences. */
export function endSentences({ ends = {}, afterEnd, reopenedBy = [] }: Source): string[] {
  return [
    ...Object.entries(ends).map(([name, release]) => `\`${name}\` ends it: ${releaseWords(release)}.`),
    afterEnd === undefined || afterEnd.outcome === "works"
      ? ""
      : sentence(`a call after its end ${latePhrases[afterEnd.outcome]}${details(afterEnd)}`),
    reopenedBy.length === 0 ? "" : `${listed(reopenedBy, "or")} opens it again.`,
  ].filter((words) => words !== "");
}

/** A clause as a sentence; an empty one stays empty. */
export function sentence(clause: string): string {
  const text = clause.slice(0, 1).toUpperCase() + clause.slice(1);
  return text === "" || /[.!?]”?$/.test(text) ? text : `${text}.`;
}

/** Options that have to be set before the same calls, or it is the same that happens. */
export interface OptionGroup {
  names: string[];
  before: string[];
  tooLate: string;
}

/** The early options of a handle, those together of which the same is said. */
export function optionGroups({ options = [] }: Handle): OptionGroup[] {
  const groups = new Map<string, OptionGroup>();
  for (const option of options) {
    const before = precededBy(option);
    const key = JSON.stringify([before, option.tooLate]);
    const names = [...new Set([...(groups.get(key)?.names ?? []), option.name])];
    groups.set(key, { names, before, tooLate: option.tooLate });
  }
  return [...groups.values()];
}

function precededBy({ precedes, precedesNew = [] }: EarlyOption): string[] {
  return [...precedes, ...precedesNew.map((type) => `new ${type}`)];
}

/** When an early option has to be set, and what happens when it is not: sentences. */
export function optionSentences(option: EarlyOption): string[] {
  const { constructorProperty, tooLate } = option;
  return [
    `It has to be set before ${listed(precededBy(option), "or")}.`,
    ...(constructorProperty === undefined ? [] : [`The constructor takes it as well, as \`${constructorProperty}\`.`]),
    `Set too late: ${sentence(tooLate)}`,
  ];
}

/** What begins and ends each phase, as sentences; empty where nothing does. */
export function phaseSentence({ operations }: Handle): string {
  const callsThat = (what: "begins" | "ends", phase: string) =>
    Object.entries(operations).flatMap(([name, { [what]: change }]) =>
      change?.phase === phase ? callsOf(name, change.text) : [],
    );
  const phases = new Set(Object.values(operations).flatMap(({ begins }) => begins?.phase ?? []));
  return [...phases]
    .map(
      (phase) =>
        `${either(callsThat("begins", phase))} starts a ${phase}; ${either(callsThat("ends", phase))} ends it.`,
    )
    .join(" ");
}

/** The calls that change a phase, with the statements that the pattern lists: `query("COMMIT")`, `query("ROLLBACK")`. */
function callsOf(name: string, pattern: string | undefined): string[] {
  if (pattern === undefined) return [`\`${name}()\``];
  const [, statements] = /\(([^()]+)\)/.exec(pattern) ?? [];
  return statements === undefined
    ? [`\`${name}\` with a statement that matches \`${pattern}\``]
    : statements.split("|").map((text) => `\`${name}("${text.replaceAll("\\s+", " ").toUpperCase()}")\``);
}

/** How to wait until everything is out, as a sentence; empty where nothing waits. */
export function drainSentence({ drains = [] }: Handle): string {
  return drains.length === 0 ? "" : `To wait until what was handed over is out: ${coded(drains)}.`;
}

/** What `using` does, as a sentence; empty where the handle cannot be used so. */
export function disposalSentence({ disposal }: Handle): string {
  if (!disposal) return "";
  const keyword = disposal.kind === "async" ? "`await using`" : "`using`";
  const waits = disposal.waits ? "waits" : "does not wait";
  return `${keyword} calls \`${disposal.release}\` at the end of the block, which ${waits} for what is pending.`;
}

/** What messages are owed, as a sentence; empty where the handle delivers none. */
export function settlementSentence({ settlement: owed }: Handle): string {
  if (owed === undefined) return "";
  const answers = [...owed.acknowledges, ...owed.rejects, ...(owed.answersAll ?? [])];
  return `Each message of ${coded(owed.delivers)} is owed one answer: ${coded(answers)}. A second one: ${outcomeWords(owed.second)}.`;
}

/** What a call does when all that it could hand out is taken, as a clause; empty where there is no end of it. */
export function limitWords({ limited }: Call): string {
  return limited === undefined ? "" : `when all are taken, it ${outcomeWords(limited)}`;
}

/** What a guard of access makes impossible, as a sentence. */
export function guardSentence({ exclusive, call, runs = {}, enters = [] }: Guard): string {
  const ways = [...(call ? ["a call of it"] : []), ...[...Object.keys(runs), ...enters].map((name) => `\`${name}\``)];
  const when =
    exclusive === "always"
      ? "always"
      : `if it is made for one at a time${exclusive.property ? ` (\`${exclusive.property}: 1\`)` : ""}`;
  return `What runs inside ${ways.join(" or ")} does not overlap: ${when}.`;
}

/** What people call a type that a contract refers to: its noun, or its name. */
export function nounOf(type: TypeName, { package: name, handles }: Contract): string {
  const handle = handles.find((candidate) => candidate.name === type || `${name}#${candidate.name}` === type);
  return handle?.noun ?? `\`${type}\``;
}

/** A noun with its article. */
export function withArticle(noun: string): string {
  return `${/^`?(?:[aeiou]|http)/i.test(noun) ? "an" : "a"} ${noun}`;
}

/** Names between backticks. */
export function coded(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

/** More names than these make no sentence. */
const mostNames = 8;

/** Operations as the end of an enumeration; of many the first ones. */
function listed(names: readonly string[], conjunction: "and" | "or"): string {
  if (names.length > mostNames) {
    return `${names.slice(0, mostNames).map(spoken).join(", ")} and ${names.length - mostNames} more`;
  }
  return joined(names.map(spoken), conjunction);
}

function either(texts: readonly string[]): string {
  return joined(texts, "or");
}

function joined(texts: readonly string[], conjunction: "and" | "or"): string {
  const last = texts.at(-1);
  return last === undefined || texts.length === 1
    ? texts.join("")
    : `${texts.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

/** How an operation is called in a sentence: two of them have keys that are no names of methods. */
export function spoken(operation: string): string {
  if (operation === "()") return "a call of it";
  return operation === "[Symbol.asyncIterator]" ? "`for await`" : `\`${operation}\``;
}
