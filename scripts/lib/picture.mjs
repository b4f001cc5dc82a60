/** A picture of what a terminal shows: text with ANSI colours as SVG. */

const cell = { width: 8.4, height: 20 };
const margin = { x: 20, top: 52, bottom: 20 };
const palette = { 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 36: "#79c0ff" };
const colour = { text: "#e6edf3", dim: "#8b949e", background: "#0d1117", bar: "#161b22" };

/** A change of colour or weight. */
const sequence = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`);

/** `title` is what stands above the text: the command that printed it. */
export function terminalPicture(text, title) {
  const lines = text.replace(/\n+$/, "").split("\n").map(segments);
  const columns = Math.max(...lines.map((line) => widthOf(line.map((segment) => segment.text).join(""))));
  const width = Math.ceil(columns * cell.width + 2 * margin.x);
  const height = margin.top + lines.length * cell.height + margin.bottom;
  const rows = lines.map((line, index) => drawLine(line, margin.top + (index + 0.75) * cell.height));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(`What ${title} prints`)}">
<rect width="100%" height="100%" rx="8" fill="${colour.background}"/>
<path d="M0 36V8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v28z" fill="${colour.bar}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${colour.text}" xml:space="preserve">
<text x="${margin.x}" y="23" fill="${colour.dim}">$ ${escaped(title)}</text>
${rows.join("\n")}
</g>
</svg>
`;
}

/** Each segment is put where its column is, whatever the font makes of the characters before it. */
function drawLine(line, y) {
  let column = 0;
  const parts = line.flatMap(({ text, bold, dim, hue }) => {
    const shown = text.trim();
    const x = round(margin.x + (column + widthOf(text) - widthOf(text.trimStart())) * cell.width);
    column += widthOf(text);
    if (shown === "") return [];
    const fill = hue ?? (dim ? colour.dim : undefined);
    const style = `${fill ? ` fill="${fill}"` : ""}${bold ? ' font-weight="bold"' : ""}`;
    const length = round(widthOf(shown) * cell.width);
    return [`<text x="${x}" y="${round(y)}" textLength="${length}"${style}>${escaped(shown)}</text>`];
  });
  return parts.join("");
}

/** Stretches of a line that look the same. */
function segments(line) {
  const found = [];
  let style = {};
  for (const [index, part] of line.split(sequence).entries()) {
    if (index % 2 === 1) style = restyled(style, Number(part));
    else if (part !== "") found.push({ text: part, ...style });
  }
  return found;
}

function restyled(style, code) {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  return { ...style, hue: palette[code] };
}

/** In columns: what Holdfast prints takes one for each character. */
function widthOf(text) {
  return [...text].length;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function round(number) {
  return Math.round(number * 100) / 100;
}
