import { describe, expect, test } from "vitest";
import { ErrorCodes, LSPErrorCodes } from "vscode-languageserver-protocol/node";
import { type Client, codes, pulling, pushed, refusal, startClient, withoutWatching } from "./support/client.js";
import { createBareProject } from "./support/project.js";
import { overlapping, releasedEarly, sequential } from "./support/texts.js";

const found = ["4 no-concurrent-use"];

/** Whether the server still does its work. */
async function isWell(client: Client, name = "/nowhere/well.ts"): Promise<boolean> {
  const uri = await client.open(name, overlapping);
  const diagnostics = await client.diagnostics(uri);
  await client.close(uri);
  return codes(diagnostics).join() === found.join();
}

/** A text that takes the analysis a while. */
const long = (() => {
  const [header = "", body = ""] = overlapping.split(/(?<=;\n\n)/);
  return header + Array.from({ length: 400 }, (_, index) => body.replace("report", `report${index}`)).join("");
})();

describe("requests that nobody wants any more", () => {
  test("are answered at once while the analysis is busy, and others have their turn", async () => {
    const client = await startClient();
    const busy = await client.open("/nowhere/long.ts", long);
    const small = await client.open("/nowhere/small.ts", overlapping);
    const order: string[] = [];
    const ask = (name: string, uri: string) => {
      const { answer, cancel } = client.cancellable<{ items: unknown[] }>("textDocument/diagnostic", {
        textDocument: { uri },
      });
      const settled = answer.then(({ items }) => `${items.length} findings`, refusal);
      return { cancel, settled: settled.then((outcome) => (order.push(name), outcome)) };
    };
    const running = ask("running", busy);
    await client.debugInformation();
    const queued = ask("queued", busy);
    const wanted = ask("wanted", small);
    const began = performance.now();
    running.cancel();
    queued.cancel();
    expect(await Promise.all([running.settled, queued.settled])).toEqual([
      LSPErrorCodes.RequestCancelled,
      LSPErrorCodes.RequestCancelled,
    ]);
    expect(performance.now() - began).toBeLessThan(500);
    expect(await wanted.settled).toBe("1 findings");
    expect(order.slice(0, 2).sort()).toEqual(["queued", "running"]);
    expect(order[2]).toBe("wanted");
    expect(await client.diagnostics(busy)).toHaveLength(400);
  });

  test("may be of any kind", async () => {
    const client = await startClient({ settings: { codeLens: true, inlayHints: true } });
    const busy = await client.open("/nowhere/long.ts", long);
    const textDocument = { uri: busy };
    const position = { line: 4, character: 30 };
    const range = { start: position, end: position };
    const holding = client.pull(busy);
    const requests: [string, object][] = [
      ["textDocument/hover", { textDocument, position }],
      ["textDocument/codeLens", { textDocument }],
      ["textDocument/inlayHint", { textDocument, range }],
      ["textDocument/codeAction", { textDocument, range, context: { diagnostics: [], only: ["source.fixAll"] } }],
      ["workspace/executeCommand", { command: "holdfast.server.fixAll", arguments: [busy] }],
    ];
    const asked = requests.map(([method, params]) => client.cancellable(method, params));
    await client.debugInformation();
    for (const { cancel } of asked) cancel();
    const outcomes = await Promise.all(asked.map(({ answer }) => answer.catch(refusal)));
    expect(outcomes).toEqual(requests.map(() => LSPErrorCodes.RequestCancelled));
    expect(await holding).toMatchObject({ kind: "full" });
  });

  test("may have been answered already, or never put", async () => {
    const client = await startClient();
    expect(await isWell(client)).toBe(true);
    for (const id of [0, 1, 2, 999, "none", null]) await client.tell("$/cancelRequest", { id });
    expect(await isWell(client)).toBe(true);
  });

  test("may be many", async () => {
    const client = await startClient();
    const uri = await client.open("/nowhere/report.ts", sequential);
    const outcomes: Promise<unknown>[] = [];
    for (let version = 2; version <= 300; version++) {
      await client.setText(uri, version % 2 === 0 ? overlapping : sequential);
      const { answer, cancel } = client.cancellable<{ items: unknown[] }>("textDocument/diagnostic", {
        textDocument: { uri },
      });
      outcomes.push(answer.then(({ items }) => items.length, refusal));
      if (version % 3 > 0) cancel();
    }
    const known = [0, 1, LSPErrorCodes.RequestCancelled];
    for (const outcome of await Promise.all(outcomes)) expect(known).toContain(outcome);
    expect(codes(await client.diagnostics(uri))).toEqual(found);
  });
});

