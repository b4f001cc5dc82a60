/** The server finds what the command and ESLint find, on every program of the fixtures. */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DiagnosticSeverity } from "vscode-languageserver-protocol/node";
import ts from "typescript";
import {
  commandReports,
  copyPrograms,
  eslintReports,
  programOf,
  type Reported,
} from "../../fixtures/test/support/front-ends.js";
import { type Program, programs } from "../../fixtures/test/support/programs.js";
import { startClient } from "./support/client.js";

const all = programs();
const copy = copyPrograms(all);
afterAll(copy.remove);

/** A finding as every front end tells it. */
type Told = Pick<Reported, "line" | "column" | "rule" | "severity" | "message">;

let command: Map<string, Reported[]>;
let server: Map<string, Told[]>;
let typed: ts.Program;

beforeAll(async () => {
  [command, server] = await Promise.all([commandReports(all), serverReports()]);
  typed = programOf(new Map(all.map(({ file, text }) => [file, text])));
}, 600_000);

/** What the server says of each program when all are opened one after the other. */
async function serverReports(): Promise<Map<string, Told[]>> {
  const client = await startClient({ folders: [copy.directory], settings: { confidence: "likely" } });
  const reports = new Map<string, Told[]>();
  for (const { name, text } of all) {
    const uri = await client.open(join(copy.directory, copy.files.get(name)!), text);
    const diagnostics = await client.diagnostics(uri);
    await client.close(uri);
    reports.set(
      name,
      diagnostics.map(({ range, code, severity, message }) => ({
        line: range.start.line + 1,
        column: range.start.character + 1,
        rule: String(code),
        severity: severity === DiagnosticSeverity.Error ? "error" : "warning",
        message: typeof message === "string" ? message : message.value,
      })),
    );
  }
  await client.stop();
  return reports;
}

function forEach(check: (program: Program) => void): void {
  for (const program of all) test(program.name, () => check(program));
}

describe("the command", () => {
  forEach(({ name }) => {
    const told = command.get(name)!.map(({ line, column, rule, severity, message }): Told => {
      return { line, column, rule, severity, message };
    });
    expect(server.get(name)).toEqual(told);
  });
});

describe("ESLint", () => {
  const places = (list: readonly { line: number; rule: string }[]) => list.map(({ line, rule }) => `${line} ${rule}`);
  forEach((program) => {
    expect(places(server.get(program.name)!)).toEqual(places(eslintReports(program, typed)));
  });
});
