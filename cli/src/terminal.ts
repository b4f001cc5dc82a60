import pc from "picocolors";

/** Where a command reads its surroundings from and writes to: the process, or a stand-in. */
export interface Terminal {
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

export type Colours = ReturnType<typeof pc.createColors>;

/** Colours for standard output, or functions that leave text as it is. */
export function coloursFor({ env }: Terminal, wanted = true): Colours {
  // `FORCE_COLOR=0` is how Node.js and most tools are told to do without.
  return pc.createColors(wanted && env["FORCE_COLOR"] !== "0" && pc.isColorSupported);
}

/** Writes one sentence about the command itself, never about the code that it checks. */
export function say({ stderr }: Terminal, sentence: string): void {
  stderr.write(`holdfast: ${printable(sentence)}\n`);
}

/** Text of which nothing is a command to the terminal: names of files and texts of programs may be anything. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, "\uFFFD");
}
