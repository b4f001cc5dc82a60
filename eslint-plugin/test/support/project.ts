import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** A folder with files of its own that sees the packages that this repository has installed. */
export interface TestProject {
  directory: string;
  path(file: string): string;
  read(file: string): string;
  write(file: string, content: string | object): void;
}

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

export function createProject(files: Record<string, string | object>): TestProject {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-eslint-")));
  directories.push(directory);
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  const project: TestProject = {
    directory,
    path: (file) => join(directory, file),
    read: (file) => readFileSync(join(directory, file), "utf8"),
    write(file, content) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), typeof content === "string" ? content : JSON.stringify(content));
    },
  };
  for (const [file, content] of Object.entries(files)) project.write(file, content);
  return project;
}
