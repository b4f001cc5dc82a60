import type { Colours, Terminal } from "../terminal.js";
import type { Format } from "./formats.js";
import { printGithub } from "./github.js";
import { printPretty } from "./pretty.js";
import { createReport, type Reportable } from "./report.js";
import { printSarif } from "./sarif.js";

/** A run in the format that was asked for. */
export function print(run: Reportable, format: Format, colours: Colours, { stdout, env }: Terminal): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(createReport(run), undefined, 2)}\n`;
    case "sarif":
      return printSarif(run);
    case "github":
      return printGithub(run);
    case "pretty":
      return printPretty(run, colours, stdout.columns || Number(env["COLUMNS"]) || undefined);
  }
}
