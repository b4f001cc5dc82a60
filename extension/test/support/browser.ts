/** The browser that shows the editor. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { installation, type Editor } from "./editor.js";

const artefacts = fileURLToPath(new URL("../artefacts", import.meta.url));

/** How long anything may take to show up, in milliseconds: much longer than it ever should. */
const patience = 30_000;

export function startBrowser(): Promise<Browser> {
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  const inContainer = ["--disable-dev-shm-usage", "--disable-gpu"];
  return chromium.launch({ executablePath: installation().chromium, args: [...quiet, ...inContainer] });
}

/** What is opened: a folder, or a file that lists several. */
export type Opened = { folder: string } | { workspace: string };

/** A page of its own, which remembers nothing of others. */
export async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(patience);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  return context.newPage();
}

/** Loads the editor, with instructions for it, and waits until it shows its files. */
export async function load(
  page: Page,
  { url }: Editor,
  opened: Opened,
  payload: [string, string][] = [],
): Promise<void> {
  const address = new URL(url);
  for (const [key, value] of Object.entries(opened)) address.searchParams.set(key, value);
  if (payload.length > 0) address.searchParams.set("payload", JSON.stringify(payload));
  const files = page.locator(".explorer-folders-view .monaco-list-row").first();
  const noFolder = page.getByText("You have not yet added a folder");
  await page.goto(address.href);
  try {
    await files.or(noFolder).waitFor();
    // The first time that it reads which folders there are, the editor may be done before it has read them. Where it runs
    // what it was instructed to, that would begin anew with another page.
    const attempts = payload.length > 0 ? 0 : 3;
    for (let attempt = 1; attempt <= attempts && (await noFolder.isVisible()); attempt++) {
      await page.reload();
      await files.or(noFolder).waitFor();
    }
    await files.waitFor();
  } catch (error) {
    await picture(page, "failed to load");
    throw error;
  }
}

/** Pictures that the README and the walkthrough show; they are part of the repository. */
const gallery = fileURLToPath(new URL("../../media/screenshots", import.meta.url));

/** Keeps a picture of what is shown. Those for the gallery are only taken if they are asked for. */
export async function picture(page: Page, name: string, place?: "gallery"): Promise<void> {
  const isForGallery = place === "gallery" && Boolean(process.env.HOLDFAST_GALLERY);
  for (const folder of isForGallery ? [artefacts, gallery] : [artefacts]) {
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled", caret: "hide" });
  }
}
