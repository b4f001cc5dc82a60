/** Handles that are passed along with calls of something else. */
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { guard } from "../src/index.js";
import { deferred } from "./support/deferred.js";
import { collecting, rejectionOf, violation } from "./support/violations.js";

describe("sql of kysely, executed on a transaction", () => {
  const table = `holdfast_passed_along_${process.pid}`;
  const pool = new pg.Pool({ host: "127.0.0.1", user: "root", database: "test", max: 1 });
  const rows = async () => (await pool.query<{ id: number }>(`select id from ${table} order by id`)).rows;
  afterAll(async () => {
    await pool.query(`drop table ${table}`);
    await pool.end();
  });

  it("is refused after the rollback, as every other statement is", async () => {
    await pool.query(`create table ${table} (id int)`);
    const db = guard(new Kysely<object>({ dialect: new PostgresDialect({ pool }) }));
    const late = deferred<unknown>();
    const insert = (id: number) => sql`insert into ${sql.table(table)} values (${id})`;
    const failed = await rejectionOf(
      db.transaction().execute(async (trx) => {
        await Promise.all([
          insert(1).execute(trx),
          sql`select no_such_column`.execute(trx),
          (async () => {
            await insert(2)
              .execute(trx)
              .catch(() => {});
            late.resolve(await rejectionOf(insert(3).execute(trx)));
          })(),
        ]);
      }),
    );
    expect(String(failed)).toContain("no_such_column");
    expect(violation(await late.promise)).toMatchObject({ contract: "kysely#Transaction" });
    expect(await rows()).toEqual([]);
  });

  it("does what it does without a guard", async () => {
    const found = collecting();
    const db = guard(new Kysely<object>({ dialect: new PostgresDialect({ pool }) }), {
      onViolation: found.onViolation,
    });
    const result = await db.transaction().execute(async (trx) => {
      await sql`insert into ${sql.table(table)} values (7)`.execute(trx);
      return sql<{ id: number }>`select id from ${sql.table(table)}`.execute(trx);
    });
    expect(result.rows).toEqual([{ id: 7 }]);
    expect(found.violations).toEqual([]);
  });
});

/** By their names those of mongodb, for which no server is here. */
const mongodb = () => {
  class ClientSession {
    startTransaction() {}
    async commitTransaction() {}
    async abortTransaction() {}
    async endSession() {}
    withTransaction(use: (session: ClientSession) => Promise<unknown>) {
      return use(this);
    }
  }
  class Cursor {
    constructor(private readonly answer: Promise<unknown>) {}
    toArray() {
      return this.answer;
    }
  }
  class Collection {
    readonly given: unknown[] = [];
    insertOne(document: { reply?: Promise<unknown> }, options: { session?: ClientSession } = {}) {
      this.given.push(options.session);
      return document.reply ?? Promise.resolve("inserted");
    }
    find(filter: { reply: Promise<unknown> }, options: { session?: ClientSession }) {
      this.given.push(options.session);
      return new Cursor(filter.reply);
    }
  }
  class Db {
    readonly users = new Collection();
    collection(_name: string) {
      return this.users;
    }
  }
  class MongoClient {
    readonly people = new Db();
    readonly session = new ClientSession();
    db() {
      return this.people;
    }
    startSession() {
      return this.session;
    }
    async withSession(use: (session: ClientSession) => Promise<unknown>) {
      return use(this.session);
    }
  }
  const raw = new MongoClient();
  const found = collecting();
  const client = guard(raw, { contract: "mongodb#MongoClient", onViolation: found.onViolation });
  return { raw, client, found, users: client.db().collection("users"), given: raw.people.users.given };
};

describe("a session of mongodb", () => {
  it("goes to the driver as itself, with options that stay what they are", async () => {
    const { raw, client, users, given, found } = mongodb();
    const session = client.startSession();
    const options = { session };
    expect(await users.insertOne({}, options)).toBe("inserted");
    expect(given).toEqual([raw.session]);
    expect(given[0]).toBe(raw.session);
    expect(options.session).toBe(session);
    expect(found.violations).toEqual([]);
  });

  it("may carry several operations, but not in a transaction", async () => {
    const { client, users, found } = mongodb();
    const session = client.startSession();
    await Promise.all([users.insertOne({}, { session }), users.insertOne({}, { session })]);
    expect(found.violations).toEqual([]);
    session.startTransaction();
    const outcomes = await Promise.allSettled([users.insertOne({}, { session }), users.insertOne({}, { session })]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(found.violations).toMatchObject([
      { rule: "no-concurrent-use", first: { operation: "insertOne" }, second: { operation: "insertOne" } },
    ]);
    await users.insertOne({}, {});
    await session.commitTransaction();
    await Promise.all([users.insertOne({}, { session }), users.insertOne({}, { session })]);
    expect(found.violations).toHaveLength(1);
  });

  it("belongs to a query from when it runs, not from when it is made", async () => {
    const { client, users, found } = mongodb();
    const session = client.startSession();
    session.startTransaction();
    const reply = deferred<unknown>();
    const query = users.find({ reply: reply.promise }, { session });
    await users.insertOne({}, { session });
    expect(found.violations).toEqual([]);
    const answered = query.toArray();
    expect(violation(await rejectionOf(users.insertOne({}, { session }))).first.operation).toBe("find");
    reply.resolve(["one"]);
    expect(await answered).toEqual(["one"]);
  });

  it("is not used after it has ended", async () => {
    const { client, users } = mongodb();
    const session = client.startSession();
    await session.endSession();
    expect(violation(await rejectionOf(users.insertOne({}, { session }))).rule).toBe("no-use-after-release");
    expect(await users.insertOne({})).toBe("inserted");
  });
});
