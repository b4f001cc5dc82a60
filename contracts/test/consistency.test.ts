/** Every contract hangs together: what it refers to exists, and what it claims has evidence. */

import { describe, expect, it } from "vitest";
import { createCatalog, modulesOf, typesOf, definition } from "../src/catalog.js";
import type { Contract, Export, Handle, Property } from "../src/contract.js";
import { isRange } from "../src/versions.js";

const catalog = createCatalog();

const proven = [
  "zeromq",
  "pg",
  "drizzle-orm",
  "kysely",
  "typeorm",
  "@mikro-orm/core",
  "amqplib",
  "node",
  "async-mutex",
  "async-lock",
  "generic-pool",
  "ioredis",
  "mysql2",
  "p-limit",
  "p-queue",
  "pg-cursor",
  "pg-pool",
  "web",
];

/** Every object in the data, with the key under which it stands. */
function* objectsIn(value: unknown, key = ""): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield [key, value as Record<string, unknown>];
  for (const [name, child] of Object.entries(value)) yield* objectsIn(child, Array.isArray(value) ? key : name);
}

/** Every text in the data. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const child of Object.values(value)) yield* textsIn(child);
}

/** Names of types that exports, calls, callbacks and properties refer to. */
function referencesIn(contract: Contract): string[] {
  const references: string[] = [];
  for (const [key, object] of objectsIn({ ...contract, evidence: [] })) {
    if (typeof object.type === "string") references.push(object.type);
    if (key === "returnsArgument" && Array.isArray(object.types)) references.push(...(object.types as string[]));
  }
  return references;
}

function title(contract: Contract): string {
  return `${contract.package} ${contract.versions} (${modulesOf(contract).join(", ")})`;
}

