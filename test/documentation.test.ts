/** What people read: links lead somewhere, every rule and every package has its page, and people have written their part. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { folders, manifestOf, root } from "./support/packages.js";

const pages = [
  ...["", "docs", "docs/rules", "docs/contracts", "fixtures", "bench", "examples/shop", ...folders].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => (folder === "" ? name : `${folder}/${name}`)),
  ),
];

const textOf = (page: string) => readFileSync(join(root, page), "utf8");
const ruleIds = readdirSync(join(root, "eslint-plugin/src/rules")).map((name) => name.replace(/\.ts$/, ""));

describe.each(pages)("%s", (page) => {
  it("has links that lead to files", () => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });
});

describe.each(ruleIds)("%s", (id) => {
  it("has a page of which people have written their part", () => {
    const [, written = ""] = textOf(`docs/rules/${id}.md`).split("<!-- end generated -->");
    const [, instead = "", unseen = ""] = written.split(/^## .*$/m).map((text) => text.trim());
    expect(instead.length).toBeGreaterThan(40);
    expect(unseen.length).toBeGreaterThan(40);
  });
});

describe.each(folders)("%s", (folder) => {
  it("has its papers, and the version of the whole", () => {
    expect(textOf(`${folder}/LICENSE`)).toBe(textOf("LICENSE"));
    expect(textOf("CHANGELOG.md")).toContain(`\n## ${manifestOf(folder).version}\n`);
  });
});

it("is generated from what the rules and contracts say now", () => {
  const output = execFileSync(process.execPath, [join(root, "scripts/docs.mjs"), "--check"], { encoding: "utf8" });
  expect(output).toContain("up to date");
});
