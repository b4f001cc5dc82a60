import { createHash } from "node:crypto";
import { documentationUrl } from "@holdfast/rules";
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver/node";
import type { Told } from "./engine/messages.js";
import { type Addresses, firstLineOf, locationOf, rangeOf } from "./places.js";
import { runtimeSource, section } from "./protocol.js";

/** One finding as one diagnostic: the steps that make it true are its related places. */
export function diagnosticOf(finding: Told, addresses: Addresses): Diagnostic {
  const { rule, severity, place, witness, unnecessary, isFound } = finding;
  return {
    range: firstLineOf(rangeOf(place, addresses.documentOf(place.file))),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code: rule,
    codeDescription: { href: documentationUrl(rule) },
    source: isFound ? section : runtimeSource,
    message: messageOf(finding),
    relatedInformation: witness.map((step) => ({
      location: locationOf(step.place, addresses),
      message: step.message,
    })),
    ...(unnecessary && { tags: [DiagnosticTag.Unnecessary] }),
  };
}

function messageOf({ message, isFound, seen }: Told): string {
  if (seen === undefined) return message;
  const times = seen > 1 ? `, ${seen} times` : "";
  return `${message}; ${isFound ? "also " : ""}seen at run time${times}`;
}

/** The same for the same diagnostics: a client that has them already need not be told again. */
export function resultIdOf(diagnostics: readonly Diagnostic[]): string {
  return createHash("sha1").update(JSON.stringify(diagnostics)).digest("base64url");
}
