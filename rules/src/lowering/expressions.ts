/** Expressions: what is read, written, called and awaited, in the order in which it happens. */

import ts from "typescript";
import type { BlockId, CallEvent, Given, Property, Register, Step, Test } from "../flow/graph.js";
import { own } from "../flow/records.js";
import type { ValueType } from "../types/oracle.js";
import { constantText } from "../types/syntax.js";
import type { BodyBuilder } from "./body-builder.js";
import type { FileLowering } from "./lower.js";
import { comesFromProject } from "./imports.js";
import { memberName, spanOf } from "./syntax.js";
import { isWayOut } from "./way-out.js";
import { testOf, unwrap } from "./conditions.js";

/** Built-in functions by the text of their callee, when no local name hides them. */
const builtins = new Set([
  "Promise",
  "Promise.all",
  "Promise.allSettled",
  "Promise.race",
  "Promise.any",
  "Promise.resolve",
  "Promise.reject",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "process.nextTick",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "process.on",
  "process.once",
  "Array.from",
  "Array.fromAsync",
  "Object.values",
]);

const logical: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

export class ExpressionLowering {
  constructor(
    private readonly file: FileLowering,
    private readonly builder: BodyBuilder,
  ) {}

  /** The value of an expression, after everything that it does has been emitted. */
  lower(expression: ts.Expression): Register {
    const node = unwrap(expression);
    if (ts.isIdentifier(node)) return this.identifier(node);
    if (ts.isCallExpression(node)) return this.call(node);
    if (ts.isNewExpression(node)) return this.construction(node);
    if (ts.isAwaitExpression(node)) return this.awaited(node);
    if (ts.isPropertyAccessExpression(node)) return this.property(node);
    if (ts.isElementAccessExpression(node)) return this.element(node);
    if (ts.isBinaryExpression(node)) return this.binary(node);
    if (ts.isConditionalExpression(node)) return this.conditional(node);
    if (ts.isObjectLiteralExpression(node)) return this.object(node);
    if (ts.isArrayLiteralExpression(node)) return this.array(node);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return this.function(node);
    if (ts.isTaggedTemplateExpression(node)) return this.tagged(node);
    if (ts.isYieldExpression(node)) return this.yielded(node);
    return this.simple(node);
  }

