import { defineConfig } from "vitest/config";
import { maxWorkers, project } from "./vitest.config.js";

/** The language server and the editor: what `npm run test:editor` runs. */
export default defineConfig({
  test: {
    maxWorkers,
    // Editors, browsers and servers are processes of their own, which a busy machine may starve; what is broken fails twice.
    retry: process.env["CI"] === undefined ? 0 : 1,
    projects: [
      // It starts the real server, which reads real projects.
      project("server", { testTimeout: 60_000, hookTimeout: 60_000 }),
      // One real VS Code at a time, in a real browser; starting it takes a while.
      project("editor", {
        root: "./extension",
        include: ["test/*.test.ts"],
        testTimeout: 180_000,
        hookTimeout: 600_000,
        fileParallelism: false,
      }),
    ],
  },
});
