/** What people do with the packed extension, in the real editor, and what they see. */

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext, vi } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { load, newPage, picture } from "./support/browser.js";
import { type Session, startSession } from "./support/session.js";
import { Window } from "./support/window.js";
import { copyOfShop, runGuarded } from "./support/workspace.js";

const vsix = fileURLToPath(new URL(`../holdfast-${manifest.version}.vsix`, import.meta.url));

/** Which of its sends meet is known only when it runs. */
const sensors = `import { Push } from "zeromq";

const socket = new Push({ sendTimeout: 100 });
await socket.bind("inproc://sensors");

const sensors = new Map([
  ["cpu", async () => socket.send(["cpu", "12"])],
  ["memory", async () => socket.send(["memory", "80"])],
]);

await Promise.allSettled([...sensors.values()].map((measure) => measure()));
socket.close();
`;

/** For what no event tells of, such as what is on disk or which processes run. */
const eventually = { timeout: 30_000, interval: 50 };

/** A window with a shop of its own. */
interface Opened extends Window {
  folder: string;
}

async function openShop({ editor, browser }: Session): Promise<Opened> {
  const folder = await copyOfShop(join(editor.folder, `${Date.now()}`));
  const page = await newPage(browser);
  await load(page, editor, { folder });
  return Object.assign(new Window(page), { folder });
}

/** Keeps a picture of what went wrong. */
async function pictureOf({ task }: TestContext): Promise<void> {
  const name = task.name.replaceAll(/\W+/g, " ");
  if (task.result?.state === "fail") await picture(window.page, `failed ${name}`);
}

const textsOf = async (rows: Locator) =>
  (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " ").trim());

let session: Session;
let window: Opened;

beforeAll(async () => {
  session = await startSession({ vsix });
});

afterAll(() => session.stop());

const onDisk = (file: string) => readFile(join(window.folder, "src", file), "utf8");

