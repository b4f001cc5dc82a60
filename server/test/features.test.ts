import { describe, expect, test } from "vitest";
import {
  type CodeLens,
  ErrorCodes,
  type Hover,
  type InlayHint,
  LSPErrorCodes,
  type MarkupContent,
} from "vscode-languageserver-protocol/node";
import type { TimelineAnswer } from "../src/protocol.js";
import { type Client, type ClientOptions, codes, pulling, pushed, startClient } from "./support/client.js";
import { createBareProject } from "./support/project.js";
import {
  borrowing,
  connections,
  idleComment,
  outlasting,
  overlapping,
  releasedEarly,
  releasedInTime,
  sequential,
  smallPg,
  smallTsconfig,
  unrelated,
} from "./support/texts.js";

const isEmpty = (found: readonly unknown[]) => found.length === 0;
const isFound = (found: readonly unknown[]) => found.length > 0;

/** A client with one document that was looked at. */
async function openOne(text: string, options: ClientOptions = {}) {
  const client = await startClient(options);
  const uri = await client.open("/nowhere/report.ts", text);
  await client.foundUntil(uri, () => true);
  return { client, uri };
}

describe("a hover", () => {
  async function hover(client: Client, uri: string, piece: string, offset = 0): Promise<[string, string] | null> {
    const position = client.positionOf(uri, piece, offset);
    const answer = await client.request<Hover | null>("textDocument/hover", { textDocument: { uri }, position });
    if (answer === null) return null;
    const { kind, value } = answer.contents as MarkupContent;
    expect(kind).toBe("markdown");
    return [value, answer.range ? client.textAt(uri, answer.range) : ""];
  }

  test("on a handle says what its contract says: lanes, releases, evidence", async () => {
    const { client, uri } = await openOne(sequential);
    const [text, place] = (await hover(client, uri, "push.send"))!;
    expect(place).toBe("push");
    expect(text).toMatch(/^\*\*zeromq push socket\*\*\n/);
    expect(text).toContain("`send`: the second call throws");
    expect(text).toContain("`close` does not wait for what is pending");
    expect(text).toContain("Contract of `zeromq` >=6, proven");
    expect(text).toMatch(/\n- proof: \[/);
  });

  test("on an operation says what it does in its lane, on a release what a release does", async () => {
    const { client, uri } = await openOne(releasedInTime);
    const [query, place] = (await hover(client, uri, "query("))!;
    expect(place).toBe("query");
    expect(query).toMatch(/^\*\*`query`\*\*, an operation of a pg client\n\nIts lane is `query`\./);
    const [release] = (await hover(client, uri, "release("))!;
    expect(release).toMatch(/^\*\*`release`\*\*, a release of a pg client\n\nIt does not wait for what is pending/);
    expect(release).not.toContain("```");
  });

  test("on a handle that only types know", async () => {
    const project = createBareProject({
      ...smallPg,
      "tsconfig.json": smallTsconfig,
      "src/connections.ts": connections,
      "src/orders.ts": borrowing,
    });
    const client = await startClient({ folders: [project.directory] });
    const uri = await client.open(project.path("src/orders.ts"), borrowing);
    expect((await hover(client, uri, "client ="))?.[0]).toMatch(/^\*\*pg client\*\*/);
  });

  test("on a finding draws the two paths against each other, above what the contract says", async () => {
    const { client, uri } = await openOne(releasedEarly);
    const [text] = (await hover(client, uri, "release("))!;
    const [, drawing, rest] = /^[^\n]*no-early-release[^\n]*\n\n```text\n([^`]*)\n```([^]*)$/.exec(text) ?? [];
    const rows = drawing!.split("\n");
    expect(rows[0]).toMatch(/^first +second$/);
    expect(rows[1]).toMatch(/^● line 8 +1\. query starts here/);
    expect(rows[2]).toMatch(/^╳═+● line 10 +2\. release releases/);
    expect(rows[3]).toMatch(/^▼ /);
    expect(rows).toHaveLength(4);
    expect(rest).toContain("a release of a pg client");
  });

  test("is about the text as it is now", async () => {
    const { client, uri } = await openOne(sequential);
    await client.replace(uri, "import", "/* 👍 */\r\nimport");
    const [, place] = (await hover(client, uri, "push.send"))!;
    expect(place).toBe("push");
    await client.setText(uri, unrelated);
    expect(await hover(client, uri, "answer")).toBeNull();
  });

  test("says nothing of anything else, nor where Holdfast is turned off", async () => {
    const { client, uri } = await openOne(sequential);
    expect(await hover(client, uri, "import")).toBeNull();
    expect(await hover(client, uri, '"cpu"', 2)).toBeNull();
    expect(await hover(client, uri, "Promise")).toBeNull();
    const off = await openOne(sequential, { settings: { enable: false } });
    expect(await hover(off.client, off.uri, "push.send")).toBeNull();
    const unopened = { textDocument: { uri: "file:///nowhere/other.ts" }, position: { line: 0, character: 0 } };
    expect(await client.request("textDocument/hover", unopened)).toBeNull();
  });
});

describe("a timeline", () => {
  async function timeline(client: Client, uri: string, piece: string, offset = 0): Promise<TimelineAnswer | null> {
    const position = client.positionOf(uri, piece, offset);
    return client.request("holdfast/timeline", { textDocument: { uri }, position });
  }

  test("is the finding as two paths, step by step, each with its line", async () => {
    const { client, uri } = await openOne(releasedEarly);
    const answer = (await timeline(client, uri, "release()", 3))!;
    expect(answer).toMatchObject({ rule: "no-early-release", severity: "error", contract: "pg#PoolClient" });
    const [diagnostic] = await client.diagnostics(uri);
    expect(answer.message).toBe(diagnostic!.message);
    expect(answer.steps.map(({ path, role }) => `${path} ${role}`)).toEqual([
      "first begins",
      "second meets",
      expect.stringMatching(/ follows$/),
    ]);
    expect(
      answer.steps.map((step) => ({ location: { uri: step.uri, range: step.range }, message: step.message })),
    ).toEqual(diagnostic!.relatedInformation);
    expect(answer.steps.map(({ code }) => code)).toEqual([
      'return client.query("SELECT id FROM orders WHERE customer_id = $1", [customerId]);',
      "client.release();",
      "client.release();",
    ]);
  });

  test("shows what leads to either side", async () => {
    const { client, uri } = await openOne(outlasting, { settings: { confidence: "likely" } });
    const { steps } = (await timeline(client, uri, "send("))!;
    const roles = steps.map(({ path, role }) => `${path} ${role}`).join(", ");
    expect(roles).toMatch(/^(first leads, )+first begins, /);
    expect(steps.filter(({ role }) => role === "meets")).toMatchObject([{ path: "second" }]);
  });

  test("is found from the lines of its steps, too", async () => {
    const { client, uri } = await openOne(releasedEarly);
    expect(await timeline(client, uri, "SELECT")).toMatchObject({ rule: "no-early-release" });
    expect(await timeline(client, uri, "import")).toBeNull();
  });

  test("is that of the finding under the cursor where there are several", async () => {
    const { client, uri } = await openOne(releasedEarly + overlapping);
    expect(await timeline(client, uri, 'send("memory")')).toMatchObject({ rule: "no-concurrent-use" });
    expect(await timeline(client, uri, "release()")).toMatchObject({ rule: "no-early-release" });
  });

  test("is none where nothing is known: in other versions, in documents that are not open", async () => {
    const { client, uri } = await openOne(releasedEarly);
    await client.replace(uri, "import", "\nimport");
    expect(await timeline(client, uri, "release()")).toBeNull();
    const position = { line: 9, character: 12 };
    const unopened = { textDocument: { uri: "file:///nowhere/other.ts" }, position };
    expect(await client.request("holdfast/timeline", unopened)).toBeNull();
  });
});

describe("code lenses and inlay hints", () => {
  const pending = `import { Push } from "zeromq";

export async function report(push: Push): Promise<void> {
  const first = push.send("cpu");
  console.log("sent");
  await first;
  void push.send("memory");
}
`;
  const everything = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
  const lenses = (client: Client, uri: string) =>
    client.request<CodeLens[]>("textDocument/codeLens", { textDocument: { uri } });
  const hints = (client: Client, uri: string, range = everything) =>
    client.request<InlayHint[]>("textDocument/inlayHint", { textDocument: { uri }, range });

  test("are off unless somebody wants them", async () => {
    const { client, uri } = await openOne(pending);
    expect(await lenses(client, uri)).toEqual([]);
    expect(await hints(client, uri)).toEqual([]);
  });

  test("are turned on one by one, and the client is told to ask again", async () => {
    const { client, uri } = await openOne(pending);
    client.settings = { codeLens: true };
    await client.tell("workspace/didChangeConfiguration", { settings: null });
    await client.until("a refresh", () => client.count("workspace/codeLens/refresh") > 0);
    expect(await lenses(client, uri)).not.toEqual([]);
    expect(await hints(client, uri)).toEqual([]);
    client.settings = { inlayHints: true };
    await client.tell("workspace/didChangeConfiguration", { settings: null });
    await client.until("another refresh", () => client.count("workspace/inlayHint/refresh") > 1);
    expect(await lenses(client, uri)).toEqual([]);
    expect(await hints(client, uri)).not.toEqual([]);
  });

  test("say until when operations are pending", async () => {
    const { client, uri } = await openOne(pending, { settings: { codeLens: true, inlayHints: true } });
    const shownHints = (await hints(client, uri)).map(({ position, label }) => [position.line + 1, label]);
    expect(shownHints).toEqual([
      [4, "pending until line 6"],
      [7, "pending: not awaited"],
    ]);
    const shownLenses = (await lenses(client, uri)).map(({ range, command }) => [range.start.line + 1, command?.title]);
    expect(shownLenses).toEqual([
      [4, "send pending until line 6"],
      [7, "send pending: not awaited"],
    ]);
  });

  test("are those of the lines that are asked about, in the text as it is now", async () => {
    const { client, uri } = await openOne(pending, { settings: { inlayHints: true } });
    const upper = { start: { line: 0, character: 0 }, end: { line: 4, character: 0 } };
    expect(await hints(client, uri, upper)).toHaveLength(1);
    await client.replace(uri, "import", "\nimport");
    const [hint] = await hints(client, uri);
    expect(hint).toMatchObject({ label: "pending until line 7", position: { line: 4 } });
    await client.setText(uri, sequential);
    expect(await hints(client, uri)).toEqual([]);
  });
});

describe("the command to fix all", () => {
  const fixAll = (client: Client, ...args: unknown[]) =>
    client.request("workspace/executeCommand", { command: "holdfast.server.fixAll", arguments: args });

  test("applies every safe fix, and says how many", async () => {
    const { client, uri } = await openOne(releasedEarly + overlapping);
    expect(await fixAll(client, uri)).toBe(2);
    expect(client.text(uri)).toContain("return await client.query");
    expect(await client.diagnostics(uri)).toEqual([]);
    expect(await fixAll(client, uri)).toBe(0);
    expect(client.count("workspace/applyEdit")).toBe(1);
  });

  test("is about the text as it is now", async () => {
    const { client, uri } = await openOne(sequential);
    await client.setText(uri, releasedEarly);
    expect(await fixAll(client, uri)).toBe(1);
    expect(client.text(uri)).toBe(releasedInTime);
  });

  test("keeps to the line ends of the document", async () => {
    const { client, uri } = await openOne(releasedEarly.replaceAll("\n", "\r\n"));
    expect(await fixAll(client, uri)).toBe(1);
    expect(client.text(uri)).toBe(releasedInTime.replaceAll("\n", "\r\n"));
  });

  test("says that nothing was done where the client would not do it, or there is nothing to do", async () => {
    const { client, uri } = await openOne(releasedEarly);
    client.appliesEdits = false;
    expect(await fixAll(client, uri)).toBe(0);
    expect(codes(await client.diagnostics(uri))).toEqual(["10 no-early-release"]);
    expect(await fixAll(client, "file:///nowhere/other.ts")).toBe(0);
    expect(client.count("workspace/applyEdit")).toBe(1);
  });

  test.each([[[]], [[5]], [[{ uri: "file:///nowhere/report.ts" }]], [[null]]])(
    "refuses arguments that make no sense: %j",
    async (args) => {
      const { client } = await openOne(releasedEarly);
      await expect(fixAll(client, ...args)).rejects.toMatchObject({ code: ErrorCodes.InvalidParams });
    },
  );
});

describe("the command to explain a rule", () => {
  const explain = (client: Client, ...args: unknown[]) =>
    client.request("workspace/executeCommand", { command: "holdfast.server.explain", arguments: args });

  test("shows its page", async () => {
    const client = await startClient();
    await explain(client, "no-early-release");
    await explain(client, "suppression");
    const pages = client.notifications<{ uri: string; external: boolean }>("window/showDocument");
    expect(pages).toMatchObject([{ external: true }, { external: true }]);
    expect(pages[0]!.uri).toMatch(/\/docs\/rules\/no-early-release\.md$/);
    const diagnostics = await client.diagnostics(await client.open("/nowhere/report.ts", releasedEarly));
    expect(diagnostics[0]!.codeDescription!.href).toBe(pages[0]!.uri);
  });

  test("says in a sentence what it is about where there are no pages", async () => {
    const client = await startClient({ capabilities: {} });
    await explain(client, "no-early-release");
    const [message] = client.notifications<{ type: number; message: string }>("window/showMessage");
    expect(message).toMatchObject({ type: 3 });
    expect(message!.message).toMatch(/^no-early-release: [^\n]+\.$/);
  });

  test("refuses rules that do not exist, and no rule at all", async () => {
    const client = await startClient();
    const refusal = { code: LSPErrorCodes.RequestFailed, message: expect.stringContaining('"no-such-rule"') as string };
    await expect(explain(client, "no-such-rule")).rejects.toMatchObject(refusal);
    await expect(explain(client)).rejects.toMatchObject({ code: ErrorCodes.InvalidParams });
    expect(client.count("window/showDocument")).toBe(0);
  });
});

describe("the command to check the workspace", () => {
  const check = (client: Client) =>
    client.request("workspace/executeCommand", { command: "holdfast.server.checkWorkspace" });

  const files = {
    "src/orders.ts": releasedEarly,
    "src/report.ts": overlapping,
    "src/comment.ts": idleComment,
    "src/good.ts": sequential,
    "src/nothing.ts": unrelated,
  };

  test("looks at all files, with progress, and tells what is found in those that are not open", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory] });
    const open = await client.open(project.path("src/report.ts"), overlapping);
    expect(await check(client)).toEqual({ files: 5, findings: 3 });
    const kinds = client
      .notifications<{ value: { kind: string; title?: string } }>("$/progress")
      .map(({ value: { kind } }) => kind);
    expect(kinds[0]).toBe("begin");
    expect(kinds).toContain("report");
    expect(kinds.at(-1)).toBe("end");
    const published = (name: string) => client.published(`file://${project.path(name)}`);
    expect(published("src/orders.ts").map(({ diagnostics }) => codes(diagnostics))).toEqual([["10 no-early-release"]]);
    expect(published("src/comment.ts").map(({ diagnostics }) => codes(diagnostics))).toEqual([["1 suppression"]]);
    expect(client.published(open)).toEqual([]);
    expect(published("src/good.ts")).toEqual([]);
  });

  test("withdraws what it told as soon as it is no longer so", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory] });
    const orders = `file://${project.path("src/orders.ts")}`;
    await check(client);
    await client.publishedUntil(orders, isFound);
    await client.filesChanged(2, project.write("src/orders.ts", releasedInTime));
    await client.publishedUntil(orders, isEmpty);
    await client.filesChanged(2, project.write("src/orders.ts", releasedEarly));
    expect(await check(client)).toMatchObject({ findings: 3 });
    await client.publishedUntil(orders, isFound);
    await client.filesChanged(3, project.remove("src/orders.ts"));
    await client.publishedUntil(orders, isEmpty);
  });

  test("leaves a document to the client once it is open: nothing is shown twice", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory] });
    await check(client);
    const orders = await client.open(project.path("src/orders.ts"), releasedEarly);
    expect(await client.diagnostics(orders)).toHaveLength(1);
    await client.publishedUntil(orders, isEmpty);
  });

  test("does the same for a client that is told", async () => {
    const project = createBareProject(files);
    const client = await startClient({ folders: [project.directory], capabilities: pushed });
    const orders = `file://${project.path("src/orders.ts")}`;
    expect(await check(client)).toEqual({ files: 5, findings: 3 });
    await client.publishedUntil(orders, isFound);
    await client.open(orders, releasedInTime);
    await client.publishedUntil(orders, isEmpty);
    await client.close(orders);
  });

  test("can be cancelled, by the client or by whoever sees its progress", async () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`src/part${index}.ts`, releasedEarly]));
    const project = createBareProject(many);
    const client = await startClient({ folders: [project.directory] });
    const { answer, cancel } = client.cancellable("workspace/executeCommand", {
      command: "holdfast.server.checkWorkspace",
    });
    await client.until("the beginning", () => client.count("textDocument/publishDiagnostics") > 0);
    cancel();
    await expect(answer).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    const told = client.count("textDocument/publishDiagnostics");
    expect(told).toBeLessThan(400);
    await client.until("the end of the progress", () => JSON.stringify(client.log).includes('"kind":"end"'));
    expect(codes(await client.diagnostics(await client.open("/nowhere/report.ts", overlapping)))).toHaveLength(1);
  });

  test("finds nothing without a folder", async () => {
    const client = await startClient();
    expect(await check(client)).toEqual({ files: 0, findings: 0 });
  });
});

describe("any other command", () => {
  test("is refused by name", async () => {
    const { capabilities } = { capabilities: pulling };
    const client = await startClient({ capabilities });
    const request = client.request("workspace/executeCommand", { command: "holdfast.server.selfDestruct" });
    const message = expect.stringContaining('"holdfast.server.selfDestruct"') as string;
    await expect(request).rejects.toMatchObject({ code: ErrorCodes.InvalidParams, message });
  });
});
