import ts = require("typescript");
import { commentsOf } from "./comments.js";
import { type Configuration, didYouMean, withSettings } from "./configuration.js";
import type { Finding, Place } from "./finding.js";
import { placeOf } from "./place.js";
import { rules, runtimeRules, suppression } from "./rules/index.js";

/** A file as far as its comments are concerned; a `ts.SourceFile` is one. */
export interface CommentedSource {
  fileName: string;
  text: string;
}

export interface SuppressionOptions {
  /** ESLint runs the rules: it applies `eslint-disable` itself, and reports itself which of those suppress nothing. */
  eslintHandlesItsOwn?: boolean;
}

export interface Suppressed {
  /** What no comment suppresses. */
  findings: Finding[];
  /** What is wrong with the comments: findings of the rule `suppression`, in the order of the comments. */
  problems: Finding[];
}

type Verb = "disable" | "enable" | "disable-line" | "disable-next-line";

/** A comment that turns rules off or on. */
interface Directive {
  tool: "holdfast" | "eslint";
  verb: Verb;
  /** Ids of rules; none means all of them. */
  names: string[];
  /** It names rules that are none of Holdfast's business, too. */
  namesOthers: boolean;
  reason: string;
  place: Place;
}

const idsOf = (descriptions: readonly { id: string }[]) => descriptions.map(({ id }) => id);
const analysedNames = idsOf(rules);
/** What only the running program reports: here it is not known whether a comment suppresses any of it. */
const runtimeNames = idsOf(runtimeRules);
const knownNames = [...analysedNames, ...runtimeNames];

/**
 * Takes what the analysis found in a file and returns what is to be reported of it: rules as the configuration sets
 * them, without what comments suppress, with what is wrong with those comments, in order of place.
 */
export function reportable(
  findings: readonly Finding[],
  source: CommentedSource,
  configuration: Configuration,
  options: SuppressionOptions = {},
): Finding[] {
  const left = applySuppressions(withSettings(findings, configuration), source, options);
  return [...left.findings, ...withSettings(left.problems, configuration)].sort(byPlace);
}

/** Drops the findings that comments of the file suppress, and reports comments that should not be there as they are. */
export function applySuppressions(
  findings: readonly Finding[],
  source: CommentedSource,
  { eslintHandlesItsOwn = false }: SuppressionOptions = {},
): Suppressed {
  const directives = directivesOf(source);
  if (directives.length === 0) return { findings: [...findings], problems: [] };

  const applied = directives.filter((directive) => directive.tool === "holdfast" || !eslintHandlesItsOwn);
  const enabling = applied.filter((directive) => directive.verb === "enable");
  const suppressing = applied.filter((directive) => directive.verb !== "enable");
  const used = new Map<Directive, Set<string>>(suppressing.map((directive) => [directive, new Set()]));

  const left = findings.filter((finding) => {
    const suppressors = suppressing.filter((directive) => suppresses(directive, finding, enabling));
    for (const directive of suppressors) used.get(directive)?.add(finding.rule);
    return suppressors.length === 0;
  });
  return { findings: left, problems: directives.flatMap((directive) => problemsOf(directive, used.get(directive))) };
}

/** The order in which findings are shown: by file, line, column, rule. */
export function byPlace(one: Finding, other: Finding): number {
  return (
    compareText(one.place.file, other.place.file) ||
    one.place.line - other.place.line ||
    one.place.column - other.place.column ||
    compareText(one.rule, other.rule)
  );
}

/** By code unit, so that the order is the same in every locale. */
function compareText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

function suppresses(directive: Directive, finding: Finding, enabling: readonly Directive[]): boolean {
  if (!concerns(directive, finding.rule)) return false;
  switch (directive.verb) {
    case "disable-line":
      return finding.place.line === directive.place.line;
    case "disable-next-line":
      return finding.place.line === directive.place.endLine + 1;
    default:
      return (
        directive.place.start <= finding.place.start &&
        !enabling.some(
          (other) =>
            other.tool === directive.tool &&
            concerns(other, finding.rule) &&
            directive.place.start < other.place.start &&
            other.place.start <= finding.place.start,
        )
      );
  }
}

function concerns(directive: Directive, rule: string): boolean {
  return directive.names.length === 0 || directive.names.includes(rule);
}

