import { ExitCode } from "./problem.js";
import { run } from "./run.js";

// Whoever reads our output may stop early (`| head`): that is no failure of ours.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code !== "EPIPE") end(`the output cannot be written (${code}); check where it goes.`);
});
// Nobody is left to tell.
process.stderr.on("error", () => process.exit(ExitCode.problem));

function end(sentence: string): never {
  process.stderr.write(`holdfast: ${sentence}\n`);
  process.exit(ExitCode.problem);
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    end("the working directory does not exist any more; change to another one.");
  }
}

process.exitCode = await run(process.argv.slice(2), {
  cwd: workingDirectory(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
});
