import { type Edit, type Finding, type Fix } from "@holdfast/rules";
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Command,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import { allRules, applyFixes, ruleDescriptions, suppression } from "@holdfast/rules";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Told } from "./engine/messages.js";
import type { Report } from "./findings.js";
import { isInsideText } from "./inside-text.js";
import { type Addresses, rangeOf, touch } from "./places.js";
import { clientCommands, type DisableArguments, serverCommands } from "./protocol.js";

export const fixAllKind = `${CodeActionKind.SourceFixAll}.holdfast`;
export const rewriteKind = `${CodeActionKind.RefactorRewrite}.holdfast`;

/** The kinds of actions that there are. */
export const codeActionKinds = [CodeActionKind.QuickFix, rewriteKind, fixAllKind];

/** What the client can do with actions. */
export interface ActionAbilities {
  /** Commands that the client carries out itself. */
  commands: ReadonlySet<string>;
  /** It knows edits that are held against versions of documents. */
  documentChanges: boolean;
}

/** What can be done about the findings in a range, of the kinds that are wanted; made of what was found, never by looking again. */
export function codeActions(
  { range, context }: CodeActionParams,
  document: TextDocument,
  report: Report,
  addresses: Addresses,
  abilities: ActionAbilities,
): CodeAction[] {
  const { only } = context;
  const isWanted = (kind: string) => only === undefined || only.some((wanted) => isWithin(kind, wanted));
  const canHaveWanted = (kind: string) => isWanted(kind) || only?.some((wanted) => isWithin(wanted, kind));
  const concerned = report.findings
    .map((finding, index) => ({ finding, diagnostic: report.diagnostics[index]! }))
    .filter(({ diagnostic }) => touch(diagnostic.range, range));
  const makers: [kind: string, make: () => CodeAction[]][] = [
    [CodeActionKind.QuickFix, () => concerned.flatMap((found) => quickFixes(found, document, addresses, abilities))],
    [rewriteKind, () => concerned.flatMap((found) => rewrites(found, addresses, abilities))],
    // Whoever does not say what is wanted is at a place, and wants to know what can be done there.
    [fixAllKind, () => (only ? fixAll(document, report, abilities) : [])],
  ];
  return makers
    .filter(([kind]) => canHaveWanted(kind))
    .flatMap(([, make]) => make())
    .filter(({ kind }) => isWanted(kind!));
}

interface Concerned {
  finding: Told;
  diagnostic: Report["diagnostics"][number];
}

/** `quickfix` asks for `quickfix.x` too, but not the other way round. */
function isWithin(kind: string, only: string): boolean {
  return only === "" || kind === only || kind.startsWith(`${only}.`);
}

/** The best safe way, or else the best one; ways to turn the rule off, and to read about it. */
function quickFixes(
  { finding, diagnostic }: Concerned,
  document: TextDocument,
  addresses: Addresses,
  abilities: ActionAbilities,
): CodeAction[] {
  const best = bestOf(finding);
  const fix: CodeAction[] = best
    ? [
        {
          title: best.title,
          kind: CodeActionKind.QuickFix,
          diagnostics: [diagnostic],
          edit: workspaceEdit(best.edits, addresses, abilities),
          ...(best.safe && { isPreferred: true }),
        },
      ]
    : [];
  const others = [
    ...(canBeDisabled(finding) ? disableActions(finding, document, abilities) : []),
    ...(canBeExplained(finding) ? [explainAction(finding, abilities)] : []),
  ];
  return [...fix, ...others.map((action) => ({ ...action, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic] }))];
}

/** Where the analysis finds nothing, a comment that disables a rule is reported as one that does nothing. */
function canBeDisabled({ rule, isFound }: Told): boolean {
  return isFound && rule !== suppression.id;
}

/** Rules that only a running program can break have no page of their own. */
function canBeExplained({ rule }: Told): boolean {
  return ruleDescriptions.some(({ id }) => id === rule);
}

/** All other ways to mend it. */
function rewrites({ finding, diagnostic }: Concerned, addresses: Addresses, abilities: ActionAbilities): CodeAction[] {
  const best = bestOf(finding);
  return finding.fixes
    .filter((fix) => fix !== best)
    .map((fix) => ({
      title: fix.title,
      kind: `${rewriteKind}.${fix.kind}`,
      diagnostics: [diagnostic],
      edit: workspaceEdit(fix.edits, addresses, abilities),
    }));
}

