/**
 * Creates what a contract, a rule or a fixture begins with: files that compile and that the tests accept, so that each
 * further step can be tried at once.
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import prettier from "prettier";

const root = fileURLToPath(new URL("..", import.meta.url));
const levels = ["basic", "flow", "interprocedural", "look-alike"];
const usage = `npm run new contract <package>
npm run new rule <id>
npm run new fixture <rule>/<${levels.join("|")}>/<name>`;

const [kind, name] = process.argv.slice(2);
try {
  const create = { contract: newContract, rule: newRule, fixture: newFixture }[kind];
  if (create === undefined || name === undefined) demand(false, usage);
  await create(name);
} catch (error) {
  if (error.name !== "Problem") throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function newContract(packageName) {
  demand(/^(@[a-z0-9-]+\/)?[a-z0-9.-]+$/.test(packageName), `"${packageName}" is no name of an npm package.`);
  const file = packageName.replace(/^@/, "").replace(/[^a-z0-9]+/g, "-");
  const path = `contracts/src/libraries/${file}.ts`;
  await create(
    path,
    `/** ${packageName}: say in a sentence or two what its handles forbid. */

import type { Contract, Handle } from "../contract.js";
import { release } from "./shared.js";

const connection: Handle = {
  name: "Connection",
  noun: "${packageName} connection",
  types: [{ name: "Connection" }],
  lanes: {
    query: { overlap: { outcome: "undefined" }, why: "The library does not define what a second query does." },
  },
  operations: { query: { lane: "query" } },
  releases: { close: release({ waits: false, kind: "graceful", promised: true }) },
  afterRelease: { outcome: "rejects" },
};

export const contracts: Contract[] = [
  {
    package: "${packageName}",
    versions: "*",
    status: "documented",
    evidence: [
      {
        kind: "documentation",
        where: "https://www.npmjs.com/package/${packageName}",
        says: "Quote the sentence that says so.",
      },
    ],
    exports: { connect: { kind: "function", returns: { type: "Connection", promised: true } } },
    handles: [connection],
  },
];
`,
  );
  const variable = camel(file);
  await edit("contracts/src/libraries/index.ts", (text) =>
    text
      .replace(
        /(import \{ contracts as [^\n]*\n)(?!import \{ contracts)/,
        `$1import { contracts as ${variable} } from "./${file}.js";\n`,
      )
      .replace(/\n\];\n$/, `\n  ...${variable},\n];\n`),
  );
  tellNext([
    `In ${path}: put in what the library says. contracts/src/contract.ts explains every key.`,
    `Give each fact its evidence. For the status "proven" write fixtures/proofs/${file}.mjs, like the others there.`,
    "npm test",
    `npm run docs, and read docs/contracts/${file}.md`,
    "npm run new fixture no-concurrent-use/basic/<name>, with a program that breaks the contract",
  ]);
}

async function newRule(id) {
  demand(/^(no|require)(-[a-z]+)+$/.test(id), `A rule says what it wants: "no-…" or "require-…", not "${id}".`);
  const variable = camel(id);
  const path = `rules/src/rules/${id}.ts`;
  await create(
    path,
    `import type { Rule } from "./rule.js";