describe.each(catalog.contracts.map((contract) => [title(contract), contract] as const))("%s", (_, contract) => {
  it("prints as JSON and reads back the same", () => {
    expect(JSON.parse(JSON.stringify(contract))).toStrictEqual(contract);
  });

  it("names versions that can be read", () => {
    expect(isRange(contract.versions)).toBe(true);
  });

  it("has evidence, and a proof if it is proven", () => {
    expect(contract.evidence.length).toBeGreaterThan(0);
    const proofs = contract.evidence.filter(({ kind }) => kind === "proof").map(({ where }) => where);
    for (const proof of proofs) expect(proof).toMatch(/^proofs\/[\w-]+\.mjs$/);
    if (contract.status === "proven") {
      expect(proven).toContain(contract.package);
      expect(proofs.length).toBeGreaterThan(0);
    }
  });

  it("has no empty texts", () => {
    for (const text of textsIn({ ...contract, modules: undefined })) expect(text).not.toBe("");
  });

  it("refers to types that exist", () => {
    for (const name of referencesIn(contract)) {
      expect(catalog.resolve(name, contract), `${title(contract)}: ${name}`).toBeDefined();
    }
  });

  it("defines each type once", () => {
    const names = typesOf(contract).map((type) => definition(type).name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("exports at least one thing", () => {
    expect(Object.keys(contract.exports).length).toBeGreaterThan(0);
  });

  it("has no exports that every object inherits", () => {
    for (const [, object] of objectsIn(contract)) {
      if (object.kind === "class") expect((object as Export & { kind: "class" }).type).toMatch(/^[\w@#/.-]+$/);
      expect(Object.keys(object)).not.toContain("constructor");
    }
  });
});

const handles = catalog.contracts.flatMap((contract) =>
  contract.handles.map(
    (handle) => [`${contract.package}#${handle.name} ${contract.versions}`, handle, contract] as const,
  ),
);

describe.each(handles)("%s", (_, handle, contract) => {
  const lanes = Object.keys(handle.lanes);
  const operations = Object.keys(handle.operations);

  it("uses lanes that it has", () => {
    const used = [
      ...Object.values(handle.operations).map(({ lane }) => lane),
      handle.anyMethod?.lane,
      handle.passedAs?.lane,
      ...(handle.sections ?? []).map(({ lane }) => lane),
      ...Object.values(handle.lanes).flatMap(({ excludes = [], blocks = [] }) => [...excludes, ...blocks]),
    ].filter((lane) => lane !== undefined);
    for (const lane of used) expect(lanes).toContain(lane);
  });

  it("has lanes that are used, by it or by a view of it", () => {
    const views = [handle, ...viewsOf(handle, contract)];
    for (const lane of lanes) {
      const used = views.some(
        (view) =>
          Object.values(view.operations).some((operation) => operation.lane === lane) || view.passedAs?.lane === lane,
      );
      expect(used || handle.types.length === 0 || isView(handle, contract), lane).toBe(true);
    }
  });

  it("says the same of its lanes as its views", () => {
    for (const view of viewsOf(handle, contract)) expect(view.lanes).toEqual(handle.lanes);
  });

  it("knows the phases that it begins and ends", () => {
    const phases = Object.values(handle.lanes).flatMap((lane) => Object.keys(lane.phases ?? {}));
    for (const { begins, ends } of Object.values(handle.operations)) {
      for (const change of [begins, ends]) {
        if (change === undefined) continue;
        expect(phases).toContain(change.phase);
        if (change.text !== undefined) expect(() => new RegExp(change.text!, "i")).not.toThrow();
      }
    }
  });

  it("names releases that it has", () => {
    const releases = Object.keys(handle.releases);
    for (const { graceful } of Object.values(handle.releases)) {
      if (graceful !== undefined) expect(releases).toContain(graceful);
    }
    if (handle.disposal !== undefined) expect(releases).toContain(handle.disposal.release);
  });

  it("does not call one thing an operation and a release", () => {
    for (const release of Object.keys(handle.releases)) expect(operations).not.toContain(release);
  });

  it("names operations that it has", () => {
    const options = handle.options ?? [];
    const named = [
      ...(handle.drains ?? []),
      ...(handle.reopenedBy ?? []).filter((name) => handle.anyMethod === undefined && name in handle.operations),
      ...options.flatMap(({ precedes }) => precedes).filter((name) => !(name in handle.releases)),
      ...(handle.sections ?? []).flatMap(({ begins, ends }) => [...begins, ...ends]),
      ...(handle.settlement
        ? [...handle.settlement.delivers, ...handle.settlement.acknowledges, ...handle.settlement.rejects]
        : []),
    ];
    // A socket that only receives has no `send` to be late for.
    for (const name of named) if (!handle.receivesOnly || name !== "send") expect(operations).toContain(name);
  });

  it("names types that options must precede", () => {
    for (const { precedes, precedesNew = [] } of handle.options ?? []) {
      expect(precedes.length + precedesNew.length).toBeGreaterThan(0);
      for (const name of precedesNew) expect(catalog.resolve(name, contract)).toBeDefined();
    }
  });
});

/** Handles that are views of the handle: reached by a property or method that says so. */
function viewsOf(handle: Handle, contract: Contract): Handle[] {
  const properties: Property[] = [
    ...Object.values(handle.properties ?? {}),
    ...(handle.anyProperty ? [handle.anyProperty] : []),
  ];
  const returned = [...Object.values(handle.methods ?? {}), ...Object.values(handle.operations)].map(
    ({ returns }) => returns,
  );
  return [...properties, ...returned]
    .filter((target) => target?.view)
    .map((target) => catalog.resolve(target!.type, contract))
    .flatMap((type) => (type?.kind === "handle" && type.handle.name !== handle.name ? [type.handle] : []));
}

function isView(handle: Handle, contract: Contract): boolean {
  return contract.handles.some((other) => other !== handle && viewsOf(other, contract).includes(handle));
}

describe("the catalog", () => {
  it("has no two contracts for the same modules and versions", () => {
    // Of Node.js one file a topic: several contracts may add to what a module exports.
    const keys = catalog.contracts.filter(({ package: name }) => name !== "node").map(title);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("has no two meanings of one export of a module", () => {
    for (const contract of catalog.contracts.filter(({ package: name }) => name === "node")) {
      for (const other of catalog.contracts) {
        if (other === contract || !modulesOf(other).some((module) => modulesOf(contract).includes(module))) continue;
        for (const name of Object.keys(contract.exports)) expect(Object.keys(other.exports)).not.toContain(name);
      }
    }
  });

  it("has no two types of one name in a package, unless for different versions", () => {
    const seen = new Set<string>();
    for (const contract of catalog.contracts) {
      for (const type of typesOf(contract)) {
        const key = `${contract.package}#${definition(type).name} ${contract.versions}`;
        expect(seen, key).not.toContain(key);
        seen.add(key);
      }
    }
  });

  it("holds contracts for every library of the first edition", () => {
    const packages = new Set(catalog.contracts.map(({ package: name }) => name));
    for (const name of [
      ...proven,
      "knex",
      "@prisma/client",
      "mongodb",
      "kafkajs",
      "node-rdkafka",
      "playwright",
      "playwright-core",
      "@playwright/test",
      "@holdfast/runtime",
    ]) {
      expect(packages).toContain(name);
    }
  });

  it("has a proven contract for each library that has a proof", () => {
    for (const name of proven) {
      expect(
        catalog.ofPackage(name).some(({ status }) => status === "proven"),
        name,
      ).toBe(true);
    }
  });
});
