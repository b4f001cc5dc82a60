/** Transactions on a real PostgreSQL, one branch of which fails while others still have statements to send. */
import { EntitySchema, MikroORM, type SqlEntityManager } from "@mikro-orm/postgresql";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable } from "drizzle-orm/pg-core";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { DataSource, type EntityManager, type QueryRunner } from "typeorm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exclusive, guard, type GuardOptions, HandleViolation } from "../src/index.js";
import { collecting } from "./support/violations.js";

const server = { host: "127.0.0.1", port: 5432, user: "root", database: "test" };

const table = `holdfast_transactions_${process.pid}`;
const outside = new pg.Pool({ ...server, max: 1 });

beforeAll(() => outside.query(`create table ${table} (id int primary key)`));
beforeEach(() => outside.query(`delete from ${table}`));
afterAll(async () => {
  await outside.query(`drop table ${table}`);
  await outside.end();
});

async function rows(): Promise<number[]> {
  const { rows } = await outside.query<{ id: number }>(`select id from ${table} order by id`);
  return rows.map(({ id }) => id);
}

const failure = new Error("no such item");

type Insert = (id: number) => Promise<unknown>;
type Shape = (insert: Insert, branch: (run: () => Promise<unknown>) => Promise<unknown>) => Promise<unknown>;

/** Several statements in a branch, and one branch that fails. */
const steps: (...given: Parameters<Shape>) => Promise<unknown>[] = (insert, branch) => [
  branch(async () => {
    for (const id of [1, 2, 3]) await insert(id);
  }),
  branch(() => Promise.reject(failure)),
];

/** How people write transactions. */
const shapes = {
  parallelSteps: (insert, branch) => Promise.all(steps(insert, branch)),
  parallelStatements: (insert, branch) =>
    Promise.all([1, 2, 0, 3].map((id) => branch(() => (id === 0 ? Promise.reject(failure) : insert(id))))),
  settledThenThrown: async (insert, branch) => {
    const results = await Promise.allSettled(steps(insert, branch));
    if (results.some(({ status }) => status === "rejected")) throw failure;
  },
  oneAfterTheOther: async (insert) => {
    for (const id of [1, 2]) await insert(id);
    throw failure;
  },
  successInSequence: async (insert) => {
    for (const id of [1, 2, 3]) await insert(id);
  },
  successInParallel: (insert) => Promise.all([1, 2, 3].map((id) => insert(id))),
} satisfies Record<string, Shape>;

/** Runs a transaction of one library, whose handle was guarded or not. */
type Transaction = (body: (insert: Insert) => Promise<unknown>) => Promise<unknown>;

interface Library {
  /** The rows that the library leaves behind. */
  leaves: { parallelSteps: number[]; parallelStatements: number[] };
  /** Opens the library, with its handle as `watch` gives it back. */
  open(watch: <T extends object>(handle: T) => T): Promise<{ transaction: Transaction; close: () => Promise<unknown> }>;
}

const insertWith =
  (handle: { query(text: string): Promise<unknown> }): Insert =>
  async (id) =>
    handle.query(`insert into ${table} values (${id})`);