describe("in a window", () => {
  beforeAll(async () => {
    window = await openShop(session);
  });

  afterEach(async (context) => {
    await pictureOf(context);
    await window.tidy();
  });

  afterAll(() => window.page.context().close());

  it("underlines what is wrong", async () => {
    await window.open("orders.ts");
    const squiggle = window.squiggles("error");
    await squiggle.first().waitFor();
    expect(await squiggle.count()).toBe(1);
    const [underlined, line] = await Promise.all([
      squiggle.boundingBox(),
      window.line("client.release();").boundingBox(),
    ]);
    expect(Math.abs(underlined!.y - line!.y)).toBeLessThan(line!.height);
    await window.moveTo(14, 1);
    await picture(window.page, "squiggle", "gallery");
  });

  it("lists a finding with a link to its rule and with the places that make it true", async () => {
    await window.open("orders.ts");
    const rows = await window.problems();
    await rows.filter({ hasText: "still running" }).waitFor();
    expect(await textsOf(rows)).toEqual([
      "orders.tssrc 1",
      "`client` is released on line 11 while `query` (line 9) is still running: it keeps running on a connection that another caller may already be using holdfast no-early-release [Ln 11, Col 12]",
      "orders.ts [Ln 9, Col 19] : `query` starts here, and is not awaited",
      "orders.ts [Ln 11, Col 12] : `release` releases the handle here without waiting",
      "orders.ts [Ln 11, Col 12] : it keeps running on a connection that another caller may already be using",
    ]);
    const link = rows.locator("a", { hasText: "no-early-release" });
    expect(await link.getAttribute("href")).toContain("/docs/rules/no-early-release.md");
    await picture(window.page, "problems", "gallery");
    await rows.filter({ hasText: "is not awaited" }).click();
    await window.cursorAt(9);
  });

  it("mends a finding with a quick fix, and the mended code is on disk", async () => {
    await window.open("orders.ts");
    await window.squiggles("error").first().waitFor();
    await window.moveTo(11, 12);
    const choices = await window.menu("Quick Fix...");
    expect((await textsOf(choices)).slice(0, 4)).toEqual([
      "Await `query` before it is returned",
      "Disable no-early-release for this line",
      "Disable no-early-release for this file",
      "Explain no-early-release",
    ]);
    await picture(window.page, "quick-fix", "gallery");
    await choices.filter({ hasText: "Await `query`" }).click();
    await window.squiggles("error").first().waitFor({ state: "detached" });
    await window.save();
    expect(await onDisk("orders.ts")).toContain(`    return await client.query("SELECT * FROM orders`);
    await picture(window.page, "fixed");
  });

  it("mends all that can be mended safely at once", async () => {
    await window.open("baskets.ts");
    await vi.waitFor(async () => expect(await window.squiggles("error").count()).toBe(2), eventually);
    const before = await onDisk("baskets.ts");
    await window.command("Holdfast: Fix All in File");
    await window.squiggles("error").first().waitFor({ state: "detached" });
    await window.save();
    expect(await onDisk("baskets.ts")).toBe(before.replaceAll("return client", "return await client"));
    await picture(window.page, "fixed-all");
  });

  it("offers another way among the refactorings", async () => {
    await window.open("telemetry.ts");
    await window.squiggles("error").first().waitFor();
    await window.moveTo(16, 23);
    const choices = await window.menu("Refactor...");
    const mutex = choices.filter({ hasText: "Run `send` one at a time with a mutex" });
    await mutex.waitFor();
    await picture(window.page, "refactorings");
    await mutex.click();
    await window.hasLine(`await this.socketLock.runExclusive(() => this.socket.send([name, String(value)]));`);
    await window.squiggles("error").first().waitFor({ state: "detached" });
    await picture(window.page, "refactored");
  });

  it("tells in a hover how a finding comes about", async () => {
    await window.open("telemetry.ts");
    await window.squiggles("error").first().waitFor();
    await window.moveTo(16, 23);
    const hover = await window.hover();
    await hover.filter({ hasText: "● line 11" }).waitFor();
    const [text] = await textsOf(hover);
    expect(text).toContain(
      "`this.socket` is still running `send` (line 11) when `send` starts on line 16: the second call throws",
    );
    await window.scrollHover(hover, "Steps of");
    await picture(window.page, "hover-finding");
  });

  it("tells in a hover what the contract of a handle says", async () => {
    await window.open("telemetry.ts");
    await window.squiggles("error").first().waitFor();
    await window.moveTo(9, 11);
    const hover = await window.hover();
    await hover.filter({ hasText: "zeromq" }).waitFor();
    const [text] = await textsOf(hover);
    expect(text).toContain("zeromq push socket");
    expect(text).toContain("send: the second call throws: “Socket is busy writing;");
    expect(text).toContain("close does not wait for what is pending");
    await picture(window.page, "hover", "gallery");
  });

  it("draws a finding as a timeline, whose steps lead to their lines", async () => {
    await window.open("telemetry.ts");
    await window.squiggles("error").first().waitFor();
    await window.moveTo(16, 23);
    await window.command("Holdfast: Show Timeline");
    const steps = window.webview.locator("[data-step]");
    await steps.first().waitFor();
    expect(await textsOf(steps)).toEqual([
      "first path, line 10 this runs on every tick, without waiting for the previous one this.heartbeat = setInterval(async () => {",
      'first path, line 11 send starts here and is still running await this.socket.send(["heartbeat", String(Date.now())]);',
      "second path, line 16 a second send starts here, before the first has finished await this.socket.send([name, String(value)]);",
      "what comes of it: the second call throws: Socket is busy writing; only one send operation may be in progress at any time",
    ]);
    await window.growPanel(90);
    await picture(window.page, "timeline", "gallery");
    await window.command("Preferences: Toggle between Light/Dark Themes");
    await window.page.locator(".monaco-workbench.vs-dark").waitFor();
    await picture(window.page, "timeline-dark");
    await window.command("Preferences: Toggle between Light/Dark Themes");
    await window.page.locator(".monaco-workbench.vs").waitFor();
    await steps.first().click();
    await window.cursorAt(10);
  });

  it("shows beside the language how it is doing, and opens its log from there", async () => {
    await window.open("orders.ts");
    const rows = await window.languageStatus();
    const ours = rows.filter({ hasText: "Holdfast" });
    await ours.filter({ hasText: /ready.*TypeScript 6\.\d+\.\d+, bundled/s }).waitFor();
    await picture(window.page, "status");
    await ours.locator("a", { hasText: "Show Log" }).click();
    await window.logSays("types come from TypeScript");
    await picture(window.page, "log");
  });

  it("explains the rule of a finding", async () => {
    await window.open("letters.ts");
    await window.squiggles("error").first().waitFor();
    await window.moveTo(7, 13);
    const choices = await window.menu("Quick Fix...");
    await choices.filter({ hasText: "Explain no-concurrent-use" }).click();
    await window.webview.locator("h1", { hasText: "no-concurrent-use" }).waitFor();
    await picture(window.page, "explained");
  });

  it("asks why before it disables a rule, and writes the answer down", async () => {
    await window.open("letters.ts");
    await window.squiggles("error").first().waitFor();
    await window.moveTo(7, 13);
    const choices = await window.menu("Quick Fix...");
    await choices.filter({ hasText: "for this line" }).click();
    const input = window.page.locator(".quick-input-widget input.input");
    await input.fill("the letters may get lost");
    await picture(window.page, "reason");
    await input.press("Enter");
    await window.hasLine("// holdfast-disable-next-line no-concurrent-use -- the letters may get lost");
    await window.squiggles("error").first().waitFor({ state: "detached" });
    await picture(window.page, "disabled");
  });

  it("checks files that are not open, too", async () => {
    await window.open("database.ts");
    await window.command("Holdfast: Check the Whole Workspace");
    const message = window.notifications.filter({ hasText: /Holdfast: \d+ findings? in 6 files\./ });
    await message.waitFor();
    await message.getByText("Show Problems").click();
    const rows = window.page.locator(".markers-panel .monaco-list-row");
    await rows.filter({ hasText: "letters.ts" }).first().waitFor();
    await picture(window.page, "workspace");
  });

  it("has a walkthrough with pictures", async () => {
    // Pictures are only shown where there is room for them.
    await window.command("View: Toggle Primary Side Bar Visibility");
    await window.commandWith("Welcome: Open Walkthrough...", "Get Started with Holdfast");
    await window.webview.locator("svg", { hasText: "client is released while its query is still running" }).waitFor();
    await picture(window.page, "walkthrough");
    await window.command("View: Toggle Primary Side Bar Visibility");
  });

  it("sees that an edit in one file changes what is found in another", async () => {
    await window.open("letters.ts");
    const squiggles = window.squiggles("error", "letters.ts");
    await squiggles.first().waitFor();
    await window.command("View: Split Editor Right");
    await window.open("outbox.ts");
    await squiggles.first().waitFor();
    await picture(window.page, "before-edit");
    await window.replaceLine(9, "export function outbox(): Slot {");
    await squiggles.first().waitFor({ state: "detached" });
    await window.page
      .locator(`.explorer-folders-view [aria-label*="letters.ts •"]`)
      .first()
      .waitFor({ state: "detached" });
    await picture(window.page, "after-edit");
    await window.replaceLine(9, "export function outbox(): Push {");
    await squiggles.first().waitFor();
  });
});

