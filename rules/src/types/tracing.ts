/**
 * Follows values from the import to where they are used, without a compiler and without regard to the order in which
 * statements run: a variable is whatever it is ever given. Nothing is computed that nobody asks for, and what a value
 * turns out to be is remembered.
 */

import { contractFromTags, definition } from "@holdfast/contracts";
import type { Call, Callback, Catalog, Contract, KnownExport, KnownType } from "@holdfast/contracts";
import ts from "typescript";
import type { Scopes, Variable } from "../lowering/scopes.js";
import { Annotations } from "./annotations.js";
import { callbacksOf, callOf, isAt, propertyOf, sharesTypeWith } from "./contract-calls.js";
import { docComment, docType, taggedType } from "./doc-comments.js";
import type { Modules } from "./modules.js";
import { typeOfExport } from "./modules.js";
import { Recall } from "./recall.js";
import {
  assignedTo,
  contains,
  documentedParent,
  extended,
  isAsync,
  isGlobalObject,
  isHeldBy,
  isPlain,
  isRequire,
  isStatic,
  isTransparent,
  memberName,
  nameOf,
  nameToAsk,
  outermost,
  returnedBy,
  skipTransparent,
  thisOwner,
} from "./syntax.js";
import type { Uses } from "./uses.js";
import { awaited, bare, elementOf, firstKnown, handedOut, plain, promised, type Value, wrapped } from "./value.js";

export interface TracingInput {
  sourceFile: ts.SourceFile;
  scopes: Scopes;
  catalog: Catalog;
  modules: Modules;
  uses: Uses;
  /** What an oracle said about an expression before. */
  answer(node: ts.Node): Value | undefined;
  /** Called with each expression at which tracing ends without an answer. */
  unknown(node: ts.Node): void;
}

type Instance = ts.ClassLikeDeclaration | ts.InterfaceDeclaration | ts.TypeLiteralNode;

/** Array methods that give the array again, or one of the same elements. */
const arrayToArray = new Set(["filter", "slice", "concat", "reverse", "sort", "toSorted", "toReversed", "values"]);
const arrayToElement = new Set(["at", "find", "findLast", "pop", "shift"]);
/** Array methods whose callback is given the elements first. */
const overElements = new Set([
  "map",
  "forEach",
  "filter",
  "flatMap",
  "some",
  "every",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
]);
const combinators = new Set(["all", "allSettled", "race", "any"]);

export class Tracing {
  readonly #input: TracingInput;
  readonly #annotations: Annotations;
  readonly #recall = new Recall();
  readonly #tagged = new Map<ts.Node, KnownType | undefined>();
  /** The classes of this file behind types: those that doc comments make handles, and those that extend a contract's. */
  readonly #taggedClasses = new Map<KnownType, Instance>();
  readonly #subclasses = new Map<KnownType, Instance>();