/** What it reports, in one sentence. */
export const rule: Rule = {
  id: "${id}",
  summary: "What it reports, in one sentence.",
  why: "What goes wrong while the program runs, and what to do instead: a few sentences.",
  severity: "error",
  fixKinds: [],
  // Ask \`question.facts\` what the analysis knows, and make a finding with a witness of each answer.
  check: () => [],
};
`,
  );
  await edit("rules/src/rules/index.ts", (text) =>
    text
      .replace(
        /(import \{ rule as [^\n]*\n)(?!import \{ rule as)/,
        `$1import { rule as ${variable} } from "./${id}.js";\n`,
      )
      .replace(/(export const rules: readonly Rule\[\] = \[[^\]]*?),?\s*\];/, `$1, ${variable}];`),
  );
  await create(
    `eslint-plugin/src/rules/${id}.ts`,
    `import { createRule } from "../adapter.js";\n\nexport const ${variable} = createRule("${id}");\n`,
  );
  await edit("eslint-plugin/src/index.ts", (text) =>
    text
      .replace(/(import \{ suppression \} from)/, `import { ${variable} } from "./rules/${id}.js";\n$1`)
      .replace(/(\n)( {2}suppression,\n\};)/, `$1  "${id}": ${variable},\n$2`),
  );
  await edit("fixtures/test/support/programs.ts", (text) =>
    text.replace(/(const rules = \[[^\]]*?),?\s*\];/, `$1, "${id}"];`),
  );
  tellNext([
    `In ${path}: say what it reports, and ask the analysis for it. The rules beside it show how.`,
    `npm run new fixture ${id}/basic/<name>, with a program that it must report`,
    `npm run docs, and fill in what people write in docs/rules/${id}.md`,
    "npm test -- -u, which also renews the schema of holdfast.config.json",
  ]);
}

async function newFixture(address) {
  const [rule, level, program, ...rest] = address.split("/");
  const known = readdirSync(join(root, "rules/src/rules")).map((file) => file.replace(/\.ts$/, ""));
  demand(
    known.includes(rule) && existsSync(join(root, "eslint-plugin/src/rules", `${rule}.ts`)),
    `There is no rule "${rule}".`,
  );
  demand(levels.includes(level), `The level is one of ${levels.join(", ")}, not "${level}".`);
  demand(
    rest.length === 0 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(program ?? ""),
    "The name is a few words with hyphens between them.",
  );
  const folder = `fixtures/${address}`;
  demand(!existsSync(join(root, folder)), `${folder} is there already.`);
  const example = exampleOf(rule);
  if (example === undefined) await firstFixture(folder, rule, level);
  else if (level === "look-alike") {
    await create(
      `${folder}/ok.ts`,
      explained(
        readFileSync(join(root, example, "fixed.ts"), "utf8"),
        "Say in a sentence why nothing goes wrong here, although it looks so.",
      ),
    );
  } else {
    await create(
      `${folder}/bad.ts`,
      explained(readFileSync(join(root, example, "bad.ts"), "utf8"), "Say in a sentence what goes wrong."),
    );
    cpSync(join(root, example, "fixed.ts"), join(root, folder, "fixed.ts"));
    console.log(`created ${folder}/fixed.ts`);
  }
  tellNext([
    example === undefined
      ? `Replace the program in ${folder} by a realistic one.`
      : `It is a copy of ${example}: replace it by a program that differs in kind. fixtures/README.md explains the markers.`,
    "npm run build && npx vitest run --project fixtures",
  ]);
}

/** A rule that has no fixture yet gets a program in which nothing happens, so that nothing is reported. */
async function firstFixture(folder, rule, level) {
  const file = level === "look-alike" ? "ok.ts" : "bad.ts";
  const todo = file === "ok.ts" ? "" : ` A line that ${rule} must report ends with its marker.`;
  await create(
    `${folder}/${file}`,
    `// Say in a sentence what goes wrong, or why nothing does.${todo}
import { Dealer } from "zeromq";

export async function greet(address: string): Promise<void> {
  const dealer = new Dealer();
  dealer.connect(address);
  await dealer.send("hello");
  dealer.close();
}
`,
  );
}

/** A fixture of the rule with a fix, to begin with. */
function exampleOf(rule) {
  const basic = join(root, "fixtures", rule, "basic");
  const names = existsSync(basic) ? readdirSync(basic).sort() : [];
  const found = names.find((name) => ["bad.ts", "fixed.ts"].every((file) => existsSync(join(basic, name, file))));
  return found === undefined ? undefined : `fixtures/${rule}/basic/${found}`;
}

function explained(text, sentence) {
  return text.replace(/^\/\/[^\n]*/, `// ${sentence}`);
}

async function create(path, text) {
  demand(!existsSync(join(root, path)), `${path} is there already.`);
  mkdirSync(dirname(join(root, path)), { recursive: true });
  await write(path, text);
  console.log(`created ${path}`);
}

async function edit(path, change) {
  const before = readFileSync(join(root, path), "utf8");
  const after = change(before);
  demand(after !== before, `${path} does not look as expected: register it there by hand.`);
  await write(path, after);
  console.log(`changed ${path}`);
}

async function write(path, text) {
  const filepath = join(root, path);
  writeFileSync(filepath, await prettier.format(text, { ...(await prettier.resolveConfig(filepath)), filepath }));
}

function tellNext(steps) {
  console.log(`\nNext:\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join("\n")}`);
}

function camel(words) {
  return words.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

function demand(condition, sentence) {
  if (!condition) throw Object.assign(new Error(sentence), { name: "Problem" });
}
