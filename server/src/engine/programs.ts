import type { Demand, Project, ProgramFactory } from "@holdfast/workspace";
import type ts from "typescript";
import { dependenciesOf, changesEverything } from "./dependencies.js";

/** What happens to programs, for those who show it. */
export interface ProgramEvents {
  loading(project: string): void;
  loaded(project: string, milliseconds: number, files: number): void;
}

/** One project's program, made when somebody asks for types, and made anew from the last one when files have changed. */
export class ProjectProgram {
  private program: ts.Program | undefined;
  private readonly demanded: Set<string>;
  private isStale = false;
  /** By file, the last generation in which it changed. */
  private readonly changes = new Map<string, number>();
  /** Counts changes. */
  generation = 0;
  lastUsed = 0;

  constructor(
    readonly project: Project,
    private readonly demand: Demand,
    private readonly factory: ProgramFactory,
    private readonly events: ProgramEvents,
  ) {
    this.demanded = new Set(demand.files);
  }

  /** A program that has the file. */
  programFor(file: string): ts.Program {
    this.lastUsed = performance.now();
    if (this.program && !this.isStale && this.program.getSourceFile(file)) return this.program;
    if (!this.program?.getSourceFile(file)) this.demanded.add(file);
    return (this.program = this.make());
  }

  /** Files that somebody will ask about: the next program has all of them. */
  expect(files: readonly string[]): void {
    const missing = files.filter((file) => this.program?.getSourceFile(file) === undefined);
    for (const file of missing) this.demanded.add(file);
    if (missing.length > 0) this.isStale = true;
  }

  /** The text of a file is another now. */
  changed(file: string): void {
    if (this.program?.getSourceFile(file) === undefined) return;
    this.isStale = true;
    this.changes.set(file, ++this.generation);
  }

  /** Whether what was found in a file may be different from what it was in an earlier generation. */
  isAffected(file: string, since: number): boolean {
    const changed = [...this.changes].filter(([, generation]) => generation > since).map(([name]) => name);
    if (changed.length === 0) return false;
    const { program } = this;
    if (program === undefined || changed.some((name) => changesEverything(program, name))) return true;
    const dependencies = dependenciesOf(program, file);
    return dependencies === undefined || changed.some((name) => dependencies.has(name));
  }

  /** The files that types are asked for. */
  get files(): readonly string[] {
    return [...this.demanded];
  }

  /** The program as it is, if there is one. */
  get current(): ts.Program | undefined {
    return this.program;
  }

  /** Lets go of the program; it is made again if somebody asks. */
  drop(): void {
    this.program = undefined;
    this.demanded.clear();
  }

  private make(): ts.Program {
    const { configFile } = this.project;
    const isFirst = this.program === undefined;
    if (isFirst) this.events.loading(configFile);
    const began = performance.now();
    const program = this.factory.create(this.project, { ...this.demand, files: this.files }, this.program);
    this.isStale = false;
    if (isFirst) this.events.loaded(configFile, performance.now() - began, program.getSourceFiles().length);
    return program;
  }
}
