/** Statements: branches, loops, jumps, exceptions and the ends of scopes. */

import ts from "typescript";
import type { BlockId, Register } from "../flow/graph.js";
import type { BodyBuilder } from "./body-builder.js";
import { caseOf, unwrap } from "./conditions.js";
import type { ExpressionLowering } from "./expressions.js";
import type { FileLowering } from "./lower.js";
import { hasModifier, memberName, spanOf } from "./syntax.js";

export class StatementLowering {
  constructor(
    private readonly file: FileLowering,
    private readonly builder: BodyBuilder,
    private readonly expressions: ExpressionLowering,
  ) {}

  /** Function declarations have their values from the beginning of their block on. */
  hoist(statements: readonly ts.Statement[]): void {
    for (const statement of statements) {
      if (!ts.isFunctionDeclaration(statement) || !statement.name) continue;
      const body = this.file.bodyOf(statement);
      if (body === undefined) continue;
      const into = this.builder.register();
      this.builder.emit({ kind: "function", into, body });
      this.expressions.bind(statement.name, into);
    }
  }

  lowerAll(statements: readonly ts.Statement[]): void {
    const using = statements.findIndex(isUsing);
    const plain = using < 0 ? statements : statements.slice(0, using);
    for (const statement of plain) this.lower(statement);
    const declaration = statements[using];
    if (declaration && ts.isVariableStatement(declaration)) {
      this.using(declaration.declarationList, () => {
        this.lowerAll(statements.slice(using + 1));
      });
    }
  }

  private lower(node: ts.Statement, label?: string): void {
    this.lowerKind(node, label);
    if (this.file.marksStatements) this.builder.emit({ kind: "over", statement: spanOf(node, this.file.sourceFile) });
  }

