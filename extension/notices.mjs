/** What the authors of bundled packages want to be said wherever their work goes. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The licences of all packages that bundles were made of, as one text; `inputs` are paths of files below `root`. */
export function noticesFor(inputs, root) {
  const folders = [...new Set(inputs.map(packageFolder).filter(Boolean))].sort();
  const notices = folders.map((folder) => noticeOf(join(root, folder)));
  return ["This software contains the work of others.", ...notices].join(`\n\n${"-".repeat(80)}\n\n`) + "\n";
}

/** `node_modules/a/node_modules/@b/c` of a file somewhere in there. */
function packageFolder(path) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|copying|notice|third-?party)/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  return [`${name} ${version} (${license})`, ...texts].join("\n\n");
}
