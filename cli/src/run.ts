import { type CommandLine, readCommandLine } from "./command-line.js";
import { ExitCode, Problem } from "./problem.js";
import { say, type Terminal } from "./terminal.js";

/** Runs the command that the arguments spell, and returns the number to end with. Nothing that it is given makes it throw. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const commandLine = await readCommandLine(argv);
    return commandLine === undefined ? ExitCode.clean : await runCommand(commandLine, terminal);
  } catch (error) {
    say(terminal, error instanceof Problem ? error.message : failure(error));
    return ExitCode.problem;
  }
}

/** Commands are loaded when they are needed: the analysis is large, and `--help` is not. */
async function runCommand({ command, args, options }: CommandLine, terminal: Terminal): Promise<ExitCode> {
  switch (command) {
    case "check":
      return (await import("./check/command.js")).runCheck(args, options, terminal);
    case "report":
      return (await import("./violations/command.js")).runReport(args[0] ?? "", options, terminal);
    case "contracts":
      return (await import("./contracts/command.js")).runContracts(args[0], options, terminal);
    case "explain":
      return (await import("./explain/command.js")).runExplain(args[0] ?? "", options, terminal);
  }
}

function failure(error: unknown): string {
  const [reason] = String(error instanceof Error ? error.message : error).split("\n");
  return `internal error: ${reason}; please report it.`;
}
