import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Linter } from "eslint";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import ts from "typescript";
import { typesFrom } from "../src/compiler.js";
import plugin from "../src/index.js";
import { overlapping } from "./support/programs.js";

const analyse = vi.hoisted(() => vi.fn());

vi.mock("@holdfast/rules", async (importOriginal) => {
  const original = await importOriginal<typeof import("@holdfast/rules")>();
  analyse.mockImplementation(original.analyse);
  return { ...original, analyse };
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the analysis", () => {
  const lint = (config: Linter.Config[]) => new Linter().verify(overlapping, config, { filename: "a.js" });
  const { recommended } = plugin.configs;

  it("runs once a file, whatever the number of rules", () => {
    analyse.mockClear();
    expect(lint([recommended])).toHaveLength(1);
    expect(analyse).toHaveBeenCalledTimes(1);
    lint([recommended]);
    expect(analyse).toHaveBeenCalledTimes(2);
  });

  it("runs again for rules with settings of their own", () => {
    analyse.mockClear();
    lint([recommended, { rules: { "holdfast/no-late-option": ["error", { confidence: "possible" }] } }]);
    expect(analyse).toHaveBeenCalledTimes(2);
  });

  it("does not run on files that have nothing to do with handles", () => {
    analyse.mockClear();
    new Linter().verify("export const answer = 42;\n", [recommended], { filename: "a.js" });
    expect(analyse).not.toHaveBeenCalled();
  });
});

describe("types", () => {
  const text = "export const answer = 42;\n";
  const program = ts.createProgram({ rootNames: [], options: { noLib: true } });
  const sourceFile = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest);
  const checker = program.getTypeChecker();

  /** What a rule is given by a parser with these services. */
  const sourceCode = (services: object, given = text) => {
    const ast = {};
    const esTreeNodeToTSNodeMap = new Map([[ast, sourceFile]]);
    return { ast, text: given, parserServices: { esTreeNodeToTSNodeMap, ...services } } as unknown as Parameters<
      typeof typesFrom
    >[0];
  };

  it("are used where the compiler speaks our language", () => {
    expect(typesFrom(sourceCode({ program }), "a.ts")).toEqual({ program, sourceFile });
  });

  it("are not used otherwise, and that is said once", () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const olderChecker = { ...checker, getStringType: () => ({ flags: ts.TypeFlags.String << 1 }) };
    const cases = [
      sourceCode({}),
      sourceCode({ program: null }),
      sourceCode({ program: {} }),
      sourceCode({ program: { getTypeChecker: () => olderChecker } }),
      sourceCode({ program, esTreeNodeToTSNodeMap: undefined }),
      sourceCode({ program }, "export const answer = 43;\n"),
      { ...sourceCode({}), parserServices: undefined } as unknown as Parameters<typeof typesFrom>[0],
    ];
    for (const one of cases) expect(typesFrom(one, "a.ts")).toBeUndefined();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]?.[0])).toMatch(/gives no types for a\.ts/);
  });

  it("of another compiler are not used, and the notice names both versions", async () => {
    const warn = vi
      .spyOn(process, "emitWarning")
      .mockReset()
      .mockImplementation(() => {});
    vi.resetModules();
    const anew = await import("../src/compiler.js");
    const project = mkdtempSync(join(tmpdir(), "holdfast-compiler-"));
    onTestFinished(() => rmSync(project, { recursive: true }));
    mkdirSync(join(project, "node_modules/typescript"), { recursive: true });
    writeFileSync(
      join(project, "node_modules/typescript/package.json"),
      '{ "name": "typescript", "version": "5.1.2" }',
    );
    const olderChecker = { ...checker, getStringType: () => ({ flags: ts.TypeFlags.String << 1 }) };
    const older = sourceCode({ program: { getTypeChecker: () => olderChecker } });
    expect(anew.typesFrom(older, join(project, "a.ts"))).toBeUndefined();
    expect(String(warn.mock.calls[0]?.[0])).toContain(
      `come from TypeScript 5.1.2, and Holdfast uses TypeScript ${ts.version}`,
    );
  });
});
