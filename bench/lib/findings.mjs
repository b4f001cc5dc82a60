/** Asks Holdfast about a file. */

import { analyse, defaultConfiguration } from "@holdfast/rules";
import { confidences } from "./judging.mjs";

/** The findings of a file that are at least as sure as asked for; with a program, types are used. */
export function findingsOf({ fileName, text, program, catalog, confidence = "likely" }) {
  const configuration = { ...defaultConfiguration, confidence };
  const { findings } = analyse({ fileName, text, program, catalog, configuration });
  const floor = confidences.indexOf(confidence);
  return findings.filter((finding) => confidences.indexOf(finding.confidence) <= floor);
}
