import type { DisableArguments } from "@holdfast/language-server";

/** A comment that disables a rule, and where it is put in; line and character count from 0. */
export interface Comment {
  line: number;
  character: number;
  text: string;
}

/** The comment that disables a rule for a line or for a file, with the reason. */
export function commentFor(source: string, { rule, scope, line }: DisableArguments, reason: string): Comment {
  const lines = source.split(/\r?\n/);
  const newline = source.includes("\r\n") ? "\r\n" : "\n";
  if (scope === "file") {
    // A comment before `#!` would keep the file from being run.
    const first = lines[0]?.startsWith("#!") ? 1 : 0;
    return { line: first, character: 0, text: `${block(`holdfast-disable ${rule}`, reason)}${newline}` };
  }
  const directive = `holdfast-disable-next-line ${rule}`;
  const above = lines[line - 1] ?? "";
  // Whatever speaks about the next line has to stay beside it.
  if (isAboutNextLine(above)) {
    return { line: line - 1, character: indentationOf(above).length, text: `${block(directive, reason)} ` };
  }
  const indentation = indentationOf(lines[line] ?? "");
  return { line, character: 0, text: `${indentation}// ${directive} -- ${reason}${newline}` };
}

function block(directive: string, reason: string): string {
  return `/* ${directive} -- ${reason.replaceAll("*/", "* /")} */`;
}

/** Such as `// eslint-disable-next-line no-void`, or `// prettier-ignore`. */
function isAboutNextLine(line: string): boolean {
  return /^\s*(?:\/\/|\/\*).*(?:-next-line|-ignore)\b/.test(line);
}

function indentationOf(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? "";
}
