import ts from "typescript";
import { describe, expect, it } from "vitest";
import { bindScopes, type Scopes, type Variable } from "../src/lowering/scopes.js";

function parse(text: string, name = "file.tsx") {
  const sourceFile = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  return { sourceFile, scopes: bindScopes(sourceFile) };
}

/** All identifiers of a name, in order, with the variable that each of them means. */
function meanings(text: string, name: string): (Variable | undefined)[] {
  const { sourceFile, scopes } = parse(text);
  return identifiers(sourceFile, name).map((identifier) => scopes.of(identifier));
}

function identifiers(sourceFile: ts.SourceFile, name: string): ts.Identifier[] {
  const found: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(sourceFile);
  return found;
}

/** The ids that identifiers of a name are bound to, counted from 0 in order of appearance; `-` for none. */
function pattern(text: string, name: string): string {
  const ids: number[] = [];
  return meanings(text, name)
    .map((variable) => {
      if (!variable) return "-";
      if (!ids.includes(variable.id)) ids.push(variable.id);
      return String(ids.indexOf(variable.id));
    })
    .join("");
}

function only(scopes: Scopes, name: string): Variable {
  const found = scopes.variables.filter((variable) => variable.name === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe("a name means the innermost declaration", () => {
  it("of a block", () => {
    expect(pattern("let a; { let a; a; } a;", "a")).toBe("0110");
  });

  it("and a var of the whole function", () => {
    expect(pattern("a; function f() { a; { var a; } a; } a;", "a")).toBe("-000-");
  });

  it("and a function before its declaration", () => {
    expect(pattern("f(); function f() {}", "f")).toBe("00");
  });

  it("of parameters, which defaults see and the body may shadow", () => {
    expect(pattern("const a = 1; function f(a, b = a) { { let a; a; } a; }", "a")).toBe("011221");
    expect(pattern("function f(a) { var a = 1; a; }", "a")).toBe("000");
    expect(pattern("const a = 1; function f(b = a) { var a = 2; a; }", "a")).toBe("0011");
  });

  it("in destructuring, without property names", () => {
    expect(pattern("const { a: b, c: { a }, ...rest } = o; a; b;", "a")).toBe("-00");
    expect(pattern("const [a = d, [b]] = o; a;", "a")).toBe("00");
  });

  it("of a catch clause", () => {
    expect(pattern("let e; try {} catch (e) { e; } e;", "e")).toBe("0110");
    expect(meanings("try {} catch ({ code }) { code; }", "code")[1]?.kind).toBe("catch");
  });

  it("of a named function or class expression, inside it only", () => {
    expect(pattern("const x = function f() { f(); }; f;", "f")).toBe("00-");
    expect(pattern("const x = class C { m() { return C; } }; C;", "C")).toBe("00-");
  });

  it("of loops and switches", () => {
    expect(pattern("for (let i = 0; i < 1; i++) { i; } i;", "i")).toBe("0000-");
    expect(pattern("for (const x of x1) { x; } x;", "x")).toBe("00-");
    expect(pattern("switch (1) { case 1: let a; break; case 2: a; } a;", "a")).toBe("00-");
  });

  it("of imports", () => {
    const text = "import a, { b as c, d } from 'm'; import * as n from 'm'; import r = require('m'); a; c; d; n; r; b;";
    expect(["a", "b", "c", "d", "n", "r"].map((name) => pattern(text, name))).toEqual([
      "00",
      "--",
      "00",
      "00",
      "00",
      "00",
    ]);
  });

  it("of enums and classes", () => {
    expect(pattern("enum E { A } E.A; E;", "E")).toBe("000");
    expect(pattern("class C extends C2 {} new C();", "C")).toBe("00");
  });
});

describe("these are references", () => {
  it("shorthand properties and local exports", () => {
    expect(pattern("const a = 1; f({ a }); export { a, a as b };", "a")).toBe("0000");
  });

  it("JSX elements with a name of their own", () => {
    expect(pattern("const A = 1; <A x={A} />;", "A")).toBe("000");
  });

  it("what a class extends", () => {
    expect(pattern("const a = 1; class C extends mix(a)<string> {}", "a")).toBe("00");
  });

  it("arguments of an instantiation", () => {
    expect(pattern("const f = 1; const g = f<string>;", "f")).toBe("00");
  });
});

describe("these are none", () => {
  it.each([
    ["names of members", "const a = 1; x.a; ({ a: 1 }); class C { a = 1; }", "0---"],
    ["labels", "const a = 1; a: for (;;) { break a; }", "0--"],
    ["types", "const a = 1; let x: a; type T = typeof a; interface I { a: a }", "0----"],
    ["exports of another module", "const a = 1; export { a } from 'm';", "0-"],
    ["attributes and tags of the platform", "const a = 1; <a a={1} />;", "0--"],
  ])("%s", (_, text, expected) => {
    expect(pattern(text, "a")).toBe(expected);
  });
});

describe("a variable knows", () => {
  it("its kind and where it lives", () => {
    const { scopes, sourceFile } = parse("import a from 'm'; function f(b) { const c = 1; var d; let e; } class G {}");
    const kinds = Object.fromEntries(scopes.variables.map(({ name, kind }) => [name, kind]));
    expect(kinds).toEqual({
      a: "import",
      f: "function",
      b: "parameter",
      c: "const",
      d: "var",
      e: "let",
      G: "class",
    });
    expect(only(scopes, "f").owner).toBe(sourceFile);
    expect(ts.isFunctionDeclaration(only(scopes, "c").owner)).toBe(true);
    expect(ts.isParameter(only(scopes, "b").declaration)).toBe(true);
  });

  it("what is assigned to it later", () => {
    const written = (text: string) => only(parse(text).scopes, "a").writes.map((value) => value.getText());
    expect(written("const a = 1;")).toEqual([]);
    expect(written("let a; a = f(); a ??= g(); a++;")).toEqual(["f()", "g()", "a++"]);
    expect(written("let a; [a] = xs; ({ a } = o); ({ b: { a = 1 } } = p);")).toEqual(["xs", "o", "p"]);
    expect(written("let a; for (a of xs) {}")).toEqual(["xs"]);
    expect(written("var a = 1; var a = 2;")).toEqual(["2"]);
    expect(written("let a; function f() { a = 1; }")).toEqual(["1"]);
  });
});

it("binds broken code as far as it goes", () => {
  for (const text of [
    "const",
    "import {",
    "class { x = ",
    "function (",
    "for (const of",
    "({ a: } = ",
    "export {",
    "const {a:} = b; a",
  ]) {
    expect(() => parse(text)).not.toThrow();
  }
});
