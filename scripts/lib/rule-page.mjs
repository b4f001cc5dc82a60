/** What is generated of a rule's page, and the page that a new rule begins with. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fixDescriptions } from "@holdfast/rules";
import { errorsOf } from "holdfast";
import { begin, code, end, parts } from "./pages.mjs";
import { root } from "./holdfast.mjs";

/** The fixture that shows each rule: what breaks it, and what its fix makes of that. */
const examples = {
  "no-concurrent-use": "basic/send-all-at-once",
  "no-early-release": "basic/pg-return-in-try-finally",
  "no-use-after-release": "basic/zmq-farewell-after-close",
  "no-late-linger": "basic/push-closed-without-linger",
  "no-late-option": "basic/routing-id-after-connect",
};

const marker = / *\/\/ expect: ([\w-]+)[^\n]*/g;

export function rulePage(rule, contracts) {
  return parts(
    rule.summary,
    severity(rule),
    `## Why\n\n${rule.why}`,
    errorList(rule, contracts),
    example(rule),
    fixes(rule),
    options(rule),
  );
}

/** Of the rules only `no-concurrent-use` has findings of another severity than its own. */
function severity({ id, severity: usual }) {
  const exception =
    id === "no-concurrent-use"
      ? " Where a library queues the second operation but has announced that it will stop, it is a warning, and `likely`."
      : "";
  return `Default severity: ${usual}.${exception}`;
}

function fixes({ fixKinds }) {
  if (fixKinds.length === 0) return "";
  const items = fixKinds.map((kind) => {
    const { titles, does, safe } = fixDescriptions[kind];
    const when = { always: "Safe.", never: "A suggestion." }[safe] ?? `Safe ${safe}; otherwise a suggestion.`;
    return `- **${titles.join("**, **")}** (\`${kind}\`): ${does} ${when}`;
  });
  return parts(
    "## Fixes",
    "`--fix` applies safe fixes; `--fix-suggestions` also applies suggestions, which may change behaviour.",
    items.join("\n"),
  );
}

/** A page without the part that is generated. */
export function emptyRulePage({ id }) {
  return `# ${id}\n\n${begin}\n${end}\n\n## When not to use it\n\n\n\n## What it cannot see\n\n\n`;
}

/** The address of a rule's example below `fixtures/`, if it has one. */
export function exampleOf(ruleId) {
  const chosen = examples[ruleId];
  if (chosen !== undefined) return `${ruleId}/${chosen}`;
  const [first] = namesIn(join(root, "fixtures", ruleId, "basic"));
  return first === undefined ? undefined : `${ruleId}/basic/${first}`;
}

function errorList(rule, contracts) {
  const errors = errorsOf(rule.id, contracts);
  if (errors.length > 0) {
    const items = errors.map(({ package: name, text }) => `- ${name}: \`${text.replaceAll("`", "'")}\``);
    return `## Errors that lead here\n\n${items.join("\n")}`;
  }
  const items = lateOptions(rule, contracts);
  return items.length > 0 ? `## What happens when it is set too late\n\n${items.join("\n")}` : "";
}

/** Options set too late raise no error, so the contract's words have to do; each of them once a package. */
function lateOptions({ id }, contracts) {
  if (id !== "no-late-linger" && id !== "no-late-option") return [];
  const named = new Map();
  for (const { package: name, handles } of contracts) {
    for (const { options = [] } of handles) {
      for (const option of options.filter(({ linger }) => (linger !== undefined) === (id === "no-late-linger"))) {
        const key = `${name}: ${option.tooLate}`;
        named.set(key, (named.get(key) ?? new Set()).add(option.name));
      }
    }
  }
  return [...named].map(([text, names]) => {
    const [name, ...rest] = text.split(": ");
    return `- ${name}, ${code([...names])}: ${rest.join(": ")}`;
  });
}

function example({ id }) {
  const name = exampleOf(id);
  if (name === undefined) return "";
  const folder = join(root, "fixtures", name);
  const files = namesIn(folder);
  const bad = files.find((file) => /^bad\.[cm]?[jt]sx?$/.test(file));
  const fixed = files.find((file) => /^fixed\.[cm]?[jt]sx?$/.test(file));
  if (bad === undefined) return "";
  const text = readFileSync(join(folder, bad), "utf8").replaceAll(marker, " // ✗ $1 is reported here");
  return parts(
    "## Example",
    fenced(text, bad),
    fixed === undefined ? "" : parts("After the first fix:", fenced(withoutComplaint(join(folder, fixed)), fixed)),
    `More examples, correct look-alikes included, are in \`fixtures/${id}/\`.`,
  );
}

/** The first line of a fixture says what goes wrong; fixed, nothing does. */
function withoutComplaint(file) {
  return readFileSync(file, "utf8").replace(/^\/\/[^\n]*\n/, "");
}

function fenced(text, file) {
  return `\`\`\`${/\.[cm]?ts/.test(file) ? "ts" : "js"}\n${text.trim()}\n\`\`\``;
}

function options({ id, severity }) {
  const setting = JSON.stringify({ rules: { [id]: "off" } });
  return `## Options

In \`holdfast.config.json\` a rule is \`off\`, \`warn\` or \`error\`: \`${setting}\`. In ESLint it takes two optional settings:

\`\`\`js
"holdfast/${id}": ["${severity === "error" ? "error" : "warn"}", { types: true, confidence: "likely" }],
\`\`\`

\`types\` uses type information where the parser provides it. \`confidence\` is the minimum confidence of reported findings:
\`certain\` (the default) or \`likely\`.${suppressing(id)}`;
}

/** What is said about suppressions themselves cannot be suppressed by one more. */
function suppressing(id) {
  if (id === "suppression") return "";
  return ` To suppress one finding, give a reason:

\`\`\`ts
// holdfast-disable-next-line ${id} -- the reason
\`\`\``;
}

function namesIn(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
