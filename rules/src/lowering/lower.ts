/** From syntax to flow: every function of a file becomes a body of blocks and events. The only room that sees syntax. */

import ts from "typescript";
import type { Body, BodyId, Class, ClassId, Graph, VariableId, VariableInfo } from "../flow/graph.js";
import type { Types } from "../types/oracle.js";
import { BodyBuilder } from "./body-builder.js";
import { ExpressionLowering } from "./expressions.js";
import { exportedHandlers } from "./handlers.js";
import type { Scopes, Variable } from "./scopes.js";
import { StatementLowering } from "./statements.js";
import { hasModifier, memberName, spanOf } from "./syntax.js";

/** What has a body of its own; a class has one for its fields if it declares no constructor. */
export type FunctionNode = ts.FunctionLikeDeclaration | ts.SourceFile | ts.ClassStaticBlockDeclaration;
type BodyNode = FunctionNode | ts.ClassLikeDeclaration;

/** What the lowering of one file shares among its bodies. */
export class FileLowering {
  readonly graph: Graph = { concerned: false, bodies: [], classes: [], variables: new Map() };
  private readonly bodyIds = new Map<ts.Node, BodyId>();
  private readonly classIds = new Map<ts.Node, ClassId>();
  private readonly exportedNames: Set<string>;

  constructor(
    readonly sourceFile: ts.SourceFile,
    readonly scopes: Scopes,
    readonly types: Types,
    /** Names that matter in what a call is given, such as `session`. */
    readonly names: ReadonlySet<string>,
    /** Whether the graph tells where statements are over. */
    readonly marksStatements: boolean,
  ) {
    this.exportedNames = exportedNames(sourceFile);
    this.declareBodies(sourceFile, undefined, undefined);
    for (const variable of scopes.variables) this.declareVariable(variable);
    for (const [node, id] of this.classIds) this.declareFields(node, id);
    for (const [node, id] of this.bodyIds) this.lowerBody(node as BodyNode, id);
  }

  bodyOf(node: ts.Node): BodyId | undefined {
    return this.bodyIds.get(node);
  }

  classOf(node: ts.Node): ClassId | undefined {
    return this.classIds.get(node);
  }

  variable(id: VariableId): VariableInfo | undefined {
    return this.graph.variables.get(id);
  }

  text(node: ts.Node): string {
    return this.sourceFile.text.slice(node.getStart(this.sourceFile), node.end).replace(/\s+/g, " ");
  }

