/** What stands at a place of a file, as far as contracts speak of it: handles and what is done with them. */

import { type EarlyOption, type KnownType, referenceTo } from "@holdfast/contracts";
import ts from "typescript";
import { isCandidate } from "../candidates.js";
import type { Place } from "../finding.js";
import { placeOf } from "../place.js";
import { callOf } from "./contract-calls.js";
import { type FileInput, openFile } from "./file.js";
import type { Types, ValueType } from "./oracle.js";
import { constantText, isTransparent, memberName, thisOwner } from "./syntax.js";

/** A handle, a source of handles or a guard of access at some place; or what is done with one. */
export interface Inspection {
  /** The name, or the keyword `new`. */
  place: Place;
  /** Its contract, as `package#Handle`. */
  contract: string;
  type: KnownType;
  /** The call or the setting on it, if the place is the name of one. */
  member?: Member;
}

/** What a name behind a handle stands for. Of a method that sets one of many options, the option counts. */
export interface Member {
  name: string;
  kind: "operation" | "release" | "option" | "method";
}

/** What was found, and where. */
interface Found {
  at: ts.Node;
  type: KnownType;
  member?: Member | undefined;
}

/** What stands at an offset of a file; undefined where no contract has anything to say. It never throws. */
export function inspect(input: FileInput, offset: number): Inspection | undefined {
  try {
    if (!input.program && !isCandidate(input.text, input.catalog, false)) return undefined;
    return inspectionAt(input, offset);
  } catch {
    return undefined;
  }
}

function inspectionAt(input: FileInput, offset: number): Inspection | undefined {
  const { sourceFile, typesOf } = openFile(input);
  const node = innermostAt(sourceFile, offset, sourceFile);
  const wanted = askedFor(node);
  const found = wanted.length > 0 ? findAt(node, offset, typesOf(wanted), input) : undefined;
  if (!found) return undefined;
  const { at, type, member } = found;
  const start = at.getStart(sourceFile);
  const end = ts.isNewExpression(at) ? start + newKeyword.length : at.end;
  return {
    place: placeOf(input.fileName, sourceFile, { start, end }),
    contract: referenceTo(type),
    type,
    ...(member && { member }),
  };
}

const newKeyword = "new";

/** The innermost node that the offset is in, or else that ends there. */
function innermostAt(node: ts.Node, offset: number, sourceFile: ts.SourceFile): ts.Node {
  let ending: ts.Node | undefined;
  const inside = ts.forEachChild(node, (child) => {
    const start = child.getStart(sourceFile);
    if (child.end === offset && start < offset) ending = child;
    return start <= offset && offset < child.end ? child : undefined;
  });
  const next = inside ?? ending;
  return next ? innermostAt(next, offset, sourceFile) : node;
}

/** The expressions whose types tell what stands at a node. */
function askedFor(node: ts.Node): ts.Expression[] {
  if (ts.isNewExpression(node)) return [node];
  if (!ts.isIdentifier(node) && !ts.isPrivateIdentifier(node)) return [];
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return [parent.expression, parent];
  if (ts.isNewExpression(parent) && parent.expression === node) return [parent];
  if (isField(parent) && parent.name === node)
    return [...(parent.initializer ? [parent.initializer] : []), ...usesOf(parent)];
  if (ts.isPropertyAssignment(parent) && parent.name === node) return [parent.initializer];
  return ts.isIdentifier(node) ? [node] : [];
}

type Field = ts.PropertyDeclaration & { parent: ts.ClassLikeDeclaration };

function isField(node: ts.Node): node is Field {
  return ts.isPropertyDeclaration(node) && ts.isClassLike(node.parent);
}

/** The first mention of a field inside its class: a type checker tells there what a trace cannot. */
function usesOf({ name, parent }: Field): ts.Expression[] {
  const text = memberName({ name });
  const find = (node: ts.Node): ts.Expression | undefined => {
    const isUse =
      ts.isPropertyAccessExpression(node) &&
      node.expression.kind === ts.SyntaxKind.ThisKeyword &&
      node.name.text === text &&
      thisOwner(node)?.node === parent;
    return isUse ? node : ts.forEachChild(node, find);
  };
  const use = ts.forEachChild(parent, find);
  return use ? [use] : [];
}

