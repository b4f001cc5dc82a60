/** The look-ups by which an analyser finds contracts. */

import { describe, expect, it } from "vitest";
import { createCatalog, describe as describeCatalog, type KnownType } from "../src/catalog.js";
import type { Contract } from "../src/contract.js";

const catalog = createCatalog();

function nameOf(type: KnownType | undefined): string | undefined {
  switch (type?.kind) {
    case "handle":
      return type.handle.name;
    case "source":
      return type.source.name;
    case "guard":
      return type.guard.name;
    case undefined:
      return undefined;
  }
}

describe("by module specifier", () => {
  it.each([
    ["pg", "pg"],
    ["zeromq", "zeromq"],
    ["zeromq/v5-compat", "zeromq"],
    ["node:fs/promises", "node"],
    ["fs/promises", "node"],
    ["drizzle-orm/node-postgres", "drizzle-orm"],
    ["amqplib/callback_api", "amqplib"],
    ["mysql2/promise", "mysql2"],
    ["@prisma/client", "@prisma/client"],
    ["../generated/prisma/client.js", "@prisma/client"],
    ["@playwright/test", "@playwright/test"],
    ["node:stream/web", "web"],
  ])("finds %s", (specifier, packageName) => {
    expect(catalog.specifiers.test(specifier)).toBe(true);
    expect(catalog.forModule(specifier)[0]?.package).toBe(packageName);
  });

  it.each(["pgx", "xpg", "./pg", "lodash", "zeromq-mock", "@types/pg", "constructor"])(
    "does not find %s",
    (specifier) => {
      expect(catalog.specifiers.test(specifier)).toBe(false);
      expect(catalog.forModule(specifier)).toEqual([]);
    },
  );

  it("finds exports, the newest version first", () => {
    expect(catalog.exported("pg", "Pool")?.contract.versions).toBe(">=8.19.0");
    expect(catalog.exported("zeromq", "Push")?.contract.versions).toBe(">=6");
    expect(catalog.exported("zeromq", "socket")?.contract.versions).toBe("<6");
    expect(catalog.exported("fs", "promises")?.export.kind).toBe("namespace");
    expect(catalog.exported("fs", "createWriteStream")?.export.kind).toBe("function");
    expect(catalog.exported("p-limit", "default")?.export.kind).toBe("function");
  });

  it("is not fooled by what every object inherits", () => {
    expect(catalog.exported("pg", "constructor")).toBeUndefined();
    expect(catalog.exported("pg", "toString")).toBeUndefined();
    expect(catalog.global("hasOwnProperty")).toBeUndefined();
  });

  it("finds globals", () => {
    expect(catalog.global("ReadableStream")?.contract.package).toBe("web");
  });
});

describe("by name", () => {
  it("finds package#Type", () => {
    expect(nameOf(catalog.named("pg#PoolClient"))).toBe("PoolClient");
    expect(nameOf(catalog.named("async-mutex#Mutex"))).toBe("Mutex");
    expect(catalog.named("pg#Nothing")).toBeUndefined();
  });

  it("prefers the contract that refers, which may be for another version", () => {
    const old = catalog.ofPackage("pg").find(({ versions }) => versions === "<8.19.0");
    expect(catalog.resolve("PoolClient", old!)?.contract).toBe(old);
    expect(catalog.resolve("pg#PoolClient", old!)?.contract).toBe(old);
  });

  it("finds types of other packages", () => {
    const [pool] = catalog.ofPackage("pg-pool");
    expect(nameOf(catalog.resolve("pg#PoolClient", pool!))).toBe("PoolClient");
  });
});

