/** The source around the steps of a finding, for the person who judges it. */

/** How many lines are shown above and below a step. */
const around = 3;

/**
 * The lines of a text around marked ones, with their numbers; what lies between distant ones is left out.
 * @param {string} text
 * @param {{ line: number, message: string }[]} marks
 * @returns {string}
 */
export function excerpt(text, marks) {
  const lines = text.split(/\r\n|\n|\r/);
  const isNear = (number) => marks.some(({ line }) => Math.abs(line - number) <= around);
  const numbers = lines.map((_, index) => index + 1).filter(isNear);
  return numbers
    .flatMap((number, index) => {
      const said = marks.filter(({ line }) => line === number).map(({ message }) => `        ^ ${message}`);
      const gap = index > 0 && numbers[index - 1] < number - 1 ? ["      …"] : [];
      return [...gap, `${String(number).padStart(7)} ${shortened(lines[number - 1])}`, ...said];
    })
    .join("\n");
}

/** Lines of minified code would fill the screen. */
function shortened(line) {
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