function findAt(node: ts.Node, offset: number, types: Types, input: FileInput): Found | undefined {
  const asked = askedFor(node);
  if (ts.isNewExpression(node)) {
    const isKeyword = offset <= node.getStart() + newKeyword.length;
    return isKeyword ? handleAmong(node, asked, types) : undefined;
  }
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return atAccess(parent, types, input);
  if (isField(parent) && parent.name === node) {
    const type = plain(types.ofField(parent.parent, memberName(parent) ?? ""));
    return type ? { at: node, type } : handleAmong(node, asked, types);
  }
  return handleAmong(node, asked, types) ?? exportAt(node, types, input);
}

/** The first of the expressions that is a handle; called itself, if its contract knows such calls. */
function handleAmong(at: ts.Node, expressions: readonly ts.Expression[], types: Types): Found | undefined {
  for (const expression of expressions) {
    const type = plain(types.of(expression));
    const isCall = type !== undefined && isCalled(expression) && callOf(type, "()") !== undefined;
    if (type) return { at, type, ...(isCall && { member: { name: "()", kind: "operation" } }) };
  }
  return undefined;
}

/** `client.query`: what the contract of the receiver says of the name, or else what the property holds. */
function atAccess(access: ts.PropertyAccessExpression, types: Types, input: FileInput): Found | undefined {
  const { expression, name: at } = access;
  const receiver = plain(types.of(expression));
  const member = receiver && memberOf(receiver, access);
  if (member) return { at, type: receiver, member };
  return handleAmong(at, [access], types) ?? exportAt(at, types, input);
}

/** A class of a library, or a function that hands something out: what that is. */
function exportAt(at: ts.Node, types: Types, { catalog }: FileInput): Found | undefined {
  const { parent } = at;
  const isName = ts.isPropertyAccessExpression(parent) && parent.name === at;
  if (!isName && !ts.isIdentifier(at)) return undefined;
  const found = types.exportOf(isName ? parent : (at as ts.Identifier));
  if (!found) return undefined;
  const { export: exported, contract } = found;
  const name =
    exported.kind === "class" ? exported.type : exported.kind === "function" ? exported.returns?.type : undefined;
  const type = name === undefined ? undefined : catalog.resolve(name, contract);
  return type && { at, type };
}

/** The type of a value that is one itself: a promise of a handle, or an array of them, is none. */
function plain(value: ValueType | undefined): KnownType | undefined {
  return value && !value.promised && !value.array ? value.type : undefined;
}

/** What a contract says of a name behind a value of its type. */
function memberOf(type: KnownType, access: ts.PropertyAccessExpression): Member | undefined {
  const { text: name } = access.name;
  const is = (records: object | undefined): boolean => records !== undefined && Object.hasOwn(records, name);
  if (type.kind === "guard") {
    const { runs, enters = [], leaves = [] } = type.guard;
    return is(runs) || [...enters, ...leaves].includes(name) ? { name, kind: "method" } : undefined;
  }
  const model = type.kind === "handle" ? type.handle : type.source;
  if (is(model.releases)) return { name, kind: "release" };
  if (is(model.operations)) return { name, kind: "operation" };
  if (is(model.methods)) return { name, kind: "method" };
  if (type.kind === "source") return undefined;
  const option = type.handle.options?.find((candidate) => sets(candidate, access));
  if (option) return { name: option.name, kind: "option" };
  const isOperation = type.handle.drains?.includes(name) || (type.handle.anyMethod && !is(type.handle.properties));
  return isOperation && isCalled(access) ? { name, kind: "operation" } : undefined;
}

/** Whether this property, or the call of this method, sets the option. */
function sets({ set }: EarlyOption, access: ts.PropertyAccessExpression): boolean {
  const { text: name } = access.name;
  if ("property" in set) return set.property === name;
  if (set.method !== name) return false;
  if (set.firstArgument === undefined) return true;
  const call = access.parent;
  const first = ts.isCallExpression(call) && call.expression === access ? call.arguments[0] : undefined;
  const text = first && constantText(first);
  return text !== undefined && set.firstArgument.map(String).includes(text);
}

function isCalled(node: ts.Expression): boolean {
  const { parent } = node;
  if (isTransparent(parent)) return isCalled(parent);
  return ts.isCallExpression(parent)
    ? parent.expression === node
    : ts.isTaggedTemplateExpression(parent) && parent.tag === node;
}