  /** Goes to one block or the other, as the condition says. */
  condition(expression: ts.Expression, then: BlockId, otherwise: BlockId): void {
    const node = unwrap(expression);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      this.condition(node.operand, otherwise, then);
    } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) {
      const right = this.builder.block();
      this.condition(node.left, right, otherwise);
      this.builder.enter(right);
      this.condition(node.right, then, otherwise);
    } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.BarBarToken) {
      const right = this.builder.block();
      this.condition(node.left, then, right);
      this.builder.enter(right);
      this.condition(node.right, then, otherwise);
    } else {
      const { value, test } = this.tested(node);
      this.builder.branch(value, test, then, otherwise);
    }
  }

  /** Binds a parameter to what the caller gave. */
  parameter(parameter: ts.ParameterDeclaration, index: number): void {
    const given = this.into((into) => {
      this.builder.emit({ kind: "read", into, variable: -1 - index });
    });
    this.bind(parameter.name, given);
    if (ts.isParameterPropertyDeclaration(parameter, parameter.parent) && ts.isIdentifier(parameter.name)) {
      this.setField(parameter.name.text, given, parameter);
    }
  }

  /** Runs the initialiser of a field. */
  field(member: ts.PropertyDeclaration): void {
    const name = memberName(member.name);
    if (member.initializer && name !== undefined) this.setField(name, this.lower(member.initializer), member);
  }

  /** Gives the names of a pattern their parts of a value. */
  bind(name: ts.BindingName, value: Register): void {
    if (ts.isIdentifier(name)) {
      const variable = this.file.scopes.of(name);
      if (!variable) return;
      this.builder.emit({
        kind: "write",
        variable: variable.id,
        value,
        span: spanOf(name, this.file.sourceFile),
      });
      return;
    }
    name.elements.forEach((element, index) => {
      if (ts.isOmittedExpression(element)) return;
      const part = ts.isArrayBindingPattern(name)
        ? this.elementOf(value, index)
        : this.get(value, memberName(element.propertyName) ?? textOf(element.name), element);
      this.bind(element.name, element.dotDotDotToken ? this.unknown([]) : part);
    });
  }

  /** The value awaited. */
  await(value: Register, node: ts.Node): Register {
    return this.into((into) => {
      this.builder.emit({ kind: "await", into, value, span: spanOf(node, this.file.sourceFile) });
    });
  }

  elementOf(of: Register, index?: number): Register {
    return this.into((into) => {
      this.builder.emit({ kind: "element", into, of, ...(index !== undefined && { index }) });
    });
  }

  unknown(uses: Register[]): Register {
    return this.into((into) => {
      this.builder.emit({ kind: "unknown", into, uses });
    });
  }

  /** A call that the syntax does not spell out: a `for await` loop over a handle. */
  implicitCall(receiver: ts.Expression, value: Register, method: string, at: ts.Node): Register {
    return this.emitCall(at, at, {
      receiver: value,
      method,
      receiverNode: receiver,
      arguments: [],
      spread: false,
      texts: [],
      construct: false,
    });
  }

  /** Assigns to a name, a field, or the parts of a pattern. */
  assign(target: ts.Expression, value: Register, at: ts.Node, step?: Step): void {
    const node = unwrap(target);
    if (ts.isIdentifier(node)) {
      const variable = this.file.scopes.of(node);
      if (variable) {
        const span = spanOf(node, this.file.sourceFile);
        this.builder.emit({ kind: "write", variable: variable.id, value, span, ...(step && { step }) });
      } else {
        this.builder.emit({ kind: "escape", value });
      }
    } else if (ts.isPropertyAccessExpression(node)) {
      const object = this.lower(node.expression);
      const objectType = this.file.types.of(node.expression);
      this.builder.emit({
        kind: "set",
        object,
        name: node.name.text,
        value,
        span: spanOf(node.name, this.file.sourceFile),
        ...(objectType && { objectType }),
        objectText: this.file.text(node.expression),
        statement: spanOf(statementOf(at), this.file.sourceFile),
        ...(step && { step }),
      });
    } else if (ts.isElementAccessExpression(node)) {
      this.lower(node.expression);
      this.lower(node.argumentExpression);
      this.builder.emit({ kind: "escape", value });
    } else if (ts.isArrayLiteralExpression(node)) {
      node.elements.forEach((element, index) => {
        if (!ts.isOmittedExpression(element)) this.assign(withoutDefault(element), this.elementOf(value, index), at);
      });
    } else if (ts.isObjectLiteralExpression(node)) {
      for (const property of node.properties) {
        if (ts.isShorthandPropertyAssignment(property)) {
          this.assign(property.name, this.get(value, property.name.text, property), at);
        } else if (ts.isPropertyAssignment(property)) {
          const name = memberName(property.name);
          const part = name === undefined ? this.unknown([]) : this.get(value, name, property);
          this.assign(withoutDefault(property.initializer), part, at);
        }
      }
    }
  }

  private into(emit: (into: Register) => void): Register {
    const into = this.builder.register();
    emit(into);
    return into;
  }

  private constant(value: boolean | number | string | null | undefined): Register {
    return this.into((into) => {
      this.builder.emit({ kind: "constant", into, value });
    });
  }

  private copy(from: Register, into: Register): void {
    this.builder.emit({ kind: "copy", into, from });
  }

  private identifier(node: ts.Identifier): Register {
    const variable = this.file.scopes.of(node);
    if (!variable) return node.text === "undefined" ? this.constant(undefined) : this.unknown([]);
    return this.into((into) => {
      this.builder.emit({ kind: "read", into, variable: variable.id });
    });
  }

  private simple(node: ts.Expression): Register {
    if (node.kind === ts.SyntaxKind.ThisKeyword) {
      return this.into((into) => {
        this.builder.emit({ kind: "this", into });
      });
    }
    if (node.kind === ts.SyntaxKind.TrueKeyword) return this.constant(true);
    if (node.kind === ts.SyntaxKind.FalseKeyword) return this.constant(false);
    if (node.kind === ts.SyntaxKind.NullKeyword) return this.constant(null);
    if (ts.isNumericLiteral(node)) return this.constant(Number(node.text));
    if (ts.isStringLiteralLike(node)) return this.constant(node.text);
    if (ts.isVoidExpression(node)) {
      this.lower(node.expression);
      return this.constant(undefined);
    }
    if (isCount(node)) {
      const result = this.unknown([this.lower(node.operand)]);
      this.assign(node.operand, result, node, node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1);
      return result;
    }
    if (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand)) {
      const number = Number(node.operand.text);
      return this.constant(node.operator === ts.SyntaxKind.MinusToken ? -number : number);
    }
    if (ts.isClassExpression(node)) return this.unknown([]);
    const parts: Register[] = [];
    ts.forEachChild(node, (child) => {
      this.lowerParts(child, parts);
    });
    const escapes = ts.isJsxElement(node) || ts.isJsxSelfClosingElement(node) || ts.isJsxFragment(node);
    if (escapes) for (const value of parts) this.builder.emit({ kind: "escape", value });
    return this.unknown([]);
  }

  /** Everything inside a node that is an expression: operands, parts of templates and of JSX. */
  private lowerParts(node: ts.Node, parts: Register[]): void {
    if (ts.isExpression(node) && !ts.isTypeNode(node)) {
      parts.push(this.lower(node));
      return;
    }
    if (ts.isTypeNode(node) || ts.isStatement(node)) return;
    ts.forEachChild(node, (child) => {
      this.lowerParts(child, parts);
    });
  }

  private awaited(node: ts.AwaitExpression): Register {
    return this.await(this.lower(node.expression), node);
  }

  private property(node: ts.PropertyAccessExpression): Register {
    const object = this.lower(node.expression);
    return this.get(object, node.name.text, node, node.expression);
  }

  private get(object: Register, name: string, at: ts.Node, objectNode?: ts.Expression): Register {
    const objectType = objectNode && this.file.types.of(objectNode);
    const type = ts.isPropertyAccessExpression(at) ? this.file.types.of(at) : undefined;
    return this.into((into) => {
      this.builder.emit({
        kind: "get",
        into,
        object,
        name,
        span: spanOf(at, this.file.sourceFile),
        ...(objectType && { objectType }),
        ...(type && { type }),
      });
    });
  }

  private element(node: ts.ElementAccessExpression): Register {
    const object = this.lower(node.expression);
    const key = unwrap(node.argumentExpression);
    if (ts.isStringLiteralLike(key)) return this.get(object, key.text, node);
    this.lower(key);
    return this.elementOf(object, ts.isNumericLiteral(key) ? Number(key.text) : undefined);
  }

  private binary(node: ts.BinaryExpression): Register {
    const { operatorToken, left, right } = node;
    const kind = operatorToken.kind;
    if (kind === ts.SyntaxKind.EqualsToken) {
      const value = this.lower(right);
      this.assign(left, value, node);
      return value;
    }
    if (kind === ts.SyntaxKind.CommaToken) {
      this.lower(left);
      return this.lower(right);
    }
    if (logical.has(kind)) return this.choose(node.left, kind, () => this.lower(right));
    if (
      kind === ts.SyntaxKind.BarBarEqualsToken ||
      kind === ts.SyntaxKind.QuestionQuestionEqualsToken ||
      kind === ts.SyntaxKind.AmpersandAmpersandEqualsToken
    ) {
      const operator =
        kind === ts.SyntaxKind.AmpersandAmpersandEqualsToken
          ? ts.SyntaxKind.AmpersandAmpersandToken
          : ts.SyntaxKind.BarBarToken;
      return this.choose(left, operator, () => {
        const value = this.lower(right);
        this.assign(left, value, node);
        return value;
      });
    }
    const first = this.lower(left);
    const second = this.lower(right);
    const result = this.unknown([first, second]);
    if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) {
      this.assign(left, result, node, stepOf(kind));
    }
    return result;
  }

  /** The left value, or what the right side gives. */
  private choose(left: ts.Expression, operator: ts.SyntaxKind, right: () => Register): Register {
    const result = this.builder.register();
    const { value, test } = this.tested(unwrap(left));
    this.copy(value, result);
    const evaluate = this.builder.block();
    const done = this.builder.block();
    if (operator === ts.SyntaxKind.AmpersandAmpersandToken) this.builder.branch(value, test, evaluate, done);
    else this.builder.branch(value, test, done, evaluate);
    this.builder.enter(evaluate);
    this.copy(right(), result);
    this.builder.jump(done);
    this.builder.enter(done);
    return result;
  }

  private conditional(node: ts.ConditionalExpression): Register {
    const result = this.builder.register();
    const then = this.builder.block();
    const otherwise = this.builder.block();
    const done = this.builder.block();
    this.condition(node.condition, then, otherwise);
    for (const [block, branch] of [
      [then, node.whenTrue],
      [otherwise, node.whenFalse],
    ] as const) {
      this.builder.enter(block);
      this.copy(this.lower(branch), result);
      this.builder.jump(done);
    }
    this.builder.enter(done);
    return result;
  }

  /** Lowers a condition, and says what it asks of which value. */
  private tested(node: ts.Expression): { value: Register; test?: Test } {
    const asked = testOf(node, this.file.scopes);
    if (!asked) return { value: this.lower(node) };
    const { placeNode, ...test } = asked;
    if (placeNode === node) {
      const value = this.lower(node);
      return { value, test: { ...test, place: value } };
    }
    if (!ts.isBinaryExpression(node)) return { value: this.lower(node), test };
    const left = this.lower(node.left);
    const right = this.lower(node.right);
    const place = unwrap(node.left) === placeNode ? left : unwrap(node.right) === placeNode ? right : undefined;
    return { value: this.unknown([left, right]), test: { ...test, ...(place !== undefined && { place }) } };
  }

  private object(node: ts.ObjectLiteralExpression): Register {
    const properties: Property[] = [];
    const spreads: Register[] = [];
    for (const property of node.properties) {
      if (ts.isSpreadAssignment(property)) spreads.push(this.lower(property.expression));
      else if (ts.isShorthandPropertyAssignment(property)) {
        properties.push(this.named(property.name.text, this.identifier(property.name), property.name));
      } else if (ts.isPropertyAssignment(property)) {
        if (ts.isComputedPropertyName(property.name)) this.lower(property.name.expression);
        const value = this.lower(property.initializer);
        const name = memberName(property.name);
        if (name === undefined) spreads.push(value);
        else properties.push(this.named(name, value, property.initializer));
      } else {
        const name = memberName(property.name);
        const body = this.file.bodyOf(property);
        if (name !== undefined && body !== undefined && ts.isMethodDeclaration(property)) {
          const value = this.into((into) => {
            this.builder.emit({ kind: "function", into, body });
          });
          properties.push({ name, value });
        }
      }
    }
    return this.into((into) => {
      this.builder.emit({ kind: "object", into, properties, spreads, span: spanOf(node, this.file.sourceFile) });
    });
  }

  private named(name: string, value: Register, node: ts.Expression): Property {
    const variable = ts.isIdentifier(node) ? this.file.scopes.of(node) : undefined;
    const { types } = this.file;
    const type = this.file.names.has(name) ? (types.of(node) ?? (variable && types.ofVariable(variable))) : undefined;
    return { name, value, ...(type && { type }) };
  }

  private array(node: ts.ArrayLiteralExpression): Register {
    const elements: Register[] = [];
    const spreads: Register[] = [];
    for (const element of node.elements) {
      if (ts.isSpreadElement(element)) spreads.push(this.lower(element.expression));
      else if (!ts.isOmittedExpression(element)) elements.push(this.lower(element));
    }
    return this.into((into) => {
      this.builder.emit({ kind: "array", into, elements, spreads, span: spanOf(node, this.file.sourceFile) });
    });
  }

  private function(node: ts.ArrowFunction | ts.FunctionExpression): Register {
    const body = this.file.bodyOf(node);
    if (body === undefined) return this.unknown([]);
    return this.into((into) => {
      this.builder.emit({ kind: "function", into, body });
    });
  }

  private tagged(node: ts.TaggedTemplateExpression): Register {
    const callee = this.lower(node.tag);
    const values = ts.isTemplateExpression(node.template)
      ? node.template.templateSpans.map(({ expression }) => this.lower(expression))
      : [];
    return this.emitCall(node, node.tag, {
      callee,
      calleeNode: node.tag,
      arguments: values,
      spread: false,
      texts: [],
      construct: false,
    });
  }

  private yielded(node: ts.YieldExpression): Register {
    if (node.expression) this.builder.emit({ kind: "escape", value: this.lower(node.expression) });
    this.builder.emit({ kind: "suspend", span: spanOf(node, this.file.sourceFile) });
    return this.unknown([]);
  }

  private call(node: ts.CallExpression): Register {
    const callee = unwrap(node.expression);
    if (callee.kind === ts.SyntaxKind.ImportKeyword || callee.kind === ts.SyntaxKind.SuperKeyword) {
      for (const argument of node.arguments) this.lower(argument);
      return this.unknown([]);
    }
    if (ts.isPropertyAccessExpression(callee) && !this.builtin(callee)) {
      const receiver = this.lower(callee.expression);
      return this.emitCall(node, callee.name, {
        receiver,
        method: callee.name.text,
        receiverNode: callee.expression,
        calleeNode: callee,
        construct: false,
        ...this.arguments(node.arguments),
      });
    }
    const value = this.lower(callee);
    return this.emitCall(node, callee, {
      callee: value,
      calleeNode: callee,
      construct: false,
      ...this.arguments(node.arguments),
    });
  }

  private construction(node: ts.NewExpression): Register {
    const callee = this.lower(node.expression);
    return this.emitCall(node, node.expression, {
      callee,
      calleeNode: node.expression,
      construct: true,
      ...this.arguments(node.arguments ?? []),
    });
  }

  private arguments(nodes: readonly ts.Expression[]): Pick<CallEvent, "arguments" | "spread" | "texts"> {
    const spread = nodes.some(ts.isSpreadElement);
    return {
      arguments: nodes.map((node) => this.lower(ts.isSpreadElement(node) ? node.expression : node)),
      spread,
      texts: nodes.map(constantText),
    };
  }

  private emitCall(
    node: ts.Node,
    nameNode: ts.Node,
    facts: Pick<CallEvent, "arguments" | "spread" | "texts" | "construct"> & {
      receiver?: Register;
      method?: string;
      receiverNode?: ts.Expression;
      callee?: Register;
      calleeNode?: ts.Expression;
    },
  ): Register {
    const { receiverNode, calleeNode, ...rest } = facts;
    const { types, sourceFile } = this.file;
    const receiverType = receiverNode && types.of(receiverNode);
    const calleeType = calleeNode && facts.callee !== undefined ? types.of(calleeNode) : undefined;
    const library = calleeNode && types.exportOf(calleeNode);
    const builtin = calleeNode && this.builtin(calleeNode);
    if ((receiverType ?? calleeType ?? library) !== undefined) this.file.graph.concerned = true;
    const chainedPlace = receiverNode && facts.method !== undefined ? this.chainedPlace(node, facts.method) : undefined;
    const resultType = ts.isExpression(node) && (receiverType ?? library) === undefined ? types.of(node) : undefined;
    const returned = receiverType === undefined && library === undefined && ts.isExpression(node) && isReturned(node);
    const passes =
      receiverType === undefined && library === undefined && ts.isCallExpression(node) && this.passesHandle(node);
    const isUnknown = receiverType === undefined && library === undefined && ts.isExpression(node);
    const isOwn = isUnknown && calleeNode !== undefined && comesFromProject(calleeNode, this.file.scopes);
    // A call whose promise is not awaited at once matters only if it is given a handle.
    const isLeft =
      isUnknown && !returned && (isLeftAlone(node) || (isOwn && !isAwaited(node))) && this.takesHandle(node);
    const thenable = (returned || passes || isLeft) && ts.isExpression(node) ? types.thenable(node) : undefined;
    const ends = isUnknown && !builtin && this.isEnd(node);
    const givesCallback =
      receiverType && ts.isCallExpression(node) ? this.givesCallback(node, receiverType, facts.method) : undefined;
    const given = (returned || isLeft) && isCallOrNew(node) ? this.given(node.arguments ?? []) : [];
    return this.into((into) => {
      this.builder.emit({
        kind: "call",
        into,
        span: spanOf(node, sourceFile),
        nameSpan: spanOf(nameNode, sourceFile),
        receiverText: receiverNode ? this.file.text(receiverNode) : calleeNode ? this.file.text(calleeNode) : "",
        statement: spanOf(statementOf(node), sourceFile),
        ignored: isIgnored(node),
        ...rest,
        ...(receiverType && { receiverType }),
        ...(calleeType && { calleeType }),
        ...(library && { library }),
        ...(resultType && { resultType }),
        ...(builtin && { builtin }),
        ...(chainedPlace && { chainedPlace }),
        ...(thenable !== undefined && { thenable }),
        ...(receiverType && isWayOut(node) && { wayOut: true }),
        ...(ends && { ends }),
        ...(givesCallback !== undefined && { givesCallback }),
        ...(given.some((argument) => argument !== undefined) && { given }),
        ...(isOwn && isLeft && { own: true }),
      });
    });
  }

  private given(nodes: readonly ts.Expression[]): (Given | undefined)[] {
    return nodes.map((node) => {
      const type = this.file.types.of(node);
      return type && { type, text: this.file.text(node) };
    });
  }

  private takesHandle(node: ts.Expression): boolean {
    if (!ts.isCallExpression(node)) return false;
    return node.arguments.some((argument) => this.file.types.of(argument)?.type.kind === "handle");
  }

  /** Whether the last argument of an operation that tells its end to a function is one. */
  private givesCallback(node: ts.CallExpression, { type }: ValueType, method = ""): boolean | undefined {
    const operation = type.kind === "handle" ? own(type.handle.operations, method) : undefined;
    const last = node.arguments.at(-1);
    const isTold = operation?.settledBy === "callback" || operation?.settledBy === "either";
    return isTold && last && !ts.isSpreadElement(last) ? this.file.types.callable(last) : undefined;
  }

  /** The last call of a branch from which control does not come back: by its type, or by its name where that is all. */
  private isEnd(node: ts.Expression): boolean {
    if (!ts.isCallExpression(node)) return false;
    if (isExit(node.expression)) return true;
    if (!endOfBranch(node)) return false;
    return this.file.types.endless(node) ?? isNameOfEnd(node.expression);
  }

  /** Whether an argument has a property by whose name handles are passed along. */
  private passesHandle(node: ts.CallExpression): boolean {
    return node.arguments.some(
      (argument) =>
        ts.isObjectLiteralExpression(argument) &&
        argument.properties.some(({ name }) => this.file.names.has(memberName(name) ?? "")),
    );
  }

  private builtin(callee: ts.Expression): string | undefined {
    const text = ts.isIdentifier(callee) || ts.isPropertyAccessExpression(callee) ? this.file.text(callee) : "";
    const plain = text.replace(/^globalThis\./, "");
    if (!builtins.has(plain)) return undefined;
    const root = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
    return ts.isIdentifier(root) && this.file.scopes.of(root) ? undefined : plain;
  }

  /** For `P.then(…)` whose result becomes the next value of `P`, directly or not: the text of `P`. */
  private chainedPlace(node: ts.Node, method: string): string | undefined {
    if (method !== "then" && method !== "catch" && method !== "finally") return undefined;
    let root: ts.Expression = node as ts.Expression;
    while (ts.isCallExpression(root) && ts.isPropertyAccessExpression(root.expression)) {
      root = unwrap(root.expression.expression);
    }
    // `(this.tails.get(key) ?? Promise.resolve()).then(…)` keeps one chain a key.
    const isPlace = ts.isIdentifier(root) || ts.isPropertyAccessExpression(root);
    if (!isPlace) return undefined;
    const text = this.file.text(root);
    return assigns(functionOf(node), text, this.file) ? text : undefined;
  }

  private setField(name: string, value: Register, at: ts.Node): void {
    const object = this.into((into) => {
      this.builder.emit({ kind: "this", into });
    });
    const span = spanOf(at, this.file.sourceFile);
    this.builder.emit({ kind: "set", object, name, value, span, objectText: "this", statement: span });
  }
}

