import { readFileSync } from "node:fs";
import type { Colours } from "../terminal.js";
import { wrap } from "../wording.js";

/** A part of a rule's page that nothing but the page knows. */
export interface Section {
  heading: string;
  /** Markdown. */
  body: string;
}

const width = 88;

/** The headings of what the page alone knows; the rest of it is made of the rule and the contracts. */
const wanted = ["Example", "Fixes", "When not to use it", "What it cannot see"];

/** What the documentation says of a rule beyond its description: the build puts the pages beside the code. */
export function sectionsOf(ruleId: string): Section[] {
  const page = readPage(ruleId).replace(/<!--[^]*?-->\n*/g, "");
  return page
    .split(/^## /m)
    .slice(1)
    .map((text) => {
      const [heading = "", ...lines] = text.split("\n");
      return { heading, body: lines.join("\n").trim() };
    })
    .filter(({ heading }) => wanted.includes(heading));
}

/** Markdown as a terminal shows it: code as it is, everything else in lines of a readable width. */
export function printMarkdown(body: string, colours: Colours): string {
  return body
    .split(/^(```[^]*?^```)$/m)
    .map((part) => (part.startsWith("```") ? printCode(part, colours) : printProse(part)))
    .filter((part) => part !== "")
    .join("\n");
}

function printCode(fenced: string, colours: Colours): string {
  const lines = fenced.split("\n").slice(1, -1);
  return lines
    .map((line) => (line === "" ? "\n" : `    ${line.includes("// ✗") ? colours.red(line) : line}\n`))
    .join("");
}

function printProse(text: string): string {
  return text
    .trim()
    .split(/\n(?:\n|(?=- ))/)
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => {
      const isItem = paragraph.startsWith("- ");
      const lines = wrap(plain(paragraph.replace(/^- /, "")), width - (isItem ? 2 : 0));
      return lines.map((line, index) => `  ${isItem ? (index === 0 ? "• " : "  ") : ""}${line}\n`).join("");
    })
    .join("");
}

/** Without links and emphasis. */
function plain(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/(\*\*|\b_|_\b)/g, "");
}

function readPage(ruleId: string): string {
  try {
    return readFileSync(new URL(`../../dist/pages/${ruleId}.md`, import.meta.url), "utf8");
  } catch {
    return "";
  }
}
