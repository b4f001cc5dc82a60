/** Reads JSON as people write it into configurations: with comments, and with a comma after the last item. */

const comments = /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[^]*?\*\//g;
const lastCommas = /("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g;

/** @throws SyntaxError */
export function parseJson(text: string): unknown {
  const keepText = (_match: string, quoted: string | undefined) => quoted ?? "";
  return JSON.parse(
    text
      .replace(/^\uFEFF/, "")
      .replace(comments, keepText)
      .replace(lastCommas, keepText),
  );
}
