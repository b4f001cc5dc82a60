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
  stderr.write(`holdfast: ${sentence}\n`);
}
