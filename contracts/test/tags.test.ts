/** Contracts by doc-comment tags. */

import { describe, expect, it } from "vitest";
import { contractFromTags, type TaggedMember, type TaggedType } from "../src/tags.js";

function method(name: string, tag: string, text = "", more: Partial<TaggedMember> = {}): TaggedMember {
  return { name, kind: "method", tags: [{ tag, text }], ...more };
}

function radio(members: TaggedMember[], noun = "radio socket"): TaggedType {
  return { name: "Radio", file: "src/radio.ts", tags: [{ tag: "holdfast-handle", text: noun }], members };
}

describe("tags", () => {
  it("become a contract", () => {
    const { contract, problems } = contractFromTags(
      radio([
        method("send", "holdfast-operation", "send overlap=throws"),
        method("sendAll", "@holdfast-operation", "send"),
        method("ping", "holdfast-operation"),
        method("close", "holdfast-release", "waits", { promised: true }),
        method("kill", "holdfast-release"),
        method("tuned", "holdfast-acquire", "", { static: true, promised: true }),
        method("open", "holdfast-acquire"),
        { name: "gain", kind: "property", tags: [{ tag: "holdfast-option", text: "before=send,open" }] },
        { name: "other", kind: "method", tags: [{ tag: "deprecated", text: "" }] },
      ]),
    );
    expect(problems).toEqual([]);
    expect(JSON.parse(JSON.stringify(contract))).toStrictEqual(contract);
    const [handle] = contract!.handles;
    expect(handle).toMatchObject({
      name: "Radio",
      noun: "radio socket",
      types: [{ name: "Radio", file: "src/radio" }],
      lanes: { send: { overlap: { outcome: "throws" } } },
      operations: { send: { lane: "send" }, sendAll: { lane: "send" }, ping: {} },
      releases: { close: { waits: true, promised: true }, kill: { waits: false } },
      reopenedBy: ["open"],
      options: [{ name: "gain", set: { property: "gain" }, precedes: ["send", "open"] }],
    });
    expect(contract!.modules).toEqual(["./src/radio"]);
    expect(contract!.exports.Radio).toMatchObject({
      kind: "class",
      members: { tuned: { returns: { type: "Radio", promised: true } } },
    });
  });

  it("name the handle after its type when they give no noun", () => {
    const { contract } = contractFromTags(radio([method("send", "holdfast-operation", "send")], ""));
    expect(contract?.handles[0]?.noun).toBe("Radio");
  });

  it("that are absent make no contract and no problem", () => {
    expect(contractFromTags({ name: "Plain", tags: [], members: [] })).toEqual({ contract: undefined, problems: [] });
  });

  it.each([
    [
      radio([method("send", "holdfast-operaton", "send")]),
      "Radio.send: @holdfast-operaton is not known: did you mean @holdfast-operation?",
    ],
    [
      radio([method("send", "holdfast-operation", "send overlap=throw")]),
      "Radio.send: overlap=throw is not known: did you mean throws?",
    ],
    [radio([method("send", "holdfast-operation", "send receive")]), /takes one lane/],
    [radio([method("send", "holdfast-operation", "overlap=throws")]), /overlap is said of a lane, and there is none/],
    [
      radio([
        method("a", "holdfast-operation", "x overlap=throws"),
        method("b", "holdfast-operation", "x overlap=swaps"),
      ]),
      'Radio.b: lane "x" has overlap=throws elsewhere: say the same, or say it once.',
    ],
    [radio([method("close", "holdfast-release", "wait")]), /^Radio\.close: @holdfast-release says "wait"/],
    [radio([method("gain", "holdfast-option", "send")]), /must say what it precedes/],
    [
      radio([method("gain", "holdfast-option", "before=sned"), method("send", "holdfast-operation", "s")]),
      "Radio.gain: Radio has no method sned: did you mean send?",
    ],
    [radio([{ ...method("size", "holdfast-release"), kind: "property" }]), /belongs on a method/],
    [radio([]), /is a handle without rules/],
    [{ ...radio([method("send", "holdfast-operation", "s")]), tags: [] }, /is no handle: add @holdfast-handle to it/],
    [{ ...radio([]), tags: [{ tag: "holdfast-release", text: "" }] }, /stands on the type/],
    [radio([method("send", "holdfast-handle")]), /belongs on the class or interface/],
  ])("explain what is wrong: %#", (type, expected) => {
    const { contract, problems } = contractFromTags(type);
    expect(contract).toBeUndefined();
    const matching = problems.filter((problem) =>
      typeof expected === "string" ? problem === expected : expected.test(problem),
    );
    expect(matching, problems.join("\n")).toHaveLength(1);
  });
});
