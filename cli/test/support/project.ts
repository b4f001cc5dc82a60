import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Report } from "../../src/report/report.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const binary = join(repository, "cli/bin/holdfast.mjs");

/** What a run of the command left behind. */
export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** A folder with files of its own, and the command to run in it. */
export interface TestProject {
  directory: string;
  holdfast: (...args: string[]) => Promise<Run>;
  holdfastWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Run>;
  /** Runs `holdfast check --format json`. */
  report(...args: string[]): Promise<Run & { report: Report }>;
  read(file: string): string;
  write(file: string, content: string | Buffer): void;
  /** Makes a folder of the project appear under another path as well. */
  link(from: string, to: string): void;
}

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Makes a project of these files; it sees the packages that this repository has installed. */
export function createProject(files: Record<string, string | Buffer | object>): TestProject {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-cli-")));
  directories.push(directory);
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));

  const write = (file: string, content: string | Buffer) => {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
  };
  for (const [file, content] of Object.entries(files)) {
    write(file, typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }

  const holdfastWith = (env: NodeJS.ProcessEnv, ...args: string[]) => run(directory, args, env);
  return {
    directory,
    holdfastWith,
    holdfast: (...args) => holdfastWith({}, ...args),
    async report(...args) {
      const finished = await holdfastWith({}, "check", "--format", "json", ...args);
      return { ...finished, report: JSON.parse(finished.stdout) as Report };
    },
    read: (file) => readFileSync(join(directory, file), "utf8"),
    write,
    link(from, to) {
      mkdirSync(dirname(join(directory, to)), { recursive: true });
      symlinkSync(join(directory, from), join(directory, to));
    },
  };
}

/** Colours depend on nothing but what the test says. */
function run(cwd: string, args: string[], env: NodeJS.ProcessEnv): Promise<Run> {
  const { CI: _ci, FORCE_COLOR: _force, NO_COLOR: _no, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, [binary, ...args], { cwd, env: { ...inherited, ...env } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}
