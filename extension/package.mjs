/** Builds the extension and packs it as `holdfast-<version>.vsix`. */

import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createVSIX } from "@vscode/vsce";
import "./build.mjs";

/** In bytes: people install it over slow networks too. */
const largest = 3 * 1024 * 1024;

const folder = fileURLToPath(new URL(".", import.meta.url));
const { version, homepage } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
const packagePath = `${folder}holdfast-${version}.vsix`;

await createVSIX({
  cwd: folder,
  packagePath,
  dependencies: false,
  // In the gallery the page is not beside its pictures.
  baseContentUrl: `${homepage}/blob/main/extension`,
  baseImagesUrl: `${homepage}/raw/main/extension`,
});
const { size } = statSync(packagePath);
console.log(`${packagePath}: ${(size / 1024 / 1024).toFixed(2)} MB`);
if (size > largest) throw new Error(`the package has ${size} bytes, more than the ${largest} that it may have`);
