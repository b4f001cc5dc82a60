const count = { type: "integer", minimum: 0 } as const;
const position = { type: "integer", minimum: 1 } as const;
const text = { type: "string" } as const;
const file = { type: "string", description: "Relative to the working directory, with forward slashes." } as const;

/** An object with exactly these properties. */
function exactly<P extends Record<string, object>>(properties: P, description?: string) {
  return {
    type: "object",
    ...(description && { description }),
    additionalProperties: false,
    required: Object.keys(properties),
    properties,
  };
}

/** The JSON schema of what `holdfast check --format json` prints. */
export const reportSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Report of Holdfast",
  ...exactly({
    version: { const: 1 },
    findings: {
      type: "array",
      description: "In order of file, line, column and rule.",
      items: exactly({
        rule: text,
        confidence: { enum: ["certain", "likely", "possible"] },
        severity: { enum: ["error", "warning"] },
        message: { ...text, description: "One line." },
        file,
        line: { ...position, description: "Lines count from 1." },
        column: { ...position, description: "Columns count UTF-16 units from 1." },
        endLine: position,
        endColumn: { ...position, description: "The column after the last one." },
        contract: { ...text, description: "The contract that is broken, as `package#Handle`; empty if none is." },
        witness: {
          type: "array",
          description: "The steps that prove the finding, in the order in which they happen.",
          items: exactly({ message: text, file, line: position, column: position }),
        },
        fixes: {
          type: "array",
          description: "The best one first.",
          items: exactly({
            title: text,
            safe: { type: "boolean", description: "`--fix` applies it." },
            edits: {
              type: "array",
              description: "In ascending order, not overlapping.",
              items: exactly(
                { file, start: { ...count, description: "Counts UTF-16 units from 0." }, end: count, text },
                "A replacement of the text between two offsets.",
              ),
            },
          }),
        },
      }),
    },
    summary: exactly({
      files: { ...count, description: "How many files were checked." },
      analysed: {
        ...count,
        description: "How many of them were analysed; the others use no handle that Holdfast knows.",
      },
      findings: count,
      durationMs: count,
      oracle: {
        enum: ["tracing", "compiler"],
        description: "Where types came from: `compiler` if any file belongs to a project.",
      },
    }),
  }),
};
