/** The lines of a text, ended by whatever the compiler takes for the end of a line. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/);
}