  /** Gives every function its body, and every class its members, before anything is lowered. */
  private declareBodies(node: ts.Node, parent: BodyId | undefined, inClass: ClassId | undefined): void {
    let owner = parent;
    let ofClass = inClass;
    if (ts.isClassLike(node)) {
      ofClass = this.declareClass(node);
      if (isMadeOfFields(node)) this.declareConstructor(node, parent, ofClass);
    }
    if (isFunctionNode(node)) {
      const ownThis = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node);
      if (ownThis) ofClass = undefined;
      owner = this.declareBody(node, parent, ofClass);
    }
    ts.forEachChild(node, (child) => {
      this.declareBodies(child, owner, ofClass);
    });
  }

  private declareBody(node: FunctionNode, parent: BodyId | undefined, ofClass: ClassId | undefined): BodyId {
    const id = this.graph.bodies.length;
    const name = nameOf(node);
    const isMember = ts.isMethodDeclaration(node) || ts.isAccessor(node) || ts.isConstructorDeclaration(node);
    const inClassBody = ofClass !== undefined && isMember && ts.isClassLike(node.parent);
    const body: Body = {
      id,
      ...(name !== undefined && { name }),
      span: { start: node.getStart(this.sourceFile), end: node.end },
      kind: ts.isSourceFile(node)
        ? "module"
        : ts.isConstructorDeclaration(node)
          ? "constructor"
          : inClassBody
            ? "method"
            : "function",
      async: hasModifier(node, ts.SyntaxKind.AsyncKeyword) || ts.isSourceFile(node),
      generator: "asteriskToken" in node && node.asteriskToken !== undefined,
      ...(ofClass !== undefined && { class: ofClass }),
      public: inClassBody ? isPublicMember(node) : name !== undefined && this.exportedNames.has(name),
      parameters: [],
      parameterClasses: new Map(),
      blocks: [],
      ...(parent !== undefined && { parent }),
    };
    this.graph.bodies.push(body);
    this.bodyIds.set(node, id);
    if (inClassBody) this.addMember(ofClass, node, id);
    else if (ofClass !== undefined && ts.isPropertyDeclaration(node.parent ?? node))
      this.addFunctionField(ofClass, node, id);
    return id;
  }

  /** The constructor that a class has without declaring one. */
  private declareConstructor(node: ts.ClassLikeDeclaration, parent: BodyId | undefined, ofClass: ClassId): void {
    const id = this.graph.bodies.length;
    this.graph.bodies.push({
      id,
      name: "constructor",
      span: spanOf(node, this.sourceFile),
      kind: "constructor",
      async: false,
      generator: false,
      class: ofClass,
      public: false,
      parameters: [],
      parameterClasses: new Map(),
      blocks: [],
      ...(parent !== undefined && { parent }),
    });
    this.bodyIds.set(node, id);
    const declared = this.graph.classes[ofClass];
    if (declared) declared.constructor_ = id;
  }

  private declareClass(node: ts.ClassLikeDeclaration): ClassId {
    const id = this.graph.classes.length;
    const declared: Class = { id, methods: new Map(), fieldClasses: new Map(), reassigned: reassignedFields(node) };
    if (node.name) declared.name = node.name.text;
    const base = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
      ?.expression;
    const variable = base && ts.isIdentifier(base) ? this.scopes.of(base) : undefined;
    if (variable) declared.base = variable.id;
    this.graph.classes.push(declared);
    this.classIds.set(node, id);
    return id;
  }

  /** Fields and parameters of a constructor that are declared to hold an instance of a class of this file. */
  private declareFields(node: ts.Node, id: ClassId): void {
    const declared = this.graph.classes[id];
    if (!declared || !ts.isClassLike(node)) return;
    const fields = new Map<string, ClassId>();
    const note = (name: ts.Node, type: ts.TypeNode | undefined): void => {
      const ofClass = this.classNamed(type);
      if (ofClass === undefined || !ts.isIdentifier(name)) return;
      if (!this.types.ofField(node, name.text)) fields.set(name.text, ofClass);
    };
    for (const member of node.members) {
      if (ts.isPropertyDeclaration(member)) note(member.name, member.type);
      else if (ts.isConstructorDeclaration(member)) {
        for (const parameter of member.parameters) {
          if (ts.isParameterPropertyDeclaration(parameter, member)) note(parameter.name, parameter.type);
        }
      }
    }
    declared.fieldClasses = fields;
  }

  private classNamed(type: ts.TypeNode | undefined): ClassId | undefined {
    if (!type || !ts.isTypeReferenceNode(type) || !ts.isIdentifier(type.typeName)) return undefined;
    const { text } = type.typeName;
    const named = [...this.classIds].find(([node]) => ts.isClassLike(node) && node.name?.text === text);
    // What a class inherits from elsewhere may be all that matters of it.
    return named && ts.isClassLike(named[0]) && !named[0].heritageClauses?.some(isExtends) ? named[1] : undefined;
  }

  private addMember(ofClass: ClassId, node: FunctionNode, id: BodyId): void {
    const declared = this.graph.classes[ofClass];
    if (!declared) return;
    if (ts.isConstructorDeclaration(node)) declared.constructor_ = id;
    else if (ts.isMethodDeclaration(node)) {
      const name = memberName(node.name);
      if (name !== undefined && !hasModifier(node, ts.SyntaxKind.StaticKeyword)) declared.methods.set(name, id);
    }
  }

  /** `send = async () => …` is a method in all but syntax. */
  private addFunctionField(ofClass: ClassId, node: FunctionNode, id: BodyId): void {
    const body = this.graph.bodies[id];
    const field = node.parent;
    const declared = this.graph.classes[ofClass];
    if (!body || !declared || !ts.isPropertyDeclaration(field) || field.initializer !== node) return;
    const name = memberName(field.name);
    if (name === undefined || hasModifier(field, ts.SyntaxKind.StaticKeyword)) return;
    declared.methods.set(name, id);
    body.public = isPublicMember(field);
  }

  private declareVariable(variable: Variable): void {
    const owner = this.bodyOf(variable.owner) ?? 0;
    const { declaration } = variable;
    const info: VariableInfo = { id: variable.id, name: variable.name, owner, reassigned: variable.writes.length > 0 };
    if (ts.isClassLike(declaration)) {
      const ofClass = this.classOf(declaration);
      if (ofClass !== undefined) info.class = ofClass;
    }
    const made = functionOf(declaration);
    const body = made && !info.reassigned ? this.bodyOf(made) : undefined;
    if (body !== undefined) info.function = body;
    this.graph.variables.set(variable.id, info);
  }

  private lowerBody(node: BodyNode, id: BodyId): void {
    const body = this.graph.bodies[id];
    if (!body) return;
    const builder = new BodyBuilder(body);
    const expressions = new ExpressionLowering(this, builder);
    const statements = new StatementLowering(this, builder, expressions);
    if (ts.isSourceFile(node)) {
      statements.hoist(node.statements);
      statements.lowerAll(node.statements);
      for (const handler of exportedHandlers(node)) {
        builder.emit({ kind: "serve", function: expressions.lower(handler), at: spanOf(handler, node) });
      }
    } else if (ts.isClassStaticBlockDeclaration(node)) {
      statements.lowerAll(node.body.statements);
    } else if (ts.isClassLike(node)) {
      this.lowerFields(node, expressions);
    } else {
      this.lowerParameters(node, body, expressions);
      if (ts.isConstructorDeclaration(node)) this.lowerFields(node.parent, expressions);
      if (node.body && ts.isBlock(node.body)) {
        statements.hoist(node.body.statements);
        statements.lowerAll(node.body.statements);
      } else if (node.body) {
        const value = expressions.lower(node.body);
        builder.return(value, spanOf(node.body, this.sourceFile));
      }
    }
    builder.return(undefined, { start: node.end, end: node.end });
  }

  private lowerParameters(node: ts.FunctionLikeDeclaration, body: Body, expressions: ExpressionLowering): void {
    node.parameters.forEach((parameter, index) => {
      const variable = ts.isIdentifier(parameter.name) ? this.scopes.of(parameter.name) : undefined;
      body.parameters.push(variable?.id);
      const info = variable && this.variable(variable.id);
      if (info) info.parameter = index;
      if (parameter.dotDotDotToken) return;
      const ofClass = this.classNamed(parameter.type);
      const held = ts.isIdentifier(parameter.name) ? this.scopes.of(parameter.name) : undefined;
      const isHandle = held !== undefined && this.types.ofVariable(held) !== undefined;
      if (ofClass !== undefined && !isHandle)
        body.parameterClasses = new Map([...body.parameterClasses, [index, ofClass]]);
      expressions.parameter(parameter, index);
    });
  }

  /** Field initialisers run at the beginning of the constructor. */
  private lowerFields(node: ts.Node, expressions: ExpressionLowering): void {
    if (!ts.isClassLike(node)) return;
    for (const member of node.members) {
      if (!ts.isPropertyDeclaration(member) || !member.initializer) continue;
      if (hasModifier(member, ts.SyntaxKind.StaticKeyword)) continue;
      expressions.field(member);
    }
  }
}

