/** `npm run new` creates what compiles and what the other parts of the house know at once. */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folders, published, root } from "./support/packages.js";

const copy = mkdtempSync(join(tmpdir(), "holdfast-scaffolds-"));
const leftOut = /(^|\/)(node_modules|dist|\.git|\.cache|[^/]*\.tsbuildinfo)$/;

beforeAll(() => {
  for (const name of [...folders, "scripts", "docs/rules", "package.json", "tsconfig.json", "tsconfig.base.json"]) {
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => !leftOut.test(path) });
  }
  for (const name of [
    ".prettierrc.json",
    "fixtures/test",
    "fixtures/no-early-release/basic",
    "fixtures/tsconfig.json",
  ]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  for (const folder of ["", ...folders]) linkPackages(join(folder, "node_modules"));
  mkdirSync(join(copy, "node_modules/@holdfast"));
  for (const folder of folders)
    symlinkSync(join(copy, folder), join(copy, "node_modules", published[folder]), "junction");
});

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

/** Everything that is installed, except what the house has itself. */
function linkPackages(folder: string): void {
  if (!existsSync(join(root, folder))) return;
  mkdirSync(join(copy, folder), { recursive: true });
  const own: string[] = ["@holdfast", published["eslint-plugin"], published.cli];
  for (const name of readdirSync(join(root, folder)).filter((entry) => !own.includes(entry))) {
    symlinkSync(join(root, folder, name), join(copy, folder, name), "junction");
  }
}

function run(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, script), ...args], {
    cwd: copy,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

describe("npm run new", () => {
  it("creates a contract, a rule and fixtures that compile", () => {
    for (const args of [
      ["contract", "@acme/serial-scale"],
      ["rule", "no-orphaned-timer"],
      ["fixture", "no-early-release/flow/returned-from-a-switch"],
      ["fixture", "no-early-release/look-alike/closed-by-the-pool"],
      ["fixture", "no-orphaned-timer/basic/first"],
    ]) {
      const { status, output } = run("scripts/new.mjs", ...args);
      expect(output).toContain("Next:");
      expect(status).toBe(0);
    }
    expect(run("node_modules/typescript/bin/tsc", "--build")).toEqual({ status: 0, output: "" });
    const contracts = run("cli/bin/holdfast.mjs", "contracts", "@acme/serial-scale", "--no-color");
    expect(contracts.output).toContain("@acme/serial-scale *  documented");
    expect(run("cli/bin/holdfast.mjs", "explain", "no-orphaned-timer").status).toBe(0);
    const bad = readFileSync(join(copy, "fixtures/no-early-release/flow/returned-from-a-switch/bad.ts"), "utf8");
    expect(bad).toMatch(/^\/\/ Say in a sentence what goes wrong\.\n[^]*\/\/ expect: no-early-release/);
  });

  it.each([
    [["fixture", "no-early-release/deep/first"], "The level is one of basic, flow, interprocedural, look-alike"],
    [["fixture", "no-such-rule/basic/first"], 'There is no rule "no-such-rule".'],
    [["rule", "Timers"], 'not "Timers"'],
    [["contract", "Not A Package"], "is no name of an npm package"],
    [["contract", "zeromq"], "contracts/src/libraries/zeromq.ts is there already."],
    [[], "npm run new contract <package>"],
  ])("%j is explained", (args, sentence) => {
    const { status, output } = run("scripts/new.mjs", ...args);
    expect(output).toContain(sentence);
    expect(status).toBe(2);
  });
});
