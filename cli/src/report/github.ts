import type { Finding } from "@holdfast/rules";
import { printable } from "../terminal.js";
import { addressOf, type Reportable } from "./report.js";

/** Workflow commands that GitHub shows as annotations of the lines that they name. */
export function printGithub({ shown, cwd }: Reportable): string {
  return shown.map((finding) => `${annotation(finding, cwd)}\n`).join("");
}

function annotation({ rule, severity, message, place, witness }: Finding, cwd: string): string {
  const properties = {
    file: addressOf(place.file, cwd),
    line: place.line,
    col: place.column,
    endLine: place.endLine,
    ...(place.endLine === place.line && { endColumn: place.endColumn }),
    title: `holdfast/${rule}`,
  };
  const steps = witness.map((step, index) => {
    return `${index + 1}. ${addressOf(step.place.file, cwd)}:${step.place.line}:${step.place.column} ${step.message}`;
  });
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${severity} ${list.join(",")}::${escapeData([message, ...steps].join("\n"))}`;
}

function escapeData(text: string): string {
  const [first = "", ...more] = text.split("\n").map((line) => printable(line).replaceAll("%", "%25"));
  return [first, ...more].join("%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
