/** Tracing and an oracle together: what can be traced is traced, and only where that ends the oracle is asked. */

import { contractFromTags } from "@holdfast/contracts";
import type { Catalog, KnownType, TaggedType } from "@holdfast/contracts";
import ts from "typescript";
import { isCandidate } from "../candidates.js";
import type { Scopes, Variable } from "../lowering/scopes.js";
import { declaredType } from "./contract-calls.js";
import { modulesOfFile } from "./modules.js";
import type { DeclaredType, Position, TypeOracle, Types } from "./oracle.js";
import { receivers } from "./receivers.js";
import { isPlain, nameToAsk, skipTransparent } from "./syntax.js";
import { settlesLater } from "./thenable.js";
import { Tracing } from "./tracing.js";
import { indexUses } from "./uses.js";
import { asValueType, bare, type Value } from "./value.js";

export interface TypesInput {
  sourceFile: ts.SourceFile;
  scopes: Scopes;
  catalog: Catalog;
  oracle?: TypeOracle;
  /** The project's root: contracts of the user's own name files from there. */
  root?: string;
  /** What the oracle is asked about; default everything that a contract could have something to say on. */
  wanted?: readonly ts.Expression[];
}

/** Answers make new expressions reachable, and these are asked about as well; so often at most. */
const rounds = 3;

/** What is known about the values of a file. With an oracle, everything that it is needed for is asked here, in batches. */
export function createTypes(input: TypesInput): Types {
  const { sourceFile, scopes, catalog, oracle, root } = input;
  const answers = new Answers(catalog, sourceFile);
  const tracing = new Tracing({
    sourceFile,
    scopes,
    catalog,
    modules: modulesOfFile(catalog, sourceFile.fileName, root),
    uses: indexUses(sourceFile, scopes),
    answer: (node) => answers.at(node),
    unknown: (node) => answers.open.add(node),
  });
  const wanted = oracle ? (input.wanted ?? receivers(sourceFile, catalog, oracle.packages())) : [];
  if (oracle) askAll(wanted, tracing, answers, oracle);

  const thenables = new Map<ts.Node, boolean | undefined>();
  const ask = (question: "callable" | "endless", node: ts.Node): boolean | undefined =>
    oracle?.[question]([positionOf(node, sourceFile)])[0];
  return {
    // Without an import that leads to a contract, a receiver has to have one by its type.
    concerned: () =>
      isCandidate(sourceFile.text, catalog, false) || wanted.some((node) => asValueType(tracing.value(node))),
    of: (expression) => asValueType(tracing.value(expression)),
    ofVariable: (variable) => asValueType(tracing.ofVariable(variable) ?? answerOf(variable, answers)),
    exportOf: (expression) => tracing.exportOf(tracing.callee(expression)),
    ofField: (node, name) => asValueType(tracing.ofMember(node, name)),
    thenable(expression) {
      if (!thenables.has(expression)) {
        const traced = settlesLater(expression, tracing);
        const asked = traced ?? oracle?.thenable([positionOf(expression, sourceFile)])[0];
        thenables.set(expression, asked);
      }
      return thenables.get(expression);
    },
    callable: (expression) => couldBeCalled(expression) ?? ask("callable", expression),
    endless: (call) => (isDeclaredEndless(call, tracing) ? true : ask("endless", call)),
  };
}

/** Asks about what tracing cannot find out on the way to the receivers, then about those that are unknown even so. */
function askAll(wanted: readonly ts.Expression[], tracing: Tracing, answers: Answers, oracle: TypeOracle): void {
  for (let round = 0; round < rounds; round++) {
    for (const receiver of wanted) {
      const value = tracing.value(receiver);
      if (round > 0 && (!value || value.core.kind === "unknown")) answers.open.add(receiver);
    }
    if (!answers.ask(oracle)) return;
    tracing.reset();
  }
}

