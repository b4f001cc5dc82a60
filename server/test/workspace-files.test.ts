import { homedir } from "node:os";
import { describe, expect, test } from "vitest";
import { WorkspaceFiles } from "../src/workspace-files.js";

function filesIn(...folders: string[]): WorkspaceFiles {
  const files = new WorkspaceFiles();
  files.setFolders(folders.map((uri) => ({ uri, name: "" })));
  return files;
}

describe("addresses", () => {
  test.each([
    ["file:///home/me/report.ts", "/home/me/report.ts"],
    ["file:///home/me/a%20b/%231/50%25/report.ts", "/home/me/a b/#1/50%/report.ts"],
    ["file:///home/me/gr%C3%B6%C3%9Fe/%F0%9F%98%80.ts", "/home/me/größe/😀.ts"],
    ["file:///home/me/folder/", "/home/me/folder"],
    ["file:///", "/"],
    ["file:///c%3A/Users/me/report.ts", "c:/Users/me/report.ts"],
    ["file:///C%3A/Users/me/report.ts", "c:/Users/me/report.ts"],
    ["file:///C:/Program%20Files/app/report.ts", "c:/Program Files/app/report.ts"],
    ["file://server/share/report.ts", "//server/share/report.ts"],
  ])("%s is %s", (uri, path) => {
    expect(filesIn().pathOf(uri)).toBe(path);
  });

  test.each([
    "git:/home/me/report.ts",
    "https://example.org/report.ts",
    "vscode-vfs://github/report.ts",
    "untitled:one",
  ])("%s is no file", (uri) => {
    expect(filesIn().pathOf(uri)).toBeUndefined();
  });

  test.each(["/home/me/a b/#1/50%/größe.ts", "c:/Users/me/report.ts", "//server/share/report.ts"])(
    "lead back to %s",
    (path) => {
      const files = filesIn();
      expect(files.pathOf(files.uriOf(path))).toBe(path);
    },
  );

  test("of open documents stay as the editor wrote them", () => {
    const files = filesIn();
    const uri = "file:///C:/Users/me/a+b@c.ts";
    files.opened({ uri, languageId: "typescript" });
    expect(files.uriOf("c:/Users/me/a+b@c.ts")).toBe(uri);
    files.closed(uri);
    expect(files.uriOf("c:/Users/me/a+b@c.ts")).toBe("file:///c%3A/Users/me/a%2Bb%40c.ts");
  });
});

describe("unsaved documents", () => {
  test.each([
    ["untitled:Untitled-1", "typescript", "/projects/app/Untitled-1.ts"],
    ["untitled:Untitled-1", "javascriptreact", "/projects/app/Untitled-1.jsx"],
    ["untitled:report.mts", "typescript", "/projects/app/report.mts"],
    ["untitled:/projects/app/src/new.ts", "typescript", "/projects/app/src/new.ts"],
    ["untitled:/c%3A/projects/new.ts", "typescript", "c:/projects/new.ts"],
  ])("%s, %s, lies at %s", (uri, languageId, path) => {
    const files = filesIn("file:///projects/app", "file:///projects/other");
    files.opened({ uri, languageId });
    expect(files.pathOf(uri)).toBe(path);
    expect(files.uriOf(path)).toBe(uri);
    files.closed(uri);
    expect(files.pathOf(uri)).toBeUndefined();
  });

  test("lie at home without a workspace", () => {
    const files = filesIn();
    files.opened({ uri: "untitled:Untitled-1", languageId: "typescript" });
    expect(files.pathOf("untitled:Untitled-1")).toBe(`${homedir()}/Untitled-1.ts`);
  });
});

describe("folders", () => {
  const files = filesIn(
    "file:///projects/app/",
    "file:///projects/app/packages/one",
    "file:///C%3A/projects",
    "git:/elsewhere",
  );

  test.each([
    ["/projects/app/src/report.ts", "/projects/app", "src/report.ts"],
    ["/projects/app/packages/one/src/report.ts", "/projects/app/packages/one", "src/report.ts"],
    ["/projects/app/packages/one-more/report.ts", "/projects/app", "packages/one-more/report.ts"],
    ["/projects/application/report.ts", "/projects/application", "report.ts"],
    ["c:/projects/src/report.ts", "c:/projects", "src/report.ts"],
    ["c:/elsewhere/report.ts", "c:/elsewhere", "report.ts"],
  ])("%s lies in %s, and is shown as %s", (path, folder, shown) => {
    expect(files.folderOf(path)).toBe(folder);
    expect(files.shown(path)).toBe(shown);
  });

  test("are those that can be on disk", () => {
    expect(files.roots).toEqual(["/projects/app", "/projects/app/packages/one", "c:/projects"]);
  });

  test("may be the root of all", () => {
    expect(filesIn("file:///").folderOf("/report.ts")).toBe("/");
    expect(filesIn("file:///").folderOf("/src/report.ts")).toBe("/");
    expect(filesIn("file:///").shown("/src/report.ts")).toBe("src/report.ts");
    expect(filesIn("file:///c%3A/").roots).toEqual(["c:/"]);
    expect(filesIn("file:///c%3A/").folderOf("c:/src/report.ts")).toBe("c:/");
  });
});