/** Whether a function assigns to the place with this text. */
function assigns(scope: ts.Node, text: string, file: FileLowering): boolean {
  let found = false;
  const visit = (node: ts.Node): void => {
    if (found) return;
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      file.text(node.left) === text
    ) {
      found = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(scope);
  return found;
}

/** Nobody takes what the call gives, or it is one of several that somebody may take together. */
function isCallOrNew(node: ts.Node): node is ts.CallExpression | ts.NewExpression {
  return ts.isCallExpression(node) || ts.isNewExpression(node);
}

function isAwaited(node: ts.Node): boolean {
  let outer = node.parent;
  while (ts.isParenthesizedExpression(outer) || ts.isAsExpression(outer)) outer = outer.parent;
  return ts.isAwaitExpression(outer);
}

function isLeftAlone(node: ts.Node): boolean {
  return isIgnored(node) || ts.isArrayLiteralExpression(node.parent);
}

/** The statement that a call is, awaited or not, where that is the last of a branch. */
function endOfBranch(node: ts.Node): ts.Statement | undefined {
  let outer = node.parent;
  while (ts.isAwaitExpression(outer) || ts.isParenthesizedExpression(outer)) outer = outer.parent;
  if (!ts.isExpressionStatement(outer)) return undefined;
  const { parent } = outer;
  if (ts.isIfStatement(parent)) return outer;
  const statements = ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent) ? parent.statements : [];
  const isBranch = ts.isCaseOrDefaultClause(parent) || (ts.isBlock(parent) && !ts.isFunctionLike(parent.parent));
  return isBranch && statements.at(-1) === outer ? outer : undefined;
}