  constructor(input: TracingInput) {
    this.#input = input;
    this.#annotations = new Annotations(input.catalog, input.modules, input.uses, {
      topLevel: (name) => this.#topLevel(name),
      property: (value, name) => this.property(value, name),
      instanceOf: (node) => this.#instanceOf(node),
      resultOf: (value) => (value?.core.kind === "function" ? this.result(value.core.node) : undefined),
      constructed: (value) => this.#constructed(value),
    });
  }

  /** Forgets everything: an oracle has said more. */
  reset(): void {
    this.#recall.clear();
  }

  // Expressions

  /** What an expression is. Where tracing ends, what an oracle said about it. */
  value(node: ts.Expression): Value | undefined {
    return this.#recall.once("value", node, () => {
      const traced = this.#expression(node);
      if (traced && traced.core.kind !== "unknown") return this.#asKnown(traced);
      const place = this.#askedAt(node);
      if (!place) return traced;
      const answer = this.#input.answer(place);
      if (!answer) this.#input.unknown(place);
      return answer ?? traced;
    });
  }

  /** Where an oracle is asked about an expression; a variable that never changes is asked about once. */
  #askedAt(node: ts.Expression): ts.Node | undefined {
    if (ts.isIdentifier(node)) {
      const variable = this.#input.scopes.of(node);
      if (!variable) return undefined;
      if (variable.kind === "function" || variable.kind === "class" || variable.kind === "enum") return undefined;
      return nameToAsk(variable) ?? node;
    }
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isNewExpression(node))
      return node;
    return ts.isCallExpression(node) && ts.isIdentifier(node.expression) ? node : undefined;
  }

  #expression(node: ts.Expression): Value | undefined {
    if (ts.isIdentifier(node)) return this.#identifier(node);
    if (ts.isPropertyAccessExpression(node)) return this.#propertyAccess(node);
    if (ts.isCallExpression(node)) return this.#call(node);
    if (ts.isAwaitExpression(node)) return awaited(this.value(node.expression));
    if (ts.isNewExpression(node)) return this.#new(node);
    if (node.kind === ts.SyntaxKind.ThisKeyword) return this.#this(node);
    if (isTransparent(node)) return this.value(node.expression);
    if (ts.isBinaryExpression(node)) return this.#binary(node);
    if (ts.isConditionalExpression(node)) return firstKnown([this.value(node.whenTrue), this.value(node.whenFalse)]);
    if (ts.isElementAccessExpression(node)) return this.#elementAccess(node);
    if (ts.isFunctionExpression(node) || ts.isArrowFunction(node)) return bare({ kind: "function", node });
    if (ts.isClassExpression(node)) return bare({ kind: "class", node });
    if (ts.isObjectLiteralExpression(node)) return bare({ kind: "object", node });
    if (ts.isArrayLiteralExpression(node)) return this.#array(node);
    if (ts.isTaggedTemplateExpression(node)) return this.#callOfValue(this.callee(node.tag), []);
    return isPlain(node) ? plain : undefined;
  }

  #identifier(node: ts.Identifier): Value | undefined {
    if (node.text === "undefined") return plain;
    const variable = this.#input.scopes.of(node);
    if (variable) return this.variable(variable);
    const found = this.#input.catalog.global(node.text);
    return found && this.#ofExport(found);
  }

  /** Globals are also properties of the global object. */
  #propertyAccess(node: ts.PropertyAccessExpression): Value | undefined {
    const { expression, name } = node;
    if (isGlobalObject(expression, this.#input.scopes)) {
      const found = this.#input.catalog.global(name.text);
      return found && this.#ofExport(found);
    }
    const own = this.property(this.value(expression), name.text);
    return own && own.core.kind !== "plain" ? own : (this.#assignedProperty(node) ?? own);
  }

  #elementAccess({ expression, argumentExpression }: ts.ElementAccessExpression): Value | undefined {
    const object = this.value(expression);
    if (ts.isStringLiteralLike(argumentExpression)) return this.property(object, argumentExpression.text);
    const index = ts.isNumericLiteral(argumentExpression) ? Number(argumentExpression.text) : undefined;
    return elementOf(object, index);
  }

  #array(node: ts.ArrayLiteralExpression): Value | undefined {
    const { elements } = node;
    const values = elements.map((element) =>
      ts.isSpreadElement(element) ? elementOf(this.value(element.expression)) : this.value(element),
    );
    if (elements.length > 0) return bare({ kind: "tuple", elements: values });
    return wrapped("array", this.#added(node, "push", 0));
  }

  /** What is put into a collection that begins empty, through the variable or field that holds it. */
  #added(collection: ts.Expression, method: string, argument: number): Value | undefined {
    const { parent } = outermost(collection);
    const { scopes, uses } = this.#input;
    const values: (Value | undefined)[] = [];
    for (const access of uses.ofMember(method)) {
      const call = access.parent;
      if (!ts.isCallExpression(call) || call.expression !== access) continue;
      const given = call.arguments[argument];
      if (given && isHeldBy(access.expression, parent, scopes)) values.push(this.value(given));
    }
    return firstKnown(values);
  }

  #binary({ left, operatorToken, right }: ts.BinaryExpression): Value | undefined {
    switch (operatorToken.kind) {
      case ts.SyntaxKind.QuestionQuestionToken:
      case ts.SyntaxKind.BarBarToken:
      case ts.SyntaxKind.QuestionQuestionEqualsToken:
      case ts.SyntaxKind.BarBarEqualsToken:
        return firstKnown([this.value(left), this.value(right)]);
      case ts.SyntaxKind.AmpersandAmpersandToken:
      case ts.SyntaxKind.AmpersandAmpersandEqualsToken:
      case ts.SyntaxKind.CommaToken:
      case ts.SyntaxKind.EqualsToken:
        return this.value(right);
      default:
        return plain;
    }
  }

  #this(node: ts.Node): Value | undefined {
    const owner = thisOwner(node);
    if (!owner) return undefined;
    if (ts.isObjectLiteralExpression(owner.node)) return bare({ kind: "object", node: owner.node });
    return owner.isStatic ? bare({ kind: "class", node: owner.node }) : this.#instanceOf(owner.node);
  }

  // Members

  /** What the property of a value is. */
  property(value: Value | undefined, name: string): Value | undefined {
    if (!value || value.around.length > 0) return undefined;
    const { core } = value;
    switch (core.kind) {
      case "known":
        return this.#propertyOfKnown(value, core.type, name, core.phase);
      case "export":
        return this.#memberOfExport(core.entry, name);
      case "module":
        return this.#memberOfModule(core.specifier, name);
      case "instance":
        return this.member(core.node, name);
      case "class":
        return this.#static(core.node, name);
      case "object":
        return this.#propertyOfObject(core.node, name);
      case "dictionary":
        return core.value;
      case "plain":
        return plain;
      default:
        return undefined;
    }
  }

  #propertyOfKnown(value: Value, type: KnownType, name: string, phase: string | undefined): Value | undefined {
    const subclass = this.#subclasses.get(type);
    if (subclass?.members.some((member) => memberName(member) === name)) return this.member(subclass, name);
    const property = propertyOf(type, name);
    if (property) {
      const found = this.#input.catalog.resolve(property.type, type.contract);
      return handedOut(property, found, phase);
    }
    if (callOf(type, name)) return bare({ kind: "method", of: value, name });
    const declaredHere = this.#taggedClasses.get(type) ?? subclass;
    return declaredHere && this.member(declaredHere, name);
  }

  #memberOfExport({ contract, export: entry }: KnownExport, name: string): Value | undefined {
    if (entry.kind === "value") {
      const type = this.#input.catalog.resolve(entry.type, contract);
      return type && this.property(bare({ kind: "known", type }), name);
    }
    if (entry.kind === "function") return undefined;
    const members = entry.members ?? {};
    return Object.hasOwn(members, name) ? this.#ofExport({ contract, export: members[name]! }) : undefined;
  }

  #memberOfModule(specifier: string, name: string): Value | undefined {
    if (name === "default") return bare({ kind: "module", specifier });
    const found = this.#input.modules.exported(specifier, name);
    if (found) return this.#ofExport(found);
    const byDefault = this.#input.modules.exported(specifier, "default");
    return byDefault && this.#memberOfExport(byDefault, name);
  }

  #ofExport(entry: KnownExport): Value | undefined {
    if (entry.export.kind !== "value") return bare({ kind: "export", entry });
    const type = this.#input.catalog.resolve(entry.export.type, entry.contract);
    return type && bare({ kind: "known", type });
  }

  /** A member of an instance: declared, or assigned through `this`. */
  member(node: Instance, name: string): Value | undefined {
    return this.#recall.once(`member ${name}`, node, () => {
      const declared = [...node.members]
        .filter((member) => !isStatic(member) && memberName(member) === name)
        .map((member) => this.#declaredMember(member));
      if (ts.isTypeLiteralNode(node)) return firstKnown(declared);
      if (ts.isInterfaceDeclaration(node)) return firstKnown(declared) ?? this.#inherited(node, name);
      const parameter = this.#parameterProperty(node, name);
      if (parameter) declared.push(this.#parameter(parameter));
      const own = this.#preferAcquired(firstKnown(declared), () => this.#assignedThrough(node, name));
      return own ?? this.#inherited(node, name);
    });
  }

  #declaredMember(member: ts.ClassElement | ts.TypeElement): Value | undefined {
    if (ts.isMethodDeclaration(member) || ts.isMethodSignature(member)) return bare({ kind: "function", node: member });
    if (ts.isGetAccessorDeclaration(member)) return this.result(member);
    if (ts.isPropertySignature(member)) return this.#annotations.of(member.type);
    if (!ts.isPropertyDeclaration(member)) return undefined;
    const { initializer } = member;
    return this.#preferAcquired(this.#annotated(member, member.type), () =>
      initializer ? [this.value(initializer)] : [],
    );
  }

  /** `constructor(private readonly client: PoolClient)`. */
  #parameterProperty(node: ts.ClassLikeDeclaration, name: string): ts.ParameterDeclaration | undefined {
    return node.members
      .find(ts.isConstructorDeclaration)
      ?.parameters.find(
        (candidate) =>
          ts.isParameterPropertyDeclaration(candidate, candidate.parent) && nameOf(candidate.name) === name,
      );
  }

  /** Values that `this.name = …` gives a field anywhere in the class. */
  #assignedThrough(node: ts.ClassLikeDeclaration, name: string): readonly (Value | undefined)[] {
    const values: (Value | undefined)[] = [];
    for (const access of this.#input.uses.ofMember(name)) {
      if (access.expression.kind !== ts.SyntaxKind.ThisKeyword) continue;
      const right = assignedTo(access);
      if (right && thisOwner(access)?.node === node) values.push(this.value(right));
    }
    return values;
  }

  #inherited(node: ts.ClassLikeDeclaration | ts.InterfaceDeclaration, name: string): Value | undefined {
    for (const base of extended(node)) {
      const value = ts.isInterfaceDeclaration(node)
        ? this.#annotations.of(base)
        : this.#constructed(this.value(base.expression));
      const found = this.property(value, name);
      if (found) return found;
    }
    return undefined;
  }

  #static(node: ts.ClassLikeDeclaration, name: string): Value | undefined {
    return this.#recall.once(`static ${name}`, node, () => {
      const values = node.members
        .filter((member) => isStatic(member) && memberName(member) === name)
        .map((member) => this.#declaredMember(member));
      const known = firstKnown(values);
      if (known) return known;
      for (const base of extended(node)) {
        const found = this.property(this.value(base.expression), name);
        if (found) return found;
      }
      return undefined;
    });
  }

  #propertyOfObject(node: ts.ObjectLiteralExpression, name: string): Value | undefined {
    return this.#recall.once(`property ${name}`, node, () => {
      for (const property of [...node.properties].reverse()) {
        if (ts.isSpreadAssignment(property)) {
          const spread = this.property(this.value(property.expression), name);
          if (spread) return spread;
        } else if (memberName(property) !== name) continue;
        else if (ts.isPropertyAssignment(property)) return this.value(property.initializer);
        else if (ts.isShorthandPropertyAssignment(property)) return this.value(property.name);
        else if (ts.isMethodDeclaration(property)) return bare({ kind: "function", node: property });
        else if (ts.isGetAccessorDeclaration(property)) return this.result(property);
      }
      return undefined;
    });
  }

  /** What is assigned to the same property of the same variable somewhere: `state.client = …`. */
  #assignedProperty({ expression, name }: ts.PropertyAccessExpression): Value | undefined {
    if (!ts.isIdentifier(expression)) return undefined;
    const variable = this.#input.scopes.of(expression);
    const values: (Value | undefined)[] = [];
    for (const access of this.#input.uses.ofMember(name.text)) {
      const right = assignedTo(access);
      if (!right || !ts.isIdentifier(access.expression)) continue;
      if (access.expression.text !== expression.text || this.#input.scopes.of(access.expression) !== variable) continue;
      values.push(this.value(right));
    }
    return firstKnown(values);
  }

  // Classes

  /** An instance of a class of this file: a handle if its doc comment says so, or what it extends. */
  #instanceOf(node: Instance): Value {
    const type = this.#taggedType(node);
    return bare(type ? { kind: "known", type } : { kind: "instance", node });
  }

  /** An instance counts as what its class extends, if that has a contract. */
  #asKnown(value: Value): Value {
    if (value.core.kind !== "instance") return value;
    const type = this.#baseType(value.core.node);
    return type ? { ...value, core: { kind: "known", type } } : value;
  }

  #baseType(node: Instance): KnownType | undefined {
    if (ts.isTypeLiteralNode(node)) return undefined;
    return this.#recall.once("base", node, () => {
      for (const base of extended(node)) {
        const value = ts.isInterfaceDeclaration(node)
          ? this.#annotations.of(base)
          : this.#constructed(this.value(base.expression));
        if (value?.core.kind === "instance") return this.#baseType(value.core.node);
        if (value?.core.kind !== "known") continue;
        // An object of its own for each class, by which the members that it adds are found again.
        const type = { ...value.core.type };
        this.#subclasses.set(type, node);
        return type;
      }
      return undefined;
    });
  }

  #taggedType(node: Instance): KnownType | undefined {
    if (ts.isTypeLiteralNode(node)) return undefined;
    if (!this.#tagged.has(node)) {
      const { sourceFile, modules } = this.#input;
      const tagged = taggedType(node, sourceFile.text, modules.fileOf(sourceFile.fileName));
      const contract = tagged && contractFromTags(tagged).contract;
      const type = contract && ({ kind: "handle", contract, handle: contract.handles[0]! } as const);
      if (type) this.#taggedClasses.set(type, node);
      this.#tagged.set(node, type);
    }
    return this.#tagged.get(node);
  }

  #new(node: ts.NewExpression): Value | undefined {
    const { expression, typeArguments } = node;
    if (ts.isIdentifier(expression) && !this.#input.scopes.of(expression)) {
      const filled = node.arguments?.[0];
      const first = filled && elementOf(this.value(filled));
      if (expression.text === "Map" || expression.text === "WeakMap") {
        const value = this.#annotations.of(typeArguments?.[1]) ?? elementOf(first, 1) ?? this.#added(node, "set", 1);
        return bare({ kind: "dictionary", value });
      }
      if (expression.text === "Set") {
        return wrapped("array", this.#annotations.of(typeArguments?.[0]) ?? first ?? this.#added(node, "add", 0));
      }
    }
    return this.#constructed(this.callee(node.expression));
  }

  #constructed(value: Value | undefined): Value | undefined {
    if (!value || value.around.length > 0) return undefined;
    const { core } = value;
    if (core.kind === "class") return this.#asKnown(this.#instanceOf(core.node));
    const type = typeOfExport(this.#input.catalog, this.exportOf(value));
    return type && bare({ kind: "known", type });
  }

  /** The export that a value is: itself, or what a module exports by default. */
  exportOf(value: Value | undefined): KnownExport | undefined {
    if (!value || value.around.length > 0) return undefined;
    if (value.core.kind === "export") return value.core.entry;
    return value.core.kind === "module" ? this.#input.modules.exported(value.core.specifier, "default") : undefined;
  }

  // Calls

  /** What is called, without asking anybody: the type of a function says nothing about handles. */
  callee(node: ts.Expression): Value | undefined {
    const target = skipTransparent(node);
    return ts.isIdentifier(target)
      ? this.#identifier(target)
      : ts.isPropertyAccessExpression(target)
        ? this.#propertyAccess(target)
        : this.value(target);
  }

  #call(node: ts.CallExpression): Value | undefined {
    const [first] = node.arguments;
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword || isRequire(node, this.#input.scopes)) {
      if (!first || !ts.isStringLiteralLike(first)) return undefined;
      const module = bare({ kind: "module", specifier: first.text });
      return node.expression.kind === ts.SyntaxKind.ImportKeyword ? promised(module) : module;
    }
    const target = skipTransparent(node.expression);
    if (ts.isPropertyAccessExpression(target)) {
      const special = this.#builtIn(target, node.arguments);
      if (special) return special;
    }
    return this.#callOfValue(this.callee(target), node.arguments);
  }

  /** Methods of promises, arrays and functions, which no contract lists. */
  #builtIn(
    { expression, name: { text: name } }: ts.PropertyAccessExpression,
    given: readonly ts.Expression[],
  ): Value | undefined {
    const [first] = given;
    if (ts.isIdentifier(expression) && !this.#input.scopes.of(expression)) {
      if (expression.text === "Promise") return first && this.#promiseMember(name, first);
      if (expression.text === "Array" && name === "from" && first) return this.#mapped(this.value(first), given[1]);
      if (expression.text === "Object" && first) return this.#objectMember(name, this.value(first));
    }
    const receiver = this.value(expression);
    if (!receiver || receiver.core.kind === "unknown") {
      // Whatever has a `map` that is given something which makes handles is taken for an array.
      const made = name === "map" ? this.#givenBy(first) : undefined;
      if (made && made.core.kind !== "plain") return wrapped("array", made);
    }
    if (!receiver) return undefined;
    if (receiver.around[0] === "promise") {
      if (name === "then") return promised(awaited(this.#givenBy(first)));
      return name === "catch" || name === "finally" ? receiver : undefined;
    }
    if (receiver.around[0] === "array" || receiver.core.kind === "tuple") {
      if (name === "map") return this.#mapped(receiver, first);
      if (arrayToArray.has(name)) return receiver;
      return arrayToElement.has(name) ? elementOf(receiver) : undefined;
    }
    if (receiver.core.kind === "dictionary") {
      if (name === "values") return wrapped("array", receiver.core.value);
      if (name === "entries") return wrapped("array", elementOf(receiver));
      if (name === "set") return receiver;
      return name === "get" ? (receiver.core.value ?? bare({ kind: "unknown" })) : plain;
    }
    if (receiver.core.kind === "function") {
      if (name === "bind") return receiver;
      return name === "call" || name === "apply" ? this.result(receiver.core.node) : undefined;
    }
    return undefined;
  }

  /** Static methods of `Object`. */
  #objectMember(name: string, value: Value | undefined): Value | undefined {
    if (name === "freeze" || name === "assign") return value;
    const all = value?.around.length === 0 ? this.#anyProperty(value) : undefined;
    if (name === "values") return wrapped("array", all);
    return name === "entries" ? wrapped("array", bare({ kind: "tuple", elements: [plain, all] })) : undefined;
  }

  #anyProperty({ core }: Value): Value | undefined {
    if (core.kind === "dictionary") return core.value;
    if (core.kind !== "object") return undefined;
    return firstKnown(
      core.node.properties.map((property) => this.#propertyOfObject(core.node, memberName(property) ?? "")),
    );
  }

  #promiseMember(name: string, argument: ts.Expression): Value | undefined {
    if (name === "resolve") return promised(this.value(argument));
    if (!combinators.has(name)) return undefined;
    const all = this.value(argument);
    if (name === "race" || name === "any") return promised(awaited(elementOf(all)));
    if (name === "allSettled") return promised(undefined);
    if (all?.core.kind === "tuple" && all.around.length === 0) {
      return promised(bare({ kind: "tuple", elements: all.core.elements.map(awaited) }));
    }
    const element = awaited(elementOf(all));
    return promised(element && wrapped("array", element));
  }

  #mapped(array: Value | undefined, callback: ts.Expression | undefined): Value | undefined {
    if (!callback) return array;
    return wrapped("array", this.#givenBy(callback));
  }

  /** What a function given as an argument returns. */
  #givenBy(callback: ts.Expression | undefined): Value | undefined {
    const value = callback && this.value(callback);
    return value?.core.kind === "function" ? this.result(value.core.node) : undefined;
  }

  #callOfValue(value: Value | undefined, given: readonly ts.Expression[]): Value | undefined {
    if (!value || value.around.length > 0) return undefined;
    const { core } = value;
    if (core.kind === "function") return firstKnown([this.result(core.node), this.#resultThrough(core.node, given)]);
    if (core.kind === "method" && core.of.core.kind === "known") {
      const { type, phase } = core.of.core;
      const call = callOf(type, core.name);
      return call && this.#outcome(call, type.contract, given, phase);
    }
    if (core.kind === "known") {
      const call = callOf(core.type, "()");
      return call && this.#outcome(call, core.type.contract, given, core.phase);
    }
    const found = this.exportOf(value);
    if (found?.export.kind === "function") return this.#outcome(found.export, found.contract, given);
    // Some classes may be called without `new`.
    const type = typeOfExport(this.#input.catalog, found);
    return type && bare({ kind: "known", type });
  }

  #outcome(call: Call, contract: Contract, given: readonly ts.Expression[], phase?: string): Value | undefined {
    const back = call.returnsArgument && this.#returnedArgument(call.returnsArgument, contract, given);
    if (back) return back;
    if (!call.returns) return this.#resultOfCallback(call, given) ?? bare({ kind: "unknown" });
    const instead = call.callbacks?.some(
      (callback) => callback.insteadOfReturn && given.some((_, index) => isAt(callback, index, given.length)),
    );
    if (instead || givesProperty(given, call.returns.unlessGiven)) return plain;
    return handedOut(call.returns, this.#input.catalog.resolve(call.returns.type, contract), phase);
  }

  /** A call that waits for its callback gives what that one returns. */
  #resultOfCallback({ callbacks = [] }: Call, given: readonly ts.Expression[]): Value | undefined {
    const callback = callbacks.find(({ awaited: waits, property }) => waits && property === undefined);
    const result = callback && awaited(this.#givenBy(given.find((_, index) => isAt(callback, index, given.length))));
    return result && promised(result);
  }

  /** What a function gives back of what it was given: an argument, or what a function among them returns. */
  #resultThrough(node: ts.SignatureDeclaration, given: readonly ts.Expression[]): Value | undefined {
    const { body } = node as ts.FunctionLikeDeclaration;
    if (!body || given.length === 0) return undefined;
    const values = returnedBy(body).map((returned) => returned && this.#passedThrough(returned, node, given));
    const value = firstKnown(values.filter((candidate) => candidate !== undefined));
    return value && isAsync(node) ? promised(value) : value;
  }

  #passedThrough(
    returned: ts.Expression,
    node: ts.SignatureDeclaration,
    given: readonly ts.Expression[],
  ): Value | undefined {
    const expression = skipTransparent(returned);
    if (ts.isAwaitExpression(expression)) return awaited(this.#passedThrough(expression.expression, node, given));
    const isCall = ts.isCallExpression(expression);
    const name = isCall ? skipTransparent(expression.expression) : expression;
    const declaration = ts.isIdentifier(name) ? this.#input.scopes.of(name)?.declaration : undefined;
    if (!declaration) return undefined;
    const argument = ts.isParameter(declaration) ? given[node.parameters.indexOf(declaration)] : undefined;
    if (argument) return isCall ? this.#givenBy(argument) : this.value(argument);
    // Only what is declared before: no circle can come of it.
    const isLocal = !isCall && contains(node, declaration) && declaration.end <= returned.pos;
    if (!isLocal || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined;
    return this.#passedThrough(declaration.initializer, node, given);
  }

  #returnedArgument(
    { argument, types }: NonNullable<Call["returnsArgument"]>,
    contract: Contract,
    given: readonly ts.Expression[],
  ): Value | undefined {
    const expression = given[argument];
    const value = expression && this.value(expression);
    if (!types || value?.core.kind !== "known") return types ? undefined : value;
    const { type } = value.core;
    const isOne = types.some((name) => {
      const found = this.#input.catalog.resolve(name, contract);
      return found !== undefined && definition(found) === definition(type);
    });
    return isOne ? value : undefined;
  }

  // Functions

  /** What a call of the function gives. */
  result(node: ts.SignatureDeclaration): Value | undefined {
    return this.#recall.once("result", node, () => {
      const annotated = this.#annotations.of(node.type) ?? this.#documented(node, "returns");
      const body = (node as ts.FunctionLikeDeclaration).body;
      if (!body || (node as ts.FunctionLikeDeclaration).asteriskToken) return annotated;
      const returned = this.#preferAcquired(annotated, () =>
        returnedBy(body).map((expression) => (expression ? this.value(expression) : plain)),
      );
      return isAsync(node) ? promised(returned) : returned;
    });
  }

  /** What a parameter holds: as declared, as callers in this file give it, or by default. */
  #parameter(node: ts.ParameterDeclaration): Value | undefined {
    return this.#recall.once("parameter", node, () => {
      const owner = node.parent;
      const index = owner.parameters.indexOf(node) - (nameOf(owner.parameters[0]?.name) === "this" ? 1 : 0);
      const annotated = this.#annotated(node, node.type) ?? this.#documented(owner, "param", nameOf(node.name));
      if (annotated && !isShape(annotated) && annotated.core.kind !== "known") return annotated;
      const given = () => this.#given(owner, index).filter((value) => value !== undefined);
      const value = this.#preferAcquired(annotated, given);
      return value ?? (node.initializer && this.value(node.initializer));
    });
  }

  /** What a function's parameter is given, wherever the function goes in this file. */
  #given(owner: ts.SignatureDeclaration, index: number): (Value | undefined)[] {
    return this.#recall.collect(`given ${index}`, owner, () => {
      if (ts.isFunctionExpression(owner) || ts.isArrowFunction(owner)) return this.#flow(owner, index);
      if (ts.isFunctionDeclaration(owner)) return this.#flowOfVariable(owner.name, index);
      if (ts.isConstructorDeclaration(owner)) return this.#flowOfVariable(owner.parent.name, index);
      if (ts.isMethodDeclaration(owner)) {
        return ts.isObjectLiteralExpression(owner.parent)
          ? this.#flowOfProperty(owner.parent, memberName(owner), index)
          : this.#flowOfMember(owner.parent, memberName(owner), index);
      }
      return [];
    });
  }

  #flowOfVariable(name: ts.BindingName | undefined, index: number): (Value | undefined)[] {
    const variable = name && ts.isIdentifier(name) ? this.#input.scopes.of(name) : undefined;
    if (!variable) return [];
    return this.#recall.collect(`flow ${index}`, variable, () =>
      this.#input.uses.of(variable).flatMap((use) => this.#flow(use, index)),
    );
  }

  #flowOfMember(owner: ts.Node, name: string | undefined, index: number): (Value | undefined)[] {
    if (name === undefined) return [];
    return this.#input.uses
      .ofMember(name)
      .filter(({ expression }) => expression.kind === ts.SyntaxKind.ThisKeyword)
      .filter((access) => thisOwner(access)?.node === owner)
      .flatMap((access) => this.#flow(access, index));
  }

  /** What the parameter of a function is given where the function is mentioned. */
  #flow(mention: ts.Expression, index: number): (Value | undefined)[] {
    return this.#recall.collect(`flow ${index}`, mention, () => {
      const node = outermost(mention);
      const { parent } = node;
      if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return this.#flowIntoCall(parent, node, index);
      if (ts.isPropertyAssignment(parent) && parent.initializer === node) {
        return this.#flowOfProperty(parent.parent, memberName(parent), index);
      }
      if (ts.isShorthandPropertyAssignment(parent)) return this.#flowOfProperty(parent.parent, parent.name.text, index);
      if (ts.isVariableDeclaration(parent) && parent.initializer === node) {
        const declared = this.#parameterOfType(this.#annotations.of(parent.type), index);
        return [declared, ...this.#flowOfVariable(parent.name, index)];
      }
      if (ts.isPropertyDeclaration(parent)) return this.#flowOfMember(parent.parent, memberName(parent), index);
      if (ts.isConditionalExpression(parent)) return this.#flow(parent, index);
      if (ts.isPropertyAccessExpression(parent) && parent.expression === node) return this.#flowOfBound(parent, index);
      return [];
    });
  }

  /** `f.bind(this)` is the function; `f.call(this, a)` a call of it. */
  #flowOfBound(access: ts.PropertyAccessExpression, index: number): (Value | undefined)[] {
    const call = access.parent;
    if (!ts.isCallExpression(call) || call.expression !== access) return [];
    if (access.name.text === "bind" && call.arguments.length <= 1) return this.#flow(call, index);
    const argument = access.name.text === "call" ? call.arguments[index + 1] : undefined;
    return argument ? [this.value(argument)] : [];
  }

  #flowIntoCall(call: ts.CallExpression | ts.NewExpression, node: ts.Expression, index: number): (Value | undefined)[] {
    const given: readonly ts.Expression[] = call.arguments ?? [];
    if (call.expression === node) {
      const argument = given[index];
      const isSpread = given.slice(0, index + 1).some(ts.isSpreadElement);
      return argument && !isSpread ? [this.value(argument)] : [];
    }
    const at = given.indexOf(node);
    return at < 0 ? [] : this.#flowOfArgument(call, at, undefined, index);
  }

  #flowOfProperty(object: ts.ObjectLiteralExpression, name: string | undefined, index: number): (Value | undefined)[] {
    if (name === undefined) return [];
    const node = outermost(object);
    const { parent } = node;
    if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
      const given: readonly ts.Expression[] = parent.arguments ?? [];
      const at = given.indexOf(node);
      return at < 0 ? [] : this.#flowOfArgument(parent, at, name, index);
    }
    if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return [];
    const declared = this.property(this.#annotations.of(parent.type), name);
    const variable = this.#input.scopes.of(parent.name);
    const called = this.#input.uses
      .ofMember(name)
      .filter(({ expression }) => ts.isIdentifier(expression) && this.#input.scopes.of(expression) === variable)
      .flatMap((access) => this.#flow(access, index));
    return [this.#parameterOfType(declared, index), ...called];
  }

  /** What a function is given that is an argument of a call, or a property of one. */
  #flowOfArgument(
    call: ts.CallExpression | ts.NewExpression,
    at: number,
    property: string | undefined,
    index: number,
  ): (Value | undefined)[] {
    const target = skipTransparent(call.expression);
    if (property === undefined && ts.isPropertyAccessExpression(target)) {
      const receiver = this.value(target.expression);
      const given = givenByBuiltIn(receiver, target.name.text, at, index);
      if (given) return [given];
    }
    const value = this.callee(target);
    if (value?.core.kind === "function") return this.#flowIntoFunction(value.core.node, at, property, index);
    if (value?.core.kind === "class") {
      const constructor = value.core.node.members.find(ts.isConstructorDeclaration);
      return constructor ? this.#flowIntoFunction(constructor, at, property, index) : [];
    }
    const count = call.arguments?.length ?? 0;
    const { callbacks, contract, phase } = this.#callbacks(value);
    return callbacks
      .filter((callback) => isAt(callback, at, count) && callback.property === property)
      .map((callback) => {
        const hands = callback.parameters?.[index];
        if (!hands) return hands === null ? plain : undefined;
        return contract && handedOut(hands, this.#input.catalog.resolve(hands.type, contract), phase);
      });
  }

  #callbacks(value: Value | undefined): { callbacks: readonly Callback[]; contract?: Contract; phase?: string } {
    const core = value?.core;
    if (core?.kind === "method" && core.of.core.kind === "known") {
      const { type, phase } = core.of.core;
      return { callbacks: callOf(type, core.name)?.callbacks ?? [], contract: type.contract, phase };
    }
    if (core?.kind === "known") {
      return { callbacks: callOf(core.type, "()")?.callbacks ?? [], contract: core.type.contract, phase: core.phase };
    }
    const found = this.exportOf(value);
    return found ? { callbacks: callbacksOf(found.export), contract: found.contract } : { callbacks: [] };
  }

  /** A function that another function of this file takes: what that one calls it with. */
  #flowIntoFunction(
    node: ts.SignatureDeclaration,
    at: number,
    property: string | undefined,
    index: number,
  ): (Value | undefined)[] {
    const parameter = node.parameters[at];
    if (!parameter) return [];
    return this.#recall.collect(`passed ${property ?? ""} ${index}`, parameter, () => {
      const declared =
        property === undefined ? this.#parameterOfType(this.#annotations.of(parameter.type), index) : undefined;
      const { name } = parameter;
      if (property === undefined) return [declared, ...this.#flowOfVariable(name, index)];
      if (ts.isObjectBindingPattern(name)) {
        const element = name.elements.find(
          (candidate) => nameOf(candidate.propertyName ?? candidate.name) === property,
        );
        return this.#flowOfVariable(element?.name, index);
      }
      const variable = ts.isIdentifier(name) ? this.#input.scopes.of(name) : undefined;
      return this.#input.uses
        .ofMember(property)
        .filter(({ expression }) => ts.isIdentifier(expression) && this.#input.scopes.of(expression) === variable)
        .flatMap((access) => this.#flow(access, index));
    });
  }

  #parameterOfType(value: Value | undefined, index: number): Value | undefined {
    if (value?.core.kind !== "function") return undefined;
    return this.#annotations.of(value.core.node.parameters[index]?.type);
  }

  // Variables

  /** What a variable holds; an instance counts as what its class extends. */
  ofVariable(variable: Variable): Value | undefined {
    const value = this.variable(variable);
    return value && value.core.kind !== "unknown" ? this.#asKnown(value) : undefined;
  }

  /** What a field of a class holds. */
  ofMember(node: ts.ClassLikeDeclaration, name: string): Value | undefined {
    const value = this.member(node, name);
    return value && this.#asKnown(value);
  }

  /** What a variable holds: whatever it is ever given. */
  variable(variable: Variable): Value | undefined {
    return this.#recall.once("variable", variable, () => {
      const declared = this.#declared(variable);
      if (variable.writes.length === 0) return declared;
      const written = this.#input.uses.of(variable).flatMap((use) => {
        const pattern = this.#written(use);
        return pattern === "not written" ? [] : [pattern];
      });
      return this.#preferAcquired(declared, () => written);
    });
  }

  #declared({ declaration: node, name }: Variable): Value | undefined {
    if (ts.isVariableDeclaration(node)) return this.#declaration(node);
    if (ts.isParameter(node)) return this.#parameter(node);
    if (ts.isBindingElement(node)) return this.#binding(node);
    if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)) return bare({ kind: "function", node });
    if (ts.isClassLike(node)) return bare({ kind: "class", node });
    if (ts.isImportEqualsDeclaration(node) && !ts.isExternalModuleReference(node.moduleReference)) {
      return this.#entity(node.moduleReference);
    }
    const imported = this.#input.uses.importNamed(name);
    if (imported) {
      const module = bare({ kind: "module", specifier: imported.specifier });
      return this.#contractsKnow(imported.specifier)
        ? imported.exported === "*"
          ? module
          : this.property(module, imported.exported)
        : undefined;
    }
    return ts.isEnumDeclaration(node) ? plain : undefined;
  }

  /** A module without contract is a leaf: only a checker knows what it exports. */
  #contractsKnow(specifier: string): boolean {
    return this.#input.modules.has(specifier);
  }

  #entity(name: ts.EntityName): Value | undefined {
    return ts.isIdentifier(name) ? this.#identifier(name) : this.property(this.#entity(name.left), name.right.text);
  }

  #declaration(node: ts.VariableDeclaration): Value | undefined {
    if (ts.isCatchClause(node.parent)) return undefined;
    const list = node.parent;
    if (ts.isForOfStatement(list.parent)) return this.#iterated(list.parent);
    const { initializer } = node;
    const annotated = this.#annotated(node, node.type) ?? this.#annotatedStatement(list);
    return this.#preferAcquired(annotated, () => (initializer ? [this.value(initializer)] : []));
  }

  #iterated({ expression, awaitModifier }: ts.ForOfStatement): Value | undefined {
    const element = elementOf(this.value(expression));
    return awaitModifier ? awaited(element) : element;
  }

  #binding(node: ts.BindingElement): Value | undefined {
    return this.#recall.once("binding", node, () => {
      const pattern = node.parent;
      const whole = pattern.parent;
      const source = ts.isBindingElement(whole)
        ? this.#binding(whole)
        : ts.isParameter(whole)
          ? this.#parameter(whole)
          : this.#declaration(whole);
      if (node.dotDotDotToken) return ts.isArrayBindingPattern(pattern) ? source : undefined;
      const part = ts.isArrayBindingPattern(pattern)
        ? elementOf(source, pattern.elements.indexOf(node))
        : this.property(source, nameOf(node.propertyName ?? node.name) ?? "");
      return node.initializer ? firstKnown([part, this.value(node.initializer)]) : part;
    });
  }

  /** What an assignment gives the expression that it writes. */
  #written(target: ts.Expression): Value | undefined | "not written" {
    const { parent } = target;
    if (ts.isBinaryExpression(parent) && parent.left === target) {
      const { kind } = parent.operatorToken;
      if (kind < ts.SyntaxKind.FirstAssignment || kind > ts.SyntaxKind.LastAssignment) return "not written";
      // In a pattern the right side is the default value.
      const outer = this.#written(parent);
      return outer === "not written" ? this.value(parent.right) : firstKnown([outer, this.value(parent.right)]);
    }
    if (ts.isForOfStatement(parent) && parent.initializer === target) return this.#iterated(parent);
    if (ts.isParenthesizedExpression(parent)) return this.#written(parent);
    if (ts.isArrayLiteralExpression(parent)) {
      const whole = this.#written(parent);
      return whole === "not written" ? whole : elementOf(whole, parent.elements.indexOf(target));
    }
    if (
      ts.isShorthandPropertyAssignment(parent) ||
      (ts.isPropertyAssignment(parent) && parent.initializer === target)
    ) {
      const whole = this.#written(parent.parent);
      return whole === "not written" ? whole : this.property(whole, memberName(parent) ?? "");
    }
    return "not written";
  }

  #topLevel(name: string): Value | undefined {
    const { scopes, sourceFile } = this.#input;
    const variable = scopes.variables.find((candidate) => candidate.name === name && candidate.owner === sourceFile);
    return variable && this.variable(variable);
  }

  // Annotations

  /** The annotation of a declaration, or the type in its doc comment. */
  #annotated(node: ts.Node, type: ts.TypeNode | undefined): Value | undefined {
    return type ? this.#annotations.of(type) : this.#documented(node, "type");
  }

  /** The doc comment of `const x = …` belongs to the statement. */
  #annotatedStatement(list: ts.VariableDeclarationList): Value | undefined {
    return ts.isVariableStatement(list.parent) ? this.#documented(list.parent, "type") : undefined;
  }

  /** What a doc comment says; one on a variable speaks for the function that it holds. */
  #documented(node: ts.Node, tag: "type" | "param" | "returns", name?: string): Value | undefined {
    const { text } = this.#input.sourceFile;
    for (let at: ts.Node | undefined = node; at; at = documentedParent(at)) {
      const comment = docComment(at, text);
      const type = comment === "" ? undefined : docType(comment, tag, name);
      if (type !== undefined) return this.#annotations.ofText(type);
    }
    return undefined;
  }

  /**
   * An annotation stands, except where it says less than how the value was acquired: a plain value or nothing, or a type
   * that handles share with others.
   */
  #preferAcquired(annotated: Value | undefined, acquire: () => readonly (Value | undefined)[]): Value | undefined {
    if (annotated && isShape(annotated)) {
      return acquire().find((value) => value?.core.kind === "known") ?? annotated;
    }
    const says = annotated?.core.kind ?? "unknown";
    if (annotated && says !== "known" && says !== "plain" && says !== "unknown") return annotated;
    if (annotated?.core.kind === "known" && annotated.core.type.kind !== "source") return annotated;
    const acquired = acquire();
    if (annotated?.core.kind !== "known") return firstKnown(annotated ? [annotated, ...acquired] : acquired);
    const { type } = annotated.core;
    return acquired.find((value) => value?.core.kind === "known" && sharesTypeWith(value.core.type, type)) ?? annotated;
  }
}