function framed(body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

describe("what is no request", () => {
  const write = (client: Client, bytes: string | Buffer) => client.process.stdin!.write(bytes);

  test.each([
    ["no JSON", "Content-Length: 7\r\n\r\n{broken"],
    ["nothing", "Content-Length: 0\r\n\r\n"],
    ["a number", "Content-Length: 1\r\n\r\n5"],
    ["null", "Content-Length: 4\r\n\r\nnull"],
    ["a list", "Content-Length: 2\r\n\r\n[]"],
    ["an object of no kind", "Content-Length: 2\r\n\r\n{}"],
    ["a request without a version", framed('{"id":900,"method":"holdfast/timeline"}')],
    ["an answer that nobody asked for", framed('{"jsonrpc":"2.0","id":7777,"result":null}')],
    ["no text", Buffer.concat([Buffer.from("Content-Length: 4\r\n\r\n"), Buffer.from([0xff, 0xfe, 0x00, 0x80])])],
    ["a message of no length", "Content-Type: application/json\r\n\r\n"],
    ["a length that is no number", "Content-Length: many\r\n\r\n"],
    ["a length beyond all measure", "Content-Length: 1000000000000000000000\r\n\r\n"],
    ["a length in another notation", "Content-Length: 1e21\r\n\r\n"],
    ["a header without an end", `${"Content-Type: none\r\n".repeat(20_000)}\r\n`],
    ["another protocol", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["a greeting", "hello there\r\n"],
    ["noise", Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7_919) % 256))],
    ["a message that is longer than it says", 'Content-Length: 10\r\n\r\n{"jsonrpc":"2.0","method":"$/noise"}'],
  ])("is passed over: %s", async (_, bytes) => {
    const client = await startClient();
    write(client, bytes);
    expect(await isWell(client)).toBe(true);
    expect(await client.stop()).toBe(0);
  });

  test("may come before anything else", async () => {
    const client = await startClient({ before: "Content-Length: 7\r\n\r\n{broken" });
    expect(await isWell(client)).toBe(true);
  });

  test("without an end leads to the end with the input", async () => {
    const client = await startClient();
    write(client, "Content-Length: 1000000000\r\n\r\n{");
    client.process.stdin!.end();
    expect(await client.exited).toBe(1);
  });
});

