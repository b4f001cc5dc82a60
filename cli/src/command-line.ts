import { cac, type CAC, type Command } from "cac";
import { Problem } from "./problem.js";
import { version } from "./version.js";

/** A command that was typed, with what was typed after it. */
export interface CommandLine {
  command: "check" | "report" | "contracts" | "explain";
  args: readonly string[];
  options: Record<string, unknown>;
}

/** Reads what was typed; nothing if help or the version was asked for, which is printed at once. */
export async function readCommandLine(argv: readonly string[]): Promise<CommandLine | undefined> {
  if (argv.includes("-")) {
    throw new Problem("source is not read from standard input; name files or folders in place of `-`.");
  }
  const cli = describeCommands();
  cli.parse(["node", "holdfast", ...argv], { run: false });
  if (cli.options["help"] || cli.options["version"]) return undefined;

  const command = cli.matchedCommand;
  if (command === undefined) {
    if (cli.args[0] !== undefined) throw await unknownCommand(cli.args[0], cli);
    await rejectUnknownOptions(cli.globalCommand, cli);
    cli.outputHelp();
    return undefined;
  }
  await rejectUnknownOptions(command, cli);
  rejectIncompleteOptions(command);
  const { "--": afterDashes = [], ...options } = cli.options;
  return {
    command: command.name as CommandLine["command"],
    args: [...cli.args, ...(afterDashes as string[])],
    options,
  };
}

function describeCommands(): CAC {
  const cli = cac("holdfast");
  cli
    .command("check [...paths]", "Find misused sockets, clients, streams and files, in files, folders or globs")
    .option("--project <file>", "The tsconfig.json to use (default: the nearest one of each file)")
    .option("--format <format>", "pretty, json, sarif or github (default: pretty)")
    .option("--rule <setting>", "Set a rule's severity, such as no-late-linger:off, :warn or :error; may be repeated")
    .option("--confidence <confidence>", "Minimum confidence: certain, likely or possible (default: certain)")
    .option("--fix", "Apply safe fixes")
    .option("--fix-suggestions", "Also apply suggested fixes (they may change behaviour; review the diff)")
    .option("--max-warnings <number>", "Fail if there are more warnings than this (default: 0)")
    .option("--config <file>", "The holdfast.config.json to use (default: the nearest one of each file)")
    .option("--no-types", "Skip type information (faster, finds less)")
    .option("--quiet", "Report errors only")
    .option("--stats", "Print timings")
    .example("holdfast check")
    .example("holdfast check src 'test/**/*.ts' --format json")
    .example("holdfast check --project packages/api/tsconfig.json --fix");
  cli
    .command("report <file>", "Show the violations that @holdfast/runtime recorded, at their lines")
    .option("--format <format>", "pretty, json, sarif or github (default: pretty)")
    .example(
      "HOLDFAST_REPORT=holdfast.jsonl node --import @holdfast/runtime/register app.js; holdfast report holdfast.jsonl",
    );
  cli
    .command("contracts [package]", "List all contracts, or print those of one package")
    .option("--format <format>", "pretty or json (default: pretty)");
  cli.command("explain <rule>", "Print the page of a rule");
  cli.option("--no-color", "Print without colours");
  // An option that says no has a default that only confuses.
  cli.help((sections) => sections.map(({ title, body }) => ({ title, body: body.replaceAll(" (default: true)", "") })));
  cli.version(version);
  return cli;
}

async function unknownCommand(typed: string, cli: CAC): Promise<Problem> {
  const names = cli.commands.map((command) => command.name);
  const hint = (await didYouMean(typed, names)) || `; to check a path of that name, run \`holdfast check ${typed}\`.`;
  return new Problem(`there is no command "${typed}"${hint}`);
}

async function rejectUnknownOptions(command: Command, cli: CAC): Promise<void> {
  const known = [...command.options, ...cli.globalCommand.options].map((option) => option.name);
  for (const name of Object.keys(cli.options)) {
    if (name === "--" || known.includes(name)) continue;
    const hint = (await didYouMean(dashed(name), known.map(dashed))) || "; --help lists all options.";
    throw new Problem(`there is no option ${dashed(name)}${hint}`);
  }
}

/** The analysis takes a while to load: too long for `--version`. */
async function didYouMean(typed: string, known: readonly string[]): Promise<string> {
  return (await import("@holdfast/rules")).didYouMean(typed, known);
}

/** `maxWarnings` as it is typed; one letter is a short option. */
function dashed(name: string): string {
  if (name.length === 1) return `-${name}`;
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Options that lack their value, and commands that lack their argument or have one too many. */
function rejectIncompleteOptions(command: Command): void {
  try {
    command.checkOptionValue();
    command.checkRequiredArgs();
    command.checkUnusedArgs();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(`${reason}; \`holdfast ${command.name} --help\` shows how to write it.`);
  }
}
