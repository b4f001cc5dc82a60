/** Asks Holdfast about a file. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { analyse, defaultConfiguration } from "@holdfast/rules";
import { confidences } from "./judging.mjs";

/** The findings of a file that are at least as sure as asked for; with a program, types are used. */
export function findingsOf({ fileName, text, program, catalog, confidence = "likely" }) {
  const configuration = { ...defaultConfiguration, confidence };
  const packageName = packageNameOf(dirname(fileName));
  const { findings, failure } = analyse({ fileName, text, program, catalog, configuration, packageName });
  if (failure) console.error(failure);
  const floor = confidences.indexOf(confidence);
  return findings.filter((finding) => confidences.indexOf(finding.confidence) <= floor);
}

/** The name in the nearest package.json that has one. */
function packageNameOf(folder) {
  const file = join(folder, "package.json");
  if (existsSync(file)) {
    const { name } = JSON.parse(readFileSync(file, "utf8"));
    if (name) return name;
  }
  return dirname(folder) === folder ? undefined : packageNameOf(dirname(folder));
}