/** An interface or type literal of the file itself: it says what a value can do, and not what it is. */
function isShape({ core, around }: Value): boolean {
  return around.length === 0 && core.kind === "instance" && !ts.isClassLike(core.node);
}

/** What methods of promises and arrays give their callbacks. */
function givenByBuiltIn(receiver: Value | undefined, method: string, at: number, index: number): Value | undefined {
  if (!receiver || at !== 0) return undefined;
  if (receiver.around[0] === "promise") return method === "then" && index === 0 ? awaited(receiver) : undefined;
  if (receiver.core.kind === "dictionary") return method === "forEach" && index === 0 ? receiver.core.value : undefined;
  if (receiver.around[0] !== "array" && receiver.core.kind !== "tuple") return undefined;
  if (method === "reduce") return index === 1 ? elementOf(receiver) : undefined;
  return index === 0 && overElements.has(method) ? elementOf(receiver) : undefined;
}

/** Whether an argument is written as an object with this property. */
function givesProperty(given: readonly ts.Expression[], property: string | undefined): boolean {
  return (
    property !== undefined &&
    given.some(
      (argument) =>
        ts.isObjectLiteralExpression(argument) &&
        argument.properties.some(({ name }) => name && ts.isIdentifier(name) && name.text === property),
    )
  );
}
