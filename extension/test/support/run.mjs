/**
 * `npm run test:editor`: packs the extension and tests it in the real editor.
 *
 * Arguments go to vitest. With `HOLDFAST_GALLERY=1` the pictures for the README are taken again.
 */

import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installed } from "./install.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));

function run(program, args, env = {}) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

const editor = installed();
if (editor) {
  run("npm", ["run", "package"]);
  rmSync(new URL("../artefacts", import.meta.url), { recursive: true, force: true });
  // Where nothing works, every test waits in vain.
  run(
    "npx",
    [
      "vitest",
      "run",
      "--config",
      "vitest.editor.config.ts",
      "--project",
      "editor",
      "--bail",
      "8",
      ...process.argv.slice(2),
    ],
    {
      HOLDFAST_EDITOR: JSON.stringify(editor),
    },
  );
}
