import { createRequire } from "node:module";
import { ruleDescriptions } from "@holdfast/rules";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.js";

const manifest = createRequire(import.meta.url)("../package.json") as { name: string; version: string };

describe("the plugin", () => {
  it("says what it is", () => {
    expect(plugin.meta).toEqual({ name: manifest.name, version: manifest.version, namespace: "holdfast" });
  });

  it("has a rule for each of Holdfast's", () => {
    expect(Object.keys(plugin.rules).sort()).toEqual(ruleDescriptions.map(({ id }) => id).sort());
  });

  it.each(Object.entries(plugin.rules))("describes %s", (id, rule) => {
    const description = ruleDescriptions.find((one) => one.id === id)!;
    expect(rule.meta).toMatchObject({
      type: "problem",
      docs: { description: description.summary, requiresTypeChecking: false },
      fixable: "code",
      hasSuggestions: true,
      defaultOptions: [],
    });
    expect(rule.meta?.docs?.url).toMatch(new RegExp(`/docs/rules/${id}\\.md$`));
  });

  it("has configurations that turn everything on, and say whether types are asked for", () => {
    expect(Object.keys(plugin.configs)).toEqual([
      "recommended",
      "recommendedTypeChecked",
      "strict",
      "strictTypeChecked",
      "all",
    ]);
    for (const config of Object.values(plugin.configs)) {
      expect(config.plugins?.["holdfast"]).toBe(plugin);
      expect(Object.keys(config.rules ?? {})).toEqual(ruleDescriptions.map(({ id }) => `holdfast/${id}`));
    }
    expect(
      Object.fromEntries(Object.entries(plugin.configs).map(([name, config]) => [name, config.settings?.["holdfast"]])),
    ).toEqual({
      recommended: { types: false },
      recommendedTypeChecked: { types: true },
      strict: { types: false, confidence: "likely" },
      strictTypeChecked: { types: true, confidence: "likely" },
      all: { types: false, confidence: "possible" },
    });
  });
});
