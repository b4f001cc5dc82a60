/**
 * How a program is guarded without a change to it: the settings of `@holdfast/runtime/register`, as the `runtime` object of
 * holdfast.config.json and as variables of the environment. One list for those who check them and those who obey them.
 */

import { nearest } from "./suggestions.js";

/** What a setting may be. */
type Kind =
  | { kind: "word"; words: readonly string[] }
  | { kind: "list"; example: string; of?: "contracts" }
  | { kind: "text"; example: string }
  | { kind: "number"; least: number; most: number }
  | { kind: "switch" };

export type RuntimeSetting = Kind & {
  /** The variable of the environment that says the same, and goes before. */
  variable: string;
  description: string;
};

/** What becomes of a violation. */
export const runtimeModes = ["throw", "warn", "serialize", "observe"] as const;

/** When the place of an operation is noted. */
export const runtimePlaces = ["always", "sampled", "never"] as const;

export const runtimeSettings = {
  mode: {
    kind: "word",
    words: runtimeModes,
    variable: "HOLDFAST_MODE",
    description:
      "What happens on a violation: `warn` (the default) prints a warning, `observe` only writes it to the report, `throw` refuses the operation, `serialize` makes it wait.",
  },
  contracts: {
    kind: "list",
    of: "contracts",
    example: "pg",
    variable: "HOLDFAST_CONTRACTS",
    description:
      "Guard only handles of these contracts: packages, or types as `package#Type`; with `!` in front, all but these.",
  },
  places: {
    kind: "word",
    words: runtimePlaces,
    variable: "HOLDFAST_PLACES",
    description:
      "When the place of an operation is recorded: `always`, `never`, or `sampled` (the default), the first 1,000 calls of each operation and then one in 1,024.",
  },
  report: {
    kind: "text",
    example: "holdfast.jsonl",
    variable: "HOLDFAST_REPORT",
    description: "The file to write violations to: JSON lines, or SARIF if its name ends in .sarif.",
  },
  exitCode: {
    kind: "number",
    least: 1,
    most: 255,
    variable: "HOLDFAST_EXIT_CODE",
    description: "The exit code of a process that had violations of severity error and would have ended with 0.",
  },
  include: {
    kind: "list",
    example: "my-framework",
    variable: "HOLDFAST_INCLUDE",
    description: "Installed packages whose handles are guarded as well, as if they were part of the program.",
  },
  delays: {
    kind: "text",
    example: "42",
    variable: "HOLDFAST_DELAYS",
    description:
      "A seed: operations that come close to each other are delayed, so that hidden races appear; the same seed delays the same operations.",
  },
  delaysFile: {
    kind: "text",
    example: ".holdfast/delays.json",
    variable: "HOLDFAST_DELAYS_FILE",
    description: "The file in which runs with delays keep what they have learned. Default: `.holdfast/delays.json`.",
  },
  leaks: {
    kind: "switch",
    variable: "HOLDFAST_LEAKS",
    description: "Report handles that are garbage-collected, or still open at exit, without having been released.",
  },
} as const satisfies Record<string, RuntimeSetting>;

/** What was said; the rest is left to whoever guards. */
export interface RuntimeSettings {
  mode?: (typeof runtimeModes)[number];
  contracts?: string[];
  places?: (typeof runtimePlaces)[number];
  report?: string;
  exitCode?: number;
  include?: string[];
  delays?: string;
  delaysFile?: string;
  leaks?: boolean;
}

/** What was understood of settings, and a sentence for each thing that was not. */
export interface ReadRuntimeSettings {
  settings: RuntimeSettings;
  problems: string[];
}

const known: Record<string, RuntimeSetting> = runtimeSettings;

/** Reads the `runtime` object of a configuration. `contracts` are the names that the setting of that name may list. */
export function readRuntimeSettings(json: unknown, contracts: readonly string[]): ReadRuntimeSettings {
  if (json === undefined) return { settings: {}, problems: [] };
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return { settings: {}, problems: [`"runtime" must be an object, such as { "mode": "warn" }.`] };
  }
  const settings: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(json)) {
    const setting = Object.hasOwn(known, name) ? known[name] : undefined;
    const problem = setting
      ? problemOf(setting, value, contracts)
      : `there is no such setting${hint(name, Object.keys(known))}`;
    if (problem === undefined) settings[name] = value;
    else problems.push(`"runtime.${name}": ${problem}`);
  }
  return { settings, problems };
}

