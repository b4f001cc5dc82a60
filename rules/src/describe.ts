/** What an editor shows beside a handle, or beside what is done with one: Markdown, as short as it can be. */

import {
  afterReleaseWords,
  type Call,
  coded,
  type Contract,
  disposalSentence,
  drainSentence,
  endSentences,
  type Evidence,
  freeOperations,
  guardSentence,
  type Handle,
  type LaneFacts,
  lanesOf,
  lateSentences,
  laneSentences,
  limitWords,
  nounOf,
  type Operation,
  optionGroups,
  optionSentences,
  overlapWords,
  phaseSentence,
  referenceTo,
  releaseWords,
  sentence,
  settlementSentence,
  settlingWords,
  type Source,
  spoken,
  stateSentence,
  withArticle,
} from "@holdfast/contracts";
import { homepage } from "./rules/index.js";
import type { Inspection, Member } from "./types/inspect.js";

/** So much evidence, and so many names of one kind, are shown at most. */
const mostEvidence = 3;
const mostNames = 6;

/** What the contract says of what stands there, in Markdown. */
export function describeInspection({ type, member }: Inspection): string {
  const { contract } = type;
  const body = member ? aboutMember(type, member) : aboutType(type);
  return paragraphs(
    ...(isOwn(contract) ? body.map(withoutMarkup) : body),
    footer(contract, member ? referenceTo(type) : undefined),
  );
}

/** Whether the contract is one of the user's own: a workspace says what stands in it. */
function isOwn({ evidence }: Contract): boolean {
  return evidence.every(({ kind, where }) => kind === "documentation" && !where.startsWith("http"));
}

/** No link and no picture: only this file makes those. */
function withoutMarkup(text: string): string {
  return text.replaceAll(/[[\]<>]/g, "\\$&");
}

function aboutType(type: Inspection["type"]): string[] {
  switch (type.kind) {
    case "handle":
      return aboutHandle(type.handle);
    case "source":
      return aboutSource(type.source, type.contract);
    case "guard":
      return [`**${type.guard.name}**, a guard of access`, guardSentence(type.guard)];
  }
}

function aboutHandle(handle: Handle): string[] {
  const overlaps = lanesOf(handle)
    .filter(({ operations }) => operations.some((name) => isPending(handle.operations[name])))
    .map((lane) => `- ${nameOf(lane)}: ${overlapWords(lane.overlap, lane.otherwise)}`);
  const free = freeOperations(handle);
  const releases = Object.entries(handle.releases).map(([name, release]) => `- \`${name}\` ${releaseWords(release)}`);
  const options = optionGroups(handle).map(({ names, before }) => `- ${first(names)}: before ${first(before)}`);
  return [
    `**${handle.noun}**`,
    list("Only one operation of a lane may be pending at a time:", overlaps),
    free.length > 0 ? `Any number of these may be pending: ${first(free)}.` : "",
    phaseSentence(handle),
    list("Releases:", releases),
    [sentence(afterReleaseWords(handle)), ...lateSentences(handle)].join(" ").trim(),
    stateSentence(handle),
    disposalSentence(handle),
    handle.mayBeLeft === undefined ? "" : `It need not be released. ${handle.mayBeLeft}`,
    drainSentence(handle),
    settlementSentence(handle),
    list("Options that have to be set early:", options),
  ];
}

function nameOf({ operations, phase }: LaneFacts): string {
  return first(operations) + (phase === undefined ? "" : `, in a ${phase}`);
}

function isPending(operation: Operation | undefined): boolean {
  return operation?.settledBy !== "return";
}

function aboutSource(source: Source, contract: Contract): string[] {
  const { name, methods = {}, operations = {}, releases = {} } = source;
  const handing = Object.entries({ ...methods, ...operations }).flatMap(([method, call]) =>
    call.returns
      ? [`- \`${method}\` hands out ${withArticle(nounOf(call.returns.type, contract))}${limits(call)}`]
      : [],
  );
  return [
    `**${name}**, shared freely: any number of calls may be pending on it.`,
    handing.join("\n"),
    Object.keys(releases).length > 0 ? `It takes back: ${coded(Object.keys(releases))}.` : "",
    endSentences(source).join(" "),
    stateSentence(source),
  ];
}

function limits(call: Call): string {
  const words = limitWords(call);
  return words === "" ? "" : `; ${words}`;
}

