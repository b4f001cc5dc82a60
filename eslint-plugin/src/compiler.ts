import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { AnalysisInput } from "@holdfast/rules";
import type { TSESLint } from "@typescript-eslint/utils";
import ts = require("typescript");

/** The part of the analysis' input that brings types along. */
type Typed = Required<Pick<AnalysisInput, "program" | "sourceFile">>;

/**
 * The program that the parser made of the project, if the analysis can use it. Where it cannot, or there is none,
 * the analysis does without, and says so once. Ask only for files that are worth a close look: the first question
 * to a type checker is dear.
 */
export function typesFrom(sourceCode: Readonly<TSESLint.SourceCode>, fileName: string): Typed | undefined {
  const services = sourceCode.parserServices;
  const program = services?.program;
  const sourceFile = services?.esTreeNodeToTSNodeMap?.get(sourceCode.ast);
  const isUsable = program && sourceFile && sourceFile.text === sourceCode.text;
  if (isUsable && speaksOurLanguage(program, sourceFile)) return { program, sourceFile };
  giveNotice(isUsable ? fromAnotherCompiler(fileName) : withoutTypes(fileName));
  return undefined;
}

/**
 * The numbers by which a compiler calls kinds of syntax and types change from version to version.
 * A program does not tell its version, so ask for some that are known to have changed.
 */
function speaksOurLanguage(program: ts.Program, sourceFile: ts.SourceFile): boolean {
  // Other compilers than the one in JavaScript have no checker to ask.
  if (typeof program.getTypeChecker !== "function" || !isSourceFile(sourceFile)) return false;
  const checker = program.getTypeChecker();
  return (
    checker.getStringType().flags === ts.TypeFlags.String && checker.getESSymbolType().flags === ts.TypeFlags.ESSymbol
  );
}

let noticed = false;

function giveNotice(notice: string): void {
  if (noticed) return;
  noticed = true;
  process.emitWarning(notice, { type: "Holdfast" });
}

function withoutTypes(fileName: string): string {
  return (
    `the parser gives no types for ${fileName}, so Holdfast runs without type information; ` +
    "set up typescript-eslint with `projectService`, or choose a configuration without types."
  );
}

function fromAnotherCompiler(fileName: string): string {
  const theirs = installedFor(fileName);
  return (
    `the types for ${fileName} come from ${theirs === undefined ? "another TypeScript" : `TypeScript ${theirs}`}, and Holdfast ` +
    `uses TypeScript ${ts.version}, so it runs without type information; install one version for both.`
  );
}

/** The version of the compiler that is installed for a file. */
function installedFor(fileName: string): string | undefined {
  try {
    const { version } = createRequire(resolve(fileName))("typescript/package.json") as { version?: unknown };
    return typeof version === "string" && version !== ts.version ? version : undefined;
  } catch {
    return undefined;
  }
}

/** By the number that our compiler gives to files; another one may count differently. */
function isSourceFile(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.SourceFile;
}