describe("messages", () => {
  test("may come byte by byte, and many at once", async () => {
    // The server asks this client for nothing, so that no answer falls between the bytes.
    const client = await startClient({ capabilities: {} });
    const frame = (id: number) => {
      const body = JSON.stringify({ jsonrpc: "2.0", id, method: "holdfast/debugInformation" });
      return `Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    };
    for (const byte of frame(9001))
      await new Promise((resolve) => client.process.stdin!.write(byte, () => setImmediate(resolve)));
    client.process.stdin!.write([9002, 9003, 9004].map(frame).join(""));
    for (const id of [9001, 9002, 9003, 9004])
      await client.until(`the answer ${id}`, () => client.log.some((message) => message.id === id && message.result));
  });

  test("of methods that do not exist are refused or passed over", async () => {
    const client = await startClient();
    for (const method of ["textDocument/rename", "holdfast/unknown", "$/unknown", ""])
      await expect(client.request(method, {})).rejects.toMatchObject({ code: ErrorCodes.MethodNotFound });
    for (const method of ["textDocument/unknown", "holdfast/unknown", "$/unknown"]) await client.tell(method, {});
    expect(await isWell(client)).toBe(true);
  });

  test.each([
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "textDocument/codeAction",
    "textDocument/hover",
    "textDocument/codeLens",
    "textDocument/inlayHint",
    "workspace/executeCommand",
    "holdfast/timeline",
  ])("%s with nonsense is refused", async (method) => {
    const client = await startClient({ settings: { codeLens: true, inlayHints: true } });
    const uri = await client.open("/nowhere/report.ts", overlapping);
    const refusals: number[] = [ErrorCodes.InvalidParams, ErrorCodes.InternalError, LSPErrorCodes.RequestFailed];
    for (const params of [{}, { textDocument: null }, { textDocument: { uri: 5 } }, { command: 5 }]) {
      const outcome = await client.request(method, params).catch(refusal);
      if (typeof outcome === "number") expect(refusals).toContain(outcome);
      // Where everything may be left out, nothing is found.
      else expect(JSON.stringify(outcome)).toMatch(/^(null|\[\]|\{"items":\[\]\}|\{"kind":"full".*"items":\[\]\})$/);
    }
    expect(codes(await client.diagnostics(uri))).toEqual(found);
  });

  test.each([
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didSave",
    "textDocument/didClose",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWatchedFiles",
    "workspace/didChangeWorkspaceFolders",
  ])("%s with nonsense is passed over", async (method) => {
    const client = await startClient();
    for (const params of [{}, { textDocument: null }, { textDocument: {} }, { changes: null }, { changes: [{}] }])
      await client.tell(method, params);
    expect(await isWell(client)).toBe(true);
    expect(await client.stop()).toBe(0);
  });
});

describe("documents", () => {
  const told = (client: Client, method: string, uri: string, rest: object = {}) =>
    client.tell(`textDocument/${method}`, { textDocument: { uri, version: 2 }, ...rest });

  test("that are not open cannot be changed, saved or closed", async () => {
    const client = await startClient();
    const uri = "file:///nowhere/report.ts";
    await told(client, "didChange", uri, { contentChanges: [{ text: overlapping }] });
    await told(client, "didSave", uri);
    await told(client, "didClose", uri);
    expect(await client.diagnostics(uri)).toEqual([]);
    expect(await isWell(client)).toBe(true);
  });

  test("may be opened twice: the last text counts", async () => {
    const client = await startClient();
    const uri = await client.open("/nowhere/report.ts", sequential);
    expect(await client.diagnostics(uri)).toEqual([]);
    await client.open(uri, overlapping);
    expect(codes(await client.diagnostics(uri))).toEqual(found);
    await client.close(uri);
    expect(await client.diagnostics(uri)).toEqual([]);
  });

  test("may be changed beyond their end, backwards, and with versions that make no sense", async () => {
    const client = await startClient();
    const uri = await client.open("/nowhere/report.ts", "");
    const change = (version: number, ...contentChanges: object[]) =>
      client.tell("textDocument/didChange", { textDocument: { uri, version }, contentChanges });
    const at = (line: number, character: number) => ({ line, character });
    await change(2, { range: { start: at(500, 7), end: at(900, 1) }, text: "// far away\n" });
    await change(3, { range: { start: at(-5, -7), end: at(-1, -1) }, text: "// before the beginning\n" });
    await change(3, { range: { start: at(1, 3), end: at(0, 0) }, text: "" });
    await change(1, { range: { start: at(0, 2 ** 31), end: at(0, 2 ** 31) }, text: " " });
    await change(4);
    await change(5, { text: overlapping });
    expect(codes(await client.diagnostics(uri))).toEqual(found);
  });

  test("may be asked about beyond their end", async () => {
    const client = await startClient();
    const uri = await client.open("/nowhere/report.ts", overlapping);
    await client.diagnostics(uri);
    const textDocument = { uri };
    for (const position of [
      { line: 5_000, character: 0 },
      { line: 3, character: 5_000 },
      { line: -1, character: -1 },
    ]) {
      await client.request("textDocument/hover", { textDocument, position });
      await client.request("holdfast/timeline", { textDocument, position });
      await client.codeActions(uri, { start: position, end: { line: 0, character: 0 } });
    }
    expect(await isWell(client)).toBe(true);
  });
});

describe("a client that refuses whatever it is asked", () => {
  test.each([
    ["and asks itself", pulling],
    ["and is told", pushed],
    ["and tells nothing of the disk", withoutWatching(pushed)],
  ])("%s", async (_, capabilities) => {
    const project = createBareProject({ "report.ts": overlapping, "orders.ts": releasedEarly });
    const client = await startClient({
      folders: [project.directory],
      capabilities,
      refuses: true,
      initializationOptions: { settings: { workspaceDiagnostics: "workspace" } },
    });
    const uri = await client.open(project.path("report.ts"), overlapping);
    expect(codes(await client.foundUntil(uri, () => true))).toEqual(found);
    await client.until("readiness", () => client.status?.state === "ready");
    await client.filesChanged(1, project.write("holdfast.config.json", { rules: { "no-concurrent-use": "off" } }));
    if (capabilities === pulling) {
      await client.until("a refresh", () => client.count("workspace/diagnostic/refresh") > 0);
      expect(await client.diagnostics(uri)).toEqual([]);
    } else {
      await client.publishedUntil(uri, (diagnostics) => diagnostics.length === 0);
    }
    const fixAll = {
      command: "holdfast.server.fixAll",
      arguments: [await client.open(project.path("orders.ts"), releasedEarly)],
    };
    await expect(client.request("workspace/executeCommand", fixAll)).rejects.toMatchObject({
      code: LSPErrorCodes.RequestFailed,
    });
    const complaints = client.logLines.filter((line) => /^(error|warning)/.test(line));
    expect(complaints).toEqual([...new Set(complaints)]);
    expect(complaints.filter((line) => line.includes("went wrong inside"))).toEqual([]);
    expect(complaints.filter((line) => line.includes("settings"))).toHaveLength(1);
    expect(await client.stop()).toBe(0);
  });
});
