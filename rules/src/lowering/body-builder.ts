/** Builds the blocks of one body: where control goes next, also past `finally` and the end of a `using` scope. */

import type { Block, BlockId, Body, Event, Register, Span, Terminator, Test } from "../flow/graph.js";

/** What must happen when control leaves a stretch of code, however it leaves. */
interface Cleanup {
  lower: () => void;
  /** Where exceptions of the cleanup itself go. */
  handler: BlockId | undefined;
}

interface Target {
  label?: string;
  loop: boolean;
  breakTo: BlockId;
  continueTo?: BlockId;
  /** How many cleanups there were outside. */
  depth: number;
}

export class BodyBuilder {
  private registers = 0;
  private current: Block;
  private handler: BlockId | undefined;
  private readonly cleanups: Cleanup[] = [];
  private readonly targets: Target[] = [];

  constructor(readonly body: Body) {
    this.current = this.open();
  }

  register(): Register {
    return this.registers++;
  }

  emit(event: Event): void {
    this.current.events.push(event);
  }

  /** A new block with the handler that holds here. */
  block(): BlockId {
    const block: Block = { id: this.body.blocks.length, events: [], end: { kind: "unreachable" } };
    if (this.handler !== undefined) block.handler = this.handler;
    this.body.blocks.push(block);
    return block.id;
  }

  /** Goes on in that block. */
  enter(id: BlockId): void {
    const block = this.body.blocks[id];
    if (block) this.current = block;
  }

  end(terminator: Terminator): void {
    if (this.current.end.kind === "unreachable") this.current.end = terminator;
  }

  /** Ends the block and goes on in a new one. */
  split(): void {
    const next = this.block();
    this.jump(next);
    this.enter(next);
  }

  jump(to: BlockId): void {
    this.end({ kind: "jump", to });
  }

  branch(condition: Register, test: Test | undefined, then: BlockId, otherwise: BlockId): void {
    this.end({ kind: "branch", condition, ...(test && { test }), then, else: otherwise });
  }

  /** Code after a jump: it is lowered, but nothing leads to it. */
  unreachable(): void {
    this.enter(this.block());
  }

  return(value: Register | undefined, span: Span): void {
    this.leave(0);
    this.end({ kind: "return", span, ...(value !== undefined && { value }) });
    this.unreachable();
  }

  throw(value: Register | undefined): void {
    this.end({ kind: "throw", ...(value !== undefined && { value }) });
    this.unreachable();
  }

  /** `break` and `continue`, with or without a label. */
  jumpOut(kind: "break" | "continue", label: string | undefined): void {
    const target = this.targets.findLast((candidate) =>
      label !== undefined
        ? candidate.label === label
        : candidate.loop && (kind === "break" || candidate.continueTo !== undefined),
    );
    const to = kind === "break" ? target?.breakTo : target?.continueTo;
    if (target && to !== undefined) {
      this.leave(target.depth);
      this.jump(to);
    }
    this.unreachable();
  }

  withTarget(target: Omit<Target, "depth">, lower: () => void): void {
    this.targets.push({ ...target, depth: this.cleanups.length });
    lower();
    this.targets.pop();
  }

  /** Lowers code whose exceptions go to `handler`. */
  withHandler(handler: BlockId | undefined, lower: () => void): void {
    const outer = this.handler;
    this.handler = handler;
    this.split();
    lower();
    this.handler = outer;
    this.split();
  }

  /** Lowers code after which, however it is left, the cleanup runs. */
  withCleanup(cleanup: () => void, lower: () => void): void {
    const outer = this.handler;
    const failed = this.block();
    this.cleanups.push({ lower: cleanup, handler: outer });
    this.withHandler(failed, lower);
    this.cleanups.pop();
    cleanup();
    const after = this.block();
    this.jump(after);

    this.enter(failed);
    const error = this.register();
    this.emit({ kind: "caught", into: error });
    cleanup();
    this.end({ kind: "throw", value: error });
    this.enter(after);
  }

  /** Runs the cleanups between here and the given depth, innermost first. */
  private leave(depth: number): void {
    const outer = this.handler;
    const left = this.cleanups.splice(depth);
    for (const cleanup of [...left].reverse()) {
      // While one runs, those outside of it are still to come, should it return itself.
      const index = left.indexOf(cleanup);
      this.cleanups.push(...left.slice(0, index));
      this.handler = cleanup.handler;
      this.split();
      cleanup.lower();
      this.cleanups.splice(depth);
    }
    this.cleanups.push(...left);
    this.handler = outer;
  }

  private open(): Block {
    const block: Block = { id: 0, events: [], end: { kind: "unreachable" } };
    this.body.blocks.push(block);
    return block;
  }
}
