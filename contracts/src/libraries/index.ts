/** The contracts of all libraries; of one package the newest first. */

import type { Contract } from "../contract.js";
import { contracts as amqplib } from "./amqplib.js";
import { contracts as asyncLock } from "./async-lock.js";
import { contracts as asyncMutex } from "./async-mutex.js";
import { contracts as drizzleOrm } from "./drizzle-orm.js";
import { contracts as genericPool } from "./generic-pool.js";
import { contracts as holdfast } from "./holdfast.js";
import { contracts as ioredis } from "./ioredis.js";
import { contracts as kafkajs } from "./kafkajs.js";
import { contracts as knex } from "./knex.js";
import { contracts as kysely } from "./kysely.js";
import { contracts as mikroOrm } from "./mikro-orm.js";
import { contracts as mongodb } from "./mongodb.js";
import { contracts as mysql2 } from "./mysql2.js";
import { contracts as nodeFs } from "./node-fs.js";
import { contracts as nodeHttp } from "./node-http.js";
import { contracts as nodeNet } from "./node-net.js";
import { contracts as nodeRdkafka } from "./node-rdkafka.js";
import { contracts as nodeStream } from "./node-stream.js";
import { contracts as pLimit } from "./p-limit.js";
import { contracts as pQueue } from "./p-queue.js";
import { contracts as pg } from "./pg.js";
import { contracts as pgCursor } from "./pg-cursor.js";
import { contracts as pgPool } from "./pg-pool.js";
import { contracts as playwright } from "./playwright.js";
import { contracts as prisma } from "./prisma.js";
import { contracts as typeorm } from "./typeorm.js";
import { contracts as webStreams } from "./web-streams.js";
import { contracts as zeromq } from "./zeromq.js";

export const libraries: readonly Contract[] = [
  ...amqplib,
  ...asyncLock,
  ...asyncMutex,
  ...drizzleOrm,
  ...genericPool,
  ...holdfast,
  ...ioredis,
  ...kafkajs,
  ...knex,
  ...kysely,
  ...mikroOrm,
  ...mongodb,
  ...mysql2,
  ...nodeFs,
  ...nodeHttp,
  ...nodeNet,
  ...nodeRdkafka,
  ...nodeStream,
  ...pLimit,
  ...pQueue,
  ...pg,
  ...pgCursor,
  ...pgPool,
  ...playwright,
  ...prisma,
  ...typeorm,
  ...webStreams,
  ...zeromq,
];
