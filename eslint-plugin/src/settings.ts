import { type Confidence, confidences } from "@holdfast/rules";
import type { JSONSchema4 } from "@typescript-eslint/utils/json-schema";

/**
 * What `settings.holdfast` of an ESLint configuration may say, and the option of every rule.
 * An option overrides `holdfast.config.json`, and that overrides the settings.
 */
export interface HoldfastSettings {
  /** Ask the type checker, where the parser provides one; default false. */
  types?: boolean;
  /** Report findings of at least this confidence; default `certain`. */
  confidence?: Confidence;
}

/** The JSON schema of a rule's options. */
export const optionsSchema: JSONSchema4[] = [
  {
    type: "object",
    description: "Default: `holdfast.config.json`, then `settings.holdfast`.",
    additionalProperties: false,
    properties: {
      types: {
        type: "boolean",
        description: "Use type information where the parser provides it.",
      },
      confidence: {
        type: "string",
        enum: [...confidences],
        description: "Minimum confidence of reported findings.",
      },
    },
  },
];

/** What holds for one rule in one file. */
export interface EffectiveSettings {
  types: boolean;
  /** From the rule's option: overrides the configuration file. */
  confidence?: Confidence;
  /** From the settings: holds where the configuration file says nothing. */
  defaultConfidence?: Confidence;
}

export function effectiveSettings(option: HoldfastSettings | undefined, settings: unknown): EffectiveSettings {
  const shared = (settings ?? {}) as HoldfastSettings;
  return {
    types: option?.types ?? shared.types ?? false,
    confidence: option?.confidence,
    defaultConfidence: shared.confidence,
  };
}
