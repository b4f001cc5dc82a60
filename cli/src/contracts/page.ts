import type { Contract, Handle, Lane, Operation, Overlap, Release } from "@holdfast/contracts";
import { groupBy } from "../collections.js";
import type { Colours } from "../terminal.js";
import { wrap } from "../wording.js";

/** All contracts, a line each. */
export function listContracts(contracts: readonly Contract[], colours: Colours): string {
  const rows = contracts.map(({ package: name, versions, status, handles }) => {
    return [name, versions, status, handles.map((handle) => handle.noun).join(", ")];
  });
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([name = "", versions = "", status = "", handles = ""]) => {
    const cells = [
      colours.bold(name.padEnd(widths[0]!)),
      colours.dim(versions.padEnd(widths[1]!)),
      (status === "proven" ? colours.green : colours.yellow)(status.padEnd(widths[2]!)),
      handles,
    ];
    return `${cells.join("  ").trimEnd()}\n`;
  });
  return `${lines.join("")}\n${colours.dim("`holdfast contracts <package>` shows one of them.")}\n`;
}

/** What one contract says, in words. */
export function describeContract(
  { package: name, versions, status, handles, evidence }: Contract,
  colours: Colours,
): string {
  return [
    `${colours.bold(name)} ${versions}  ${(status === "proven" ? colours.green : colours.yellow)(status)}\n`,
    ...handles.map((handle) => describeHandle(handle, colours)),
    evidence.length > 0 ? `\n${colours.bold("Evidence")}\n` : "",
    ...evidence.map(
      ({ kind, where, says }) =>
        `  ${colours.dim(kind.padEnd(13))} ${says}\n  ${" ".repeat(13)} ${colours.dim(where)}\n`,
    ),
  ].join("");
}

function describeHandle(handle: Handle, colours: Colours): string {
  const sections: [string, string[]][] = [
    ["one at a time", Object.entries(handle.lanes).map(([name, lane]) => describeLane(name, lane, handle))],
    ["also pending", freeOperations(handle)],
    ["release", Object.entries(handle.releases).map(([name, release]) => `${name}: ${describeRelease(release)}`)],
    ["afterwards", [withError(handle.afterRelease.outcome, handle.afterRelease.error)]],
    ["early options", describeOptions(handle)],
    ["wait with", handle.drains ?? []],
  ];
  const lines = sections.flatMap(([title, entries]) =>
    entries.flatMap((entry, index) => {
      const label = index === 0 ? title : "";
      return wrap(entry, 84).map(
        (line, row) => `  ${colours.cyan((row === 0 ? label : "").padEnd(14))} ${row === 0 ? "" : "  "}${line}\n`,
      );
    }),
  );
  return `\n${colours.bold(handle.name)}  ${colours.dim(handle.noun)}\n${lines.join("")}`;
}

function describeLane(name: string, lane: Lane, { operations }: Handle): string {
  const members = Object.entries(operations).filter(([, operation]) => operation.lane === name);
  const phases = Object.entries(lane.phases ?? {}).map(([phase, overlap]) => `; ${phase}: ${describeOverlap(overlap)}`);
  return `${namesOf(members)}: ${describeOverlap(lane.overlap)}${phases.join("")}`;
}

function describeOverlap({ outcome, error, kills }: Overlap): string {
  return withError(`overlap ${kills ? `${outcome} and kills it` : outcome}`, error);
}

/** Operations that may be pending in any number, but that a release must not meet. */
function freeOperations({ operations, lanes }: Handle): string[] {
  const free = Object.entries(operations).filter(
    ([, { lane, settledBy }]) => settledBy !== "return" && (lane === undefined || lanes[lane] === undefined),
  );
  return free.length === 0 ? [] : [namesOf(free)];
}

/** Options are many, and what they must precede is often the same. */
function describeOptions({ options = [] }: Handle): string[] {
  const byLimit = groupBy(options, (option) => option.precedes.join(", "));
  return [...byLimit].map(([limit, group]) => `${group.map((option) => option.name).join(", ")}: before ${limit}`);
}

function describeRelease({ waits, kind, second }: Release): string {
  const waiting = waits ? "waits for what is pending" : "does not wait for what is pending";
  const again = second.outcome === "harmless" ? "" : `; a second one ${withError(second.outcome, second.error)}`;
  return `${waiting}${kind === "abort" ? ", drops what was handed over" : ""}${again}`;
}

function namesOf(operations: [string, Operation][]): string {
  return operations.map(([name]) => name).join(", ");
}

function withError(outcome: string, error: string | undefined): string {
  return error === undefined ? outcome : `${outcome} “${error}”`;
}