/** Names that people give to what throws or ends the program. */
const endingNames =
  /^(skip|fail|exit|bail|die|abort|panic|unreachable|throw\w*|raise\w*|assertNever|notFound|redirect|forbidden|unauthorized)$/;

function isNameOfEnd(callee: ts.Expression): boolean {
  return ts.isIdentifier(callee) && endingNames.test(callee.text);
}

/** `process.exit`. */
function isExit(callee: ts.Expression): boolean {
  if (!ts.isPropertyAccessExpression(callee) || !ts.isIdentifier(callee.expression)) return false;
  return callee.expression.text === "process" && (callee.name.text === "exit" || callee.name.text === "abort");
}

/** `count++` in any of its forms. */
function isCount(node: ts.Expression): node is ts.PrefixUnaryExpression | ts.PostfixUnaryExpression {
  if (!ts.isPrefixUnaryExpression(node) && !ts.isPostfixUnaryExpression(node)) return false;
  return node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
}

function stepOf(kind: ts.SyntaxKind): Step | undefined {
  if (kind === ts.SyntaxKind.PlusEqualsToken) return 1;
  return kind === ts.SyntaxKind.MinusEqualsToken ? -1 : undefined;
}

function functionOf(node: ts.Node): ts.Node {
  let outer = node;
  while (!ts.isSourceFile(outer)) {
    outer = outer.parent;
    if (ts.isFunctionLike(outer)) return outer;
  }
  return outer;
}

