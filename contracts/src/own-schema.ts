/**
 * The friendly form in which users write contracts of their own, in the `contracts` array of holdfast.config.json: the
 * TypeScript type of it, and the JSON schema that editors complete by.
 */

import type { Overlap } from "./contract.js";

export type OverlapOutcome = Overlap["outcome"];

export interface OwnContract {
  /** The npm package that the type comes from; either this or `file`. */
  package?: string;
  /** The file of the project that declares the type, from the project's root; `*` matches any run of characters. */
  file?: string;
  /** The name of the class, interface or type. */
  type: string;
  /** What people call it in a sentence; the type's name if left out. */
  noun?: string;
  /** Methods of which only one may be pending at a time, by lane. */
  lanes?: Record<string, string[]>;
  /** Other methods whose promises must have settled before a release. */
  operations?: string[];
  /** What a second operation in a lane does while the first is pending: for all lanes, or lane by lane. */
  overlap?: OverlapOutcome | Record<string, OverlapOutcome>;
  /** The text of the error that users see. */
  error?: string;
  /** Methods that end its life, and whether they wait for pending operations. */
  release?: Record<string, { waits: boolean }>;
  /** Functions that hand it out, besides `new`: exported ones, or static methods as `Class.method`. */
  acquire?: (string | { name: string; promised?: boolean })[];
  /** Settings that have to be made early: the methods that each of them must precede. */
  options?: Record<string, { precedes: string[]; method?: boolean }>;
  /** Why these rules hold; shown with every finding. */
  reason?: string;
}

/** Every outcome that `overlap` may name. */
export const overlapOutcomes = [
  "throws",
  "rejects",
  "corrupts",
  "interleaves",
  "swaps",
  "hangs",
  "undefined",
  "queues",
] as const satisfies readonly OverlapOutcome[];

const text = { type: "string", minLength: 1 } as const;
const names = { type: "array", items: text, uniqueItems: true } as const;
const outcome = { enum: overlapOutcomes } as const;

/** JSON schema of one entry of the `contracts` array. */
export const ownContractSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Holdfast contract",
  description: "How a handle of your own may be used",
  type: "object",
  additionalProperties: false,
  required: ["type"],
  oneOf: [{ required: ["package"] }, { required: ["file"] }],
  properties: {
    package: { ...text, description: "The npm package that the type comes from." },
    file: {
      ...text,
      description: "The file that declares the type, from the project's root; * matches any run of characters.",
    },
    type: { ...text, description: "The name of the class, interface or type." },
    noun: { ...text, description: "What people call it in a sentence." },
    lanes: {
      type: "object",
      description: "Methods of which only one may be pending at a time, by lane.",
      additionalProperties: names,
    },
    operations: { ...names, description: "Other methods whose promises must have settled before a release." },
    overlap: {
      description: "What a second operation in a lane does while the first is pending: for all lanes, or lane by lane.",
      oneOf: [outcome, { type: "object", additionalProperties: outcome }],
    },
    error: { ...text, description: "The text of the error that users see." },
    release: {
      type: "object",
      description: "Methods that end its life, and whether they wait for pending operations.",
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["waits"],
        properties: { waits: { type: "boolean" } },
      },
    },
    acquire: {
      type: "array",
      description: "Functions that hand it out, besides `new`: exported ones, or static methods as `Class.method`.",
      items: {
        oneOf: [
          text,
          {
            type: "object",
            additionalProperties: false,
            required: ["name"],
            properties: {
              name: text,
              promised: { type: "boolean", description: "It returns a promise of the handle." },
            },
          },
        ],
      },
    },
    options: {
      type: "object",
      description: "Settings that have to be made early.",
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["precedes"],
        properties: {
          precedes: { ...names, description: "The methods that the setting must precede." },
          method: { type: "boolean", description: "It is set by calling a method of that name, not by assignment." },
        },
      },
    },
    reason: { ...text, description: "Why these rules hold; shown with every finding." },
  },
} as const;
