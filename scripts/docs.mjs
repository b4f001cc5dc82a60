/**
 * Generates what the documentation says about rules and contracts, from rules and contracts:
 * `npm run docs` writes it, `npm run docs:check` tells what is out of date.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { createCatalog, runtimeSettings } from "@holdfast/contracts";
import { allRules, ruleDescriptions, rules } from "@holdfast/rules";
import prettier from "prettier";
import { withRules } from "../extension/manifest.mjs";
import { apiPage } from "./lib/api-page.mjs";
import { contractFile, contractPage } from "./lib/contract-page.mjs";
import { holdfast, root } from "./lib/holdfast.mjs";
import { code, parts, table, withGenerated } from "./lib/pages.mjs";
import { terminalPicture } from "./lib/picture.mjs";
import { emptyRulePage, rulePage } from "./lib/rule-page.mjs";

const check = process.argv.includes("--check");
const { contracts } = createCatalog();
const packages = [...new Set(contracts.map((contract) => contract.package))].sort();
const outdated = [];

for (const rule of ruleDescriptions) {
  await generatePart(`docs/rules/${rule.id}.md`, rulePage(rule, contracts), emptyRulePage(rule));
}
for (const name of packages) {
  const page = contractPage(
    name,
    contracts.filter((contract) => contract.package === name),
  );
  put(`docs/contracts/${contractFile(name)}`, page);
}
for (const file of readdirSync(join(root, "docs/contracts"))) {
  if (!packages.some((name) => contractFile(name) === file)) remove(`docs/contracts/${file}`);
}
await generatePart("docs/runtime.md", settingsTable());
put(
  "docs/runtime-api.md",
  await prettier.format(await apiPage("runtime", "@holdfast/runtime"), { parser: "markdown" }),
);
await generatePart("docs/README.md", indexOfPages());
await generatePart("README.md", ruleTable("docs/rules/"));
put("docs/images/finding.svg", picture());

const manifest = JSON.parse(readFileSync(join(root, "extension/package.json"), "utf8"));
put("extension/package.json", `${JSON.stringify(withRules(manifest, allRules), undefined, 2)}\n`);

if (outdated.length === 0) console.log("The documentation is up to date.");
else if (check) {
  console.error(`Out of date: ${outdated.join(", ")}. \`npm run docs\` generates them anew.`);
  process.exitCode = 1;
} else console.log(`Generated: ${outdated.join(", ")}.`);

function settingsTable() {
  return table(
    ["variable", "in `runtime`", "what it says"],
    Object.entries(runtimeSettings).map(([name, { variable, description }]) => [
      `\`${variable}\``,
      `\`${name}\``,
      description,
    ]),
  );
}

function ruleTable(folder) {
  return table(
    ["rule", "reports", "fixes"],
    ruleDescriptions.map(({ id, summary, fixKinds }) => [`[\`${id}\`](${folder}${id}.md)`, summary, code(fixKinds)]),
  );
}

function indexOfPages() {
  const rows = packages.map((name) => {
    const own = contracts.filter((contract) => contract.package === name);
    const nouns = own.flatMap(({ handles }) => handles.map(({ noun }) => noun));
    const guards = own.flatMap(({ guards: all = [] }) => all.map((guard) => `${guard.name}, a guard of access`));
    return [
      `[${name}](contracts/${contractFile(name)})`,
      own.some(({ status }) => status === "proven") ? "proven" : "documented",
      [...new Set([...nouns, ...guards])].join(", "),
    ];
  });
  return parts(
    "## Rules",
    ruleTable("rules/"),
    "## Contracts",
    "A contract is *proven* when a script reproduces it against the real library; otherwise it is *documented*.",
    table(["package", "status", "handles"], rows),
  );
}

/** What the command really prints about one bug of the example. */
function picture() {
  const others = rules.filter(({ id }) => id !== "no-early-release").flatMap(({ id }) => ["--rule", `${id}:off`]);
  const { stdout } = holdfast(["check", "src/orders.ts", ...others], {
    cwd: join(root, "examples/shop"),
    colours: true,
    columns: 100,
  });
  // The summary tells how long it took, which is never the same.
  const finding = stdout.slice(0, stdout.lastIndexOf("docs  "));
  return terminalPicture(finding.slice(0, finding.lastIndexOf("\n")), "npx holdfast check");
}

/** Puts a text between the markers of a page; `empty` is the page to begin with. */
async function generatePart(file, generated, empty) {
  const path = join(root, file);
  const page = existsSync(path) ? readFileSync(path, "utf8") : empty;
  const options = await prettier.resolveConfig(path);
  put(file, await prettier.format(withGenerated(page, generated, file), { ...options, filepath: path }));
}

function put(file, text) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  outdated.push(file);
  if (check) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function remove(file) {
  outdated.push(relative(root, join(root, file)));
  if (!check) rmSync(join(root, file));
}
