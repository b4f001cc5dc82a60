/** The page of a package: everything that its contracts say. */

import {
  afterReleaseWords,
  disposalSentence,
  drainSentence,
  freeOperations,
  guardSentence,
  lanesOf,
  limitWords,
  modulesOf,
  optionGroups,
  outcomeWords,
  phaseSentence,
  sentence,
  settlementSentence,
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
    `Status: **${status}**${status === "proven" ? ": a script made the real library behave as this page says." : "."}`,
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
    sentence(afterReleaseWords(handle)),
    drainSentence(handle),
    disposalSentence(handle),
    handle.mayBeLeft ? `It may be left unreleased. ${handle.mayBeLeft}` : "",
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
    rows.length > 0 ? "Of the operations in one lane only one may be pending at a time." : "",
    table(["lane", "operations", "a second one meanwhile", "why"], rows),
  );
}

function others(handle) {
  const names = freeOperations(handle);
  return names.length === 0
    ? ""
    : `Any number of these may be pending, but a release must not meet them: ${code(names)}.`;
}

function releases({ releases: all }) {
  const rows = Object.entries(all).map(([name, { waits, kind, graceful, pending, second, bounded }]) => [
    `\`${name}\``,
    waits ? `yes${bounded ? `, but: ${bounded}` : ""}` : "no",
    kind === "abort" ? `yes${graceful ? `; \`${graceful}\` does not` : ""}` : "no",
    pending === undefined ? "" : outcomeWords(pending),
    outcomeWords(second),
  ]);
  return table(["release", "waits", "drops what was handed over", "pending operations", "a second one"], rows);
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
        "Scopes: the handle that the callback is given dies when the callback's promise settles.",
        table(["call", "gives", "at the end it", "waits for pending operations", "an operation afterwards"], rows),
      );
}

function sourceSection({ name, methods = {}, operations = {}, releases: all = {} }) {
  const given = [...Object.entries(methods), ...Object.entries(operations)]
    .filter(([, call]) => call.returns !== undefined)
    .map(([method, call]) => [`\`${method}\``, `\`${call.returns.type}\``, limitWords(call)]);
  return parts(
    `### \`${name}\` (shared freely)`,
    given.length > 0 ? table(["call", "hands out", "limits"], given) : "Any number of operations may be pending on it.",
    Object.keys(all).length > 0 ? `Takes back: ${code(Object.keys(all))}.` : "",
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
