import { confidenceProblem, type Confidence, ruleSettingProblem } from "@holdfast/rules";
import type { Connection } from "vscode-languageserver/node";
import { defaultSettings, section, type Settings } from "./protocol.js";

/** The editor's settings, asked for once for each folder until they change. */
export class EditorSettings {
  private readonly known = new Map<string, Promise<Settings>>();

  constructor(
    private readonly connection: Connection,
    private readonly canBeAsked: boolean,
    private base: unknown,
    private readonly complain: (sentence: string) => void,
  ) {}

  /** The settings that hold for an address, such as that of a folder. */
  of(uri: string): Promise<Settings> {
    let settings = this.known.get(uri);
    if (settings === undefined) this.known.set(uri, (settings = this.ask(uri)));
    return settings;
  }

  /** Settings have changed; a client that cannot be asked says what they are. */
  forget(said: unknown): void {
    this.known.clear();
    const ours = (said as Record<string, unknown> | null | undefined)?.[section];
    if (!this.canBeAsked && ours !== undefined) this.base = ours;
  }

  private async ask(uri: string): Promise<Settings> {
    if (!this.canBeAsked) return readSettings(this.base, this.complain);
    try {
      return readSettings(await this.connection.workspace.getConfiguration({ scopeUri: uri, section }), this.complain);
    } catch (error) {
      this.complain(`the editor sent no settings, so the defaults apply: ${String(error)}`);
      return defaultSettings;
    }
  }
}

/** What can be understood of settings; what cannot is told, and the usual value holds. */
export function readSettings(said: unknown, complain: (sentence: string) => void): Settings {
  if (typeof said !== "object" || said === null) return defaultSettings;
  const record = said as Record<string, unknown>;
  const oneOf = <Key extends "run" | "workspaceDiagnostics">(key: Key, values: Settings[Key][]): Settings[Key] => {
    const value = record[key];
    const known = values.find((candidate) => candidate === value);
    if (known === undefined && value !== undefined && value !== null)
      complain(`the setting ${section}.${key} is ${JSON.stringify(value)}; expected ${values.join(" or ")}.`);
    return known ?? defaultSettings[key];
  };
  const flag = (key: "enable" | "codeLens" | "inlayHints"): boolean => {
    return typeof record[key] === "boolean" ? record[key] : defaultSettings[key];
  };
  return {
    enable: flag("enable"),
    run: oneOf("run", ["onType", "onSave"]),
    confidence: readConfidence(record["confidence"], complain),
    rules: readRules(record["rules"], complain),
    workspaceDiagnostics: oneOf("workspaceDiagnostics", ["openFiles", "workspace"]),
    codeLens: flag("codeLens"),
    inlayHints: flag("inlayHints"),
    runtime: { report: readReport(record["runtime"], complain) },
    server: { maxMemory: readMemory(record["server"], complain) },
  };
}

function readConfidence(said: unknown, complain: (sentence: string) => void): Confidence | null {
  if (said === undefined || said === null) return null;
  const problem = confidenceProblem(said);
  if (problem === undefined) return said as Confidence;
  complain(`in the setting ${section}.confidence, ${problem}`);
  return null;
}

function readRules(said: unknown, complain: (sentence: string) => void): Settings["rules"] {
  if (typeof said !== "object" || said === null) return {};
  const rules: Settings["rules"] = {};
  for (const [id, setting] of Object.entries(said)) {
    const problem = ruleSettingProblem(id, setting);
    if (problem === undefined) rules[id] = setting as Settings["rules"][string];
    else complain(`in the setting ${section}.rules, "${id}": ${problem}`);
  }
  return rules;
}

function readReport(said: unknown, complain: (sentence: string) => void): string | null {
  const report = (said as Record<string, unknown> | null | undefined)?.["report"];
  if (report === undefined || report === null) return null;
  if (typeof report === "string") return report;
  complain(`the setting ${section}.runtime.report is ${JSON.stringify(report)}; expected the name of a file.`);
  return null;
}

const leastMemory = 128;

function readMemory(said: unknown, complain: (sentence: string) => void): number {
  const memory = (said as Record<string, unknown> | null | undefined)?.["maxMemory"];
  if (memory === undefined || memory === null) return defaultSettings.server.maxMemory;
  if (typeof memory === "number" && memory >= leastMemory) return memory;
  complain(
    `the setting ${section}.server.maxMemory is ${JSON.stringify(memory)}; expected a number of at least ${leastMemory}.`,
  );
  return defaultSettings.server.maxMemory;
}
