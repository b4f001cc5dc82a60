/** What type annotations say, as far as the names in them can be followed inside a file. */

import type { Catalog } from "@holdfast/contracts";
import ts from "typescript";
import { declaredType } from "./contract-calls.js";
import type { Modules } from "./modules.js";
import type { Uses } from "./uses.js";
import { awaited, bare, elementOf, firstKnown, plain, promised, type Value, wrapped } from "./value.js";

/** What annotations need to know about values. */
export interface Values {
  /** The value of a variable of the file's top level. */
  topLevel(name: string): Value | undefined;
  property(value: Value | undefined, name: string): Value | undefined;
  instanceOf(node: ts.ClassLikeDeclaration | ts.InterfaceDeclaration): Value;
  /** What calling a function value gives. */
  resultOf(value: Value | undefined): Value | undefined;
  /** What `new` of a class gives. */
  constructed(value: Value | undefined): Value | undefined;
}

const promiseNames = new Set(["Promise", "PromiseLike"]);
const arrayNames = new Set(["Array", "ReadonlyArray", "Set", "ReadonlySet", "Iterable", "IterableIterator"]);
const dictionaryNames = new Set(["Map", "ReadonlyMap", "WeakMap", "Record"]);
/** Types that leave what they are given as it is, as far as contracts are concerned. */
const transparentNames = new Set(["Readonly", "Required", "Partial", "NonNullable", "Awaited", "Omit", "Pick"]);

const plainKinds = new Set([
  ts.SyntaxKind.StringKeyword,
  ts.SyntaxKind.NumberKeyword,
  ts.SyntaxKind.BooleanKeyword,
  ts.SyntaxKind.BigIntKeyword,
  ts.SyntaxKind.SymbolKeyword,
  ts.SyntaxKind.VoidKeyword,
  ts.SyntaxKind.UndefinedKeyword,
  ts.SyntaxKind.NeverKeyword,
  ts.SyntaxKind.LiteralType,
  ts.SyntaxKind.TemplateLiteralType,
]);

/** Reads the types of one file. */
export class Annotations {
  readonly #catalog: Catalog;
  readonly #modules: Modules;
  readonly #uses: Uses;
  readonly #values: Values;
  readonly #parsed = new Map<string, ts.TypeNode | undefined>();
  readonly #reading = new Set<ts.Node>();

  constructor(catalog: Catalog, modules: Modules, uses: Uses, values: Values) {
    this.#catalog = catalog;
    this.#modules = modules;
    this.#uses = uses;
    this.#values = values;
  }

