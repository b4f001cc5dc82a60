import { describe, expect, it } from "vitest";
import { createCatalog } from "../src/catalog.js";
import type { Handle } from "../src/contract.js";
import {
  afterReleaseWords,
  freeOperations,
  lanesOf,
  laneSentences,
  limitWords,
  nounOf,
  optionGroups,
  optionSentences,
  outcomeWords,
  overlapWords,
  releaseWords,
  sentence,
  settlingWords,
  withArticle,
} from "../src/words.js";

/** A handle that says as little as a handle can. */
const plain: Handle = {
  name: "Link",
  noun: "serial link",
  types: [],
  lanes: {},
  operations: {},
  releases: {},
  afterRelease: { outcome: "throws", error: "Link is closed" },
};

const link: Handle = {
  ...plain,
  lanes: {
    send: { overlap: { outcome: "throws", error: "Link is busy" }, phases: { handshake: { outcome: "hangs" } } },
    open: { overlap: { outcome: "rejects" }, blocks: ["send"] },
    read: { overlap: { outcome: "queues" } },
    name: { overlap: { outcome: "queues" } },
  },
  operations: {
    send: { lane: "send" },
    open: { lane: "open" },
    reopen: { lane: "open" },
    read: { lane: "read" },
    rename: { lane: "name", settledBy: "return" },
    status: {},
    "[Symbol.asyncIterator]": { lane: "read" },
  },
  releases: { close: { waits: false, kind: "graceful", second: { outcome: "harmless" } } },
  passedAs: { property: "link", lane: "send" },
};

describe("an overlap", () => {
  it("is told with all that is known of it", () => {
    expect(outcomeWords({ outcome: "undefined" })).toBe("the library does not define what happens");
    expect(overlapWords({ outcome: "rejects", error: "busy", kills: true, threshold: 512 })).toBe(
      "the second call rejects and makes the handle unusable, from 512 on: “busy”",
    );
    expect(overlapWords({ outcome: "queues", lateStatements: "after an await" })).toBe(
      "they run one after the other; when one branch fails, statements of the others after an await still run, outside the transaction",
    );
  });

  it("is told once where the library has announced that it ends", () => {
    const announcedEnd = { warnsSince: "8.0.0", endsIn: "9.0.0", text: "is deprecated" };
    const told = "; deprecated since 8.0.0 (“is deprecated”), removed in 9.0.0";
    expect(overlapWords({ outcome: "queues", announcedEnd })).toBe(`they run one after the other${told}`);
    expect(overlapWords({ outcome: "queues", announcedEnd }, { outcome: "queues", announcedEnd })).toBe(
      "they run one after the other",
    );
  });
});

describe("the lanes of a handle", () => {
  it("come with their operations, and with phases", () => {
    expect(lanesOf(link).map(({ name, phase, operations }) => [name, phase, operations])).toEqual([
      ["send", undefined, ["send", "{ link }"]],
      ["send", "handshake", ["send", "{ link }"]],
      ["open", undefined, ["open", "reopen"]],
      ["read", undefined, ["read", "[Symbol.asyncIterator]"]],
      ["name", undefined, ["rename"]],
    ]);
    expect(freeOperations(link)).toEqual(["status"]);
    expect(freeOperations({ ...link, anyMethod: {} })).toEqual(["status", "any other method"]);
  });

  it.each([
    [
      "send",
      [
        "While `send` or `{ link }` is pending, none of them may begin: the second call throws: “Link is busy”.",
        "In a handshake: one of them never settles.",
        "It may not begin while `open` or `reopen` is pending: the second call rejects.",
      ],
    ],
    [
      "reopen",
      [
        "While `reopen` or `open` is pending, none of them may begin, nor may `send` or `{ link }`: the second call rejects.",
      ],
    ],
    ["read", ["`read` or `for await` waits for another."]],
    ["rename", []],
    ["status", []],
  ])("say what may not begin beside %s", (name, sentences) => {
    expect(laneSentences(link, name, link.operations[name]!)).toEqual(sentences);
  });

  it("say so of many operations without a list", () => {
    const operations = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`ask${index}`, { lane: "send" }]));
    const [first] = laneSentences({ ...plain, lanes: link.lanes, operations }, "ask0", { lane: "send" });
    expect(first).toMatch(/^While one of the 9 operations in the lane `send` is pending, none of them may begin: /);
  });
});