function bestOf({ fixes }: Finding): Fix | undefined {
  return fixes.find(({ safe }) => safe) ?? fixes[0];
}

/** All safe fixes of the file that do not get in each other's way. */
function fixAll(document: TextDocument, { findings }: Report, abilities: ActionAbilities): CodeAction[] {
  const { applied } = applyFixes(document.getText(), findings);
  if (applied.length === 0) return [];
  const edits = applied.flatMap(({ fix }) => fix.edits).map((edit) => textEdit(edit, document));
  const title = applied.length === 1 ? applied[0]!.fix.title : `Apply all ${applied.length} safe fixes of Holdfast`;
  return [{ title, kind: fixAllKind, edit: editOf(document, edits, abilities) }];
}

function disableActions(finding: Finding, document: TextDocument, abilities: ActionAbilities): CodeAction[] {
  const { line } = rangeOf(finding.place, document).start;
  const scopes = isInsideText(document, line) ? (["file"] as const) : (["line", "file"] as const);
  return scopes.map((scope) => {
    const title = `Disable ${finding.rule} for this ${scope}`;
    const given: DisableArguments = { uri: document.uri, rule: finding.rule, scope, line };
    if (abilities.commands.has(clientCommands.disable))
      return { title, command: command(title, clientCommands.disable, given) };
    return { title, edit: editOf(document, [disablingEdit(given, document)], abilities) };
  });
}

/** The comment, with its reason still to be written: one without a reason is reported. */
export function disablingEdit({ rule, scope, line }: DisableArguments, document: TextDocument): TextEdit {
  const lines = document.getText().split("\n");
  const newline = document.getText().includes("\r\n") ? "\r\n" : "\n";
  if (scope === "file") {
    const at = { line: lines[0]?.startsWith("#!") ? 1 : 0, character: 0 };
    return { range: { start: at, end: at }, newText: `/* holdfast-disable ${rule} -- */${newline}` };
  }
  const at = { line, character: 0 };
  const indentation = /^[ \t]*/.exec(lines[line] ?? "")?.[0] ?? "";
  return {
    range: { start: at, end: at },
    newText: `${indentation}// holdfast-disable-next-line ${rule} -- ${newline}`,
  };
}

function explainAction({ rule }: Finding, { commands }: ActionAbilities): CodeAction {
  const title = `Explain ${rule}`;
  const name = commands.has(clientCommands.explain) ? clientCommands.explain : serverCommands.explain;
  return { title, command: command(title, name, rule) };
}

function command(title: string, name: string, argument: unknown): Command {
  return { title, command: name, arguments: [argument] };
}

function workspaceEdit(edits: readonly Edit[], addresses: Addresses, abilities: ActionAbilities): WorkspaceEdit {
  const files = [...new Set(edits.map(({ file }) => file))];
  const changes = files.flatMap((file) => {
    const document = addresses.documentOf(file);
    const own = edits.filter((edit) => edit.file === file);
    return document ? [{ document, edits: own.map((edit) => textEdit(edit, document)) }] : [];
  });
  return abilities.documentChanges
    ? { documentChanges: changes.map(({ document, edits: own }) => versioned(document, own)) }
    : { changes: Object.fromEntries(changes.map(({ document, edits: own }) => [document.uri, own])) };
}

function editOf(document: TextDocument, edits: TextEdit[], { documentChanges }: ActionAbilities): WorkspaceEdit {
  return documentChanges ? { documentChanges: [versioned(document, edits)] } : { changes: { [document.uri]: edits } };
}

function versioned({ uri, version }: TextDocument, edits: TextEdit[]) {
  return { textDocument: { uri, version }, edits };
}

function textEdit({ start, end, text }: Edit, document: TextDocument): TextEdit {
  return { range: { start: document.positionAt(start), end: document.positionAt(end) }, newText: text };
}

/** What a rule is about, in one line, for clients that can show no page. */
export function explanationOf(ruleId: string): string | undefined {
  const rule = allRules.find(({ id }) => id === ruleId);
  return rule && `${rule.id}: ${rule.summary} ${rule.why}`;
}