  /** The value that a type written in a doc comment stands for. */
  ofText(text: string): Value | undefined {
    if (!this.#parsed.has(text)) this.#parsed.set(text, parseType(text));
    return this.of(this.#parsed.get(text));
  }

  of(node: ts.TypeNode | undefined): Value | undefined {
    // A type that refers to itself says nothing that it has not said before.
    if (!node || this.#reading.has(node)) return undefined;
    this.#reading.add(node);
    try {
      return this.#of(node);
    } finally {
      this.#reading.delete(node);
    }
  }

  #of(node: ts.TypeNode): Value | undefined {
    if (plainKinds.has(node.kind)) return plain;
    if (ts.isTypeReferenceNode(node)) return this.#reference(node.typeName, node.typeArguments);
    if (ts.isExpressionWithTypeArguments(node)) return this.#heritage(node);
    if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node))
      return firstKnown(node.types.map((type) => this.of(type)));
    if (ts.isArrayTypeNode(node)) return wrapped("array", this.of(node.elementType));
    if (ts.isTupleTypeNode(node)) {
      return bare({
        kind: "tuple",
        elements: node.elements.map((type) => this.of(ts.isNamedTupleMember(type) ? type.type : type)),
      });
    }
    if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node) || ts.isOptionalTypeNode(node))
      return this.of(node.type);
    if (ts.isTypeLiteralNode(node)) return bare({ kind: "instance", node });
    if (ts.isFunctionTypeNode(node)) return bare({ kind: "function", node });
    if (ts.isImportTypeNode(node)) return this.#importType(node);
    if (ts.isTypeQueryNode(node)) return this.#query(node.exprName);
    if (ts.isIndexedAccessTypeNode(node)) return this.#indexed(node);
    // Only in doc comments: `?T` and `!T`.
    if (ts.isJSDocNullableType(node) || ts.isJSDocNonNullableType(node)) return this.of(node.type);
    return undefined;
  }

  #reference(name: ts.EntityName, typeArguments: readonly ts.TypeNode[] | undefined): Value | undefined {
    if (ts.isQualifiedName(name)) return this.#qualified(name);
    const argument = typeArguments?.[0];
    const { text } = name;
    const local = this.#local(name);
    if (local !== "elsewhere") return local;
    if (promiseNames.has(text)) return promised(this.of(argument));
    if (arrayNames.has(text)) return wrapped("array", this.of(argument));
    if (dictionaryNames.has(text)) return bare({ kind: "dictionary", value: this.of(typeArguments?.[1]) });
    if (transparentNames.has(text)) return text === "Awaited" ? awaited(this.of(argument)) : this.of(argument);
    if (text === "ReturnType") return this.#values.resultOf(this.of(argument));
    if (text === "InstanceType") return this.#values.constructed(this.of(argument));
    const type = declaredType(this.#catalog, { package: "typescript", name: text });
    return type && bare({ kind: "known", type });
  }

  /** A name that the file declares or imports; `elsewhere` for a global one. */
  #local(name: ts.Identifier): Value | undefined | "elsewhere" {
    const { text } = name;
    const parameter = typeParameter(name);
    if (parameter) return this.of(parameter.constraint);
    const imported = this.#uses.importNamed(text);
    if (imported) return this.#exportedType(imported.specifier, imported.exported);
    const declarations = this.#uses.typesNamed(text);
    if (declarations.length === 0) return "elsewhere";
    return firstKnown(
      declarations.map((declaration) => {
        if (ts.isTypeAliasDeclaration(declaration)) return this.of(declaration.type);
        return ts.isEnumDeclaration(declaration) ? plain : this.#values.instanceOf(declaration);
      }),
    );
  }

  #exportedType(specifier: string, name: string): Value | undefined {
    const type = this.#modules.typeNamed(specifier, name);
    return type && bare({ kind: "known", type });
  }

  /** `pg.PoolClient`, `Prisma.TransactionClient`: the last name is looked for in the module of the first. */
  #qualified(name: ts.QualifiedName): Value | undefined {
    let root: ts.EntityName = name;
    while (ts.isQualifiedName(root)) root = root.left;
    const imported = this.#uses.importNamed(root.text);
    return imported && this.#exportedType(imported.specifier, name.right.text);
  }

  #heritage(node: ts.ExpressionWithTypeArguments): Value | undefined {
    if (ts.isIdentifier(node.expression)) return this.#reference(node.expression, node.typeArguments);
    if (!ts.isPropertyAccessExpression(node.expression) || !ts.isIdentifier(node.expression.expression))
      return undefined;
    const imported = this.#uses.importNamed(node.expression.expression.text);
    return imported && this.#exportedType(imported.specifier, node.expression.name.text);
  }

  #importType(node: ts.ImportTypeNode): Value | undefined {
    const { argument, qualifier } = node;
    if (!ts.isLiteralTypeNode(argument) || !ts.isStringLiteral(argument.literal)) return undefined;
    const specifier = argument.literal.text;
    if (node.isTypeOf) return bare({ kind: "module", specifier });
    if (!qualifier) return this.#exportedType(specifier, "default");
    return this.#exportedType(specifier, ts.isIdentifier(qualifier) ? qualifier.text : qualifier.right.text);
  }

  #query(name: ts.EntityName): Value | undefined {
    if (ts.isIdentifier(name)) return this.#values.topLevel(name.text);
    return this.#values.property(this.#query(name.left), name.right.text);
  }

  #indexed({ objectType, indexType }: ts.IndexedAccessTypeNode): Value | undefined {
    const object = this.of(objectType);
    if (!ts.isLiteralTypeNode(indexType)) return elementOf(object);
    return ts.isStringLiteral(indexType.literal)
      ? this.#values.property(object, indexType.literal.text)
      : elementOf(object);
  }
}

/** The type parameter that a name means where it stands. */
function typeParameter(name: ts.Identifier): ts.TypeParameterDeclaration | undefined {
  for (let at: ts.Node | undefined = name.parent; at; at = at.parent) {
    const { typeParameters } = at as { typeParameters?: readonly ts.TypeParameterDeclaration[] };
    const found = typeParameters?.find((parameter) => parameter.name?.text === name.text);
    if (found) return found;
  }
  return undefined;
}

function parseType(text: string): ts.TypeNode | undefined {
  const file = ts.createSourceFile("type.ts", `type _ = ${text.replace(/=$/, "")};`, ts.ScriptTarget.Latest, true);
  const [statement] = file.statements;
  return statement && ts.isTypeAliasDeclaration(statement) ? statement.type : undefined;
}
