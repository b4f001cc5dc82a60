/** Every package can be packed, and used where nothing but its tarball is. */

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folders, manifestOf, published, root } from "./support/packages.js";

const project = mkdtempSync(join(tmpdir(), "holdfast-packages-"));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** Wrong in line 4: two sends on one socket. */
const overlapping = `import { Push } from "zeromq";

const push = new Push();
await Promise.all([push.send("cpu"), push.send("memory")]);
`;

const files: Record<string, string> = {
  "package.json": JSON.stringify({ name: "elsewhere", private: true, type: "module" }),
  "report.js": overlapping,
  "eslint.config.js": `import holdfast from "eslint-plugin-holdfast";\nexport default [holdfast.configs.recommended];\n`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "ES2022",
      module: "NodeNext",
      moduleResolution: "NodeNext",
      strict: true,
      noEmit: true,
      types: ["node"],
      skipLibCheck: false,
    },
    files: ["uses.ts"],
  }),
  "uses.ts": `import { createCatalog, type Contract } from "@holdfast/contracts";
import { analyse, type Finding, ruleDescriptions } from "@holdfast/rules";
import holdfast from "eslint-plugin-holdfast";
import { run, type Report } from "holdfast";

export const contracts: readonly Contract[] = createCatalog().contracts;
export const names: string[] = ruleDescriptions.map(({ id }) => id);
export const config: object = holdfast.configs.recommended;
export const versionOf = (report: Report): 1 => report.version;
export const ruleOf = (finding: Finding): string => finding.rule;
export const functions = [analyse, run];
// @ts-expect-error The types are there, and not \`any\`.
export const wrong: number = createCatalog().contracts;
`,
};

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  const workspaces = folders.flatMap((folder) => ["--workspace", folder]);
  execFileSync(npm, ["pack", ...workspaces, "--pack-destination", project, "--silent"], { cwd: root, stdio: "pipe" });
  const tarballs = readdirSync(project).filter((name) => name.endsWith(".tgz"));
  expect(tarballs).toHaveLength(folders.length);
  const others = ["eslint@^10.0.0", "typescript@~6.0.3", "@types/node@^20.19.0"];
  const quiet = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync(npm, ["install", ...quiet, ...tarballs.map((name) => `./${name}`), ...others], {
    cwd: project,
    stdio: "pipe",
  });
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

/** Runs a script of an installed package. */
function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe.each(folders)("the tarball of %s", (folder) => {
  it("holds its code, its types and its papers, and nothing else", () => {
    const installed = join(project, "node_modules", published[folder]);
    const names = readdirSync(installed).filter((name) => name !== "node_modules");
    expect(names.sort()).toEqual(["package.json", ...manifestOf(folder).files].sort());
    const { main, types } = manifestOf(folder);
    for (const entry of [main, types]) expect(existsSync(join(installed, entry)), entry).toBe(true);
  });
});

describe("installed elsewhere", () => {
  it("the language server says hello", async () => {
    const params = { processId: null, rootUri: null, capabilities: {} };
    const hello = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    const script = join(project, "node_modules/@holdfast/language-server/bin/holdfast-lsp.mjs");
    const server = spawn(process.execPath, [script, "--stdio"]);
    server.stdin.write(`Content-Length: ${hello.length}\r\n\r\n${hello}`);
    let answer = "";
    for await (const data of server.stdout) {
      answer += String(data);
      if (answer.includes('"serverInfo":{"name":"holdfast"')) return void server.kill();
    }
    throw new Error(`it ended after ${JSON.stringify(answer)}`);
  });

  it("the command finds a bug", () => {
    const { status, stdout, stderr } = spawnSync("npx", ["--no-install", "holdfast", "check", "--format", "json"], {
      cwd: project,
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    expect(stdout, stderr).toContain('"version": 1');
    const { findings } = JSON.parse(stdout) as { findings: { rule: string; file: string; line: number }[] };
    expect(findings).toMatchObject([{ rule: "no-concurrent-use", file: "report.js", line: 4 }]);
    expect(status).toBe(1);
  });

  it("the command explains its rules", () => {
    const { status, stdout } = node("node_modules/holdfast/bin/holdfast.mjs", "explain", "no-early-release");
    expect(stdout).toContain("client.release()");
    expect(status).toBe(0);
  });

  it("the plugin finds it in ESLint", () => {
    const { status, stdout, stderr } = node("node_modules/eslint/bin/eslint.js", "report.js", "--format", "json");
    expect(stdout, stderr).not.toBe("");
    const [file] = JSON.parse(stdout) as { messages: { ruleId: string; line: number }[] }[];
    expect(file?.messages).toMatchObject([{ ruleId: "holdfast/no-concurrent-use", line: 4 }]);
    expect(status).toBe(1);
  });

  it("types resolve, and declarations compile without skipLibCheck", () => {
    const { status, stdout } = node("node_modules/typescript/bin/tsc", "-p", ".");
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});
