import { defineConfig } from "vitest/config";
import { ProofsReporter } from "./fixtures/test/proofs-reporter.js";

interface Options {
  root?: string;
  include?: string[];
  testTimeout?: number;
  hookTimeout?: number;
  external?: RegExp[];
  fileParallelism?: boolean;
}

/** The tests of one package. */
export function project(name: string, options: Options = {}) {
  const { external = [], ...others } = options;
  return {
    test: {
      name,
      root: `./${name}`,
      include: ["**/test/**/*.test.ts"],
      exclude: ["**/node_modules/**", "**/dist/**"],
      // Processes, not threads: tests load native modules, and some end the process that they run in.
      pool: "forks" as const,
      testTimeout: 20_000,
      hookTimeout: 20_000,
      ...others,
      server: { deps: { external } },
    },
  };
}

// A test machine has two cores; more workers than that only make timings unsteady.
export const maxWorkers = 2;

/** All but the language server and the editor, which are in `vitest.editor.config.ts`. */
export default defineConfig({
  test: {
    maxWorkers,
    reporters: ["default", new ProofsReporter()],
    projects: [
      project("contracts"),
      project("rules"),
      project("eslint-plugin"),
      // It talks to real servers, and starts processes.
      project("runtime", { testTimeout: 60_000, hookTimeout: 60_000 }),
      project("cli", { testTimeout: 60_000 }),
      project("extension", { include: ["test/unit/**/*.test.ts"] }),
      project("bench"),
      // It packs every package and installs the tarballs elsewhere.
      project("house", { root: "./test", include: ["*.test.ts"], testTimeout: 120_000, hookTimeout: 300_000 }),
      // Proofs start servers and processes, and load libraries exactly as a program does: not through the test runner.
      project("fixtures", { testTimeout: 60_000, hookTimeout: 180_000, external: [/\/fixtures\/proofs\//] }),
    ],
  },
});
