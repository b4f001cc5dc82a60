/** Programs that nobody here wrote, and how their own tests are run. */

/**
 * One run of tests: the checkout `name`, its runner with the configuration that its own scripts name, and what this
 * machine may lack. What the configurations leave out is left out here too: tests of other databases and platforms.
 */
export const suites = [
  {
    name: "bullmq",
    runner: "vitest",
    config: "vitest.config.ts",
    // Its tests share one database.
    options: ["--no-file-parallelism"],
    needs: "Redis on 127.0.0.1:6379, best with nobody else at it; prepared with `yarn install && yarn build`",
  },
  {
    name: "bullmq",
    runner: "vitest",
    config: "vitest.ioredis.config.ts",
    options: ["--no-file-parallelism"],
    needs: "the same",
  },
  {
    name: "bullmq",
    runner: "vitest",
    config: "vitest.postgres.smoke.config.ts",
    options: ["--no-file-parallelism"],
    needs: "PostgreSQL at POSTGRES_URL, with the database that it names",
  },
  {
    name: "pg-boss",
    runner: "vitest",
    config: "vitest.config.ts",
    // Types are none of the matter here. The tests wait more than they work, so that many files can run at once.
    options: ["--typecheck=false", "--maxWorkers=6"],
    needs:
      "PostgreSQL on 127.0.0.1:5432 with a database `pgboss`; prepared with " +
      "`npm ci && npx prisma generate --schema=test/prisma/schema.prisma`",
  },
  {
    name: "graphile-worker",
    runner: "jest",
    config: "jest.config.cjs",
    options: ["--ci", "--runInBand"],
    needs:
      "PostgreSQL at PGHOST with PGUSER, who may create databases; prepared with " +
      "`yarn install && yarn prepack && yarn test:setupdb`",
  },
];
