/**
 * Contracts of the user's own: read from the `contracts` array of holdfast.config.json, checked, and explained when they
 * are wrong. An entry with a problem gives no contract: half of one would make wrong findings.
 */

import type { Call, Contract, Export, Handle, Lane } from "./contract.js";
import { checkOwnContract } from "./own-check.js";
import type { OwnContract, OverlapOutcome } from "./own-schema.js";

/** The contracts that the array describes, and a sentence for each thing that is wrong with it. */
export function readOwnContracts(json: unknown): { contracts: Contract[]; problems: string[] } {
  const problems: string[] = [];
  const contracts: Contract[] = [];
  if (json === undefined) return { contracts, problems };
  if (!Array.isArray(json)) {
    problems.push(`contracts must be an array: write "contracts": [ { "file": …, "type": … } ].`);
    return { contracts, problems };
  }
  json.forEach((entry, index) => {
    const found = checkOwnContract(entry, `contracts[${index}]`);
    problems.push(...found);
    if (found.length === 0) contracts.push(contractOf(entry as OwnContract));
  });
  return { contracts, problems };
}

/** The contract that a correct entry means. */
export function contractOf(own: OwnContract): Contract {
  const file = own.file === undefined ? undefined : plainPath(own.file);
  const reason = own.reason === undefined ? {} : { why: own.reason };
  const lanes: Record<string, Lane> = {};
  const operations: Handle["operations"] = {};
  for (const [lane, methods] of Object.entries(own.lanes ?? {})) {
    const outcome = outcomeFor(own.overlap, lane);
    lanes[lane] = { overlap: { outcome, ...(own.error !== undefined && { error: own.error }) }, ...reason };
    for (const method of methods) operations[method] = { lane };
  }
  for (const method of own.operations ?? []) operations[method] ??= {};

  const handle: Handle = {
    name: own.type,
    noun: own.noun ?? own.type,
    types: [{ name: own.type, ...(file !== undefined && { file }) }],
    lanes,
    operations,
    releases: Object.fromEntries(
      Object.entries(own.release ?? {}).map(([method, { waits }]) => [
        method,
        { waits, kind: "graceful", second: { outcome: "harmless" } },
      ]),
    ),
    afterRelease: { outcome: "throws" },
    ...(own.options !== undefined && {
      options: Object.entries(own.options).map(([name, { precedes, method }]) => ({
        name,
        set: method ? { method: name } : { property: name },
        precedes,
        tooLate: own.reason ?? `It has to be set before ${precedes.join(", ")}.`,
      })),
    }),
  };

  return {
    package: own.package ?? ".",
    versions: "*",
    status: "documented",
    ...(file !== undefined && { modules: [`./${file}`], declaredIn: ["."] }),
    evidence: [
      { kind: "documentation", where: "holdfast.config.json", says: own.reason ?? "A contract of the project's own." },
    ],
    exports: exportsOf(own),
    handles: [handle],
  };
}

/** The class itself, and the functions that hand it out. */
function exportsOf(own: OwnContract): Record<string, Export> {
  const exports: Record<string, Export> = {};
  const members: Record<string, Export> = {};
  for (const entry of own.acquire ?? []) {
    const { name, promised } = typeof entry === "string" ? { name: entry, promised: false } : entry;
    const call: Call = { returns: { type: own.type, ...(promised && { promised }) } };
    const [first = name, second] = name.split(".");
    if (second === undefined) exports[first] = { kind: "function", ...call };
    else if (first === own.type) members[second] = { kind: "function", ...call };
    else
      exports[first] = {
        kind: "namespace",
        members: { ...membersOf(exports[first]), [second]: { kind: "function", ...call } },
      };
  }
  exports[own.type] = { kind: "class", type: own.type, ...(Object.keys(members).length > 0 && { members }) };
  return exports;
}

function membersOf(entry: Export | undefined): Record<string, Export> {
  return entry?.kind === "namespace" ? entry.members : {};
}

function outcomeFor(overlap: OwnContract["overlap"], lane: string): OverlapOutcome {
  return (typeof overlap === "object" ? overlap[lane] : overlap) ?? "undefined";
}

/** A path of the project without `./` in front and without an extension. */
function plainPath(file: string): string {
  return file
    .replace(/\\/g, "/")
    .replace(/^\.\//, "")
    .replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
}
