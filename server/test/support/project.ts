import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Texts by path, objects as JSON; what is undefined is not there. */
export type ProjectFiles = Record<string, string | Buffer | object | undefined>;

/** A folder with files of its own. */
export class TestProject {
  readonly directory: string;

  constructor(files: ProjectFiles, above = tmpdir()) {
    this.directory = realpathSync(mkdtempSync(join(above, "holdfast-server-")));
    directories.push(this.directory);
    for (const [file, content] of Object.entries(files)) if (content !== undefined) this.write(file, content);
  }

  path(file: string): string {
    return join(this.directory, file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  /** Writes a file, objects as JSON, and says where. */
  write(file: string, content: string | Buffer | object): string {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    const isText = typeof content === "string" || Buffer.isBuffer(content);
    writeFileSync(this.path(file), isText ? content : JSON.stringify(content));
    return this.path(file);
  }

  remove(file: string): string {
    rmSync(this.path(file), { recursive: true, force: true });
    return this.path(file);
  }
}

/** Makes a project of these files that sees the packages which this repository has installed. */
export function createProject(files: ProjectFiles): TestProject {
  const project = new TestProject(files);
  symlinkSync(join(repository, "node_modules"), project.path("node_modules"));
  return project;
}

/** Makes a project that sees nothing but what it brings along. */
export function createBareProject(files: ProjectFiles, above?: TestProject): TestProject {
  return new TestProject(files, above?.directory);
}