/** Whether what is called is declared in this file to give `never`. */
function isDeclaredEndless(call: ts.Expression, tracing: Tracing): boolean {
  if (!ts.isCallExpression(call)) return false;
  const callee = tracing.callee(skipTransparent(call.expression));
  return callee?.core.kind === "function" && callee.core.node.type?.kind === ts.SyntaxKind.NeverKeyword;
}

/** What syntax tells: a text, a number or an object is no function. */
function couldBeCalled(expression: ts.Expression): boolean | undefined {
  const node = skipTransparent(expression);
  if (ts.isFunctionLike(node)) return true;
  const isNone =
    isPlain(node) ||
    ts.isTemplateExpression(node) ||
    ts.isBinaryExpression(node) ||
    ts.isObjectLiteralExpression(node) ||
    ts.isArrayLiteralExpression(node) ||
    (ts.isCallExpression(node) && givesText(node.expression));
  return isNone ? false : undefined;
}

const textMakers =
  /^(toString|stringify|concat|slice|subarray|trim|replace|replaceAll|encode|serialize|String|format|alloc)$/;

/** Names under which everybody knows functions that give texts or bytes. */
function givesText(callee: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(callee)) {
    const isBytes = ts.isIdentifier(callee.expression) && callee.expression.text === "Buffer";
    return isBytes || textMakers.test(callee.name.text);
  }
  return ts.isIdentifier(callee) && textMakers.test(callee.text);
}

function answerOf(variable: Variable, answers: Answers): Value | undefined {
  const name = nameToAsk(variable);
  return name && answers.at(name);
}

/** What an oracle said, by place. */
class Answers {
  /** Expressions that tracing would have to know about. */
  readonly open = new Set<ts.Node>();
  readonly #asked = new Map<ts.Node, Value | undefined>();
  readonly #tagged = new Map<string, KnownType | undefined>();
  readonly #catalog: Catalog;
  readonly #sourceFile: ts.SourceFile;

  constructor(catalog: Catalog, sourceFile: ts.SourceFile) {
    this.#catalog = catalog;
    this.#sourceFile = sourceFile;
  }

  at(node: ts.Node): Value | undefined {
    return this.#asked.get(node);
  }

  /** Asks about everything that is open, in one batch; false if nothing was. */
  ask(oracle: TypeOracle): boolean {
    const nodes = [...this.open].filter((node) => !this.#asked.has(node));
    this.open.clear();
    if (nodes.length === 0) return false;
    const declared = oracle.declaredTypes(nodes.map((node) => positionOf(node, this.#sourceFile)));
    nodes.forEach((node, index) => this.#asked.set(node, this.#valueOf(declared[index] ?? [])));
    return true;
  }

  /** The first of the names that a contract knows. */
  #valueOf(names: readonly DeclaredType[]): Value | undefined {
    for (const declared of names) {
      const type = declaredType(this.#catalog, declared) ?? (declared.tags && this.#typeOfTags(declared.tags));
      if (!type) continue;
      const isExclusive = names.some((name) => this.#catalog.serialises(name));
      const { core } = bare({ kind: "known", type, ...(isExclusive && { exclusive: true }) });
      return {
        core,
        around: [...(declared.promised ? ["promise" as const] : []), ...(declared.array ? ["array" as const] : [])],
      };
    }
    return undefined;
  }

  /** One type for each tagged class, however often it is met. */
  #typeOfTags(tags: TaggedType): KnownType | undefined {
    const key = `${tags.file ?? ""}#${tags.name}`;
    if (!this.#tagged.has(key)) {
      const { contract } = contractFromTags(tags);
      this.#tagged.set(key, contract && { kind: "handle", contract, handle: contract.handles[0]! });
    }
    return this.#tagged.get(key);
  }
}

function positionOf(node: ts.Node, sourceFile: ts.SourceFile): Position {
  return { start: node.getStart(sourceFile), end: node.end };
}
