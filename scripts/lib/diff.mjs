/** What changed between two texts, line by line. */

const context = 2;

/** The lines of both, in order: `=` stands in both, `-` only in the first, `+` only in the second. */
export function diffLines(before, after) {
  const [left, right] = [before, after].map((text) => text.replace(/\n$/, "").split("\n"));
  const lengths = commonLengths(left, right);
  const lines = [];
  let [from, to] = [0, 0];
  while (from < left.length || to < right.length) {
    if (from < left.length && to < right.length && left[from] === right[to]) {
      lines.push({ sign: "=", text: left[from], line: from + 1 });
      from++;
      to++;
    } else if (to === right.length || (from < left.length && lengths[from + 1][to] >= lengths[from][to + 1])) {
      lines.push({ sign: "-", text: left[from], line: from + 1 });
      from++;
    } else {
      lines.push({ sign: "+", text: right[to], line: from + 1 });
      to++;
    }
  }
  return lines;
}

/** The changed lines with a little around them; `undefined` stands for lines that are left out in between. */
export function hunks(lines) {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== "="),
  );
  return lines.flatMap((line, index) => {
    if (isNear[index]) return [line];
    return isNear[index - 1] && isNear.includes(true, index) ? [undefined] : [];
  });
}

/** `lengths[i][j]`: how many lines the rest of `left` from i and the rest of `right` from j have in common. */
function commonLengths(left, right) {
  const lengths = Array.from({ length: left.length + 1 }, () => new Array(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i][j] = left[i] === right[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}
