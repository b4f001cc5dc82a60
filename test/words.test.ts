/** What users read is plain English: the words below belong to no message, setting or page. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { root } from "./support/packages.js";

const avoided =
  /\b(?:whoever|somebody|nobody|meanwhile|by then|go(?:es)? before|unsaid|loud(?:er)?|mend(?:s|ed|ing)?|obey(?:s|ed)?|in vain|dear|in line [\d$])/i;

/** Packages whose strings reach users; their tests, and what is made for the repository itself, do not. */
const sources = /^(?:contracts|rules|workspace|cli|server|eslint-plugin|extension|runtime)\/src\/.*\.ts$/;
const texts = /(?:\.md|(?:^|\/)package\.json|\.schema\.json)$/;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => !file.includes("/test/"));
const textOf = (file: string) => readFileSync(join(root, file), "utf8");

it.each(files.filter((file) => texts.test(file)))("%s is in plain English", (file) => {
  const lines = textOf(file).split("\n");
  expect(lines.filter((line) => avoided.test(line))).toEqual([]);
});

it.each(files.filter((file) => sources.test(file)))("the strings of %s are in plain English", (file) => {
  expect(stringsOf(textOf(file), file).filter((text) => avoided.test(text))).toEqual([]);
});

/** What stands between quotes, as far as it is prose and no name. */
function stringsOf(text: string, file: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && node.text.includes(" ")) found.push(node.getText(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
