/** Ordinary programs on real libraries: guarded in every way, they do what they did, and nothing is reported. */
import { AsyncLocalStorage } from "node:async_hooks";
import { relations, eq, inArray, sql as drizzleSql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { EntitySchema as MikroSchema, MikroORM, RequestContext, type SqlEntityManager } from "@mikro-orm/postgresql";
import { Kysely, PostgresDialect, sql } from "kysely";
import mysql from "mysql2/promise";
import pg from "pg";
import { DataSource, EntitySchema, EntitySchemaOptions } from "typeorm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { exclusive, guard } from "../src/index.js";
import { Cursor } from "./support/cursor.js";
import { collecting, rejectionOf, thrownBy, violation } from "./support/violations.js";

const server = { host: "127.0.0.1", port: 5432, user: "root", database: "test" };
const table = `holdfast_libraries_${process.pid}`;
const outside = new pg.Pool({ ...server, max: 1 });

beforeAll(async () => {
  await outside.query(`create table ${table} (id int primary key, name text, parent int)`);
  await outside.query(`insert into ${table} values (1, 'one', null), (2, 'two', 1), (3, 'three', 1)`);
});
afterAll(async () => {
  await outside.query(`drop table ${table}`);
  await outside.end();
});

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

function startPool(max = 2) {
  const pool = new pg.Pool({ ...server, max });
  undo.push(() => pool.end());
  return pool;
}

/** Each way to guard; what is told is looked at afterwards. */
const ways = [
  ["bare", (handle) => handle],
  ["throw", (handle, onViolation) => guard(handle, { onViolation })],
  ["serialize", (handle, onViolation) => guard(handle, { mode: "serialize", onViolation })],
  ["observe", (handle, onViolation) => guard(handle, { mode: "observe", onViolation })],
  ["exclusive", (handle, onViolation) => exclusive(handle, { onViolation })],
] satisfies [string, <T extends object>(handle: T, onViolation: ReturnType<typeof collecting>["onViolation"]) => T][];

describe.each(ways)("%s", (_way, watch) => {
  const { violations, onViolation } = collecting();
  const watched = <T extends object>(handle: T): T => watch(handle, onViolation);
  afterEach(() => expect(violations.splice(0)).toEqual([]));

  it("drizzle-orm: subqueries, relations, raw statements, prepared statements, nested transactions", async () => {
    const item = pgTable(table, { id: integer().primaryKey(), name: text(), parent: integer() });
    const itemRelations = relations(item, ({ one, many }) => ({
      parentItem: one(item, { fields: [item.parent], references: [item.id], relationName: "tree" }),
      children: many(item, { relationName: "tree" }),
    }));
    const db = watched(drizzle(startPool(), { schema: { item, itemRelations } }));
    await db.transaction(async (tx) => {
      const children = tx.select({ id: item.id }).from(item).where(eq(item.parent, 1));
      const found = await tx.select().from(item).where(inArray(item.id, children)).orderBy(item.id);
      expect(found.map(({ name }) => name)).toEqual(["two", "three"]);
      const sub = tx.select().from(item).where(eq(item.id, 2)).as("sub");
      expect(await tx.select({ name: sub.name }).from(sub)).toEqual([{ name: "two" }]);
      const cte = tx.$with("cte").as(tx.select().from(item).where(eq(item.id, 3)));
      expect(await tx.with(cte).select({ name: cte.name }).from(cte)).toEqual([{ name: "three" }]);
      const tree = await tx.query.item.findFirst({ where: eq(item.id, 1), with: { children: true } });
      expect(tree!.children).toHaveLength(2);
      expect((await tx.execute(drizzleSql`select 7 as n`)).rows).toEqual([{ n: 7 }]);
      expect(await tx.$count(item)).toBe(3);
      const one = tx
        .select()
        .from(item)
        .where(eq(item.id, drizzleSql.placeholder("id")))
        .prepare("one");
      expect(await one.execute({ id: 1 })).toMatchObject([{ name: "one" }]);
      expect(tx.select().from(item).toSQL().params).toEqual([]);
      await tx.transaction(async (nested) => {
        expect(await nested.select().from(item)).toHaveLength(3);
      });
      const chained = await tx
        .select()
        .from(item)
        .then((rows) => rows.length);
      expect(chained).toBe(3);
    });
    await expect(db.transaction((tx) => tx.execute(drizzleSql`select 1 / 0`))).rejects.toThrow();
    const [counted, all] = await Promise.all([db.$count(item), db.select().from(item)]);
    expect([counted, all.length]).toEqual([3, 3]);
    expect(await db.transaction((tx) => tx.select().from(item))).toHaveLength(3);
  });

  it("kysely: subqueries, raw statements, schema, streams, savepoints", async () => {
    interface Item {
      id: number;
      name: string | null;
      parent: number | null;
    }
    const dialect = new PostgresDialect({ pool: startPool(), cursor: Cursor });
    const db = watched(new Kysely<Record<string, Item>>({ dialect }));
    await db.transaction().execute(async (tx) => {
      const children = tx.selectFrom(table).select("id").where("parent", "=", 1);
      const found = await tx.selectFrom(table).selectAll().where("id", "in", children).orderBy("id").execute();
      expect(found.map(({ name }) => name)).toEqual(["two", "three"]);
      const first = await tx
        .with("sub", (query) => query.selectFrom(table).selectAll().where("id", "=", 3))
        .selectFrom("sub")
        .selectAll()
        .executeTakeFirstOrThrow();
      expect(first.name).toBe("three");
      expect((await sql<{ n: number }>`select 7 as n`.execute(tx)).rows).toEqual([{ n: 7 }]);
      const compiled = tx.selectFrom(table).selectAll().where("id", "=", 1).compile();
      expect(compiled.parameters).toEqual([1]);
      expect((await tx.executeQuery(compiled)).rows).toHaveLength(1);
      await tx.schema.createTable(`${table}_other`).addColumn("id", "integer").execute();
      await tx.schema.dropTable(`${table}_other`).execute();
      expect(await tx.withSchema("public").selectFrom(table).selectAll().execute()).toHaveLength(3);
      const picked = await tx
        .selectFrom(table)
        .$if(true, (query) => query.select("id"))
        .$call((query) => query.where("id", "=", 2))
        .execute();
      expect(picked).toEqual([{ id: 2 }]);
    });
    const streamed: unknown[] = [];
    for await (const { id } of db.selectFrom(table).select("id").orderBy("id").stream(1)) streamed.push(id);
    expect(streamed).toEqual([1, 2, 3]);
    const controlled = await db.startTransaction().execute();
    const saved = await controlled.savepoint("here").execute();
    await saved.rollbackToSavepoint("here").execute();
    expect(await controlled.selectFrom(table).selectAll().execute()).toHaveLength(3);
    await controlled.commit().execute();
    expect(controlled.isCommitted).toBe(true);
    await expect(db.transaction().execute(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("typeorm: repositories, query builders, managers, query runners", async () => {
    interface Item {
      id: number;
      name: string;
    }
    const options = Object.assign(new EntitySchemaOptions<Item>(), {
      name: "Item",
      tableName: table,
      columns: { id: { type: "int", primary: true }, name: { type: "text", nullable: true } },
    } as const);
    const item = new EntitySchema<Item>(options);
    const { user: username, ...others } = server;
    const bare = await new DataSource({ type: "postgres", username, ...others, entities: [item] }).initialize();
    undo.push(() => bare.destroy());
    const source = watched(bare);
    expect(source.isInitialized).toBe(true);
    await source.transaction(async (manager) => {
      const repository = manager.getRepository(item);
      expect(await repository.find({ order: { id: "ASC" } })).toHaveLength(3);
      const saved = await repository.save({ id: 4, name: "four" });
      expect(saved.name).toBe("four");
      expect(await manager.findOneByOrFail(item, { id: 4 })).toMatchObject({ name: "four" });
      const built = repository.createQueryBuilder("item").where("item.id = :id", { id: 4 });
      expect(await built.getCount()).toBe(1);
      expect(
        await manager.createQueryBuilder().select("item").from(item, "item").where("item.id > 3").getMany(),
      ).toEqual([{ id: 4, name: "four" }]);
      await manager.transaction(async (nested) => nested.delete(item, { id: 4 }));
      expect(await manager.count(item)).toBe(3);
    });
    const runner = source.createQueryRunner();
    await runner.connect();
    await runner.startTransaction();
    expect(await runner.manager.count(item)).toBe(3);
    expect(await runner.query("select 1 as n")).toEqual([{ n: 1 }]);
    await runner.commitTransaction();
    await runner.release();
    expect(runner.isReleased).toBe(true);
    expect(await source.getRepository(item).count()).toBe(3);
    expect(await source.manager.count(item)).toBe(3);
  });

  it("mikro-orm: request contexts, forks, repositories, units of work, nested transactions", async () => {
    const item = new MikroSchema<{ id: number; name: string }>({
      name: "Item",
      tableName: table,
      properties: { id: { type: "number", primary: true, autoincrement: false }, name: { type: "string" } },
    });
    const { database: dbName, ...others } = server;
    const start = (options: object) => {
      const bare = new MikroORM({ entities: [item], dbName, ...others, pool: { min: 0, max: 2 }, ...options });
      undo.push(() => bare.close(true));
      return watched(bare);
    };
    const work = async (orm: MikroORM) => {
      const repository = orm.em.getRepository(item);
      expect(await repository.count()).toBe(3);
      const one = await orm.em.findOneOrFail(item, 1);
      one.name = "first";
      await orm.em.flush();
      expect(await orm.em.fork().findOneOrFail(item, 1)).toMatchObject({ name: "first" });
      one.name = "one";
      await orm.em.flush();
      await orm.em.transactional(async (em) => {
        em.persist(em.create(item, { id: 4, name: "four" }));
        await em.flush();
        await em.transactional((inner) => inner.nativeUpdate(item, { id: 4 }, { name: "fourth" }));
        expect(await em.createQueryBuilder(item).where({ id: 4 }).getCount()).toBe(1);
        expect(await em.getConnection().execute("select 1 as one")).toEqual([{ one: 1 }]);
        await em.nativeDelete(item, { id: 4 });
      });
      const own = orm.em.fork();
      await own.begin();
      await own.insert(item, { id: 5, name: "five" });
      await own.rollback();
      expect(await own.count(item)).toBe(3);
    };
    const plain = start({});
    await RequestContext.create(plain.em, () => work(plain));
    const requests = new AsyncLocalStorage<SqlEntityManager>();
    const contextual = start({ context: () => requests.getStore() });
    await requests.run(contextual.em.fork({ useContext: true }), () => work(contextual));
  });

  it("mysql2: a connection of one's own and one out of a pool, known by their classes", async () => {
    const own = watched(await mysql.createConnection("mysql://root@127.0.0.1"));
    await own.beginTransaction();
    expect((await own.query("select 1 as n"))[0]).toEqual([{ n: 1 }]);
    await Promise.all([own.query("select 2"), own.query("select 3")]);
    await own.commit();
    await own.end();
    const bare = mysql.createPool("mysql://root@127.0.0.1");
    undo.push(() => bare.end());
    const lent = await watched(bare).getConnection();
    expect((await lent.execute("select ? as n", [4]))[0]).toEqual([{ n: 4 }]);
    lent.release();
    const direct = watched(await bare.getConnection());
    await direct.ping();
    direct.release();
  });

  it("pg: a cursor, read to its end", async () => {
    const client = watched(await startPool().connect());
    const cursor = client.query(new Cursor<{ n: number }>("select n from generate_series(1, 3) as n"));
    expect(await cursor.read(2)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await cursor.read(2)).toEqual([{ n: 3 }]);
    await cursor.close();
    expect((await client.query("select 1 as n")).rows).toEqual([{ n: 1 }]);
    client.release();
  });
});

describe("a cursor of pg", () => {
  it("occupies its client until it is closed", async () => {
    const client = guard(await startPool().connect());
    const cursor = client.query(new Cursor("select n from generate_series(1, 6) as n"));
    await cursor.read(1);
    expect(violation(thrownBy(() => client.release()))).toMatchObject({ rule: "no-early-release" });
    await cursor.close();
  });

  it("is given back at once, also where it comes second", async () => {
    const client = exclusive(await startPool().connect());
    const first = client.query("select 1 as n");
    const cursor = client.query(new Cursor<{ n: number }>("select 2 as n"));
    expect(cursor).toBeInstanceOf(Cursor);
    const [{ rows }, read] = await Promise.all([first, cursor.read(1)]);
    expect([rows, read]).toEqual([[{ n: 1 }], [{ n: 2 }]]);
    await cursor.close();
    client.release();
  });

  it("is refused with an error that is thrown: nobody could await it", async () => {
    const client = guard(await startPool().connect());
    client.release();
    expect(violation(thrownBy(() => client.query(new Cursor("select 1")))).rule).toBe("no-use-after-release");
  });
});

describe("a row stream of typeorm", () => {
  const numbers = "select 1 as n union select 2 union select 3";

  async function startRunner() {
    const bare = await new DataSource({
      type: "mysql",
      host: "127.0.0.1",
      username: "root",
      database: "test",
    }).initialize();
    undo.push(() => bare.destroy());
    const found = collecting();
    const runner = guard(bare, { mode: "observe", onViolation: found.onViolation }).createQueryRunner();
    return { runner, found };
  }

  it("occupies its query runner until it was read to its end", async () => {
    const { runner, found } = await startRunner();
    const rows = await runner.stream(numbers);
    const read: unknown[] = [];
    for await (const row of rows) read.push({ ...(row as object) });
    expect(read).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await runner.release();
    expect(found.rules()).toEqual([]);
  });

  it("or until it is destroyed", async () => {
    const { runner, found } = await startRunner();
    const rows = await runner.stream(numbers);
    rows.destroy();
    await runner.release();
    expect(found.rules()).toEqual([]);
  });

  it("is cut off by a release before that", async () => {
    const { runner, found } = await startRunner();
    const rows = await runner.stream(numbers);
    await runner.release();
    expect(found.violations).toMatchObject([
      { rule: "no-early-release", first: { operation: "stream" }, second: { operation: "release" } },
    ]);
    rows.destroy();
  });

  it("is refused by a runner that was released", async () => {
    const { runner, found } = await startRunner();
    await runner.release();
    await rejectionOf((async () => runner.stream(numbers))());
    expect(found.rules()).toEqual(["no-use-after-release"]);
  });
});
