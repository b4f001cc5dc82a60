/** The page of a package: everything that its contracts say. */

import { modulesOf } from "@holdfast/contracts";
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
    freeOperations(handle),
    phases(handle),
    releases(handle),
    `After its release: ${answer(handle.afterRelease)}.`,
    handle.drains?.length ? `To wait until what was handed over is out: ${code(handle.drains)}.` : "",
    handle.disposal
      ? `${handle.disposal.kind === "async" ? "`await using`" : "`using`"} calls \`${handle.disposal.release}\` at the end of the block, which ${handle.disposal.waits ? "waits" : "does not wait"} for what is pending.`
      : "",
    handle.mayBeLeft ? `It may be left unreleased. ${handle.mayBeLeft}` : "",
    handle.errorEvent ? `Without a listener for \`${handle.errorEvent}\` an error ends the process.` : "",
    settlement(handle),
    options(handle),
    scopes({ ...handle.operations, ...handle.methods }),
  );
}

function lanes({ lanes: all, operations, passedAs, sections = [] }) {
  const rows = Object.entries(all).flatMap(([name, lane]) => {
    const members = Object.keys(operations).filter((operation) => operations[operation].lane === name);
    if (passedAs?.lane === name) members.push(passedAs.method ?? passedAs.property);
    const reasons = [lane.why, ...sections.filter((section) => section.lane === name).map(({ why }) => why)];
    const why = reasons.filter((text) => text !== undefined).join(" ");
    return [
      [name, code(members), answer(lane.overlap), why],
      ...Object.entries(lane.phases ?? {}).map(([phase, overlap]) => [
        `${name}, in a ${phase}`,
        "",
        answer(overlap),
        "",
      ]),
    ];
  });
  return parts(
    rows.length > 0 ? "Of the operations in one lane only one may be pending at a time." : "",
    table(["lane", "operations", "a second one meanwhile", "why"], rows),
  );
}

function freeOperations({ lanes: all, operations, anyMethod }) {
  const names = Object.keys(operations).filter(
    (name) =>
      operations[name].settledBy !== "return" &&
      (operations[name].lane === undefined || all[operations[name].lane] === undefined),
  );
  if (anyMethod !== undefined) names.push("any other method");
  return names.length === 0
    ? ""
    : `Any number of these may be pending, but a release must not meet them: ${code(names)}.`;
}

function phases({ operations }) {
  const changes = Object.entries(operations).flatMap(([name, { begins, ends }]) => [
    ...(begins ? [`\`${name}\` begins a ${begins.phase}`] : []),
    ...(ends ? [`\`${name}\` ends a ${ends.phase}`] : []),
  ]);
  return changes.length === 0 ? "" : `With the right statement, ${changes.join(", ")}.`;
}

function releases({ releases: all }) {
  const rows = Object.entries(all).map(([name, { waits, kind, graceful, pending, second, bounded }]) => [
    `\`${name}\``,
    waits ? `yes${bounded ? `, but: ${bounded}` : ""}` : "no",
    kind === "abort" ? `yes${graceful ? `; \`${graceful}\` does not` : ""}` : "no",
    pending === undefined ? "" : answer(pending),
    answer(second),
  ]);
  return table(["release", "waits", "drops what was handed over", "pending operations", "a second one"], rows);
}

function settlement({ settlement: owed }) {
  if (owed === undefined) return "";
  const answers = [...owed.acknowledges, ...owed.rejects, ...(owed.answersAll ?? [])];
  return `Each message of ${code(owed.delivers)} is owed one answer: ${code(answers)}. A second one: ${answer(owed.second)}.`;
}

function options({ options: all = [] }) {
  const groups = new Map();
  for (const option of all) {
    const before = [...option.precedes, ...(option.precedesNew ?? []).map((type) => `new ${type}`)];
    const key = JSON.stringify([before, option.tooLate]);
    groups.set(key, { before, tooLate: option.tooLate, names: [...(groups.get(key)?.names ?? []), option.name] });
  }
  const rows = [...groups.values()].map(({ names, before, tooLate }) => [
    code([...new Set(names)]),
    code(before),
    tooLate,
  ]);
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
        answer(scope.afterwards),
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
    .map(([method, { returns, limited }]) => [
      `\`${method}\``,
      `\`${returns.type}\``,
      limited === undefined ? "" : `when all are taken, it ${answer(limited)}`,
    ]);
  return parts(
    `### \`${name}\` (shared freely)`,
    given.length > 0 ? table(["call", "hands out", "limits"], given) : "Any number of operations may be pending on it.",
    Object.keys(all).length > 0 ? `Takes back: ${code(Object.keys(all))}.` : "",
    scopes({ ...operations, ...methods }),
  );
}

function guardSection({ name, exclusive, call, runs = {}, enters = [] }) {
  const ways = [
    ...(call ? [`a call of it`] : []),
    ...[...Object.keys(runs), ...enters].map((method) => `\`${method}\``),
  ];
  const when =
    exclusive === "always"
      ? "always"
      : `if it is made for one at a time${exclusive.property ? ` (\`${exclusive.property}: 1\`)` : ""}`;
  return `### \`${name}\` (guard of access)\n\nWhat runs inside ${ways.join(" or ")} does not overlap: ${when}.`;
}

function evidenceSection({ evidence }) {
  const items = evidence.map(({ kind, where, says }) => {
    const place = where.startsWith("http") ? `<${where}>` : `\`${kind === "proof" ? `fixtures/${where}` : where}\``;
    return `- ${kind}: ${says} ${place}`;
  });
  return parts("### Evidence", items.join("\n"));
}

/** An outcome in words, with the text that a user would search for. */
function answer({ outcome, error, kills, threshold, lateStatements, announcedEnd }) {
  return [
    outcome === "undefined" ? "the vendor promises nothing" : outcome,
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
