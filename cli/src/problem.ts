/** Something that kept the command from doing its work. Its message is one sentence for the user: what, where, what to do. */
export class Problem extends Error {}

/** Every number that the command ends with. */
export const ExitCode = {
  /** There is nothing to report. */
  clean: 0,
  findings: 1,
  /** It could not do its work, or not all of it; a sentence on standard error says why. */
  problem: 2,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