/** As the documentation of pg writes it. */
async function withStatements(client: pg.ClientBase, body: (insert: Insert) => Promise<unknown>) {
  await client.query("BEGIN");
  try {
    await body(insertWith(client));
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

const libraries: Record<string, Library> = {
  "pg, a client out of a pool": {
    leaves: { parallelSteps: [2, 3], parallelStatements: [] },
    open(watch) {
      const bare = new pg.Pool({ ...server, max: 1 });
      const pool = watch(bare);
      const transaction: Transaction = async (body) => {
        const client = await pool.connect();
        try {
          await withStatements(client, body);
        } finally {
          client.release();
        }
      };
      return Promise.resolve({ transaction, close: () => bare.end() });
    },
  },
  "pg, a client of one's own": {
    leaves: { parallelSteps: [2, 3], parallelStatements: [] },
    async open(watch) {
      const bare = new pg.Client(server);
      const client = watch(bare);
      await client.connect();
      return { transaction: (body) => withStatements(client, body), close: () => bare.end() };
    },
  },
  "drizzle-orm": {
    leaves: { parallelSteps: [2, 3], parallelStatements: [] },
    open(watch) {
      const pool = new pg.Pool({ ...server, max: 1 });
      const database = watch(drizzle(pool));
      const item = pgTable(table, { id: integer() });
      return Promise.resolve({
        transaction: (body) => database.transaction((tx) => body(async (id) => tx.insert(item).values({ id }))),
        close: () => pool.end(),
      });
    },
  },
  kysely: {
    leaves: { parallelSteps: [2], parallelStatements: [2] },
    open(watch) {
      const dialect = new PostgresDialect({ pool: new pg.Pool({ ...server, max: 1 }) });
      const bare = new Kysely<Record<string, { id: number }>>({ dialect });
      const database = watch(bare);
      return Promise.resolve({
        transaction: (body) =>
          database.transaction().execute((tx) => body(async (id) => tx.insertInto(table).values({ id }).execute())),
        close: () => bare.destroy(),
      });
    },
  },
  "kysely, ended by hand": {
    leaves: { parallelSteps: [], parallelStatements: [] },
    open(watch) {
      const dialect = new PostgresDialect({ pool: new pg.Pool({ ...server, max: 1 }) });
      const bare = new Kysely<Record<string, { id: number }>>({ dialect });
      const database = watch(bare);
      const transaction: Transaction = async (body) => {
        const tx = await database.startTransaction().execute();
        try {
          await body(async (id) => tx.insertInto(table).values({ id }).execute());
          await tx.commit().execute();
        } catch (error) {
          await tx.rollback().execute();
          throw error;
        }
      };
      return Promise.resolve({ transaction, close: () => bare.destroy() });
    },
  },
  "typeorm, transaction": {
    leaves: { parallelSteps: [2], parallelStatements: [] },
    async open(watch) {
      const bare = await dataSource();
      const source = watch(bare);
      return {
        transaction: (body) => source.transaction((manager: EntityManager) => body(insertWith(manager))),
        close: () => bare.destroy(),
      };
    },
  },
  "typeorm, a query runner that is guarded itself": {
    leaves: { parallelSteps: [2], parallelStatements: [] },
    async open(watch) {
      const bare = await dataSource();
      return {
        transaction: (body) => withRunner(watch(bare.createQueryRunner()), body),
        close: () => bare.destroy(),
      };
    },
  },
  "typeorm, query runner": {
    leaves: { parallelSteps: [2], parallelStatements: [] },
    async open(watch) {
      const bare = await dataSource();
      const source = watch(bare);
      return { transaction: (body) => withRunner(source.createQueryRunner(), body), close: () => bare.destroy() };
    },
  },
  "mikro-orm, transactional": {
    leaves: { parallelSteps: [2], parallelStatements: [] },
    open(watch) {
      const bare = mikroOrm();
      const orm = watch(bare);
      return Promise.resolve({
        transaction: (body) => orm.em.fork().transactional((em) => body(insertEntity(em))),
        close: () => bare.close(true),
      });
    },
  },
  "mikro-orm, a fork that is guarded itself": {
    leaves: { parallelSteps: [2], parallelStatements: [] },
    open(watch) {
      const bare = mikroOrm();
      const manager = watch(bare.em.fork());
      return Promise.resolve({
        transaction: (body) => manager.transactional((em) => body(insertEntity(em))),
        close: () => bare.close(true),
      });
    },
  },
  "mikro-orm, a repository and a flush": {
    leaves: { parallelSteps: [2], parallelStatements: [] },
    open(watch) {
      const bare = mikroOrm();
      const orm = watch(bare);
      const persist =
        (em: SqlEntityManager): Insert =>
        (id) =>
          em.persist(em.getRepository(Item).create({ id })).flush();
      return Promise.resolve({
        transaction: (body) => orm.em.transactional((em) => body(persist(em)), { clear: true }),
        close: () => bare.close(true),
      });
    },
  },
  "mikro-orm, ended by hand": {
    leaves: { parallelSteps: [2, 3], parallelStatements: [] },
    open(watch) {
      const bare = mikroOrm();
      const orm = watch(bare);
      return Promise.resolve({
        transaction: (body) => withManager(orm.em.fork(), body),
        close: () => bare.close(true),
      });
    },
  },
};

const Item = new EntitySchema<{ id: number }>({
  name: "Item",
  tableName: table,
  properties: { id: { type: "number", primary: true, autoincrement: false } },
});

function mikroOrm(): MikroORM {
  const { database: dbName, ...others } = server;
  return new MikroORM({ entities: [Item], dbName, ...others, pool: { min: 0, max: 1 } });
}

const insertEntity =
  (em: SqlEntityManager): Insert =>
  (id) =>
    em.insert(Item, { id });

/** As the documentation of mikro-orm writes it. */
async function withManager(em: SqlEntityManager, body: (insert: Insert) => Promise<unknown>) {
  await em.begin();
  try {
    await body(insertEntity(em));
    await em.commit();
  } catch (error) {
    await em.rollback();
    throw error;
  }
}

/** As the documentation of typeorm writes it. */
async function withRunner(runner: QueryRunner, body: (insert: Insert) => Promise<unknown>) {
  await runner.startTransaction();
  try {
    await body(insertWith(runner));
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

function dataSource(): Promise<DataSource> {
  const { user: username, ...others } = server;
  return new DataSource({ type: "postgres", username, ...others, poolSize: 1, logging: false }).initialize();
}

let close: (() => Promise<unknown>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

/** What becomes of a transaction of this shape and of each of its branches, and which rows are there at the end. */
async function outcomeOf(library: Library, shape: Shape, options?: GuardOptions) {
  const found = collecting();
  const watch = <T extends object>(handle: T): T =>
    options === undefined ? handle : guard(handle, { onViolation: found.onViolation, ...options });
  const opened = await library.open(watch);
  ({ close } = opened);
  const branches: Promise<unknown>[] = [];
  const branch = (run: () => Promise<unknown>) => {
    const running = run();
    branches.push(running);
    return running;
  };
  const [whole] = await Promise.allSettled([opened.transaction((insert) => shape(insert, branch))]);
  const ends = await Promise.allSettled(branches);
  const errors = ends.flatMap((end) =>
    end.status === "rejected" && end.reason !== failure ? [end.reason as Error] : [],
  );
  return {
    error: whole.status === "rejected" ? (whole.reason as unknown) : undefined,
    errors,
    rows: await rows(),
    ...found,
  };
}

describe.each(Object.entries(libraries))("%s", (_name, library) => {
  const { parallelSteps, parallelStatements } = library.leaves;

  it("bare: leaves behind what the proofs say", async () => {
    const outcome = await outcomeOf(library, shapes.parallelSteps);
    expect(outcome).toMatchObject({ error: failure, rows: parallelSteps });
  });

  it("throw: refuses the late statement, carries the rollback out, and leaves no row", async () => {
    const outcome = await outcomeOf(library, shapes.parallelSteps, { mode: "throw" });
    expect(outcome).toMatchObject({ error: failure, rows: [] });
    expect(outcome.errors).toHaveLength(1);
    if (parallelSteps.length > 0) expect(outcome.errors[0]).toBeInstanceOf(HandleViolation);
  });

  it("observe: tells of it, and changes nothing", async () => {
    const outcome = await outcomeOf(library, shapes.parallelSteps, { mode: "observe" });
    expect(outcome).toMatchObject({ error: failure, rows: parallelSteps });
    if (parallelSteps.length > 0) expect(outcome.violations.some(({ severity }) => severity === "error")).toBe(true);
  });

  it("statements that were sent before the failure: bare, observed and guarded", async () => {
    const bare = await outcomeOf(library, shapes.parallelStatements);
    expect(bare).toMatchObject({ error: failure, rows: parallelStatements });
    await close?.();
    await outside.query(`delete from ${table}`);
    const observed = await outcomeOf(library, shapes.parallelStatements, { mode: "observe" });
    expect(observed).toMatchObject({ error: failure, rows: parallelStatements });
    if (parallelStatements.length > 0) expect(observed.rules()).toContain("no-concurrent-use");
    await close?.();
    await outside.query(`delete from ${table}`);
    const guarded = await outcomeOf(library, shapes.parallelStatements, { mode: "throw" });
    expect(guarded).toMatchObject({ error: failure, rows: [], errors: [] });
  });

  it.each(["settledThenThrown", "oneAfterTheOther"] as const)("%s runs clean", async (shape) => {
    const outcome = await outcomeOf(library, shapes[shape], { mode: "throw" });
    expect(outcome).toMatchObject({ error: failure, errors: [], rows: [], violations: [] });
  });

  it("statements in sequence run clean", async () => {
    const outcome = await outcomeOf(library, shapes.successInSequence, { mode: "throw" });
    expect(outcome).toMatchObject({ error: undefined, rows: [1, 2, 3], violations: [] });
  });

  it("parallel statements that succeed run clean, but for what pg has announced", async () => {
    const outcome = await outcomeOf(library, shapes.successInParallel, { mode: "throw" });
    expect(outcome).toMatchObject({ error: undefined, rows: [1, 2, 3] });
    for (const { severity, libraryText } of outcome.violations) {
      expect(severity).toBe("warning");
      expect(libraryText).toContain("will be removed in pg@9.0");
    }
  });

  it("exclusive: statements take turns, and none outlives the transaction", async () => {
    const opened = await library.open((handle) => exclusive(handle));
    ({ close } = opened);
    const branches: Promise<unknown>[] = [];
    for (const shape of [shapes.parallelSteps, shapes.parallelStatements, shapes.settledThenThrown]) {
      const run = opened.transaction((insert) =>
        shape(insert, (start) => {
          const branch = start();
          branches.push(branch);
          return branch;
        }),
      );
      await expect(run).rejects.toBe(failure);
      await Promise.allSettled(branches);
      expect(await rows()).toEqual([]);
    }
    await opened.transaction(shapes.successInParallel);
    expect(await rows()).toEqual([1, 2, 3]);
  });

  it("many transactions one after the other, of every kind, run as if each were the first", async () => {
    const opened = await library.open((handle) => guard(handle, { mode: "throw" }));
    ({ close } = opened);
    for (let round = 0; round < 5; round++) {
      await Promise.allSettled([opened.transaction((insert) => shapes.parallelSteps(insert, (run) => run()))]);
      await opened.transaction((insert) => insert(10 + round));
    }
    expect(await rows()).toEqual([10, 11, 12, 13, 14]);
  });
});