function isExtends({ token }: ts.HeritageClause): boolean {
  return token === ts.SyntaxKind.ExtendsKeyword;
}

/** Whether making an instance runs nothing but the initialisers of its fields. */
function isMadeOfFields({ members }: ts.ClassLikeDeclaration): boolean {
  const isInitialised = (member: ts.ClassElement): boolean =>
    ts.isPropertyDeclaration(member) &&
    member.initializer !== undefined &&
    !hasModifier(member, ts.SyntaxKind.StaticKeyword);
  return members.some(isInitialised) && !members.some(ts.isConstructorDeclaration);
}

/** Lowers a file. */
export function lowerFile(
  sourceFile: ts.SourceFile,
  scopes: Scopes,
  types: Types,
  names: ReadonlySet<string>,
  marksStatements = false,
): Graph {
  return new FileLowering(sourceFile, scopes, types, names, marksStatements).graph;
}

export function isFunctionNode(node: ts.Node): node is FunctionNode {
  return (
    ts.isSourceFile(node) ||
    ts.isClassStaticBlockDeclaration(node) ||
    ((ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node)) &&
      node.body !== undefined) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    (ts.isAccessor(node) && node.body !== undefined)
  );
}

function nameOf(node: FunctionNode): string | undefined {
  if (ts.isSourceFile(node) || ts.isClassStaticBlockDeclaration(node)) return undefined;
  if (ts.isConstructorDeclaration(node)) return "constructor";
  if (node.name) return memberName(node.name);
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return memberName(parent.name);
  return undefined;
}

