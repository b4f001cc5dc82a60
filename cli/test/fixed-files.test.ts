/** Whatever happens to a run that fixes, each file is as it was or as it was meant to be. */

import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { releasedEarly, releasedInTime } from "../../test/support/programs.js";
import { createProject, type TestProject } from "./support/project.js";

const faults = `--import ${pathToFileURL(join(import.meta.dirname, "support/faults.mjs")).href}`;

const fix = (project: TestProject, env: NodeJS.ProcessEnv = {}) =>
  project.holdfastWith({ NODE_OPTIONS: faults, ...env }, "check", "--fix");

describe("a file that cannot be written", () => {
  it.each(["openSync EACCES", "writeFileSync ENOSPC", "fsyncSync EIO", "renameSync EBUSY"])(
    "stays as it is, and so do its findings: %s",
    async (fault) => {
      const project = createProject({ "orders.ts": releasedEarly });
      const { code, stdout, stderr } = await fix(project, { HOLDFAST_FAULT: fault });
      expect(project.read("orders.ts")).toBe(releasedEarly);
      const [, reason] = fault.split(" ");
      expect(stdout + stderr).toContain(`orders.ts cannot be written (${reason})`);
      expect(stdout).toContain("no-early-release");
      expect(stdout).not.toContain("applied");
      expect(code).toBe(2);
      expect(readdirSync(project.directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    },
  );

  it.each(["openSync", "writeFileSync", "fsyncSync", "renameSync"])(
    "is whole after a run that was killed at %s",
    async (call) => {
      const project = createProject({ "orders.ts": releasedEarly });
      await fix(project, { HOLDFAST_FAULT: `${call} kill` });
      expect(project.read("orders.ts")).toBe(releasedEarly);
    },
  );
});

describe("a file that is fixed", () => {
  it("is left alone if it was edited since it was read, and the others are fixed", async () => {
    const project = createProject({ "a.ts": releasedEarly, "b.ts": releasedEarly });
    const { code, stdout, stderr } = await fix(project, { HOLDFAST_MEANWHILE: "/a.ts" });
    expect(project.read("a.ts")).toBe(`${releasedEarly}// typed meanwhile\n`);
    expect(project.read("b.ts")).toBe(releasedInTime);
    expect(stdout + stderr).toContain("a.ts has changed since it was read and was left alone; run again to fix it.");
    expect(stdout).toContain("1 fix applied");
    expect(code).toBe(2);
  });

  it("keeps its mode", async () => {
    const project = createProject({ "orders.ts": releasedEarly });
    const file = join(project.directory, "orders.ts");
    chmodSync(file, 0o751);
    await fix(project);
    expect(project.read("orders.ts")).toBe(releasedInTime);
    expect(statSync(file).mode & 0o777).toBe(0o751);
  });

  it("may be a link to a file of the project, and stays one", async () => {
    const project = createProject({ "shared/orders.ts": releasedEarly });
    symlinkSync("shared/orders.ts", join(project.directory, "orders.ts"));
    await fix(project);
    expect(project.read("shared/orders.ts")).toBe(releasedInTime);
    expect(lstatSync(join(project.directory, "orders.ts")).isSymbolicLink()).toBe(true);
  });

  it("is left alone if it is a link to a file that nobody asked for, unless that is named", async () => {
    const outside = mkdtempSync(join(tmpdir(), "holdfast-outside-"));
    onTestFinished(() => rmSync(outside, { recursive: true }));
    const real = join(outside, "orders.ts");
    writeFileSync(real, releasedEarly);
    const project = createProject({ "package.json": {} });
    symlinkSync(real, join(project.directory, "orders.ts"));
    const { code, stdout, stderr } = await fix(project);
    expect(readFileSync(real, "utf8")).toBe(releasedEarly);
    expect(stdout + stderr).toContain("orders.ts is a link to a file outside of what is checked");
    expect(code).toBe(2);
    await project.holdfast("check", "--fix", "orders.ts");
    expect(readFileSync(real, "utf8")).toBe(releasedInTime);
  });
});