it("an operation is told by how it begins and settles", () => {
  expect(settlingWords({})).toBe("is pending until its promise settles");
  expect(settlingWords({ settledBy: "return" })).toBe("is over when it returns");
  expect(settlingWords({ severalStatements: true })).toBe(
    "is pending until its promise settles; it may send several statements, each after the answer to the one before",
  );
  expect(settlingWords({ lazy: true })).toBe("begins when it is awaited, and is pending until its promise settles");
  expect(settlingWords({ builds: { runs: ["execute", "stream"] } })).toBe(
    "begins with `execute` or `stream` and is pending until its promise settles",
  );
});

describe("a release is told", () => {
  it.each([
    [{ waits: true }, "waits for what is pending; a second one is harmless"],
    [
      { waits: false, pending: { outcome: "rejects", error: "closed" } },
      "does not wait for what is pending; what is still pending then rejects: “closed”; a second one is harmless",
    ],
    [
      { waits: true, bounded: "It waits five seconds.", kind: "abort", graceful: "end", drops: true },
      "waits for what is pending, but: It waits five seconds; breaks off what is under way; drops what was handed over, which end does not; a second one is harmless",
    ],
    [
      { waits: false, abortsWith: { argument: 0 } },
      "does not wait for what is pending; breaks off what is under way if argument 1 is true; a second one is harmless",
    ],
    [
      { waits: true, pending: { outcome: "finishes" }, second: { outcome: "throws", error: "closed" } },
      "waits for what is pending; a second one throws: “closed”",
    ],
  ] as const)("%j", (release, words) => {
    expect(releaseWords({ kind: "graceful", second: { outcome: "harmless" }, ...release })).toBe(words);
  });

  it("with what comes after it", () => {
    expect(afterReleaseWords(link)).toBe("an operation after the release throws: “Link is closed”");
    expect(afterReleaseWords({ ...link, releases: {}, afterRelease: { outcome: "works" } })).toBe(
      "an operation after its end runs on a connection that another caller may already be using",
    );
    expect(afterReleaseWords(plain)).toBe("");
  });
});

it("options of which the same is said are told together", () => {
  const option = (name: string, precedes: string[]) => ({
    name,
    set: { property: name },
    precedes,
    tooLate: "nothing happens",
  });
  const options = [option("speed", ["open"]), option("parity", ["open"]), option("gain", ["open", "send"])];
  expect(optionGroups({ ...plain, options }).map(({ names, before }) => [names, before])).toEqual([
    [["speed", "parity"], ["open"]],
    [["gain"], ["open", "send"]],
  ]);
  expect(optionSentences({ ...options[2]!, precedesNew: ["Port"], constructorProperty: "gain" })).toEqual([
    "It has to be set before `open`, `send` or `new Port`.",
    "The constructor takes it as well, as `gain`.",
    "Set too late: Nothing happens.",
  ]);
});

it("sentences begin and end as sentences", () => {
  expect(sentence("it works")).toBe("It works.");
  expect(sentence("it says “no.”")).toBe("It says “no.”");
  expect(sentence("")).toBe("");
  expect(["amqplib channel", "http response", "`Observer`", "pg client"].map(withArticle)).toEqual([
    "an amqplib channel",
    "an http response",
    "an `Observer`",
    "a pg client",
  ]);
});

it("every contract can be put into words", () => {
  for (const contract of createCatalog().contracts) {
    for (const handle of contract.handles) {
      expect(nounOf(handle.name, contract)).toBe(handle.noun);
      const texts = [
        ...lanesOf(handle).map(({ overlap, otherwise }) => overlapWords(overlap, otherwise)),
        ...Object.entries(handle.operations).flatMap(([name, operation]) => [
          settlingWords(operation),
          limitWords(operation),
          ...laneSentences(handle, name, operation),
        ]),
        ...Object.values(handle.releases).map(releaseWords),
        ...(handle.options ?? []).flatMap(optionSentences),
        afterReleaseWords(handle),
      ];
      for (const text of texts) expect(text).not.toMatch(/undefined|\[object|\.\.|“”/);
    }
  }
});
