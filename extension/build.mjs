/** Bundles the extension and the language server into `dist`, with all that they need: nothing is downloaded later. */

import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript";
import { noticesFor } from "./notices.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}/extension/dist`;

const shared = {
  bundle: true,
  minify: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  // They are told in one place instead.
  legalComments: "none",
  metafile: true,
  absWorkingDir: root,
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

function bundleClient() {
  return build({
    ...shared,
    entryPoints: [`${root}/extension/src/extension.ts`],
    outfile: `${dist}/extension.js`,
    format: "cjs",
    external: ["vscode"],
    alias: { "@holdfast/language-server": `${root}/server/src/protocol.ts` },
    // The client library is published for browsers too; this is the one for Node.js.
    mainFields: ["module", "main"],
  });
}

/** The script of the timeline's page. */
function bundlePicture() {
  return build({
    ...shared,
    entryPoints: [`${root}/extension/src/timeline/page.ts`],
    outfile: `${dist}/timeline.js`,
    format: "iife",
    platform: "browser",
    target: "es2022",
  });
}

/** What CommonJS modules expect around them. */
const commonjs = `
import { createRequire as createRequireHere } from "node:module";
import { dirname as directoryOf } from "node:path";
import { fileURLToPath as pathOfUrl } from "node:url";
const require = createRequireHere(import.meta.url);
const __filename = pathOfUrl(import.meta.url);
const __dirname = directoryOf(__filename);
`;

/** The protocol's thread and the analysis' thread share what both need, the compiler above all. */
async function bundleServer() {
  const built = await build({
    ...shared,
    entryPoints: [`${root}/server/src/main.ts`, `${root}/server/src/engine/worker.ts`],
    outbase: `${root}/server/src`,
    outdir: `${dist}/server`,
    format: "esm",
    splitting: true,
    alias: Object.fromEntries(
      ["contracts", "rules", "workspace"].map((name) => [`@holdfast/${name}`, `${root}/${name}/src/index.ts`]),
    ),
    // Some of what is bundled loads modules of Node.js as CommonJS does.
    banner: { js: commonjs },
  });
  await writeFile(`${dist}/server/package.json`, '{ "type": "module" }\n');
  await copyLibraryTypes();
  return built;
}

/** The compiler looks beside itself for the types of the language. */
async function copyLibraryTypes() {
  const library = dirname(createRequire(import.meta.url).resolve("typescript"));
  const names = (await readdir(library)).filter((name) => /^lib\.(?:.*\.)?d\.ts$/.test(name));
  for (const name of names) {
    const text = await readFile(join(library, name), "utf8");
    await writeFile(join(dist, "server", name), withoutDocumentation(text));
  }
}

/** Most of a declaration file is doc comments, which nobody reads here; comments in one line can be references. */
function withoutDocumentation(text) {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, /* skipTrivia */ false, ts.LanguageVariant.Standard, text);
  const tokens = [];
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) {
    if (scanner.getToken() !== ts.SyntaxKind.MultiLineCommentTrivia) tokens.push(scanner.getTokenText());
  }
  return tokens.join("").replaceAll(/(?:[ \t]*\r?\n)+[ \t]*/g, "\n");
}

/** Pages of rules link to each other, which come along, and to other pages, which do not. */
async function copyRulePages() {
  const { homepage } = JSON.parse(await readFile(`${root}/extension/package.json`, "utf8"));
  const pages = `${root}/docs/rules`;
  await mkdir(`${dist}/rules`, { recursive: true });
  for (const name of await readdir(pages)) {
    const text = await readFile(join(pages, name), "utf8");
    await writeFile(join(dist, "rules", name), text.replaceAll("](../", `](${homepage}/blob/main/docs/`));
  }
}

async function copyTexts() {
  await copyRulePages();
  await cp(`${root}/rules/schema/holdfast.config.schema.json`, `${dist}/holdfast.config.schema.json`);
  await cp(`${root}/LICENSE`, `${root}/extension/LICENSE`);
}

const [, ...built] = await Promise.all([copyTexts(), bundleClient(), bundlePicture(), bundleServer()]);
const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile(`${dist}/licences.txt`, noticesFor(inputs, root));
