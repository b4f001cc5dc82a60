import type { Finding, Place } from "@holdfast/rules";
import type { Reportable } from "../../src/report/report.js";

export const cwd = "/repo";

/** The place of some code in a file. */
export function placeOf(file: string, text: string, code: string): Place {
  const start = text.indexOf(code);
  const end = start + code.length;
  const from = positionAt(text, start);
  const to = positionAt(text, end);
  return { file, start, end, ...from, endLine: to.line, endColumn: to.column };
}

function positionAt(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|[\n\u2028]/);
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

/** What a run found in these files, as formats are given it. */
export function resultOf(
  files: Record<string, string>,
  findings: Finding[],
  more: Partial<Reportable> = {},
): Reportable {
  return {
    cwd,
    findings,
    shown: findings,
    textOf: (file) => files[file],
    problems: [],
    notes: [],
    fixed: 0,
    files: Object.keys(files).length,
    analysed: 1,
    oracle: "compiler",
    work: {
      milliseconds: { total: 1234, reading: 1, programs: 2, analysing: 3 },
      programs: 1,
      bodies: 2,
      blocks: 3,
      rounds: 4,
    },
    ...more,
  };
}

export const text = `import { openSocket } from "./socket.js";

const push = openSocket();
\tsetInterval(() => push.send("alive"), 1000);

export async function report() {
  await push.send("cpu: 50%");
}
`;

export const socketText = `import { Push } from "zeromq";

export const openSocket = () => new Push();
`;

export const files = { "/repo/src/report.ts": text, "/repo/src/socket.ts": socketText };

export const beat = placeOf("/repo/src/report.ts", text, 'push.send("alive")');
export const send = placeOf("/repo/src/report.ts", text, 'push.send("cpu: 50%")');

/** A finding with everything that a finding can have. */
export const finding: Finding = {
  rule: "no-concurrent-use",
  confidence: "certain",
  severity: "error",
  message: "`push.send` starts while the timer's `push.send` is pending",
  place: send,
  contract: "zeromq#Push",
  witness: [
    {
      path: "first",
      role: "leads",
      message: "acquired here",
      place: placeOf("/repo/src/socket.ts", socketText, "new Push()"),
    },
    { path: "first", role: "begins", message: "pending from here, once a second", place: beat },
    { path: "second", role: "meets", message: "started here while it is pending", place: send },
  ],
  fixes: [
    {
      kind: "serialise",
      title: "Put both behind a mutex",
      safe: true,
      edits: [
        { file: "/repo/src/report.ts", start: beat.start, end: beat.start, text: "exclusive(" },
        { file: "/repo/src/report.ts", start: send.start, end: send.end, text: "exclusive(push)" },
      ],
    },
    {
      kind: "remove",
      title: "Remove the timer",
      safe: false,
      edits: [{ file: "/repo/src/report.ts", start: beat.start, end: beat.end, text: "undefined" }],
    },
  ],
};

/** One that is only a warning, less sure, and has no more than a finding must have. */
export const warning: Finding = {
  ...finding,
  rule: "no-late-option",
  confidence: "likely",
  severity: "warning",
  message: "set too late: 100%, no effect",
  witness: [{ path: "second", role: "meets", message: "set here", place: beat }],
  place: beat,
  fixes: [],
};