function isPublicMember(node: ts.Node): boolean {
  const name = "name" in node ? (node.name as ts.Node | undefined) : undefined;
  return (
    !hasModifier(node, ts.SyntaxKind.PrivateKeyword) &&
    !hasModifier(node, ts.SyntaxKind.ProtectedKeyword) &&
    !(name && ts.isPrivateIdentifier(name)) &&
    !ts.isConstructorDeclaration(node)
  );
}

/** The function that a declaration gives a name to. */
function functionOf(declaration: ts.Node): ts.Node | undefined {
  if (ts.isFunctionDeclaration(declaration)) return declaration.body && declaration;
  const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value : undefined;
}

/** Names under which functions and classes of the file can be reached from outside. */
function exportedNames(sourceFile: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of sourceFile.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      for (const { name, propertyName } of statement.exportClause.elements) names.add((propertyName ?? name).text);
    } else if (ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression)) {
      names.add(statement.expression.text);
    } else if (hasModifier(statement, ts.SyntaxKind.ExportKeyword)) {
      if (ts.isVariableStatement(statement)) {
        for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) names.add(name.text);
      } else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
        names.add(statement.name.text);
      }
    } else if (ts.isExpressionStatement(statement) && ts.isBinaryExpression(statement.expression)) {
      const { left, right } = statement.expression;
      if (!ts.isPropertyAccessExpression(left) || !/^(module\.)?exports\b/.test(left.getText(sourceFile))) continue;
      if (ts.isIdentifier(right)) names.add(right.text);
      if (ts.isObjectLiteralExpression(right)) {
        for (const property of right.properties) {
          if (ts.isShorthandPropertyAssignment(property)) names.add(property.name.text);
          else if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.initializer))
            names.add(property.initializer.text);
        }
      }
    }
  }
  return names;
}

/** Fields that are assigned outside the constructor: while code waits, they may change. */
function reassignedFields(node: ts.ClassLikeDeclaration): Set<string> {
  const fields = new Set<string>();
  const visit = (child: ts.Node): void => {
    if (
      ts.isBinaryExpression(child) &&
      child.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      child.operatorToken.kind <= ts.SyntaxKind.LastAssignment &&
      ts.isPropertyAccessExpression(child.left) &&
      child.left.expression.kind === ts.SyntaxKind.ThisKeyword
    ) {
      fields.add(child.left.name.text);
    }
    ts.forEachChild(child, visit);
  };
  const visitFunctions = (child: ts.Node): void => {
    if (ts.isFunctionLike(child)) visit(child);
    else ts.forEachChild(child, visitFunctions);
  };
  for (const member of node.members) {
    if (ts.isConstructorDeclaration(member)) member.body?.forEachChild(visitFunctions);
    else visit(member);
  }
  return fields;
}
