/**
 * Contracts by tags in the doc comments of a class or interface:
 *
 * - `@holdfast-handle [noun]` on the class;
 * - `@holdfast-operation [lane] [overlap=throws]` on a method: pending until its promise settles; of the methods in one
 *   lane only one may be pending at a time, without a lane any number may;
 * - `@holdfast-release [waits]` on a method that ends its life;
 * - `@holdfast-acquire` on a static method that hands it out, or on a method that opens it again;
 * - `@holdfast-option before=<method>[,<method>]` on a property, or a method that sets one.
 *
 * Whoever reads source text gives the tags as plain data; here they become a contract.
 */

import type { Contract, EarlyOption, Export, Handle, Lane, Operation, Release } from "./contract.js";
import { overlapOutcomes, type OverlapOutcome } from "./own-schema.js";
import { nearest } from "./suggestions.js";

/** A tag of a doc comment: `{ tag: "holdfast-operation", text: "send overlap=throws" }`. */
export interface DocTag {
  tag: string;
  text: string;
}

/** A class or interface with the tags that it and its members carry. */
export interface TaggedType {
  name: string;
  /** The file that declares it, from the project's root. */
  file?: string;
  tags: readonly DocTag[];
  members: readonly TaggedMember[];
}

export interface TaggedMember {
  name: string;
  kind: "method" | "property";
  static?: boolean;
  /** It returns a promise. */
  promised?: boolean;
  tags: readonly DocTag[];
}

/** Every tag, with or without a leading `@`. */
export const holdfastTags = [
  "holdfast-handle",
  "holdfast-operation",
  "holdfast-release",
  "holdfast-acquire",
  "holdfast-option",
] as const;

type HoldfastTag = (typeof holdfastTags)[number];

/** The contract that the tags state; none if the type is no handle, or if they have a problem. */
export function contractFromTags(type: TaggedType): { contract: Contract | undefined; problems: string[] } {
  const problems: string[] = [];
  const builder = new ContractBuilder(type, problems);
  let noun: string | undefined;
  for (const { tag, text } of ours(type.tags, type.name, problems)) {
    if (tag === "holdfast-handle") noun = text.trim() || type.name;
    else problems.push(`${type.name}: @${tag} stands on the type, but belongs on a member: move it there.`);
  }
  for (const member of type.members) {
    for (const { tag, text } of ours(member.tags, `${type.name}.${member.name}`, problems))
      builder.add(member, tag, text.trim());
  }
  if (noun === undefined) {
    if (builder.used)
      problems.push(`${type.name} has members with Holdfast tags, but is no handle: add @holdfast-handle to it.`);
    return { contract: undefined, problems };
  }
  if (!builder.used)
    problems.push(
      `${type.name} is a handle without rules: add @holdfast-operation or @holdfast-release to its methods.`,
    );
  return { contract: problems.length === 0 ? builder.build(noun) : undefined, problems };
}

/** The tags that are Holdfast's, without misspelt ones. */
function ours(tags: readonly DocTag[], where: string, problems: string[]): { tag: HoldfastTag; text: string }[] {
  const found: { tag: HoldfastTag; text: string }[] = [];
  for (const { tag: written, text } of tags) {
    const name = written.replace(/^@/, "");
    const tag = holdfastTags.find((known) => known === name);
    if (tag !== undefined) found.push({ tag, text });
    else if (name.startsWith("holdfast-")) {
      const guess = nearest(name, holdfastTags);
      const advice = guess === undefined ? `known are @${holdfastTags.join(", @")}.` : `did you mean @${guess}?`;
      problems.push(`${where}: @${name} is not known: ${advice}`);
    }
  }
  return found;
}

/** Gathers what the members say. */
class ContractBuilder {
  used = false;
  readonly #lanes: Record<string, Lane> = {};
  readonly #stated = new Map<string, OverlapOutcome>();
  readonly #operations: Record<string, Operation> = {};
  readonly #releases: Record<string, Release> = {};
  readonly #options: EarlyOption[] = [];
  readonly #members: Record<string, Export> = {};
  readonly #reopenedBy: string[] = [];
  readonly #type: TaggedType;
  readonly #problems: string[];

  constructor(type: TaggedType, problems: string[]) {
    this.#type = type;
    this.#problems = problems;
  }

  add(member: TaggedMember, tag: HoldfastTag, text: string): void {
    const where = `${this.#type.name}.${member.name}`;
    if (tag === "holdfast-handle") {
      this.#problems.push(`${where}: @holdfast-handle belongs on the class or interface: move it there.`);
      return;
    }
    this.used = true;
    if (tag === "holdfast-option") return this.#option(member, text, where);
    if (member.kind === "property") {
      this.#problems.push(`${where}: @${tag} belongs on a method, and this is a property: remove it.`);
      return;
    }
    if (tag === "holdfast-operation") this.#operation(member, text, where);
    else if (tag === "holdfast-release") this.#release(member, text, where);
    else this.#acquire(member, text, where);
  }

