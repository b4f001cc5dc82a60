/** The page of a package's interface, made of its docstrings. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Application } from "typedoc";
import { root } from "./holdfast.mjs";

/** One page for all that the package exports. */
export async function apiPage(folder, name) {
  const output = mkdtempSync(join(tmpdir(), "holdfast-api-"));
  try {
    const application = await Application.bootstrapWithPlugins({
      entryPoints: [join(root, folder, "src/index.ts")],
      tsconfig: join(root, folder, "tsconfig.json"),
      out: output,
      plugin: ["typedoc-plugin-markdown"],
      name,
      readme: "none",
      entryFileName: "api",
      outputFileStrategy: "modules",
      hideBreadcrumbs: true,
      hidePageHeader: true,
      disableSources: true,
      excludeExternals: true,
      excludeInternal: true,
      excludePrivate: true,
      useCodeBlocks: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      classPropertiesFormat: "table",
      // The build has checked them.
      skipErrorChecking: true,
      logLevel: "Error",
    });
    await application.generateOutputs(await application.convert());
    return readFileSync(join(output, "api.md"), "utf8");
  } finally {
    rmSync(output, { recursive: true });
  }
}