function aboutMember(type: Inspection["type"], { name, kind }: Member): string[] {
  if (type.kind === "guard") return [`**\`${name}\`**`, guardSentence(type.guard)];
  const called = `**${name === "()" ? "A call of it" : `\`${name}\``}**`;
  const of = `of ${withArticle(type.kind === "handle" ? type.handle.noun : `\`${type.source.name}\``)}`;
  const model = type.kind === "handle" ? type.handle : type.source;
  switch (kind) {
    case "operation":
      return type.kind === "handle"
        ? [`${called}, an operation ${of}`, ...aboutOperation(type.handle, name)]
        : [`${called} ${of}`, ...aboutCall(model.operations?.[name], type.contract)];
    case "release":
      return [`${called}, a release ${of}`, ...aboutRelease(type, name)];
    case "option":
      return [`${called}, an early option ${of}`, ...aboutOption(type, name)];
    case "method":
      return [`${called} ${of}`, ...aboutCall(model.methods?.[name], type.contract)];
  }
}

function aboutOperation(handle: Handle, name: string): string[] {
  const operation = (Object.hasOwn(handle.operations, name) ? handle.operations[name] : handle.anyMethod) ?? {};
  const lane = lanesOf(handle).find((candidate) => candidate.name === operation.lane);
  const option = handle.options?.find(({ set }) => "method" in set && set.method === name);
  return [
    lane ? `Its lane is \`${lane.name}\`. ${laneSentences(handle, name, operation).join(" ")}` : "",
    lane?.why ?? "",
    `It ${settlingWords(operation)}.${isPending(operation) ? ` ${awaitedBefore(handle)}` : ""}`.trimEnd(),
    handle.drains?.includes(name) ? "It waits until what was handed over is out." : "",
    operation.handsOver ? drainSentence(handle) : "",
    operation.checkResult ?? operation.checkResultInLoop ?? "",
    ...(option ? optionSentences(option) : []),
  ].map(sentence);
}

/** Which releases take the handle away from an operation that is still pending, as a sentence. */
function awaitedBefore({ releases }: Handle): string {
  const hasty = Object.entries(releases).filter(([, { waits, pending }]) => !waits && pending?.outcome !== "finishes");
  if (hasty.length === 0) return "";
  const names = hasty.map(([name]) => spoken(name)).join(" or ");
  return `Wait for it before ${names}, which ${hasty.length > 1 ? "do" : "does"} not.`;
}

function aboutRelease(type: Inspection["type"], name: string): string[] {
  const model = type.kind === "handle" ? type.handle : type.kind === "source" ? type.source : undefined;
  const release = model?.releases?.[name];
  if (!release) return [];
  const clauses = [`it ${releaseWords(release)}`];
  if (type.kind !== "handle") return clauses.map(sentence);
  const { handle } = type;
  return [
    ...clauses,
    afterReleaseWords(handle),
    handle.disposal?.release === name ? disposalSentence(handle) : "",
    release.waits ? "" : drainSentence(handle),
  ].map(sentence);
}

function aboutOption(type: Inspection["type"], name: string): string[] {
  const option = type.kind === "handle" ? type.handle.options?.find((candidate) => candidate.name === name) : undefined;
  return option ? optionSentences(option) : [];
}

function aboutCall(call: Call | undefined, contract: Contract): string[] {
  if (!call) return [];
  const { returns, callbacks = [] } = call;
  const scopes = callbacks.flatMap(({ scope, parameters = [] }) => {
    const given = parameters.find((parameter) => parameter !== null);
    if (!scope || !given) return [];
    return `Its callback is given ${withArticle(nounOf(given.type, contract))}, which lives until the callback's promise settles.`;
  });
  const promised = returns?.promised ? ", in a promise" : "";
  return [
    returns ? `It hands out ${withArticle(nounOf(returns.type, contract))}${promised}${limits(call)}.` : "",
    ...scopes,
    call.drainsArgument === undefined ? "" : "It waits until nothing is pending any more on what it is given.",
  ];
}

/** Which contract says so, and on what evidence. */
function footer({ package: name, versions, status, evidence }: Contract, reference: string | undefined): string {
  const where = name === "." ? "this project" : `\`${name}\` ${versions}`;
  const what = reference === undefined ? where : `\`${reference}\`${name === "." ? "" : ` ${versions}`}`;
  const links = evidence.slice(0, mostEvidence).map(evidenceLink);
  const proof = status === "proven" ? "proven: a script reproduces it against the real library" : status;
  return list(`Contract of ${what}, ${proof}.`, links);
}

function evidenceLink({ kind, where, says }: Evidence): string {
  if (where.startsWith("http")) return `- ${kind}: [${says}](${where})`;
  return kind === "proof"
    ? `- ${kind}: [${says}](${homepage}/blob/main/fixtures/${where})`
    : `- ${kind}: ${withoutMarkup(says)} \`${where}\``;
}

/** The first names of a list, and how many there are besides. What is no name is already said in words. */
function first(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => (/^(?!new )\S+ /.test(name) ? name : spoken(name)));
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** A list under its heading; nothing without items. */
function list(heading: string, all: readonly string[]): string {
  return all.length === 0 ? "" : `${heading}\n\n${all.join("\n")}`;
}

function paragraphs(...texts: string[]): string {
  return texts.filter((text) => text !== "").join("\n\n");
}
