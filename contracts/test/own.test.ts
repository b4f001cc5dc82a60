/** Contracts of the user's own: what they mean, and what is said when they are wrong. */

import { describe, expect, it } from "vitest";
import { createCatalog } from "../src/catalog.js";
import { readOwnContracts } from "../src/own.js";
import { ownContractSchema } from "../src/own-schema.js";

const correct = {
  file: "./src/radio/socket.ts",
  type: "RadioSocket",
  noun: "radio socket",
  lanes: { send: ["send", "sendAll"], receive: ["receive"] },
  operations: ["ping"],
  overlap: { send: "interleaves", receive: "swaps" },
  error: "radio is busy",
  release: { close: { waits: true }, kill: { waits: false } },
  acquire: ["createSocket", { name: "openSocket", promised: true }, "RadioSocket.tuned"],
  options: { frequency: { precedes: ["send"] }, setGain: { precedes: ["send", "receive"], method: true } },
  reason: "The transmitter has one buffer.",
};

function problemsOf(...entries: unknown[]): string[] {
  return readOwnContracts(entries).problems;
}

describe("a correct contract", () => {
  const { contracts, problems } = readOwnContracts([correct]);
  const [contract] = contracts;
  const [handle] = contract!.handles;

  it("has no problems and is plain data", () => {
    expect(problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(contract))).toStrictEqual(contract);
  });

  it("means what it says", () => {
    expect(handle!.noun).toBe("radio socket");
    expect(handle!.operations).toEqual({
      send: { lane: "send" },
      sendAll: { lane: "send" },
      receive: { lane: "receive" },
      ping: {},
    });
    expect(handle!.lanes.receive).toEqual({
      overlap: { outcome: "swaps", error: "radio is busy" },
      why: "The transmitter has one buffer.",
    });
    expect(handle!.releases.close?.waits).toBe(true);
    expect(handle!.releases.kill?.waits).toBe(false);
    expect(handle!.options?.map(({ set }) => set)).toEqual([{ property: "frequency" }, { method: "setGain" }]);
  });

  it("is found by file, export and type", () => {
    const catalog = createCatalog(contracts);
    expect(catalog.exported("./src/radio/socket", "createSocket")?.export).toEqual({
      kind: "function",
      returns: { type: "RadioSocket" },
    });
    expect(catalog.exported("./src/radio/socket", "openSocket")?.export).toMatchObject({ returns: { promised: true } });
    expect(catalog.exported("./src/radio/socket", "RadioSocket")?.export).toMatchObject({
      members: { tuned: { kind: "function" } },
    });
    expect(catalog.declared({ package: ".", name: "RadioSocket", file: "src/radio/socket.ts" })).toHaveLength(1);
  });

  it("may be about a package, and takes overlap to be undefined", () => {
    const { contracts, problems } = readOwnContracts([
      { package: "acme-radio", type: "Radio", lanes: { use: ["send"] } },
    ]);
    expect(problems).toEqual([]);
    expect(contracts[0]?.package).toBe("acme-radio");
    expect(contracts[0]?.handles[0]?.lanes.use?.overlap.outcome).toBe("undefined");
  });
});

describe("nothing to read", () => {
  it("is no problem", () => {
    expect(readOwnContracts(undefined)).toEqual({ contracts: [], problems: [] });
    expect(readOwnContracts([])).toEqual({ contracts: [], problems: [] });
  });
});

describe("problems", () => {
  it.each([
    [{ ...correct, lane: {} }, 'contracts[0].lane is not known: did you mean "lanes"?'],
    [{ ...correct, colour: 1 }, /^contracts\[0\]\.colour is not known: known are package, file, type,/],
    [
      { ...correct, type: undefined },
      "contracts[0].type must be a text, not undefined: write it in quotation marks, and not empty.",
    ],
    [
      { ...correct, package: "x" },
      'contracts[0] has both "package" and "file": give one of them, to say where the type comes from.',
    ],
    [
      { ...correct, overlap: "interleave" },
      'contracts[0].overlap must say what overlap does, and "interleave" does not: did you mean "interleaves"?',
    ],
    [
      { ...correct, overlap: { sent: "throws" } },
      'contracts[0].overlap.sent is no lane of this contract: did you mean "send"?',
    ],
    [
      { ...correct, lanes: { send: "send" } },
      'contracts[0].lanes.send must be a list of method names, not "send": write ["send"].',
    ],
    [
      { ...correct, release: { close: true } },
      'contracts[0].release.close must be an object, not a boolean: write { "waits": true } or { "waits": false }.',
    ],
    [
      { ...correct, release: { close: { wait: true } } },
      'contracts[0].release.close.wait is not known: did you mean "waits"?',
    ],
    [
      { ...correct, release: { close: {} } },
      'contracts[0].release.close lacks "waits": add true if the call waits for pending operations, false if not.',
    ],
    [{ ...correct, acquire: [7] }, /^contracts\[0\]\.acquire\[0\] must name a function, and 7 does not:/],
    [
      { ...correct, options: { gain: { precedes: [] } } },
      /^contracts\[0\]\.options\.gain\.precedes must be a list of method names, this array is empty/,
    ],
    ["pg", 'contracts[0] must be an object, not a string: write { "file": …, "type": … }.'],
    [{ file: "a.ts", type: "A" }, /^contracts\[0\] says nothing about the type:/],
    [{ type: "A", lanes: { use: ["f"] } }, /^contracts\[0\] has neither "package" nor "file":/],
    [
      { ...correct, lanes: { send: ["send"], receive: ["send"] }, overlap: "throws" },
      'contracts[0].lanes.receive has "send", which is in lane "send" already: leave it in one of them.',
    ],
  ])("are told in one sentence: %#", (entry, expected) => {
    const problems = problemsOf(entry);
    const matching = problems.filter((problem) =>
      typeof expected === "string" ? problem === expected : expected.test(problem),
    );
    expect(matching, problems.join("\n")).toHaveLength(1);
  });

  it("name the entry that they are in, and do not harm the others", () => {
    const { contracts, problems } = readOwnContracts([correct, { ...correct, typo: 1 }]);
    expect(contracts).toHaveLength(1);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^contracts\[1\]\.typo /);
  });

  it("are told of something that is no array", () => {
    expect(readOwnContracts({}).problems).toHaveLength(1);
  });

  it("each end as a sentence", () => {
    for (const problem of problemsOf(
      { ...correct, lane: 1, overlap: 3, release: [], acquire: 1, options: 1 },
      null,
      4,
    )) {
      expect(problem).toMatch(/[.?]$/);
      expect(problem).not.toMatch(/[.?]\./);
    }
  });
});

describe("the schema", () => {
  it("is plain data and knows the keys that the reader knows", () => {
    expect(JSON.parse(JSON.stringify(ownContractSchema))).toEqual(ownContractSchema);
    for (const key of Object.keys(correct)) expect(Object.keys(ownContractSchema.properties)).toContain(key);
  });
});