describe("by declaration", () => {
  const declared = (packageName: string, name: string, file?: string): (string | undefined)[] =>
    catalog
      .declared({ package: packageName, name, ...(file !== undefined && { file }) })
      .map(({ type }) => nameOf(type));

  it("finds types of packages and of their @types package", () => {
    expect(declared("@types/pg", "PoolClient", "index.d.ts")[0]).toBe("PoolClient");
    expect(declared("pg", "PoolClient")[0]).toBe("PoolClient");
    expect(declared("@types/async-lock", "AsyncLock")).toEqual(["AsyncLock"]);
    expect(declared("lodash", "PoolClient")).toEqual([]);
  });

  it("tells types of one name apart by their file", () => {
    expect(new Set(declared("mysql2", "PoolConnection", "promise.d.ts"))).toEqual(new Set(["PromisePoolConnection"]));
    expect(new Set(declared("mysql2", "PoolConnection", "typings/mysql/lib/PoolConnection.d.ts"))).toEqual(
      new Set(["PoolConnection"]),
    );
    expect(declared("amqplib", "Channel", "index.d.ts")).toEqual(["Channel"]);
    expect(declared("amqplib", "Channel", "callback_api.d.ts")).toEqual(["CallbackChannel"]);
    expect(declared("@types/node", "Socket", "net.d.ts")).toEqual(["Socket"]);
    expect(declared("@types/node", "Socket", "dgram.d.ts")).toEqual([]);
    expect(declared("@types/node", "WriteStream", "tty.d.ts")).toEqual([]);
    expect(declared("zeromq", "Socket", "lib/compat.d.ts")).toEqual(["CompatibleSocket"]);
  });

  it("says which matches need more than the type", () => {
    const matches = catalog.declared({ package: "typeorm", name: "EntityManager" });
    expect(matches.map(({ type, pattern }) => [type.kind, pattern.shared ?? false])).toEqual([
      ["handle", true],
      ["source", false],
    ]);
  });
});

describe("quick filters", () => {
  it("knows the names of operations, releases and options", () => {
    for (const name of [
      "query",
      "release",
      "linger",
      "receive",
      "prefetch",
      "ack",
      "transacting",
      "session",
      "connect",
    ]) {
      expect(catalog.names).toContain(name);
    }
  });

  it("leaves out names that say nothing", () => {
    for (const name of ["on", "emit", "logger"]) expect(catalog.names).not.toContain(name);
  });

  it("has only names that can stand in source text", () => {
    for (const name of catalog.names) expect(name).toMatch(/^[\w$]+$/);
  });
});

describe("versions", () => {
  it("keeps what fits the installed version", () => {
    const installed = catalog.installed((name) => (name === "pg" ? "8.11.3" : undefined));
    expect(installed.ofPackage("pg").map(({ versions }) => versions)).toEqual(["<8.19.0"]);
    expect(installed.ofPackage("zeromq")).toHaveLength(3);
  });
});

describe("contracts of one's own", () => {
  const own: Contract = {
    package: ".",
    versions: "*",
    status: "documented",
    modules: ["./src/socket"],
    declaredIn: ["."],
    evidence: [],
    exports: { Socket: { kind: "class", type: "Socket" } },
    handles: [
      {
        name: "Socket",
        noun: "socket",
        types: [{ name: "Socket", file: "src/socket" }],
        lanes: {},
        operations: { ping: {} },
        releases: {},
        afterRelease: { outcome: "throws" },
      },
    ],
  };

  it("come first and are found like all others", () => {
    const extended = createCatalog([own]);
    expect(extended.contracts[0]).toBe(own);
    expect(extended.forModule("./src/socket")).toEqual([own]);
    expect(extended.declared({ package: ".", name: "Socket", file: "src/socket.ts" })).toHaveLength(1);
    expect(extended.names).toContain("ping");
    expect(catalog.forModule("./src/socket")).toEqual([]);
  });
});

describe("the description", () => {
  it("prints what the catalog knows", () => {
    const { version, contracts } = describeCatalog(catalog);
    expect(version).toBe(1);
    expect(contracts).toHaveLength(catalog.contracts.length);
    expect(Object.keys(contracts[0]!)).toEqual(["package", "versions", "status", "handles"]);
  });

  it("prints one package", () => {
    const { contracts } = describeCatalog(catalog, "pg");
    expect(contracts.map(({ package: name }) => name)).toEqual(["pg", "pg"]);
  });
});