describe("after a program ran", () => {
  const write = (name: string, text: string) => writeFile(join(window.folder, name), text);

  beforeAll(async () => {
    window = await openShop(session);
    await write("holdfast.config.json", JSON.stringify({ runtime: { report: "holdfast.jsonl" } }));
    await write("src/sensors.js", sensors);
  });

  afterEach(pictureOf);

  afterAll(() => window.page.context().close());

  it("underlines what was seen, until the file changes and whenever it is seen again", async () => {
    await window.open("sensors.js");
    await runGuarded(window.folder, "src/sensors.js");
    const squiggle = window.squiggles("error");
    await squiggle.first().waitFor();
    expect(await squiggle.count()).toBe(1);
    const [underlined, line] = await Promise.all([squiggle.boundingBox(), window.line('["memory"').boundingBox()]);
    expect(Math.abs(underlined!.y - line!.y)).toBeLessThan(line!.height);
    const rows = await window.problems();
    expect(await textsOf(rows)).toEqual([
      "sensors.jssrc 1",
      "zeromq push socket: `send` starts while `send` is still running; seen at run time holdfast (runtime) no-concurrent-use [Ln 8, Col 33]",
      "sensors.js [Ln 7, Col 30] : `send` is called here",
      "sensors.js [Ln 8, Col 33] : then `send`; the second call throws: Socket is busy writing; only one send operation may be in progress at any time",
    ]);
    await picture(window.page, "seen-while-running", "gallery");
    await window.open("sensors.js");
    await window.replaceLine(1, 'import { Push } from "zeromq"; // a comment');
    await squiggle.first().waitFor({ state: "detached" });
    await window.save();
    await runGuarded(window.folder, "src/sensors.js");
    await squiggle.first().waitFor();
    await rm(join(window.folder, "holdfast.jsonl"));
    await squiggle.first().waitFor({ state: "detached" });
  });
});