/** The statement that a node stands in. */
export function statementOf(node: ts.Node): ts.Node {
  let outer = node;
  while (!ts.isStatement(outer) && !ts.isSourceFile(outer)) outer = outer.parent;
  return outer;
}

function isIgnored(node: ts.Node): boolean {
  let outer = node.parent;
  while (ts.isParenthesizedExpression(outer)) outer = outer.parent;
  return ts.isExpressionStatement(outer) || ts.isVoidExpression(outer);
}

/** Returned out of a block that has something to do at its end, or as the whole of an arrow. */
function isReturned(node: ts.Node): boolean {
  let outer = node.parent;
  while (ts.isParenthesizedExpression(outer) || ts.isAsExpression(outer)) outer = outer.parent;
  if (!ts.isReturnStatement(outer)) return false;
  for (let around: ts.Node = outer; !ts.isFunctionLike(around) && !ts.isSourceFile(around); around = around.parent) {
    if (ts.isTryStatement(around) && around.finallyBlock) return true;
    if (ts.isBlock(around) && around.statements.some(isUsingStatement)) return true;
  }
  return false;
}

function isUsingStatement(statement: ts.Statement): boolean {
  return ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Using) !== 0;
}

function withoutDefault(node: ts.Expression): ts.Expression {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? node.left : node;
}

function textOf(name: ts.BindingName): string {
  return ts.isIdentifier(name) ? name.text : "";
}
