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
  if (program && sourceFile && sourceFile.text === sourceCode.text && speaksOurLanguage(program, sourceFile)) {
    return { program, sourceFile };
  }
  giveNotice(fileName);
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

function giveNotice(fileName: string): void {
  if (noticed) return;
  noticed = true;
  process.emitWarning(
    `the parser gives no types for ${fileName} that TypeScript ${ts.versionMajorMinor} understands, so Holdfast does without; ` +
      "set up typescript-eslint with `projectService`, or choose a configuration without types.",
    { type: "Holdfast" },
  );
}

/** By the number that our compiler gives to files; another one may count differently. */
function isSourceFile(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.SourceFile;
}
