/** Whatever TypeScript, ESLint and package manager a project has, the same is found in it. */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { folders, published, root } from "./support/packages.js";

const parent = realpathSync(mkdtempSync(join(tmpdir(), "holdfast-versions-")));
let tarballs: Record<string, string> = {};

/** Wrong in line 4: a query is not awaited before its client goes back. Only types tell that it is a client. */
const typed = `import { shop } from "./shop.js";
export async function count(): Promise<void> {
  const client = await shop.connect();
  void client.query("SELECT 1"); client.release();
}
`;
const files: Record<string, string> = {
  "src/shop.ts": `import { Pool } from "pg";\nexport const shop = new Pool();\n`,
  "src/count.ts": typed,
  "src/tag.tsx": `export const Tag = () => <p>// holdfast-disable-next-line no-early-release {/* a text */}</p>;\n`,
  "report.js": `import { Push } from "zeromq";\nconst push = new Push();\nawait Promise.all([push.send("a"), push.send("b")]);\n`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: { module: "NodeNext", target: "ES2022", jsx: "preserve", strict: true, skipLibCheck: true },
    include: ["src"],
  }),
  "eslint.config.cjs": `const { default: holdfast } = require("eslint-plugin-holdfast");
module.exports = [{ files: ["**/*.js"], ...holdfast.configs.recommended }];\n`,
  "typed.config.mjs": `import holdfast from "eslint-plugin-holdfast";
import tseslint from "typescript-eslint";
export default [{
  files: ["**/*.ts"],
  languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
}, holdfast.configs.recommendedTypeChecked];\n`,
};

interface Setup {
  typescript: string;
  eslint: string;
  manager?: "npm" | "pnpm";
  /** Whether typescript-eslint takes this TypeScript. */
  isLinted?: boolean;
}

const setups: Setup[] = [
  { typescript: "5.0.4", eslint: "9", isLinted: true },
  { typescript: "5.4.5", eslint: "9", isLinted: true },
  { typescript: "5.9.3", eslint: "10", isLinted: true },
  { typescript: "6.0.3", eslint: "10", isLinted: true },
  { typescript: "7.0.2", eslint: "10" },
  { typescript: "5.9.3", eslint: "10", manager: "pnpm" },
  { typescript: "7.0.2", eslint: "9", manager: "pnpm" },
];

beforeAll(() => {
  const workspaces = folders.flatMap((folder) => ["--workspace", folder]);
  execFileSync("npm", ["pack", ...workspaces, "--pack-destination", parent, "--silent"], { cwd: root, stdio: "pipe" });
  const packed = readdirSync(parent);
  tarballs = Object.fromEntries(
    Object.values(published).map((name) => {
      const file = packed.find((each) => each.startsWith(`${name.replace("@", "").replace("/", "-")}-0`));
      return [name, `file:${join(parent, file!)}`];
    }),
  );
});

afterAll(() => {
  rmSync(parent, { recursive: true, force: true });
});

/** A project with these versions installed. */
function install({ typescript, eslint, manager = "npm", isLinted = false }: Setup): string {
  const project = join(parent, `${manager}-${typescript}`);
  for (const folder of [project, join(project, "src")]) mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const { holdfast, "eslint-plugin-holdfast": plugin, "@holdfast/language-server": server, ...inner } = tarballs;
  const manifest = {
    name: "elsewhere",
    private: true,
    type: "module",
    devDependencies: {
      ...{ holdfast, "eslint-plugin-holdfast": plugin, "@holdfast/language-server": server },
      ...{ typescript, eslint: `^${eslint}`, "@types/pg": "^8", "@types/node": "^20" },
      ...(isLinted && { "typescript-eslint": "^8" }),
    },
    // What is not published yet is taken from the tarballs, wherever it is asked for.
    overrides: inner,
    pnpm: { overrides: inner },
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const quiet = ["install", "--prefer-offline", "--ignore-scripts", "--loglevel=error"];
  const [program, args] =
    manager === "npm"
      ? ["npm", [...quiet, "--no-audit", "--no-fund"]]
      : ["npx", ["--yes", "pnpm@9", ...quiet, "--config.auto-install-peers=false"]];
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: project, encoding: "utf8" });
  expect(status, stdout + stderr).toBe(0);
  return project;
}

function run(project: string, script: string, ...args: string[]) {
  const path = realpathSync(join(project, "node_modules", script));
  return spawnSync(process.execPath, [path, ...args], { cwd: project, encoding: "utf8" });
}

/** What ESLint finds: rule and place of each. */
function linted(project: string, ...args: string[]): string[] {
  const { stdout, stderr } = run(project, "eslint/bin/eslint.js", "--format", "json", ...args);
  expect(stdout, stderr).not.toBe("");
  const results = JSON.parse(stdout) as { messages: { ruleId: string; line: number }[] }[];
  return results.flatMap(({ messages }) => messages.map(({ ruleId, line }) => `${ruleId}:${line}`));
}

describe.each(setups)("with TypeScript $typescript, ESLint $eslint and $manager", (setup) => {
  let project: string;
  beforeAll(() => {
    project = install(setup);
  });

  it("the command finds the same", () => {
    const { status, stdout, stderr } = run(project, "holdfast/bin/holdfast.mjs", "check", "--format", "json");
    expect(stdout, stderr).not.toBe("");
    const { findings } = JSON.parse(stdout) as { findings: { rule: string; file: string; line: number }[] };
    expect(findings.map(({ rule, file, line }) => `${rule} ${file}:${line}`)).toEqual([
      "no-concurrent-use report.js:3",
      "no-early-release src/count.ts:4",
    ]);
    expect(status).toBe(1);
  });

  it("the plugin finds the same, from a CommonJS configuration", () => {
    expect(linted(project, "report.js")).toEqual(["holdfast/no-concurrent-use:3"]);
  });

  it.runIf(setup.isLinted)("the plugin finds the same with types, by the compiler that the parser uses", () => {
    expect(linted(project, "--config", "typed.config.mjs", "src")).toEqual(["holdfast/no-early-release:4"]);
  });

  it("the language server starts", () => {
    const { status, stderr } = run(project, "@holdfast/language-server/bin/holdfast-lsp.mjs", "--version");
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it.runIf(setup.manager !== "pnpm")(
    "there is one TypeScript, if the project's own is one that Holdfast can use",
    () => {
      const own = createRequire(join(project, "package.json")).resolve("typescript/package.json");
      const used = createRequire(join(project, "node_modules/holdfast/package.json")).resolve(
        "typescript/package.json",
      );
      expect(used === own).toBe(!setup.typescript.startsWith("7"));
      const copies = readdirSync(join(project, "node_modules"), { recursive: true, encoding: "utf8" }).filter((name) =>
        /(^|\/)node_modules\/typescript\/package\.json$|^typescript\/package\.json$/.test(name),
      );
      expect(copies.length).toBeLessThanOrEqual(setup.typescript.startsWith("7") ? 8 : 1);
      expect(existsSync(used)).toBe(true);
    },
  );
});
