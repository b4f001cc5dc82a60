/** The page of a package: everything that its contracts say. */

import {
  afterReleaseWords,
  disposalSentence,
  drainSentence,
  endSentences,
  freeOperations,
  guardSentence,
  lanesOf,
  lateSentences,
  limitWords,
  modulesOf,
  optionGroups,
  outcomeWords,
  phaseSentence,
  secondWords,
  sentence,
  settlementSentence,
  stateSentence,
} from "@holdfast/contracts";
import { code, parts, table } from "./pages.mjs";

/** The name of the page's file: `@prisma/client` is in `prisma-client.md`. */
export function contractFile(packageName) {
  return `${packageName.replace(/^@/, "").replaceAll("/", "-")}.md`;
}

export function contractPage(packageName, contracts) {
  return `${parts(
    `# ${packageName}`,
    "What Holdfast knows of this package. This page is generated from the contract.",
    ...contracts.map(contractSection),
  )}\n`;
}

function contractSection(contract) {
  const { versions, status, handles, sources = [], guards = [] } = contract;
  return parts(
    `## Versions ${versions}, imported from ${code(modulesOf(contract))}`,
    `Status: **${status}**${status === "proven" ? ": a script reproduces this against the real library." : "."}`,
    ...alike(handles).map(handleSection),
    ...sources.map(sourceSection),
    ...guards.map(guardSection),
    evidenceSection(contract),
  );
}

/** Handles that differ in nothing but their names share a section. */
function alike(handles) {
  const groups = new Map();
  for (const handle of handles) {
    const { name: _, noun: __, types: ___, ...facts } = handle;
    const key = JSON.stringify(facts);
    groups.set(key, [...(groups.get(key) ?? []), handle]);
  }
  return [...groups.values()];
}

function handleSection(group) {
  const [handle] = group;
  return parts(
    `### ${group.map(({ name, noun }) => `\`${name}\` (${noun})`).join(", ")}`,
    lanes(handle),
    others(handle),
    phaseSentence(handle),
    releases(handle),
    [sentence(afterReleaseWords(handle)), ...lateSentences(handle)].join(" ").trim(),
    stateSentence(handle),
    drainSentence(handle),
    disposalSentence(handle),
    handle.mayBeLeft ? `It need not be released. ${handle.mayBeLeft}` : "",
    handle.errorEvent ? `Without a listener for \`${handle.errorEvent}\` an error ends the process.` : "",
    settlementSentence(handle),
    options(handle),
    scopes({ ...handle.operations, ...handle.methods }),
  );
}

function lanes(handle) {
  const rows = lanesOf(handle).map(({ name, phase, operations, overlap, why }) =>
    phase === undefined
      ? [name, code(operations), outcomeWords(overlap), why]
      : [`${name}, in a ${phase}`, "", outcomeWords(overlap), ""],
  );
  return parts(
    rows.length > 0 ? "Only one operation of a lane may be pending at a time." : "",
    table(["lane", "operations", "a second one", "why"], rows),
  );
}

function others(handle) {
  const names = freeOperations(handle);
  return names.length === 0
    ? ""
    : `Any number of these may be pending, but must have finished before a release: ${code(names)}.`;
}

function releases({ releases: all }) {
  const rows = Object.entries(all).map(([name, release]) => [
    `\`${name}\``,
    waiting(release),
    release.drops ? `yes${release.graceful ? `; \`${release.graceful}\` does not` : ""}` : "no",
    meaning(release),
    release.pending === undefined ? "" : outcomeWords(release.pending),
    secondWords(release.second),
  ]);
  return table(
    ["release", "waits", "drops what was handed over", "it is there to", "pending operations", "a second one"],
    rows,
  );
}

function waiting({ waits, waitsWith, bounded }) {
  const condition = waitsWith ? `if made with \`${waitsWith.option}: ${waitsWith.equals}\`` : "no";
  return waits ? `yes${bounded ? `, but: ${bounded}` : ""}` : condition;
}

function meaning({ kind, abortsWith, failsOpen }) {
  return [
    kind === "abort" ? "break off what is under way" : "end",
    ...(abortsWith ? [`break off what is under way, if argument ${abortsWith.argument + 1} is true`] : []),
    ...(failsOpen ? ["one that fails has released nothing"] : []),
  ].join("; ");
}

function options(handle) {
  const rows = optionGroups(handle).map(({ names, before, tooLate }) => [code(names), code(before), tooLate]);
  return rows.length === 0
    ? ""
    : parts("Options that have to be set early:", table(["option", "before", "set too late"], rows));
}

/** Calls that give a handle to a callback for as long as its promise is unsettled. */
function scopes(calls) {
  const rows = Object.entries(calls).flatMap(([name, { callbacks = [] }]) =>
    callbacks
      .filter(({ scope }) => scope !== undefined)
      .map(({ scope, parameters = [] }) => [
        `\`${name}\``,
        code(parameters.filter((given) => given !== null).map(({ type }) => type)),
        scope.end,
        scope.waits ? "yes" : "no",
        outcomeWords(scope.afterwards),
      ]),
  );
  return rows.length === 0
    ? ""
    : parts(
        "Scopes: the handle passed to the callback ends when the promise of the callback settles.",
        table(["call", "gives", "at the end it", "waits for pending operations", "an operation afterwards"], rows),
      );
}

function sourceSection(source) {
  const { name, methods = {}, operations = {}, releases: all = {} } = source;
  const given = [...Object.entries(methods), ...Object.entries(operations)]
    .filter(([, call]) => call.returns !== undefined)
    .map(([method, call]) => [`\`${method}\``, `\`${call.returns.type}\``, limitWords(call)]);
  return parts(
    `### \`${name}\` (shared freely)`,
    given.length > 0 ? table(["call", "hands out", "limits"], given) : "Any number of operations may be pending on it.",
    Object.keys(all).length > 0 ? `Takes back: ${code(Object.keys(all))}.` : "",
    endSentences(source).join(" "),
    stateSentence(source),
    scopes({ ...operations, ...methods }),
  );
}

function guardSection(guard) {
  return `### \`${guard.name}\` (guard of access)\n\n${guardSentence(guard)}`;
}

function evidenceSection({ evidence }) {
  const items = evidence.map(({ kind, where, says }) => {
    const place = where.startsWith("http") ? `<${where}>` : `\`${kind === "proof" ? `fixtures/${where}` : where}\``;
    return `- ${kind}: ${says} ${place}`;
  });
  return parts("### Evidence", items.join("\n"));
}
