/** Pieces of Markdown pages, and the part of a page that is generated. */

export const begin = "<!-- begin generated -->";
export const end = "<!-- end generated -->";

/** The page with its generated part replaced; what people wrote around it stays. */
export function withGenerated(page, generated, name) {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${name} needs the lines ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${generated.trim()}\n\n${page.slice(to)}`;
}

export function table(headings, rows) {
  if (rows.length === 0) return "";
  const line = (cells) => `| ${cells.map((text) => text.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

export function code(names) {
  return names.map((name) => `\`${name}\``).join(", ");
}

/** Parts of a page with an empty line between them; empty parts are left out. */
export function parts(...texts) {
  return texts.filter((text) => text !== undefined && text !== "").join("\n\n");
}
