/** A line of a text, without what ends it. */
export interface Line {
  /** The offset of its first character. */
  start: number;
  text: string;
}

/** The lines of a text, ended by whatever the compiler takes for the end of a line. */
export function linesOf(text: string): Line[] {
  const breaks = [...text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)];
  const starts = [0, ...breaks.map((found) => found.index + found[0].length)];
  const ends = [...breaks.map(({ index }) => index), text.length];
  return starts.map((start, index) => ({ start, text: text.slice(start, ends[index]) }));
}
