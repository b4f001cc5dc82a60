import { defineConfig } from "vitest/config";
import { ProofsReporter } from "./fixtures/test/proofs-reporter.js";

interface Options {
  root?: string;
  include?: string[];
  testTimeout?: number;
  hookTimeout?: number;
  external?: RegExp[];
}

/** The tests of one package. */
function project(name: string, options: Options = {}) {
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

export default defineConfig({
  test: {
    // A test machine has two cores; more workers than that only make timings unsteady.
    maxWorkers: 2,
    reporters: ["default", new ProofsReporter()],
    projects: [
      project("contracts"),
      project("rules"),
      project("eslint-plugin"),
      project("cli", { testTimeout: 60_000 }),
      project("bench"),
      // It packs every package and installs the tarballs elsewhere.
      project("house", { root: "./test", include: ["*.test.ts"], testTimeout: 60_000, hookTimeout: 180_000 }),
      // Proofs start servers and processes, and load libraries exactly as a program does: not through the test runner.
      project("fixtures", { testTimeout: 60_000, hookTimeout: 60_000, external: [/\/fixtures\/proofs\//] }),
    ],
  },
});
