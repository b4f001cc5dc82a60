/** Programs that are started as their users start them, in processes of their own. */

import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const register = join(repository, "runtime/dist/register/index.js");

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A violation as a report tells it. */
export interface Told {
  rule: string;
  severity: string;
  contract: string;
  message: string;
  first: { operation: string; place?: { file: string; line: number; column: number } };
  second: { operation: string; place?: { file: string; line: number; column: number } };
  time: string;
  count?: number;
}

export interface Program {
  directory: string;
  /** Runs the file with register, told by these variables what to do. */
  guarded: (file: string, env?: NodeJS.ProcessEnv, ...flags: string[]) => Promise<Ran>;
  /** Runs it as if there were no such thing. */
  bare: (file: string) => Promise<Ran>;
  /** Runs it with register, and reads what it has reported. */
  violations: (file: string, env?: NodeJS.ProcessEnv, ...flags: string[]) => Promise<Told[]>;
  read: (file: string) => string;
}

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A folder of these files, where the libraries of the fixtures are installed. */
export function createProgram(files: Record<string, string | object>): Program {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-register-")));
  directories.push(directory);
  const libraries = ["amqplib", "kysely", "pg", "pg-cursor", "zeromq", "ioredis", "@holdfast/runtime"];
  for (const name of libraries) if (!(`node_modules/${name}/package.json` in files)) install(name, directory);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  const guarded: Program["guarded"] = (file, env = {}, ...flags) =>
    run(directory, ["--import", register, ...flags, file], env);
  const read = (file: string) => readFileSync(join(directory, file), "utf8");
  let reports = 0;
  return {
    directory,
    guarded,
    bare: (file) => run(directory, [file], {}),
    async violations(file, env = {}, ...flags) {
      const report = `report-${reports++}.jsonl`;
      await guarded(file, { HOLDFAST_REPORT: report, ...env }, ...flags);
      return readLines(read(report));
    },
    read,
  };
}

/** The violations of a report of JSON lines. */
export function readLines(text: string): Told[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Told);
}

function install(name: string, directory: string): void {
  const candidates = [join(repository, "fixtures/node_modules", name), join(repository, "node_modules", name)];
  const installed = join(directory, "node_modules", name);
  mkdirSync(dirname(installed), { recursive: true });
  symlinkSync(
    candidates.find((candidate) => existsSync(candidate))!,
    installed,
  );
}

function run(cwd: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HOLDFAST_|NODE_OPTIONS$|VITEST)/.test(name));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd, env: { ...Object.fromEntries(inherited), ...env }, timeout: 50_000 },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr });
      },
    );
  });
}