describe("when the server is in trouble", () => {
  beforeEach(async () => {
    window = await openShop(session);
    await window.open("orders.ts");
    await window.squiggles("error").first().waitFor();
  });

  afterEach(async (context) => {
    await pictureOf(context);
    await window.page.context().close();
  });

  /** The only server, as soon as there is one, and another than before. */
  function server(before?: number): Promise<number> {
    return vi.waitFor(() => {
      const [found, ...others] = session.editor.languageServers().filter(({ pid }) => pid !== before);
      expect(found).toBeDefined();
      expect(others).toEqual([]);
      return found!.pid;
    }, eventually);
  }

  /** What is edited is looked at again: what is mended goes. */
  async function expectWork() {
    await window.squiggles("error").first().waitFor();
    await window.replaceLine(9, "    return await client.query(customer);");
    await window.squiggles("error").first().waitFor({ state: "detached" });
  }

  it("starts a server again that was killed", async () => {
    const killed = await server();
    process.kill(killed, "SIGKILL");
    expect(await server(killed)).not.toBe(killed);
    await expectWork();
    expect(await window.notifications.count()).toBe(0);
    await picture(window.page, "killed-once");
  });

  it("says so when it gives up, and starts the server again when it is told to", async () => {
    let killed: number | undefined;
    for (let time = 1; time <= 5; time++) process.kill((killed = await server(killed)), "SIGKILL");
    const message = window.notifications.filter({ hasText: "was not restarted" });
    await message.waitFor();
    expect(await window.notifications.count()).toBe(1);
    await picture(window.page, "gave-up");
    await window.command("Holdfast: Restart the Server");
    await server(killed);
    await expectWork();
    await picture(window.page, "recovered");
  });

  it("restarts a server that hangs", async () => {
    const hanging = await server();
    process.kill(hanging, "SIGSTOP");
    await window.command("Holdfast: Restart the Server");
    await server(hanging);
    expect(session.editor.languageServers().map(({ pid }) => pid)).not.toContain(hanging);
    await expectWork();
    await picture(window.page, "no-longer-hanging");
  });
});

it("works in a folder that is not trusted", async () => {
  const careful = await startSession({ vsix, asksForTrust: true });
  try {
    window = await openShop(careful);
    await window.statusBar.getByText("Restricted Mode").waitFor();
    await window.open("orders.ts");
    await window.squiggles("error").first().waitFor();
    await picture(window.page, "restricted");
  } finally {
    await careful.stop();
  }
});
