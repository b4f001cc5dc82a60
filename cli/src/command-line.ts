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
    .command("check [...paths]", "Find code that breaks the contracts of its handles, in files, folders or globs")
    .option("--project <file>", "The tsconfig.json of all files (default: the nearest of each)")
    .option("--format <format>", "pretty, json, sarif or github (default: pretty)")
    .option("--rule <setting>", "A rule's setting, such as no-late-linger:off, :warn or :error; may be repeated")
    .option("--confidence <confidence>", "Report what is certain, likely or possible (default: certain)")
    .option("--fix", "Apply the fixes that cannot make behaviour worse")
    .option("--fix-suggestions", "Apply the other fixes too; look at what they did")
    .option("--max-warnings <number>", "Fail only if there are more warnings than that (default: 0)")
    .option("--config <file>", "The configuration of all files (default: the nearest holdfast.config.json of each)")
    .option("--no-types", "Do without the type checker: faster, but it sees less")
    .option("--quiet", "Report errors only")
    .option("--stats", "Tell how long what took")
    .example("holdfast check")
    .example("holdfast check src 'test/**/*.ts' --format json")
    .example("holdfast check --project packages/api/tsconfig.json --fix");
  cli
    .command("report <file>", "Show what the runtime has seen while a program ran, at its lines")
    .option("--format <format>", "pretty, json, sarif or github (default: pretty)")
    .example(
      "HOLDFAST_REPORT=holdfast.jsonl node --import @holdfast/runtime/register app.js; holdfast report holdfast.jsonl",
    );
  cli
    .command("contracts [package]", "Print what Holdfast knows of libraries, or of one")
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
  const hint = (await didYouMean(typed, names)) || `; to check it as a path, write \`holdfast check ${typed}\`.`;
  return new Problem(`there is no command "${typed}"${hint}`);
}

async function rejectUnknownOptions(command: Command, cli: CAC): Promise<void> {
  const known = [...command.options, ...cli.globalCommand.options].map((option) => option.name);
  for (const name of Object.keys(cli.options)) {
    if (name === "--" || known.includes(name)) continue;
    const hint = (await didYouMean(dashed(name), known.map(dashed))) || "; --help lists those that there are.";
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
