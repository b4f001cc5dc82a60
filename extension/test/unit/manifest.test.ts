/** What VS Code is told about the extension, against the places that know it. */

import { clientCommands, defaultSettings } from "@holdfast/language-server";
import { allRules, configurationFileName } from "@holdfast/rules";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withRules } from "../../manifest.mjs";

interface Setting {
  default: unknown;
  scope: string;
  markdownDescription: string;
  properties?: Record<string, unknown>;
}

interface Manifest {
  version: string;
  publisher: string;
  name: string;
  activationEvents: string[];
  capabilities: { untrustedWorkspaces: { supported: string }; virtualWorkspaces: { supported: boolean } };
  contributes: {
    commands: { command: string; title: string; category: string }[];
    menus: { commandPalette: { command: string; when: string }[] };
    configuration: { properties: Record<string, Setting> };
    jsonValidation: [{ fileMatch: string; url: string }];
    walkthroughs: { steps: { media: { image?: string; svg?: string } }[] }[];
  };
}

const folder = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;
const settings = manifest.contributes.configuration.properties;

/** Settings that are parts of one, by its name. */
const groups = ["runtime", "server"];

/** `{ server: { maxMemory: 1 } }` as `{ "server.maxMemory": 1 }`. */
function flat(value: object, prefix = ""): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      groups.includes(key) ? Object.entries(flat(inner as object, `${key}.`)) : [[prefix + key, inner]],
    ),
  );
}

describe("the manifest", () => {
  it("has the id and the version of the house", () => {
    expect(`${manifest.publisher}.${manifest.name}`).toBe("holdfast.holdfast");
    expect(manifest.version).toBe((JSON.parse(read("../server/package.json")) as { version: string }).version);
  });

  it("has the settings of the protocol, with their defaults", () => {
    const said = Object.entries(settings).map(([name, setting]) => [name.replace("holdfast.", ""), setting.default]);
    const ours = Object.fromEntries(said.filter(([name]) => name !== "trace.server")) as Record<string, unknown>;
    expect(ours).toEqual(flat(defaultSettings));
  });

  it("describes every setting and says where it may be set", () => {
    for (const { markdownDescription, scope } of Object.values(settings)) {
      expect(markdownDescription).toMatch(/\.$/);
      expect(["resource", "window", "machine-overridable"]).toContain(scope);
    }
  });

  it("knows the rules", () => {
    expect(withRules(manifest, allRules)).toEqual(manifest);
  });

  it("offers in the list of commands only those that can do something there", () => {
    const { commands, menus } = manifest.contributes;
    const announced = commands.map(({ command }) => command);
    for (const { command, when } of menus.commandPalette) {
      expect(announced).toContain(command);
      expect(when).not.toBe("");
    }
    expect(Object.values(clientCommands).filter((command) => !announced.includes(command))).toEqual([]);
  });

  it("has the schema of configurations, as the rules package made it", () => {
    const [{ fileMatch, url }] = manifest.contributes.jsonValidation;
    expect(fileMatch).toBe(configurationFileName);
    expect(read("build.mjs")).toContain(`/${url.replace("./dist/", "")}`);
  });

  it("comes to life for TypeScript and JavaScript only", () => {
    const languages = ["typescript", "typescriptreact", "javascript", "javascriptreact"];
    expect(manifest.activationEvents).toEqual(languages.map((language) => `onLanguage:${language}`));
  });

  it("declares what it does about trust and virtual workspaces", () => {
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe("limited");
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
  });

  it("puts every command into its category", () => {
    for (const { category, title } of manifest.contributes.commands) {
      expect(category).toBe("Holdfast");
      expect(title).not.toBe("");
    }
  });

  it("has the pictures of its walkthrough, and of its page", () => {
    const steps = manifest.contributes.walkthroughs.flatMap(({ steps: all }) => all);
    const pictures = steps.map(({ media }) => media.image ?? media.svg ?? "");
    const onPage = [...read("README.md").matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path]) => path ?? "");
    for (const path of [...pictures, ...onPage]) expect(existsSync(new URL(path, folder)), path).toBe(true);
  });

  it("lists its settings and commands on its page", () => {
    const page = read("README.md");
    for (const [name, { default: value }] of Object.entries(settings)) {
      const shown = typeof value === "string" ? value : JSON.stringify(value);
      expect(page).toMatch(new RegExp(`\\| \`${name}\`\\s+\\| \`${shown.replaceAll(/[{}]/g, "\\$&")}\``));
    }
    const hidden = ["holdfast.disable"];
    const commands = manifest.contributes.commands.filter(({ command }) => !hidden.includes(command));
    for (const { title } of commands) expect(page).toContain(`Holdfast: ${title}`);
  });
});
