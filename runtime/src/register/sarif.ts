/** Violations as a SARIF 2.1.0 log, for code scanning and for the viewers of editors. */

import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { homepage } from "@holdfast/contracts";
import type { Place } from "../place.js";
import type { Happening } from "../violation.js";
import type { Reported } from "./report-file.js";

const root = "SRCROOT";

/** The log of these runs. */
export function sarifLog(runs: readonly object[]): object {
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs,
  };
}

/** What was seen in one thread of a process that ran in `cwd`. */
export function sarifRun(reported: readonly Reported[], cwd: string): object {
  const pages = new Map(reported.map(({ violation }) => [violation.rule, violation.page]));
  return {
    tool: {
      driver: {
        name: "Holdfast",
        informationUri: homepage,
        rules: [...pages].map(([id, helpUri]) => ({ id, helpUri })),
      },
    },
    columnKind: "utf16CodeUnits",
    originalUriBaseIds: { [root]: { uri: pathToFileURL(`${cwd}/`).href } },
    results: reported.map((each) => resultOf(each, [...pages.keys()], cwd)),
  };
}

function resultOf({ violation, time, started, count }: Reported, rules: readonly string[], cwd: string): object {
  const { rule, severity, message, contract, first, second, libraryText } = violation;
  // A leak ends nowhere: what it is about is where the handle was acquired.
  const place = second.place ?? first.place;
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: severity,
    message: { text: message },
    ...(place && { locations: [location(place, cwd)] }),
    relatedLocations: [first, second].flatMap((each, id) =>
      each.place ? [{ id, message: { text: `\`${each.operation}\`` }, ...location(each.place, cwd) }] : [],
    ),
    occurrenceCount: count,
    properties: {
      contract,
      time,
      started,
      first: said(first),
      second: said(second),
      ...(libraryText !== undefined && { libraryText }),
    },
  };
}

function said({ operation }: Happening): string {
  return operation;
}

function location({ file, line, column }: Place, cwd: string): object {
  const path = relative(cwd, file).replaceAll("\\", "/");
  const uri = path.split("/").map(encodeURIComponent).join("/");
  return {
    physicalLocation: {
      artifactLocation: { uri, uriBaseId: root },
      region: { startLine: line, startColumn: column },
    },
  };
}
