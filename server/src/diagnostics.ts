import { createHash } from "node:crypto";
import { documentationUrl, type Finding } from "@holdfast/rules";
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver/node";
import { type Addresses, firstLineOf, locationOf, rangeOf } from "./places.js";
import { section } from "./protocol.js";

/** One finding as one diagnostic: the steps that make it true are its related places. */
export function diagnosticOf(finding: Finding, addresses: Addresses): Diagnostic {
  const { rule, severity, message, place, witness, unnecessary } = finding;
  return {
    range: firstLineOf(rangeOf(place, addresses.documentOf(place.file))),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code: rule,
    codeDescription: { href: documentationUrl(rule) },
    source: section,
    message,
    relatedInformation: witness.map((step) => ({
      location: locationOf(step.place, addresses),
      message: step.message,
    })),
    ...(unnecessary && { tags: [DiagnosticTag.Unnecessary] }),
  };
}

/** The same for the same diagnostics: a client that has them already need not be told again. */
export function resultIdOf(diagnostics: readonly Diagnostic[]): string {
  return createHash("sha1").update(JSON.stringify(diagnostics)).digest("base64url");
}
