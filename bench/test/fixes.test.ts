import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createHelper } from "../lib/helper.mjs";
import { checkOut, gitDirectoryOf } from "../lib/trees.mjs";
import { early, fixed } from "./programs.js";

// Processes are started, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const script = fileURLToPath(new URL("../fixes.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "holdfast-fixes-"));
const mirrors = join(folder, "mirrors");
const clone = join(mirrors, "shop");
const commits: string[] = [];

function git(...args: string[]): string {
  const identity = ["-c", "user.name=tester", "-c", "user.email=tester@example.org"];
  return spawnSync("git", [...identity, ...args], { cwd: clone, encoding: "utf8" }).stdout.trim();
}

beforeAll(() => {
  mkdirSync(join(clone, "src"), { recursive: true });
  git("init", "--quiet");
  for (const text of [early, fixed]) {
    writeFileSync(join(clone, "src/count.ts"), text);
    writeFileSync(join(clone, "picture.svg"), "<svg/>");
    git("add", ".");
    git("commit", "--quiet", "--message", "a commit");
    commits.push(git("rev-parse", "HEAD"));
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the command on a list, and reads what it has kept. */
function run(entries: unknown, ...args: string[]) {
  const bugs = join(folder, "bugs.json");
  const json = join(folder, "result.json");
  writeFileSync(bugs, typeof entries === "string" ? entries : JSON.stringify(entries));
  const options = ["--bugs", bugs, "--mirrors", mirrors, "--checkouts", join(folder, "trees"), "--json", json];
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...options, ...args], { encoding: "utf8" });
  const kept = existsSync(json) ? (JSON.parse(readFileSync(json, "utf8")) as Record<string, unknown>[]) : [];
  return { stdout, stderr, status, kept };
}

const entry = { repo: "somebody/shop", path: "src/count.ts", line: 8, class: "released-before-last-op", why: "so" };

test("a bug is found at the commit that has it, and nothing at the commit that fixes it", () => {
  const { kept, stdout } = run([
    { ...entry, id: "1", label: "bug", commit: commits[0] },
    { ...entry, id: "2", label: "ok", commit: commits[1] },
    { ...entry, id: "3", label: "bug", commit: commits[0], line: 1, class: "leak" },
  ]);
  expect(kept.map(({ id, outcome, libraries }) => ({ id, outcome, libraries }))).toEqual([
    { id: "1", outcome: "certain", libraries: ["pg"] },
    { id: "2", outcome: "none", libraries: ["pg"] },
    { id: "3", outcome: "none", libraries: ["pg"] },
  ]);
  expect(stdout).toContain("| released-before-last-op | 1 | 1 | 0 | 1 | 0 | 0 |");
  expect(stdout).toContain("| pg | 2 | 1 | 0 | 1 | 0 | 0 |");
  expect(stdout).toContain("- 1 `somebody/shop/src/count.ts:8`: no-early-release certain");
});

test("what is not at hand is told, and the rest is judged", () => {
  const { kept, stdout } = run([
    { ...entry, id: "1", label: "bug", commit: "0123456789abcdef0123456789abcdef01234567" },
    { ...entry, id: "2", label: "bug", commit: commits[0], path: "src/gone.ts" },
    { ...entry, id: "3", label: "bug", commit: commits[0], repo: "somebody/else" },
    { ...entry, id: "4", label: "ok", commit: commits[0] },
  ]);
  expect(kept.map(({ outcome }) => outcome)).toEqual(["not judged", "not judged", "not judged", "certain"]);
  expect(stdout).toMatch(/Wrongly reported:\n\n- 4 /);
  expect(stdout).toMatch(/Not judged:\n\n- 1 .*\n- 2 .*src\/gone.ts is not in this commit\n- 3 .*not in the mirrors/);
});

test.each([
  ["no JSON", "{", "is not a JSON array"],
  ["an entry that lacks something", [{ id: "1" }], "element 1 has no repo, commit, path, line, label, class, why"],
  ["an empty list", [], "the list is empty"],
])("%s ends in one sentence", (_, entries, sentence) => {
  const { stderr, status } = run(entries);
  expect(stderr).toContain(sentence);
  expect(stderr).not.toContain("    at ");
  expect(status).toBe(2);
});

describe("the sources of a commit", () => {
  test("are put into a folder, without what analysis does not read, and stay there", () => {
    const tree = {
      gitDirectory: gitDirectoryOf(mirrors, "somebody/shop")!,
      commit: commits[0]!,
      folder: join(folder, "a"),
    };
    expect(checkOut(tree)).toBeUndefined();
    expect(readFileSync(join(tree.folder, "src/count.ts"), "utf8")).toBe(early);
    expect(existsSync(join(tree.folder, "picture.svg"))).toBe(false);
    expect(checkOut({ ...tree, gitDirectory: "/nowhere" })).toBeUndefined();
  });

  test("are found in a bare git directory too", () => {
    const bare = join(mirrors, "somebody+depot", "repo");
    git("clone", "--quiet", "--bare", clone, bare);
    expect(gitDirectoryOf(mirrors, "somebody/depot")).toBe(bare);
    expect(gitDirectoryOf(mirrors, "somebody/else")).toBeUndefined();
  });
});

test("a helper that ends without an answer is replaced", async () => {
  const file = join(folder, "helper.mjs");
  writeFileSync(file, `process.on("message", (said) => (said === "end" ? process.exit(1) : process.send(said)));\n`);
  const helper = createHelper({ script: file, seconds: 60 });
  expect(await helper.ask("one")).toBe("one");
  expect(await helper.ask("end")).toBeUndefined();
  expect(await helper.ask("two")).toBe("two");
  helper.close();
});
