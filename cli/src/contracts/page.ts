import {
  afterReleaseWords,
  type Contract,
  freeOperations,
  type Handle,
  type LaneFacts,
  lanesOf,
  lateSentences,
  optionGroups,
  overlapWords,
  releaseWords,
} from "@holdfast/contracts";
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
  return `${lines.join("")}\n${colours.dim("`holdfast contracts <package>` prints one of them.")}\n`;
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
  const releases = Object.entries(handle.releases);
  const free = freeOperations(handle);
  const sections: [string, string[]][] = [
    ["one at a time", lanesOf(handle).map(describeLane)],
    ["also pending", free.length > 0 ? [free.join(", ")] : []],
    ["release", releases.map(([name, release]) => `${name}: ${releaseWords(release)}`)],
    ["afterwards", [afterReleaseWords(handle), ...lateSentences(handle)]],
    ["how far it is", Object.keys(handle.states ?? {})],
    [
      "early options",
      optionGroups(handle).map(({ names, before }) => `${names.join(", ")}: before ${before.join(", ")}`),
    ],
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

function describeLane({ operations, phase, overlap, otherwise }: LaneFacts): string {
  return `${operations.join(", ")}${phase === undefined ? "" : `, in a ${phase}`}: ${overlapWords(overlap, otherwise)}`;
}
