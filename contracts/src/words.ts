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
  Operation,
  Overlap,
  Release,
  TypeName,
} from "./contract.js";

/** What comes of something, as far as contracts say more than its name. */
interface Outcome extends Partial<Omit<Overlap, "outcome">> {
  outcome: string;
}

const overlapPhrases: Record<Overlap["outcome"], string> = {
  throws: "the second call throws",
  rejects: "the second call rejects",
  corrupts: "data is corrupted",
  interleaves: "what they write is mixed",
  swaps: "results reach the wrong caller",
  hangs: "one of them never settles",
  undefined: "the vendor promises nothing",
  queues: "they wait for each other",
};

const latePhrases: Record<AfterRelease["outcome"], string> = {
  throws: "throws",
  rejects: "rejects",
  silent: "does nothing, and nobody is told",
  works: "works, on a handle that may be somebody else's by then",
  hangs: "never settles",
};

const pendingPhrases: Record<NonNullable<Release["pending"]>["outcome"], string> = {
  lost: "is lost",
  rejects: "rejects",
  "runs on": "runs on, on a handle that may be somebody else's by then",
  hangs: "never settles",
  finishes: "is carried out all the same",
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
      : `; since ${announcedEnd.warnsSince} it warns “${announcedEnd.text}”, and ${announcedEnd.endsIn} ends it`,
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

function whyOf({ sections = [] }: Handle, name: string, { why }: Lane): string {
  const reasons = [why, ...sections.filter(({ lane }) => lane === name).map((section) => section.why)];
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
      ([other, { overlap }]) =>
        `It may not begin while ${oneOf(operationsIn(handle, other), other)} is pending: ${overlapWords(overlap)}.`,
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
export function settlingWords({ settledBy = "promise", lazy, builds }: Operation): string {
  if (builds && !builds.lazy) return `begins with ${listed(builds.runs, "or")} and ${settlings[settledBy]}`;
  return lazy || builds ? `begins when it is awaited, and ${settlings[settledBy]}` : settlings[settledBy];
}

/** What a release does, as clauses without their subject: `does not wait for what is pending; a second one is harmless`. */
export function releaseWords({ waits, kind, graceful, unless, bounded, pending, second }: Release): string {
  return [
    unless === undefined ? "" : `releases nothing with ${unless.equals} as argument ${unless.argument + 1}`,
    `${waits ? "waits" : "does not wait"} for what is pending${waits && bounded !== undefined ? `, but: ${bounded.replace(/\.$/, "")}` : ""}`,
    kind === "abort" ? `drops what was handed over${graceful === undefined ? "" : `, which ${graceful} does not`}` : "",
    pending === undefined || (waits && pending.outcome === "finishes")
      ? ""
      : `what is still pending then ${pendingPhrases[pending.outcome]}${details(pending)}`,
    `a second one ${second.outcome === "harmless" ? "is harmless" : outcomeWords(second)}`,
  ]
    .filter((clause) => clause !== "")
    .join("; ");
}

/** What an operation does that comes too late, as a clause: `an operation after the release throws: “Socket is closed”`. */
export function afterReleaseWords({ afterRelease, operations, anyMethod, releases }: Handle): string {
  if (Object.keys(operations).length === 0 && anyMethod === undefined) return "";
  // What has no release of its own ends with its parent, or with a scope.
  const end = Object.keys(releases).length > 0 ? "the release" : "its end";
  return `an operation after ${end} ${latePhrases[afterRelease.outcome]}${details(afterRelease)}`;
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

/** What begins and ends a phase, as a sentence; empty where nothing does. */
export function phaseSentence({ operations }: Handle): string {
  const changes = Object.entries(operations).flatMap(([name, { begins, ends }]) => [
    ...(begins ? [`\`${name}\` begins a ${begins.phase}`] : []),
    ...(ends ? [`\`${name}\` ends a ${ends.phase}`] : []),
  ]);
  return changes.length === 0 ? "" : `With the right statement, ${changes.join(", ")}.`;
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
  const last = names.at(-1);
  if (last === undefined || names.length === 1) return names.map(spoken).join("");
  return `${names.slice(0, -1).map(spoken).join(", ")} ${conjunction} ${spoken(last)}`;
}

/** How an operation is called in a sentence: two of them have keys that are no names of methods. */
export function spoken(operation: string): string {
  if (operation === "()") return "a call of it";
  return operation === "[Symbol.asyncIterator]" ? "`for await`" : `\`${operation}\``;
}