/**
 * What is wrong with one comment. `used` holds the rules whose findings it suppressed; without it that is not known.
 * A comment that is to be deleted is not asked for a reason.
 */
function problemsOf(directive: Directive, used: ReadonlySet<string> | undefined): Finding[] {
  const unknown = directive.names.filter((name) => !knownNames.includes(name));
  const problems = unknown.map((name) =>
    problem(`There is no rule "${name}" to suppress${didYouMean(name, analysedNames)}`, directive),
  );
  if (directive.verb !== "enable") {
    const idle = used === undefined ? [] : idleNames(directive, used);
    const mayServeOthers = directive.namesOthers || directive.names.some((name) => runtimeNames.includes(name));
    const unnecessary = used?.size === 0 && !mayServeOthers;
    problems.push(
      ...idle.map((name) =>
        problem(`This comment suppresses nothing: ${name} here; delete it`, directive, unnecessary),
      ),
    );
    const works = idle.length === 0 && unknown.length < Math.max(directive.names.length, 1);
    if (works && directive.reason === "")
      problems.push(problem("This suppression gives no reason; add one at its end, after `--`", directive));
  }
  return problems;
}

/** The parts of a directive that suppressed nothing, as the subject of a sentence. */
function idleNames({ names }: Directive, used: ReadonlySet<string>): string[] {
  if (names.length === 0) return used.size === 0 ? ["no rule reports anything"] : [];
  return names
    .filter((name) => analysedNames.includes(name) && !used.has(name))
    .map((name) => `${name} reports nothing`);
}

/** `unnecessary`: nothing would change if the whole comment were not there. */
function problem(message: string, { place }: Directive, unnecessary = false): Finding {
  return {
    rule: suppression.id,
    confidence: "certain",
    severity: suppression.severity,
    message,
    place,
    ...(unnecessary && { unnecessary }),
    contract: "",
    witness: [{ path: "first", role: "begins", message: "the comment", place }],
    fixes: [],
  };
}

/** The directives of a file, in order. Most files have none and are not even parsed. */
function directivesOf({ fileName, text }: CommentedSource): Directive[] {
  if (!/holdfast(?:-disable|-enable|\/)/.test(text)) return [];
  const sourceFile = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  return commentsOf(sourceFile).flatMap((comment) => parseDirective(comment, sourceFile) ?? []);
}

/** Reads `holdfast-disable-next-line no-early-release, no-late-option -- reason` and its relatives. */
function parseDirective({ pos, end, kind }: ts.CommentRange, sourceFile: ts.SourceFile): Directive | undefined {
  const isBlock = kind === ts.SyntaxKind.MultiLineCommentTrivia;
  const content = sourceFile.text.slice(pos + 2, isBlock ? end - 2 : end).trim();
  const parts = /^(holdfast|eslint)-(disable-next-line|disable-line|disable|enable)(?=\s|$)/.exec(content);
  if (parts === null) return undefined;

  const tool = parts[1] as Directive["tool"];
  const verb = parts[2] as Verb;
  const [list = "", ...reason] = content.slice(parts[0].length).split(/(?:^|\s)-{2,}(?:\s|$)/);
  const directive = {
    tool,
    verb,
    reason: reason.join(" -- ").trim(),
    place: placeOf(sourceFile.fileName, sourceFile, { start: pos, end }),
  };
  const names = list
    .split(tool === "eslint" ? "," : /[\s,]+/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (tool === "holdfast") return { ...directive, names: names.map(withoutPrefix), namesOthers: false };

  // ESLint takes `eslint-disable` and `eslint-enable` from block comments only.
  if (!isBlock && !verb.endsWith("-line")) return undefined;
  const ours = names.filter((name) => name.startsWith(eslintPrefix));
  // A comment that names no rule of ours is ESLint's own business, but what turns everything on turns ours on too.
  if (ours.length === 0 && !(verb === "enable" && names.length === 0)) return undefined;
  return { ...directive, names: ours.map(withoutPrefix), namesOthers: ours.length < names.length };
}

const eslintPrefix = "holdfast/";

function withoutPrefix(name: string): string {
  return name.startsWith(eslintPrefix) ? name.slice(eslintPrefix.length) : name;
}
