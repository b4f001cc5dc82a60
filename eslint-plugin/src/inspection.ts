import { extname, resolve } from "node:path";
import { analyse, type Finding, isCandidate, reportable } from "@holdfast/rules";
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";
import { typesFrom } from "./compiler.js";
import type { EffectiveSettings } from "./settings.js";
import { surroundingsOf } from "./surroundings.js";

type Context = Readonly<
  Pick<TSESLint.RuleContext<string, unknown[]>, "cwd" | "filename" | "physicalFilename" | "sourceCode">
>;

/** What was found in files, by their syntax tree: ESLint makes a new one whenever it reads a file anew. */
const inspections = new WeakMap<TSESTree.Program, Map<string, Finding[]>>();

/**
 * What Holdfast has to report in the file that ESLint is looking at, in order. All rules with the same settings
 * share one analysis.
 */
export function findingsIn(context: Context, settings: EffectiveSettings): Finding[] {
  const { ast } = context.sourceCode;
  let ofFile = inspections.get(ast);
  if (ofFile === undefined) inspections.set(ast, (ofFile = new Map<string, Finding[]>()));
  const key = [settings.types, settings.confidence, settings.defaultConfidence].join();
  let findings = ofFile.get(key);
  if (findings === undefined) ofFile.set(key, (findings = inspect(context, settings)));
  return findings;
}

function inspect({ cwd, filename, physicalFilename, sourceCode }: Context, settings: EffectiveSettings): Finding[] {
  const fileName = scriptName(resolve(cwd, filename));
  if (fileName === undefined) return [];
  const surroundings = surroundingsOf(resolve(cwd, physicalFilename), settings);
  if (surroundings === undefined) return [];

  const { text } = sourceCode;
  const { configuration } = surroundings;
  const packageName = surroundings.packageName();
  const source = { fileName, text };
  const found = isCandidate(text, surroundings.allContracts, settings.types)
    ? analyse({
        ...source,
        ...(settings.types && typesFrom(sourceCode, fileName)),
        ...(packageName !== undefined && { packageName }),
        catalog: surroundings.contracts(),
        configuration,
      }).findings
    : [];
  return reportable(found, source, configuration, { eslintHandlesItsOwn: true });
}

const scripts = new Set([".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"]);

/**
 * The name under which the text of a file can be parsed; nothing if it is no script, such as a component that a
 * special parser takes apart. Text that comes without a file is JavaScript.
 */
function scriptName(fileName: string): string | undefined {
  if (scripts.has(extname(fileName))) return fileName;
  return /<\w+>$/.test(fileName) ? `${fileName}.js` : undefined;
}
