import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { countEqual, type Violation, violationsIn } from "@holdfast/workspace";
import { Problem } from "../problem.js";

/** The violations of a report, JSON lines or SARIF; each once, however often it is told. Throws a `Problem` if it is none. */
export function readViolations(file: string, cwd: string): Violation[] {
  const all = [...violationsIn(readText(file, cwd), file)];
  const problem = all.find((each) => typeof each === "string");
  if (problem !== undefined) throw new Problem(problem);
  return countEqual(all.filter((each) => typeof each !== "string"));
}

function readText(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") {
      throw new Problem(
        `there is no file ${file}; HOLDFAST_REPORT=${file} node --import @holdfast/runtime/register app.js writes one.`,
      );
    }
    throw new Problem(`${file} cannot be read (${code}); name a report that @holdfast/runtime wrote.`);
  }
}
