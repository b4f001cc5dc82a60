import { documentationUrl, type Finding, type WitnessStep } from "@holdfast/rules";
import { type Colours, printable } from "../terminal.js";
import { plural, wrap } from "../wording.js";
import { drawExcerpt, type Drawing, type Label } from "./excerpt.js";
import { addressOf, type Reportable } from "./report.js";

/** For people: each finding with the lines that prove it, then a summary. */
export function printPretty(run: Reportable, colours: Colours, columns: number | undefined): string {
  const findings = run.shown.map((finding) => printFinding(finding, run, colours, columns));
  return [...findings, printSummary(run, colours)].join("\n");
}

function printFinding(finding: Finding, run: Reportable, colours: Colours, columns: number | undefined): string {
  const emphasis = (text: string) => colours.bold((finding.severity === "error" ? colours.red : colours.yellow)(text));
  const labels = labelsOf(finding);
  const gutter = String(Math.max(...labels.map((label) => label.place.line))).length + 1;
  const drawing: Drawing = { colours, emphasis, gutter, width: Math.max(40, (columns ?? 160) - gutter - 4) };
  const margin = " ".repeat(gutter);
  const lines = [
    `${emphasis(finding.severity)}${headline(finding, colours, columns)}  ${colours.dim(nameOf(finding))}`,
    ...filesOf(finding).flatMap((file, index) => {
      const ofFile = labels.filter((label) => label.place.file === file);
      const start = (ofFile.find((label) => label.primary) ?? ofFile[0])!.place;
      const address = colours.cyan(`${printable(addressOf(file, run.cwd))}:${start.line}:${start.column}`);
      return [
        `${margin} ${colours.dim(index === 0 ? "╭─" : "├─")} ${address}`,
        ...drawExcerpt(run.textOf(file) ?? "", ofFile, drawing),
      ];
    }),
    `${margin} ${colours.dim("╰─")}`,
    ...finding.fixes.map(({ title, safe }) => {
      return `${margin} ${colours.green("fix")}   ${title} ${colours.dim(safe ? "(--fix)" : "(--fix-suggestions)")}`;
    }),
    `${margin} ${colours.dim(`docs  ${documentationUrl(finding.rule)}`)}`,
    ...(finding.contract === "" ? [] : [`${margin} ${colours.dim(contractLine(finding))}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The message behind the severity, in lines as wide as the terminal; in one line where there is none. */
function headline({ severity, message }: Finding, colours: Colours, columns = Infinity): string {
  const [first = "", ...more] = wrap(printable(`${severity}: ${message}`), columns);
  return [first.slice(severity.length), ...more].map((line) => colours.bold(line)).join("\n  ");
}

/** A finding that is certain need not say so. */
function nameOf({ rule, confidence }: Finding): string {
  return confidence === "certain" ? rule : `${rule}, ${confidence}`;
}

/** Whose contract is broken, and what prints it. */
function contractLine({ contract }: Finding): string {
  const [name = ""] = contract.split("#");
  return `contract ${name === "." ? "of this project" : name}  (holdfast contracts ${name})`;
}

/** The finding's own file first, then the others that its witness leads through. */
function filesOf({ place, witness }: Finding): string[] {
  return [...new Set([place.file, ...witness.map((step) => step.place.file)])];
}

/** The steps of the witness, numbered; the place of the finding stands out whether it is one of them or not. */
function labelsOf({ place, witness }: Finding): Label[] {
  const isHere = (step: WitnessStep) =>
    step.place.file === place.file && step.place.start === place.start && step.place.end === place.end;
  // A step alone needs no number.
  const mark = (index: number) => (witness.length > 1 ? circled(index + 1) : "");
  const steps = witness.map((step, index) => ({
    place: step.place,
    mark: mark(index),
    message: printable(step.message),
    primary: isHere(step),
  }));
  return steps.some((step) => step.primary) ? steps : [{ place, mark: "", message: "", primary: true }, ...steps];
}

/** ① to ⑳, and then (21). */
function circled(number: number): string {
  return number <= 20 ? String.fromCodePoint(0x2460 + number - 1) : `(${number})`;
}

function printSummary(run: Reportable, colours: Colours): string {
  const { shown, files, analysed, oracle, fixed, work } = run;
  const errors = shown.filter((finding) => finding.severity === "error").length;
  const types = oracle === "compiler" ? "with type information" : "without type information";
  const effort = colours.dim(
    run.effort ??
      `checked ${plural(files, "file")} (${analysed} analysed, ${types}) in ${duration(work.milliseconds.total)}`,
  );
  const fixable = shown.filter((finding) => finding.fixes.some((fix) => fix.safe)).length;
  const lines = [
    fixed > 0 ? colours.green(`${plural(fixed, "fix", "fixes")} applied`) : "",
    shown.length === 0
      ? `${colours.green("✔ nothing to report")}  ${effort}`
      : `${colours.bold((errors > 0 ? colours.red : colours.yellow)(`✖ ${count(errors, shown.length - errors)}`))}  ${effort}`,
    fixable > 0 ? colours.dim(`  ${fixable} can be fixed with --fix`) : "",
  ];
  return `${lines.filter((line) => line !== "").join("\n")}\n`;
}

function count(errors: number, warnings: number): string {
  const parts = [errors > 0 ? plural(errors, "error") : "", warnings > 0 ? plural(warnings, "warning") : ""];
  return parts.filter((part) => part !== "").join(", ");
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