  #operation(member: TaggedMember, text: string, where: string): void {
    const words = text === "" ? [] : text.split(/\s+/);
    const attributes = words.filter((word) => word.includes("="));
    const [lane, ...rest] = words.filter((word) => !word.includes("="));
    if (rest.length > 0) {
      this.#problems.push(`${where}: @holdfast-operation takes one lane, and "${text}" names several: keep one.`);
    }
    let outcome: OverlapOutcome | undefined;
    for (const attribute of attributes) outcome = this.#outcome(attribute, where) ?? outcome;
    if (lane === undefined) {
      if (outcome !== undefined) {
        this.#problems.push(
          `${where}: overlap is said of a lane, and there is none: write @holdfast-operation <lane> overlap=${outcome}.`,
        );
      }
      this.#operations[member.name] = {};
      return;
    }
    const stated = this.#stated.get(lane);
    if (outcome !== undefined && stated !== undefined && outcome !== stated) {
      this.#problems.push(`${where}: lane "${lane}" has overlap=${stated} elsewhere: say the same, or say it once.`);
    }
    if (outcome !== undefined) this.#stated.set(lane, outcome);
    this.#lanes[lane] = { overlap: { outcome: this.#stated.get(lane) ?? "undefined" } };
    this.#operations[member.name] = { lane };
  }

  #outcome(attribute: string, where: string): OverlapOutcome | undefined {
    const [key, value = ""] = attribute.split("=");
    if (key !== "overlap") {
      this.#problems.push(`${where}: ${key}= is not known to @holdfast-operation: did you mean overlap=?`);
      return undefined;
    }
    const outcome = overlapOutcomes.find((known) => known === value);
    if (outcome === undefined) {
      const guess = nearest(value, overlapOutcomes);
      const advice = guess === undefined ? `write one of ${overlapOutcomes.join(", ")}.` : `did you mean ${guess}?`;
      this.#problems.push(`${where}: overlap=${value} is not known: ${advice}`);
    }
    return outcome;
  }

  #release(member: TaggedMember, text: string, where: string): void {
    if (text !== "" && text !== "waits") {
      this.#problems.push(
        `${where}: @holdfast-release says "${text}": write "waits" if it waits for pending operations, and nothing if not.`,
      );
    }
    this.#releases[member.name] = {
      waits: text === "waits",
      kind: "graceful",
      ...(member.promised && { promised: true }),
      second: { outcome: "harmless" },
    };
  }

  #acquire(member: TaggedMember, text: string, where: string): void {
    if (text !== "")
      this.#problems.push(`${where}: @holdfast-acquire takes nothing more, and "${text}" follows it: remove that.`);
    if (!member.static) {
      this.#reopenedBy.push(member.name);
      return;
    }
    this.#members[member.name] = {
      kind: "function",
      returns: { type: this.#type.name, ...(member.promised && { promised: true }) },
    };
  }

  #option(member: TaggedMember, text: string, where: string): void {
    const precedes = /^before=([\w$]+(?:,[\w$]+)*)$/.exec(text)?.[1]?.split(",");
    if (precedes === undefined) {
      this.#problems.push(
        `${where}: @holdfast-option must say what it precedes: write before=connect, or before=bind,connect.`,
      );
      return;
    }
    for (const method of precedes) {
      if (this.#type.members.some(({ name }) => name === method)) continue;
      const guess = nearest(
        method,
        this.#type.members.map(({ name }) => name),
      );
      const advice = guess === undefined ? "name a method of the type." : `did you mean ${guess}?`;
      this.#problems.push(`${where}: ${this.#type.name} has no method ${method}: ${advice}`);
    }
    this.#options.push({
      name: member.name,
      set: member.kind === "method" ? { method: member.name } : { property: member.name },
      precedes,
      tooLate: `It has to be set before ${precedes.join(", ")}.`,
    });
  }

  build(noun: string): Contract {
    const { name } = this.#type;
    const file = this.#type.file?.replace(/^\.\//, "").replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
    const handle: Handle = {
      name,
      noun,
      types: [{ name, ...(file !== undefined && { file }) }],
      lanes: this.#lanes,
      operations: this.#operations,
      releases: this.#releases,
      ...(this.#reopenedBy.length > 0 && { reopenedBy: this.#reopenedBy }),
      afterRelease: { outcome: "throws" },
      ...(this.#options.length > 0 && { options: this.#options }),
    };
    return {
      package: ".",
      versions: "*",
      status: "documented",
      modules: file === undefined ? [] : [`./${file}`],
      declaredIn: ["."],
      evidence: [
        { kind: "documentation", where: this.#type.file ?? name, says: `The doc comment of ${name} says so.` },
      ],
      exports: {
        [name]: {
          kind: "class",
          type: name,
          ...(Object.keys(this.#members).length > 0 && { members: this.#members }),
        },
      },
      handles: [handle],
    };
  }
}
