import ts from "typescript";

/** The file of the program that holds the text. */
export const typedFile = "/app/file.ts";

/** A program over texts in memory: a text, two libraries, and one other file of the project. */
export function programOf(text: string): ts.Program {
  const files: Record<string, string> = {
    "/app/node_modules/pg/package.json": `{ "name": "pg", "types": "index.d.ts" }`,
    "/app/node_modules/pg/index.d.ts": `
      export class Client { query(text: string): Promise<number>; }
      export interface PoolClient extends Client { release(): void }
      export class Pool { connect(): Promise<PoolClient>; query(text: string): Promise<number>; }`,
    "/app/node_modules/typeorm/package.json": `{ "name": "typeorm", "types": "index.d.ts" }`,
    "/app/node_modules/typeorm/index.d.ts": `
      export class EntityManager { save(x: unknown): Promise<void>; }
      export class DataSource { transaction<T>(work: (m: EntityManager) => Promise<T>): Promise<T>; manager: EntityManager; }`,
    "/app/db.ts": `
      import { Pool, PoolClient } from "pg"; import { DataSource } from "typeorm";
      export const pool = new Pool();
      export declare const ds: DataSource;
      export class Base { readonly client!: PoolClient }
      export interface Deps { pool: Pool; clients: PoolClient[]; maybe?: PoolClient; later: Promise<PoolClient> }
      /** @holdfast-handle link */
      export class Link { /** @holdfast-operation send */ async send() {} }
      export type Special = PoolClient & { tag: string };
      export async function store(client: PoolClient, row: string): Promise<void> { await client.query(row); }
      export function nameOf(client: PoolClient): string { return "client"; }`,
    [typedFile]: text,
  };
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    types: [],
  };
  const host = ts.createCompilerHost(options, true);
  const plain = { ...host };
  host.realpath = (file) => file;
  host.directoryExists = (directory) => Object.keys(files).some((file) => file.startsWith(`${directory}/`));
  host.getCurrentDirectory = () => "/app";
  host.fileExists = (file) => file in files || (!file.startsWith("/app/") && plain.fileExists(file));
  host.readFile = (file) => files[file] ?? plain.readFile(file);
  host.getSourceFile = (file, languageVersion) =>
    file in files
      ? ts.createSourceFile(file, files[file]!, languageVersion, true)
      : plain.getSourceFile(file, languageVersion);
  return ts.createProgram([typedFile], options, host);
}