  private lowerKind(node: ts.Statement, label?: string): void {
    if (ts.isExpressionStatement(node)) this.expressions.lower(node.expression);
    else if (ts.isVariableStatement(node)) this.declarations(node.declarationList);
    else if (ts.isReturnStatement(node)) this.return(node);
    else if (ts.isIfStatement(node)) this.if(node);
    else if (ts.isBlock(node)) this.block(node, label);
    else if (ts.isTryStatement(node)) this.try(node);
    else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) this.forEach(node, label);
    else if (ts.isForStatement(node)) this.for(node, label);
    else if (ts.isWhileStatement(node) || ts.isDoStatement(node)) this.while(node, label);
    else if (ts.isSwitchStatement(node)) this.switch(node, label);
    else if (ts.isLabeledStatement(node)) this.lower(node.statement, node.label.text);
    else if (ts.isBreakStatement(node)) this.builder.jumpOut("break", node.label?.text);
    else if (ts.isContinueStatement(node)) this.builder.jumpOut("continue", node.label?.text);
    else if (ts.isThrowStatement(node)) this.builder.throw(this.expressions.lower(node.expression));
    else if (ts.isExportAssignment(node)) {
      this.builder.emit({ kind: "escape", value: this.expressions.lower(node.expression) });
    } else if (ts.isClassDeclaration(node)) this.class(node);
  }

  /** Static fields run where the class stands. */
  private class(node: ts.ClassDeclaration): void {
    for (const member of node.members) {
      if (!ts.isPropertyDeclaration(member) || !member.initializer) continue;
      if (hasModifier(member, ts.SyntaxKind.StaticKeyword) && memberName(member.name) !== undefined) {
        this.expressions.lower(member.initializer);
      }
    }
  }

  private declarations(list: ts.VariableDeclarationList): void {
    for (const declaration of list.declarations) {
      if (declaration.initializer) {
        this.expressions.bind(declaration.name, this.expressions.lower(declaration.initializer));
      } else if (ts.isIdentifier(declaration.name) && !ts.isForOfStatement(list.parent)) {
        const into = this.builder.register();
        this.builder.emit({ kind: "constant", into, value: undefined });
        this.expressions.bind(declaration.name, into);
      }
    }
  }

  private return(node: ts.ReturnStatement): void {
    const value = node.expression && this.expressions.lower(node.expression);
    this.builder.return(value, spanOf(node, this.file.sourceFile));
  }

  private if(node: ts.IfStatement): void {
    const then = this.builder.block();
    const otherwise = this.builder.block();
    const after = this.builder.block();
    this.expressions.condition(node.expression, then, otherwise);
    this.builder.enter(then);
    this.lower(node.thenStatement);
    this.builder.jump(after);
    this.builder.enter(otherwise);
    if (node.elseStatement) this.lower(node.elseStatement);
    this.builder.jump(after);
    this.builder.enter(after);
  }

  private block(node: ts.Block, label: string | undefined): void {
    const inner = (): void => {
      this.hoist(node.statements);
      this.lowerAll(node.statements);
    };
    if (label === undefined) {
      inner();
      return;
    }
    const after = this.builder.block();
    this.builder.withTarget({ label, loop: false, breakTo: after }, inner);
    this.builder.jump(after);
    this.builder.enter(after);
  }

  private try(node: ts.TryStatement): void {
    const { catchClause, finallyBlock } = node;
    const guarded = (): void => {
      if (!catchClause) {
        this.lower(node.tryBlock);
        return;
      }
      const caught = this.builder.block();
      const after = this.builder.block();
      this.builder.withHandler(caught, () => {
        this.lower(node.tryBlock);
      });
      this.builder.jump(after);
      this.builder.enter(caught);
      if (catchClause.variableDeclaration) {
        const into = this.builder.register();
        this.builder.emit({ kind: "caught", into });
        this.expressions.bind(catchClause.variableDeclaration.name, into);
      }
      this.lower(catchClause.block);
      this.builder.jump(after);
      this.builder.enter(after);
    };
    if (!finallyBlock) guarded();
    else {
      this.builder.withCleanup(() => {
        this.lower(finallyBlock);
      }, guarded);
    }
  }

  /** What is declared with `using` is disposed of when its scope is left, the last first. */
  private using(list: ts.VariableDeclarationList, rest: () => void, index = 0): void {
    const declaration = list.declarations[index];
    if (!declaration?.initializer) {
      rest();
      return;
    }
    const value = this.expressions.lower(declaration.initializer);
    const span = spanOf(declaration, this.file.sourceFile);
    this.expressions.bind(declaration.name, value);
    const isAsync = (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.AwaitUsing;
    this.builder.withCleanup(
      () => {
        this.builder.emit({ kind: "dispose", value, async: isAsync, span });
      },
      () => {
        this.using(list, rest, index + 1);
      },
    );
  }

  private forEach(node: ts.ForOfStatement | ts.ForInStatement, label: string | undefined): void {
    const collection = this.expressions.lower(node.expression);
    const isAwaited = ts.isForOfStatement(node) && node.awaitModifier !== undefined;
    this.loop(label, (body, after) => {
      const round = this.builder.register();
      this.builder.emit({ kind: "unknown", into: round, uses: [] });
      const next = isAwaited
        ? this.expressions.await(
            this.expressions.implicitCall(node.expression, collection, "[Symbol.asyncIterator]", node.expression),
            node.expression,
          )
        : undefined;
      this.builder.branch(round, undefined, body, after);
      this.builder.enter(body);
      const element = ts.isForInStatement(node)
        ? this.expressions.unknown([])
        : (next ?? this.expressions.elementOf(collection));
      const { initializer } = node;
      if (ts.isVariableDeclarationList(initializer)) {
        const declaration = initializer.declarations[0];
        if (declaration) this.expressions.bind(declaration.name, element);
        if (isUsingList(initializer)) {
          const span = spanOf(initializer, this.file.sourceFile);
          this.builder.withCleanup(
            () => {
              this.builder.emit({ kind: "dispose", value: element, async: true, span });
            },
            () => {
              this.lower(node.statement);
            },
          );
          return;
        }
      } else this.expressions.assign(initializer, element, node);
      this.lower(node.statement);
    });
  }

  private for(node: ts.ForStatement, label: string | undefined): void {
    if (node.initializer) {
      if (ts.isVariableDeclarationList(node.initializer)) this.declarations(node.initializer);
      else this.expressions.lower(node.initializer);
    }
    this.loop(
      label,
      (body, after) => {
        if (node.condition) this.expressions.condition(node.condition, body, after);
        else this.builder.jump(body);
        this.builder.enter(body);
        this.lower(node.statement);
      },
      () => {
        if (node.incrementor) this.expressions.lower(node.incrementor);
      },
    );
  }

  private while(node: ts.WhileStatement | ts.DoStatement, label: string | undefined): void {
    const endless = node.expression.kind === ts.SyntaxKind.TrueKeyword;
    if (ts.isWhileStatement(node)) {
      this.loop(label, (body, after) => {
        if (endless) this.builder.jump(body);
        else this.expressions.condition(node.expression, body, after);
        this.builder.enter(body);
        this.lower(node.statement);
      });
      return;
    }
    const body = this.builder.block();
    const test = this.builder.block();
    const after = this.builder.block();
    this.builder.jump(body);
    this.builder.enter(body);
    this.builder.withTarget(
      { ...(label !== undefined && { label }), loop: true, breakTo: after, continueTo: test },
      () => {
        this.lower(node.statement);
      },
    );
    this.builder.jump(test);
    this.builder.enter(test);
    this.expressions.condition(node.expression, body, after);
    this.builder.enter(after);
  }

  /** A loop that tests first: `round` lowers the test and the body, and enters the body itself. */
  private loop(
    label: string | undefined,
    round: (body: BlockId, after: BlockId) => void,
    increment?: () => void,
  ): void {
    const head = this.builder.block();
    const body = this.builder.block();
    const step = this.builder.block();
    const after = this.builder.block();
    this.builder.jump(head);
    this.builder.enter(head);
    this.builder.withTarget(
      { ...(label !== undefined && { label }), loop: true, breakTo: after, continueTo: step },
      () => {
        round(body, after);
      },
    );
    this.builder.jump(step);
    this.builder.enter(step);
    increment?.();
    this.builder.jump(head);
    this.builder.enter(after);
  }

  private switch(node: ts.SwitchStatement, label: string | undefined): void {
    const value = this.expressions.lower(node.expression);
    const isChain = node.expression.kind === ts.SyntaxKind.TrueKeyword;
    const after = this.builder.block();
    const bodies = node.caseBlock.clauses.map(() => this.builder.block());
    // Of a value that has no name nothing is known from the round before.
    this.builder.emit({ kind: "forget", key: `switch ${unwrap(node.expression).pos}` });
    let fallback: BlockId = after;
    node.caseBlock.clauses.forEach((clause, index) => {
      const body = bodies[index] ?? after;
      if (ts.isDefaultClause(clause)) {
        fallback = body;
        return;
      }
      const next = this.builder.block();
      if (isChain) this.expressions.condition(clause.expression, body, next);
      else this.case(clause.expression, node.expression, value, { body, next });
      this.builder.enter(next);
    });
    this.builder.jump(fallback);
    this.builder.withTarget({ ...(label !== undefined && { label }), loop: true, breakTo: after }, () => {
      node.caseBlock.clauses.forEach((clause, index) => {
        this.builder.enter(bodies[index] ?? after);
        this.lowerAll(clause.statements);
        this.builder.jump(bodies[index + 1] ?? after);
      });
    });
    this.builder.enter(after);
  }
  /** Goes to the body of a case if the value of the `switch` is its value. */
  private case(
    of: ts.Expression,
    discriminant: ts.Expression,
    value: Register,
    { body, next }: { body: BlockId; next: BlockId },
  ): void {
    const result = this.expressions.unknown([this.expressions.lower(of)]);
    const asked = caseOf(of, discriminant, this.file.scopes);
    if (!asked) {
      this.builder.branch(result, undefined, body, next);
      return;
    }
    const { placeNode: _node, ...test } = asked;
    this.builder.branch(result, { ...test, negated: false, place: value }, body, next);
  }
}

function isUsing(statement: ts.Statement): boolean {
  return ts.isVariableStatement(statement) && isUsingList(statement.declarationList);
}

function isUsingList(list: ts.VariableDeclarationList): boolean {
  const kind = list.flags & ts.NodeFlags.BlockScoped;
  return kind === ts.NodeFlags.Using || kind === ts.NodeFlags.AwaitUsing;
}