/** Reads the variables of an environment. One that only looks like one of them may belong to somebody else, unless it is near. */
export function readRuntimeVariables(
  environment: Readonly<Record<string, string | undefined>>,
  contracts: readonly string[],
): ReadRuntimeSettings {
  const settings: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(known)) {
    const text = environment[setting.variable];
    if (text === undefined || text === "") continue;
    const value = valueOf(setting, text);
    const problem = problemOf(setting, value, contracts);
    if (problem === undefined) settings[name] = value;
    else problems.push(`${setting.variable}: ${problem}`);
  }
  const variables = Object.values(known).map(({ variable }) => variable);
  for (const name of Object.keys(environment)) {
    const meant = name.startsWith("HOLDFAST_") && !variables.includes(name) ? nearVariable(name, variables) : undefined;
    if (meant !== undefined) problems.push(`${name}: there is no such setting; did you mean ${meant}?`);
  }
  return { settings, problems };
}

/** They all begin alike: only the rest tells how near two of them are. */
function nearVariable(name: string, variables: readonly string[]): string | undefined {
  const rest = (variable: string) => variable.slice("HOLDFAST_".length);
  const meant = nearest(rest(name), variables.map(rest));
  return meant && `HOLDFAST_${meant}`;
}

/** A text as the value that a configuration would have; one that is none stays what it is. */
function valueOf(setting: RuntimeSetting, text: string): unknown {
  switch (setting.kind) {
    case "list":
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
    case "number":
      return /^\d+$/.test(text) ? Number(text) : text;
    case "switch":
      return switches[text.toLowerCase()] ?? text;
    case "word":
    case "text":
      return text;
  }
}

const switches: Record<string, boolean> = { "1": true, true: true, "0": false, false: false };

/** What is wrong with a value, as a sentence; nothing if all is well. */
function problemOf(setting: RuntimeSetting, value: unknown, contracts: readonly string[]): string | undefined {
  const shown = JSON.stringify(value);
  switch (setting.kind) {
    case "word":
      if (typeof value === "string" && setting.words.includes(value)) return undefined;
      return `${shown} is none of ${setting.words.join(", ")}${hint(value, setting.words, "; write one of them.")}`;
    case "list": {
      if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
        return `${shown} is no list of names; write it as ["${setting.example}"].`;
      }
      const wrong = setting.of === "contracts" ? value.find((name) => !contracts.includes(plain(name))) : undefined;
      return (
        wrong &&
        `there is no contract "${plain(wrong)}"${hint(plain(wrong), contracts, "; `holdfast contracts` lists them.")}`
      );
    }
    case "text":
      return typeof value === "string" && value !== ""
        ? undefined
        : `${shown} is no name of a file; write "${setting.example}".`;
    case "number": {
      const { least, most } = setting;
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return undefined;
      return `${shown} is no whole number from ${least} to ${most}; write one.`;
    }
    case "switch":
      return typeof value === "boolean" ? undefined : `${shown} is neither true nor false; write one of them.`;
  }
}

function plain(name: string): string {
  return name.replace(/^!/, "");
}

function hint(word: unknown, words: readonly string[], otherwise = `; there are ${words.join(", ")}.`): string {
  const meant = typeof word === "string" ? nearest(word, words) : undefined;
  return meant === undefined ? otherwise : `; did you mean "${meant}"?`;
}

/** Everything that the setting `contracts` may name: packages, and types as `package#Type`. */
export function contractNames(references: readonly string[]): string[] {
  return [...new Set(references.flatMap((reference) => [reference.split("#")[0]!, reference]))];
}

/** The JSON schema of the `runtime` object. */
export const runtimeSettingsSchema = {
  type: "object",
  description: "How a program is guarded that is started with `node --import @holdfast/runtime/register`.",
  additionalProperties: false,
  properties: Object.fromEntries(
    Object.entries(known).map(([name, setting]) => [name, { description: setting.description, ...schemaOf(setting) }]),
  ),
};

function schemaOf(setting: RuntimeSetting): object {
  switch (setting.kind) {
    case "word":
      return { enum: setting.words };
    case "list":
      return { type: "array", items: { type: "string" } };
    case "text":
      return { type: "string" };
    case "number":
      return { type: "integer", minimum: setting.least, maximum: setting.most };
    case "switch":
      return { type: "boolean" };
  }
}
